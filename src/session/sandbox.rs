//! A sandbox with everything around it: its book, the socket, the screen, what signs its deliveries, and its end.

mod telling;

pub(crate) use telling::{announce_ready, show_banner, show_summary};

use super::listener::{BoundListener, name_this_machine};
use super::registry::{self, ListenerEntry};
use super::{errors, request};
use crate::context::Context;
use crate::error::{Error, ErrorCategory};
use crate::exchange::TlsTrust;
use crate::output::records::{self, DeliveryPageFields};
use crate::output::sandbox as shown;
use crate::output::screen::Screen;
use crate::output::style::OutputStyle;
use crate::protocol::api::{ApiBase, ApiKey, ApiReach, BASE_PATH, WorkspacePlan};
use crate::protocol::body::RawBody;
use crate::protocol::delivery::{SandboxDelivery, SandboxDeliveryState};
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::signature::{HmacKey, Secret};
use crate::protocol::workspace::{WorkspaceOverview, WorkspaceSignup};
use crate::sandbox::{
    self, AllowedTarget, DeliveryRequestBuilder, Sandbox, SandboxContext, SandboxDatabase, SandboxDatabaseError,
    SandboxLocation, SandboxObserver, SandboxPageRenderer, SandboxRetryPolicy, SandboxSettings, SandboxWorkspace,
    SandboxWriteError, SignupPage, WorkspaceSetup,
};
use crate::server::{self, ServerLimits};
use crate::shutdown::StopSignal;
use crate::store::SubscriptionJournal;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
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
    /// What signs deliveries.
    pub signing: SandboxSigning,
    /// The key that it takes, where one is given; else it has one of its own.
    pub given_key: Option<GivenSandboxKey>,
    /// Where deliveries may go by plain http beside this machine.
    pub allowed_targets: Vec<AllowedTarget>,
    /// Whose certificates deliveries take.
    pub trust: TlsTrust,
}

/// What signs the deliveries of a sandbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct SandboxSigning {
    /// The key; `None` for unsigned ones.
    pub key: Option<HmacKey>,
    /// Where the secret came from.
    pub origin: Option<String>,
    /// The secret, where it was made for this run: nobody could know it otherwise, and it is worth nothing elsewhere.
    pub made: Option<Secret>,
}

/// A key that somebody gave to a sandbox, and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct GivenSandboxKey {
    pub key: ApiKey,
    /// Where it came from.
    pub origin: String,
}

/// A sandbox that is bound and founded, and not served yet.
pub(crate) struct BoundSandbox {
    /// The base of its API.
    pub url: Url,
    pub workspace: SandboxWorkspace,
    book: SandboxDatabase,
    door: BoundListener,
    plot: SandboxSpec,
    counts: Arc<SandboxCounts>,
    /// What lets the inspector in, of this run alone.
    token: String,
}

/// What a sandbox did while it served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SandboxSummary {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SandboxEnd {
    /// It was told to, or nobody reads standard output any more.
    Done,
    /// It was told to twice: what was under way is cut off.
    Aborted(StopSignal),
}

impl BoundSandbox {
    /// Binds the socket, where the listeners on `store` may be, opens the data, and founds the workspace where there is none.
    pub(crate) async fn open(plot: SandboxSpec, context: &Context, store: Option<&Path>) -> Result<Self, Error> {
        let door = BoundListener::bind(plot.address, Some(BASE_PATH), store).await?;
        let book = SandboxDatabase::open(&plot.place).map_err(explain_book_error)?;
        // Only once it is known to be one: another program's file is none of ours.
        if let SandboxLocation::File(path) = &plot.place {
            super::tighten_permissions(path, "sandbox", context);
        }
        let mut random = [0; 16];
        (context.entropy)(&mut random);
        let mut workspace = sandbox::open_workspace(&book, plot.founding, random, context.clock.now())
            .await
            .map_err(explain_write_error)?;
        if let Some(given) = &plot.given_key {
            workspace.key = given.key.clone();
        }
        // They open nothing but this sandbox, and are there to be copied.
        context.show_secret(workspace.key.secret());
        plot.signing.made.iter().for_each(|secret| context.show_secret(secret));
        let mut random = [0; 32];
        (context.entropy)(&mut random);
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let url = name_this_machine(&door.url);
        if let Some(store) = store.filter(|store| store.exists()) {
            let ids = sandbox::list_subscription_ids(&book).await.map_err(explain_write_error)?;
            // A journal that takes nothing is no reason to fail.
            let _ = move_lines(store, &ids, &url);
        }
        Ok(Self { url, workspace, book, door, plot, counts: Arc::default(), token })
    }

    /// Whether other machines can reach it.
    fn is_exposed(&self) -> bool {
        !self.plot.address.ip().is_loopback()
    }

    /// The page of its deliveries.
    pub(crate) fn page(&self) -> String {
        format!("{}/_sandbox/", self.url.origin().ascii_serialization())
    }

    /// Leaves word beside a profile's store, where the inspector finds it. A folder that takes no entry is no reason to
    /// fail.
    pub(crate) fn advertise(&self, store: &std::path::Path, pid: u32) -> Option<ListenerEntry> {
        let mut url = self.url.clone();
        url.set_path("/");
        url.set_fragment(Some(&self.token));
        registry::register_sandbox(store, &url, pid).ok()
    }

    /// Its test key.
    fn key(&self) -> String {
        String::from_utf8_lossy(self.workspace.key.expose()).into_owned()
    }

    /// The secret that was made for this run.
    fn made_secret(&self) -> Option<String> {
        self.plot.signing.made.as_ref().map(|secret| String::from_utf8_lossy(secret.expose()).into_owned())
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
            allowed_targets: self.plot.allowed_targets.clone(),
            trust: self.plot.trust.clone(),
            is_exposed: self.is_exposed(),
            control: sandbox::digest_key(self.token.as_bytes()),
            limits: ServerLimits::default(),
        };
        let around = SandboxContext {
            clock: context.clock.clone(),
            entropy: context.entropy.clone(),
            audience: Arc::new(SandboxScreenAudience { screen: screen.clone(), counts: self.counts.clone(), heard }),
            pages: Arc::new(StyledPages(style)),
            prepare: prepare(self.plot.signing.key.clone()),
        };
        Sandbox::start(settings, &self.book, &self.workspace, around).await.map_err(explain_write_error)
    }

    /// Serves what was started until told to stop, then finishes what is under way. Once `hurry` is ready, what is under
    /// way has a moment only: the rest of it waits in the book, where the next start finds it.
    pub(crate) async fn serve(
        self,
        running: Sandbox,
        end: impl Future<Output = ()>,
        (hurry, abort): (impl Future<Output = ()>, impl Future<Output = StopSignal>),
    ) -> SandboxSummary {
        let limits = ServerLimits::default();
        let serving = async {
            server::serve(self.door.into_listener(), sandbox::router(running.clone()), limits, end).await;
            running.finish(limits.drain + GRACE).await;
        };
        let hurried = async {
            hurry.await;
            tokio::time::sleep(HURRY).await;
        };
        let ended = tokio::select! {
            () = serving => SandboxEnd::Done,
            () = hurried => {
                running.finish(Duration::ZERO).await;
                SandboxEnd::Done
            }
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

/// What the journal tells of this data is at this port from now on, where it was at another one.
fn move_lines(store: &Path, ids: &[String], url: &Url) -> Result<(), Error> {
    let base = ApiBase::parse(url.as_str()).map_err(Error::usage)?;
    let journal = SubscriptionJournal::open(store)?;
    for entry in journal.list_entries(false)? {
        let was = ApiBase::parse(&entry.api).ok().filter(|was| was.reach() == ApiReach::Machine);
        let is_elsewhere = was.is_some_and(|was| was.url().port() != base.url().port());
        if let Some(id) = entry.id.filter(|id| is_elsewhere && ids.contains(id)) {
            journal.move_to(&base.to_string(), &id)?;
        }
    }
    Ok(())
}

/// What an attempt has beyond its own five seconds at the end, to write how it ended.
const GRACE: Duration = Duration::from_secs(1);

/// What an attempt has where a supervisor wants the process gone: it kills who takes long.
const HURRY: Duration = Duration::from_millis(700);

/// Where people find the data of a profile's sandbox: beside its store.
pub(crate) fn default_data_path(store: &std::path::Path) -> PathBuf {
    store.with_file_name("sandbox.db")
}

fn prepare(key: Option<HmacKey>) -> DeliveryRequestBuilder {
    Arc::new(move |url: &str, body: &RawBody| {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let signature = key.as_ref().map(|key| key.sign(body.as_bytes()));
        request::build_service_request(url, body, signature).map_err(|error| error.message)
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

    fn render_overview(&self, overview: &WorkspaceOverview, deliveries: &[SandboxDelivery]) -> Vec<u8> {
        let mut lines = records::encode_record(overview.at, &records::WorkspaceRecord::of(overview));
        for delivery in deliveries {
            lines.extend(records::encode_record(overview.at, &records::DeliveryRecord::of(delivery)));
        }
        lines
    }

    fn render_signups(&self, at: Timestamp, signups: &[WorkspaceSignup]) -> Vec<u8> {
        let encode = |signup| records::encode_record(at, &records::WorkspaceSignupRecord::of(signup));
        signups.iter().flat_map(encode).collect()
    }

    fn render_signup(&self, page: &SignupPage<'_>) -> String {
        shown::signup_page(page.waitlist, page.referral, page.result)
    }
}
