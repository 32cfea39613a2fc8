//! What a sandbox says of itself: its banner, that it is ready, and its last words.

use super::{BoundSandbox, SandboxSummary};
use crate::context::Context;
use crate::error::Error;
use crate::output::console::Console;
use crate::output::human::{ScreenStream, render_banner};
use crate::output::line::{StyledLine, write_lines};
use crate::output::output_error::OutputError;
use crate::output::phrases;
use crate::output::records::{ReadyRecord, SandboxRunSummary};
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::TextRole;
use crate::sandbox::{SandboxLocation, WorkspaceSetup};
use crate::session::ready_file::ReadyFile;
use std::path::PathBuf;

/// The banner: where, with which key, and what is in it.
pub(crate) fn show_banner(site: &BoundSandbox, console: &Console, screen: &Screen) {
    if console.is_json() {
        return;
    }
    let plot = &site.plot;
    let limit = plot.plan.hourly_limit().map(|own| plot.rate_limit.unwrap_or(own));
    let calls = limit.map_or("no API access".to_owned(), |limit| {
        format!("{} calls an hour", phrases::format_count(u64::from(limit)).as_str())
    });
    let speed = match plot.pace.speed {
        None => "retries at once".to_owned(),
        Some(1.0) => "retries as documented".to_owned(),
        Some(speed) => format!("retries {speed}x as fast"),
    };
    let WorkspaceSetup { signups, seed } = site.workspace.founding;
    let data = match &plot.place {
        SandboxLocation::Memory => "in memory".to_owned(),
        SandboxLocation::File(path) => path.display().to_string(),
    };
    let age = if site.workspace.is_new { "created" } else { "first created" };
    let parts = |texts: &[String]| {
        let parts: Vec<_> = texts.iter().map(|text| Sanitised::text(text)).collect();
        render_banner(&parts, &console.err)
    };
    let mut out = parts(&["Sandbox of the hosted API".into(), format!("plan {} ({calls})", plot.plan.name()), speed]);
    out += &parts(&[format!("Data: {data}"), format!("{age} with {signups} sign-ups from seed {seed}")]);
    let signing = plot.signing.origin.as_ref().map(|origin| format!("signed with secret: {origin}"));
    out += &parts(&[format!("Deliveries: {}", site.page()), signing.unwrap_or_else(|| "unsigned".into())]);
    for line in describe_access(site, !console.is_terminal()) {
        match line.starts_with("export ") {
            true => write_lines(
                &mut out,
                &[StyledLine::new(&console.err).put(TextRole::Plain, Sanitised::text(&line)).whole()],
            ),
            false => out += &parts(&[line]),
        }
    }
    screen.print(ScreenStream::Err, out);
}

/// What a caller needs. A key or secret that somebody gave is named by its place: it may open more than this sandbox.
fn describe_access(site: &BoundSandbox, is_redirected: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if site.is_exposed() {
        lines.push(format!(
            "Listening on {}, which other machines can reach; its pages need the key",
            site.door.url.authority()
        ));
    }
    lines.extend(
        site.plot
            .allowed_targets
            .iter()
            .map(|allowed| format!("Assumption allowed-target: delivers by http to {allowed}")),
    );
    // Whoever sends standard output somewhere may look for the lines below there.
    if is_redirected {
        lines.push("Calls and deliveries go to standard output; for scripts: --ready-file FILE".to_owned());
    }
    lines.push(format!("export REFERRALLOOP_API_URL={}", site.url));
    lines.push(match &site.plot.given_key {
        None => format!("export REFERRALLOOP_API_KEY={}", site.key()),
        Some(given) => format!("API key: {}", given.origin),
    });
    lines.extend(site.made_secret().map(|secret| format!("export REFERRALLOOP_WEBHOOK_SECRET={secret}")));
    lines.push("Ready. Ctrl-C stops.".to_owned());
    lines
}

/// The last words: what was attempted, and what is left.
pub(crate) fn show_summary(
    summary: &SandboxSummary,
    place: &SandboxLocation,
    console: &Console,
) -> Result<(), OutputError> {
    let SandboxSummary { attempts, delivered, failed, pending, .. } = *summary;
    if console.is_json() {
        return console.write_summary(&SandboxRunSummary { attempts, delivered, failed, pending });
    }
    let rest = if *place == SandboxLocation::Memory { "lost with its memory" } else { "kept for the next start" };
    let words = match (attempts, pending) {
        (0, 0) => "; there was nothing to deliver".to_owned(),
        (0, pending) => format!(" before its first attempt; {pending} pending, {rest}"),
        (attempts, pending) => {
            let made = phrases::format_quantity(attempts, "attempt", "attempts");
            let waiting = if pending > 0 { format!("; {pending} pending, {rest}") } else { String::new() };
            // Each delivery ends with one attempt that worked, or with none.
            let failures = match attempts.saturating_sub(delivered) {
                0 => String::new(),
                failures => format!(", {failures} of which failed"),
            };
            format!(" after {}{failures}: {delivered} delivered, {failed} given up{waiting}", made.as_str())
        }
    };
    console.print_notice(&format!("The sandbox ended{words}."));
    Ok(())
}

/// Tells that it accepts connections: the ready file, and the record where records are wanted.
pub(crate) fn announce_ready(
    site: &BoundSandbox,
    context: &Context,
    (console, screen): (&Console, &Screen),
    (file, inspect_url): (Option<PathBuf>, Option<String>),
) -> Result<Option<ReadyFile>, Error> {
    let (at, key, made) = (context.clock.now(), site.key(), site.made_secret());
    let given = site.plot.given_key.as_ref();
    let fields = ReadyRecord {
        url: Some(site.url.as_str()),
        pid: context.pid,
        inspect_url: inspect_url.as_deref(),
        api_key: Some(&key),
        api_key_from: given.map(|given| given.origin.as_str()),
        webhook_secret: made.as_deref(),
        secret_from: site.plot.signing.origin.as_deref(),
    };
    let file = file.map(|path| ReadyFile::write(path, at, &fields)).transpose()?;
    if console.is_json() {
        // The file is its owner's alone; standard output ends up in logs, and a key that was given may open more.
        let fields = ReadyRecord { api_key: given.is_none().then_some(&key), ..fields };
        screen.write_record(at, &fields);
    }
    Ok(file)
}
