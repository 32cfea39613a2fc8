//! A sandbox with everything around it: its book, the socket, the screen, what signs its deliveries, and its end.

use super::listener::BoundListener;
use super::ready_file::ReadyFile;
use super::{errors, request};
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::output::console::Console;
use crate::output::human::{ScreenStream, render_banner};
use crate::output::records::{self, DeliveryPageFields, ReadyRecord};
use crate::output::sanitise::Sanitised;
use crate::output::screen::Screen;
use crate::output::style::OutputStyle;
use crate::output::{phrases, sandbox as shown};
use crate::protocol::api::{BASE_PATH, WorkspacePlan};
use crate::protocol::body::RawBody;
use crate::protocol::delivery::{SandboxDelivery, SandboxDeliveryState};
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::signature::HmacKey;
use crate::sandbox::{
    self, DeliveryRequestBuilder, Sandbox, SandboxContext, SandboxDatabase, SandboxDatabaseError, SandboxLocation,
    SandboxObserver, SandboxPageRenderer, SandboxRetryPolicy, SandboxSettings, SandboxWorkspace, SandboxWriteError,
    SignupPage, WorkspaceSetup,
};
use crate::server::{self, ServerLimits};
use crate::shutdown::StopSignal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::mpsc;
use url::Url;

/// What a sandbox is to be.
#[derive(Debug, Clone)]
pub(crate) struct SandboxSpec {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where its data is kept.
    pub place: SandboxLocation,
    /// What its workspace is founded with, where there is none yet.
    pub founding: WorkspaceSetup,
    /// What the workspace pays for.
    pub plan: WorkspacePlan,
    /// Calls an hour in place of the plan's.
    pub rate_limit: Option<u32>,
    /// How fast retries come.
    pub pace: SandboxRetryPolicy,
    /// What signs deliveries; `None` for unsigned ones.
    pub key: Option<HmacKey>,
}

/// A sandbox that is bound and founded, and not served yet.
pub(crate) struct BoundSandbox {
    /// The base of its API.
    pub url: Url,
    /// Its workspace.
    pub workspace: SandboxWorkspace,
    book: SandboxDatabase,
    door: BoundListener,
    plot: SandboxSpec,
    counts: Arc<SandboxCounts>,
}

/// What a sandbox did while it served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SandboxSummary {
    /// How it ended.
    pub end: SandboxEnd,
    /// Attempts that ended.
    pub attempts: u64,
    /// Deliveries that were acknowledged.
    pub delivered: u64,
    /// Deliveries whose every attempt failed.
    pub failed: u64,
    /// Deliveries that are due, now or later; where nobody could say, none.
    pub pending: u64,
}

/// How a sandbox ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SandboxEnd {
    /// It was told to, or nobody reads standard output any more.
    Done,
    /// It was told to twice: what was under way is cut off.
    Aborted(StopSignal),
}

impl BoundSandbox {
    /// Binds the socket, opens the data, and founds the workspace where there is none.
    pub(crate) async fn open(plot: SandboxSpec, context: &Context) -> Result<Self, Error> {
        let door = BoundListener::bind(plot.address, Some(BASE_PATH)).await?;
        let book = SandboxDatabase::open(&plot.place).map_err(explain_book_error)?;
        // Only once it is known to be one: another program's file is none of ours.
        if let SandboxLocation::File(path) = &plot.place {
            super::tighten_permissions(path, "sandbox", context);
        }
        let mut random = [0; 16];
        (context.entropy)(&mut random);
        let workspace = sandbox::open_workspace(&book, plot.founding, random, context.clock.now())
            .await
            .map_err(explain_write_error)?;
        Ok(Self { url: door.url.clone(), workspace, book, door, plot, counts: Arc::default() })
    }

    /// The page of its deliveries.
    pub(crate) fn page(&self) -> String {
        format!("{}/_sandbox/", self.url.origin().ascii_serialization())
    }

    /// Its test key.
    pub(crate) fn key(&self) -> String {
        String::from_utf8_lossy(self.workspace.key.expose()).into_owned()
    }

    /// Starts the delivery queue with what an earlier run left. Each attempt that ends is told to `heard` too, where
    /// somebody wants to know.
    pub(crate) async fn start(
        &self,
        context: &Context,
        (screen, style): (&Screen, OutputStyle),
        heard: Option<mpsc::UnboundedSender<SandboxDeliveryState>>,
    ) -> Result<Sandbox, Error> {
        let settings = SandboxSettings {
            plan: self.plot.plan,
            rate_limit: self.plot.rate_limit,
            pace: self.plot.pace,
            origin: self.url.origin().ascii_serialization(),
            limits: ServerLimits::default(),
        };
        let around = SandboxContext {
            clock: context.clock.clone(),
            entropy: context.entropy.clone(),
            audience: Arc::new(SandboxScreenAudience { screen: screen.clone(), counts: self.counts.clone(), heard }),
            pages: Arc::new(StyledPages(style)),
            prepare: prepare(self.plot.key.clone()),
        };
        Sandbox::start(settings, &self.book, &self.workspace, around).await.map_err(explain_write_error)
    }

    /// Serves what was started until told to stop, then finishes what is under way.
    pub(crate) async fn serve(
        self,
        running: Sandbox,
        end: impl Future<Output = ()>,
        abort: impl Future<Output = StopSignal>,
    ) -> SandboxSummary {
        let limits = ServerLimits::default();
        let serving = async {
            server::serve(self.door.into_listener(), sandbox::router(running.clone()), limits, end).await;
            running.finish(limits.drain + GRACE).await;
        };
        let ended = tokio::select! {
            () = serving => SandboxEnd::Done,
            signal = abort => SandboxEnd::Aborted(signal),
        };
        let pending = self.book.run_job(sandbox::count_pending).await.unwrap_or_default();
        self.book.close().await;
        let read = |count: &AtomicU64| count.load(Relaxed);
        let SandboxCounts { attempts, delivered, failed } = &*self.counts;
        SandboxSummary {
            end: ended,
            attempts: read(attempts),
            delivered: read(delivered),
            failed: read(failed),
            pending,
        }
    }
}

/// What an attempt has beyond its own five seconds at the end, to write how it ended.
const GRACE: Duration = Duration::from_secs(1);

/// Where people find the data of a profile's sandbox: beside its store.
pub(crate) fn default_data_path(store: &std::path::Path) -> PathBuf {
    store.with_file_name("sandbox.db")
}

fn prepare(key: Option<HmacKey>) -> DeliveryRequestBuilder {
    Arc::new(move |url: &str, body: &RawBody| {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let signature = key.as_ref().map(|key| key.sign(body.as_bytes()));
        request::build_event_request(url, body, signature).map_err(|error| error.message)
    })
}

fn explain_book_error(error: SandboxDatabaseError) -> Error {
    match error {
        SandboxDatabaseError::Open(error) => errors::explain_open_error(error, "--data"),
        SandboxDatabaseError::InUse(_) => Error::from_source(ErrorCategory::Machine, error)
            .hint("stop that one, or choose other data with --data FILE or --memory"),
        SandboxDatabaseError::Unusable { .. } => Error::from_source(ErrorCategory::Machine, error),
    }
}

fn explain_write_error(error: SandboxWriteError) -> Error {
    Error::machine(format!("the sandbox's data cannot be written: {error}")).caused_by(error)
}

/// What a run of a sandbox attempted, for its last words.
#[derive(Debug, Default)]
struct SandboxCounts {
    attempts: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
}

impl SandboxCounts {
    fn add(&self, state: SandboxDeliveryState) {
        self.attempts.fetch_add(1, Relaxed);
        match state {
            SandboxDeliveryState::Delivered => self.delivered.fetch_add(1, Relaxed),
            SandboxDeliveryState::Failed => self.failed.fetch_add(1, Relaxed),
            SandboxDeliveryState::Pending | SandboxDeliveryState::Cancelled => 0,
        };
    }
}

/// The screen as a sandbox sees it. It never waits: what does not fit is counted.
struct SandboxScreenAudience {
    screen: Screen,
    counts: Arc<SandboxCounts>,
    heard: Option<mpsc::UnboundedSender<SandboxDeliveryState>>,
}

impl SandboxObserver for SandboxScreenAudience {
    fn send_report(&self, report: Report) {
        if let ReportKind::Dispatch(dispatch) = &report.what {
            self.counts.add(dispatch.state);
            // Whoever wanted to know may have heard enough.
            self.heard.as_ref().map(|heard| heard.send(dispatch.state));
        }
        self.screen.send_report(report);
    }
}

/// Pages in a style, which knows the time zone.
struct StyledPages(OutputStyle);

impl SandboxPageRenderer for StyledPages {
    fn render_deliveries(&self, deliveries: &[SandboxDelivery]) -> String {
        shown::render_delivery_page(deliveries, &self.0)
    }

    fn render_records(&self, deliveries: &[SandboxDelivery]) -> Vec<u8> {
        let deliveries = deliveries.iter().map(records::DeliveryRecord::of).collect();
        records::encode_line(&DeliveryPageFields { deliveries }).unwrap_or_default()
    }

    fn render_signup(&self, page: &SignupPage<'_>) -> String {
        shown::signup_page(page.waitlist, page.referral, page.result)
    }
}

/// The banner: where, with which key, and what is in it.
pub(crate) fn show_banner(site: &BoundSandbox, signing: &str, console: &Console, screen: &Screen) {
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
    out += &parts(&[format!("Deliveries: {}", site.page()), signing.to_owned()]);
    for line in [
        format!("export REFERRALLOOP_API_URL={}", site.url),
        format!("export REFERRALLOOP_API_KEY={}", site.key()),
        "Ready. Ctrl-C stops.".to_owned(),
    ] {
        out += &parts(&[line]);
    }
    screen.print(ScreenStream::Err, out);
}

/// The last words: what was attempted, and what is left.
pub(crate) fn show_summary(summary: &SandboxSummary, place: &SandboxLocation, console: &Console) {
    if console.is_json() {
        return;
    }
    let attempts = phrases::format_quantity(summary.attempts, "attempt", "attempts");
    let mut words = format!("{}: {} delivered, {} failed", attempts.as_str(), summary.delivered, summary.failed);
    if summary.pending > 0 {
        let rest = if *place == SandboxLocation::Memory { "lost with its memory" } else { "kept for the next start" };
        words.push_str(&format!("; {} pending, {rest}", summary.pending));
    }
    console.print_notice(&format!("The sandbox ended after {words}."));
}

/// Tells that it accepts connections: the ready file, and the record where records are wanted.
pub(crate) fn announce_ready(
    site: &BoundSandbox,
    context: &Context,
    console: &Console,
    screen: &Screen,
    file: Option<PathBuf>,
) -> Result<Option<ReadyFile>, Error> {
    let (at, key) = (context.clock.now(), site.key());
    // Its key is told: it opens nothing but this sandbox.
    let fields = ReadyRecord { url: Some(site.url.as_str()), pid: context.pid, inspect_url: None, api_key: Some(&key) };
    let file = file.map(|path| ReadyFile::write(path, at, &fields)).transpose()?;
    if console.is_json() {
        screen.write_record(at, &fields);
    }
    Ok(file)
}
