//! An audit with everything around it: the secret, leave to strain what is not on this machine, and the
//! lines that repeat a check.

use super::arguments::{self, HeaderArgument};
use super::errors::START_ENDPOINT;
use super::request::FABRICATED_AGENT;
use crate::audit::{self, AuditCheck, AuditLimits, AuditObserver, AuditPlan, AuditUnreachable, CheckSelection};
use crate::config::ConfigSettings;
use crate::config::secrets::SecretOrigin;
use crate::context::Context;
use crate::diagnose;
use crate::error::{Error, ErrorCategory};
use crate::exchange::{TlsTrust, is_loopback};
use crate::output::console::Console;
use crate::output::prompt;
use crate::output::rendition::write_shell_word;
use crate::protocol::check::AuditReport;
use crate::protocol::referralhero::HeroEncoding;
use crate::protocol::signature::{HERO_SIGNATURE_HEADER, SIGNATURE_HEADER, Secret};
use crate::shutdown::{StopReceiver, StopSignal};
use http::{HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What is audited, and with what.
#[derive(Debug, Clone)]
pub(crate) struct AuditTarget {
    /// Where.
    pub url: Url,
    pub secret_files: Vec<PathBuf>,
    /// Whether it receives the second service's events, and how these are signed.
    pub hero: Option<HeroEncoding>,
    pub signature_header: HeaderName,
    /// More header fields.
    pub headers: Vec<HeaderArgument>,
}

/// Reads the name of a header.
pub(crate) fn read_header_name(text: &str) -> Result<HeaderName, String> {
    arguments::read_header(&format!("{text}: x")).map(|(name, _)| HeaderName::clone(&name))
}

/// The usual name of the signature's header, of either service.
pub(crate) fn default_signature_header(hero: bool) -> HeaderName {
    HeaderName::from_static(if hero { HERO_SIGNATURE_HEADER } else { SIGNATURE_HEADER })
}

/// The plan of a whole audit, to be refined.
pub(crate) fn build_plan(target: &AuditTarget, secret: Option<Secret>, context: &Context) -> AuditPlan {
    AuditPlan {
        url: target.url.clone(),
        secret,
        hero: target.hero,
        signature_header: target.signature_header.clone(),
        headers: target.headers.clone(),
        trust: TlsTrust::default(),
        agent: HeaderValue::from_static(FABRICATED_AGENT),
        selection: CheckSelection::default(),
        intrusive: false,
        limits: AuditLimits::USUAL,
        wait: Duration::ZERO,
        regardless: false,
        state: None,
        explain: Arc::new(diagnose::guess_rewriting),
        probe: Arc::new(|plan| Box::pin(super::probing::explain_refusals(plan))),
        restart: None,
        accepted: BTreeMap::new(),
        seed: context.random_u64(),
        clock: context.clock.clone(),
    }
}

/// The secret that the user named or set, else this profile's own, as `listen` and `trigger` use it; says which.
pub(crate) fn load_secret(
    target: &AuditTarget,
    preview: bool,
    settings: &ConfigSettings,
    (context, console): (&Context, &Console),
) -> Result<Secret, Error> {
    let load = if preview { super::load_preview_secrets } else { super::load_secrets };
    let secrets = load(context, settings, &target.secret_files)?;
    if matches!(secrets.origin, SecretOrigin::Development(_) | SecretOrigin::User(_)) {
        let origin = secrets.origin.describe(&settings.profile.value);
        console.print_notice(&format!("no secret was given, so events are signed with the profile's own: {origin}"));
    }
    Ok(secrets.signing().clone())
}

/// Asks whether a target that is not on this machine may be strained.
pub(crate) fn confirm_audit(url: &Url, limits: AuditLimits, context: &Context) -> Result<(), Error> {
    if is_loopback(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    let question = format!(
        "Up to {} requests, some of them forged or broken, will be sent to {host}. Is it yours?",
        limits.requests
    );
    match prompt::confirm(context, &question)? {
        true => Ok(()),
        false => Err(Error::usage(format!("{host} is not this machine, so auditing it needs confirmation"))
            .hint("--yes confirms that it is yours")),
    }
}

/// Runs an audit; the signal instead where it was interrupted.
pub(crate) async fn run_audit(
    plan: &AuditPlan,
    repeat: &dyn Fn(&AuditCheck) -> String,
    audience: &mut dyn AuditObserver,
    stop: &StopReceiver,
) -> Result<(AuditReport, Option<StopSignal>), Error> {
    audit::run_audit(plan, repeat, audience, stop).await.map_err(explain_unreachable)
}

fn explain_unreachable(error: AuditUnreachable) -> Error {
    Error::from_source(ErrorCategory::Network, error).hint(START_ENDPOINT)
}

/// What a line that repeats a check needs beyond the target.
#[derive(Debug, Clone, Default)]
pub(crate) struct RepeatLineOptions {
    /// `--state-cmd`.
    pub state: Option<String>,
    /// `--restart-cmd`.
    pub restart: Option<String>,
    /// Whether nothing is signed, as `--no-secret` has it.
    pub unsigned: bool,
    /// Whose certificates are taken and whose events are sent, as options.
    pub more: Vec<String>,
}

/// The command line that repeats a check. It is printed and goes into reports, so the values of header fields that carry
/// keys are left out, and the reader puts them in again.
pub(crate) fn format_repeat_line(check: &AuditCheck, target: &AuditTarget, around: &RepeatLineOptions) -> String {
    let url = write_shell_word(target.url.as_str());
    let mut line = format!("referralloop test {url} --case {}", check.id);
    if around.unsigned {
        line.push_str(" --no-secret");
    }
    around.more.iter().for_each(|option| line.push_str(&format!(" {}", write_shell_word(option))));
    let mut put = |option: &str, value: &str| line.push_str(&format!(" {option} {}", write_shell_word(value)));
    target.secret_files.iter().for_each(|file| put("--secret-file", &file.display().to_string()));
    if target.signature_header != default_signature_header(target.hero.is_some()) {
        put("--signature-header", target.signature_header.as_str());
    }
    let headers = arguments::repeat_headers(&target.headers);
    headers.iter().for_each(|word| line.push_str(&format!(" {}", write_shell_word(word))));
    let mut put = |option: &str, value: &str| line.push_str(&format!(" {option} {}", write_shell_word(value)));
    let commands = [("--state-cmd", &around.state), ("--restart-cmd", &around.restart)];
    for (option, command) in commands.iter().filter(|_| check.needs.state || check.needs.restart) {
        command.iter().for_each(|command| put(option, command));
    }
    line
}
