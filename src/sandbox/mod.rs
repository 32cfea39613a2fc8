//! The hosted API in a box: every call of the contract on a workspace of its own, and real deliveries to whoever
//! subscribed, with the documented retries, through a queue that outlives the process.
//!
//! The caller binds the socket and says when to stop:
//!
//! ```text
//! let database = SandboxDatabase::open(&location)?;
//! let workspace = open_workspace(&database, setup, random, now).await?;
//! let sandbox = Sandbox::start(settings, &database, &workspace, context).await?;
//! serve(listener, router(sandbox.clone()), limits, stop).await;
//! sandbox.finish(limits.drain).await;
//! database.close().await;
//! ```
//!
//! May know `protocol`, `exchange`, `server`, `database` and the process. Prints nothing: reports go to an [`SandboxObserver`],
//! and pages for people come from [`SandboxPageRenderer`]. What the documentation leaves open is decided in `assumption`, and every
//! answer that rests on such a guess says so.
//!
//! `database` is the file and its thread, `workspace` what it begins with, `waitlist`, `subscription` and `delivery` its
//! rows; `queue`, `retry_policy` and `dispatch` deliver; `api`, `signup_page` and `own_pages` answer, with `input`, `quota`
//! and `response`; `control` is what the inspector's page does with it.

mod allowed_target;
mod api;
mod assumption;
mod control;
mod database;
mod delivery;
mod dispatch;
mod input;
mod local_host;
mod own_pages;
mod queue;
mod quota;
mod reader;
mod response;
mod retry_policy;
mod schema;
mod signup_page;
mod subscription;
#[cfg(test)]
mod tests;
mod waitlist;
mod workspace;

pub(crate) use allowed_target::AllowedTarget;
pub(crate) use assumption::ASSUMPTIONS;
pub(crate) use database::{SandboxDatabase, SandboxDatabaseError, SandboxLocation, SandboxWriteError};
pub(crate) use delivery::{DeliveryFilter, count_pending};
pub(crate) use reader::read_deliveries;
pub(crate) use retry_policy::SandboxRetryPolicy;
pub(crate) use workspace::{SandboxWorkspace, WorkspaceSetup};

use crate::clock::{SharedClock, SteadyClock};
use crate::context::EntropySource;
use crate::exchange::{HttpClient, TlsTrust};
use crate::protocol::api::{BASE_PATH, WorkspacePlan};
use crate::protocol::attempt::OutgoingRequest;
use crate::protocol::body::RawBody;
use crate::protocol::delivery::{CallReport, SandboxDelivery};
use crate::protocol::report::{Report, ReportKind};
use crate::protocol::workspace::{WorkspaceOverview, WorkspaceSignup};
use crate::server::{CatchPanic, DetachOnDrop, ServerLimits};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use delivery::QueuedDelivery;
use dispatch::QueueMessage;
use jiff::Timestamp;
use quota::HourlyQuota;
use response::{AnswerAssumptions, SandboxResponse};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// What the path of every waitlist's public page begins with.
const PUBLIC: &str = "/w/";

/// What a sandbox is told before it starts.
#[derive(Debug, Clone)]
pub(crate) struct SandboxSettings {
    /// What the workspace pays for.
    pub plan: WorkspacePlan,
    /// Calls an hour in place of the plan's.
    pub rate_limit: Option<u32>,
    /// How fast retries come.
    pub pace: SandboxRetryPolicy,
    /// Scheme, host and port at which it is reached: what its pages' URLs begin with.
    pub origin: String,
    /// Where deliveries may go by plain http beside this machine.
    pub allowed_targets: Vec<AllowedTarget>,
    /// Whose certificates deliveries take.
    pub trust: TlsTrust,
    /// Whether other machines can reach it: what is for this machine's people alone then asks for the key.
    pub is_exposed: bool,
    /// The digest of the token that lets the inspector in.
    pub control: [u8; 32],
    /// Bounds of what callers send.
    pub limits: ServerLimits,
}

/// Hears what happens.
pub(crate) trait SandboxObserver: Send + Sync {
    /// Takes a report, and does not wait for anything.
    fn send_report(&self, report: Report);
}

/// Writes pages for people, and records for programs.
pub(crate) trait SandboxPageRenderer: Send + Sync {
    /// Deliveries as a page of HTML, the newest first.
    fn render_deliveries(&self, deliveries: &[SandboxDelivery]) -> String;

    /// Deliveries as a JSON document.
    fn render_records(&self, deliveries: &[SandboxDelivery]) -> Vec<u8>;

    /// The workspace and its deliveries as records, one a line.
    fn render_overview(&self, overview: &WorkspaceOverview, deliveries: &[SandboxDelivery]) -> Vec<u8>;

    /// Sign-ups as records, one a line.
    fn render_signups(&self, at: Timestamp, signups: &[WorkspaceSignup]) -> Vec<u8>;

    /// The page on which people sign up.
    fn render_signup(&self, page: &SignupPage<'_>) -> String;
}

/// What the page on which people sign up says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignupPage<'a> {
    /// The waitlist's name.
    pub waitlist: &'a str,
    /// The referral code that somebody came with.
    pub referral: Option<&'a str>,
    /// What became of what was sent: the position and the URL to pass on, or why there is none.
    pub result: Option<Result<(i64, &'a str), &'a str>>,
}

/// Makes the request of a delivery: header fields and signature. Fails in words.
pub(crate) type DeliveryRequestBuilder = Arc<dyn Fn(&str, &RawBody) -> Result<OutgoingRequest, String> + Send + Sync>;

/// What a sandbox stands among.
pub(crate) struct SandboxContext {
    /// The clock.
    pub clock: SharedClock,
    /// Source of ids and codes.
    pub entropy: EntropySource,
    /// Who hears what happens.
    pub audience: Arc<dyn SandboxObserver>,
    /// Who writes pages.
    pub pages: Arc<dyn SandboxPageRenderer>,
    /// Who makes the requests of deliveries.
    pub prepare: DeliveryRequestBuilder,
}

impl SandboxContext {
    fn send_report(&self, what: ReportKind) {
        self.audience.send_report(Report { at: self.clock.now(), what });
    }

    fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes);
        bytes
    }
}

/// A sandbox without its socket. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Sandbox(Arc<SandboxState>);

struct SandboxState {
    settings: SandboxSettings,
    book: SandboxDatabase,
    /// The digest of the key: what is compared takes as long for every guess.
    key: [u8; 32],
    quota: HourlyQuota,
    around: Arc<SandboxContext>,
    news: mpsc::UnboundedSender<QueueMessage>,
    stop: watch::Sender<bool>,
    queue: Mutex<Option<JoinHandle<()>>>,
}

/// The workspace of a book, founded where there is none. `random` becomes the key.
pub(crate) async fn open_workspace(
    book: &SandboxDatabase,
    founding: WorkspaceSetup,
    random: [u8; 16],
    now: Timestamp,
) -> Result<SandboxWorkspace, SandboxWriteError> {
    book.run_job(move |book| workspace::open_workspace(book, founding, random, now)).await
}

/// The ids of all subscriptions in a book.
pub(crate) async fn list_subscription_ids(book: &SandboxDatabase) -> Result<Vec<String>, SandboxWriteError> {
    let found = book.run_job(subscription::list_subscriptions).await?;
    Ok(found.into_iter().map(|subscription| subscription.id).collect())
}

impl Sandbox {
    /// Starts the delivery queue with what an earlier run left.
    pub(crate) async fn start(
        settings: SandboxSettings,
        book: &SandboxDatabase,
        workspace: &SandboxWorkspace,
        around: SandboxContext,
    ) -> Result<Self, SandboxWriteError> {
        // Due times outlive the process, so they are times of the wall clock; within it nobody may set that.
        let around = SandboxContext { clock: SteadyClock::start(around.clock), ..around };
        let now_ms = around.clock.now().as_millisecond();
        let pace = settings.pace;
        let (waiting, interrupted) = book.run_job(move |book| delivery::recover_deliveries(book, pace, now_ms)).await?;
        let around = Arc::new(around);
        if !waiting.is_empty() {
            around.send_report(ReportKind::Notice { message: describe_recovered(waiting.len(), interrupted) });
        }
        let (news, heard) = mpsc::unbounded_channel();
        let stop = watch::Sender::new(false);
        let book = book.clone();
        let exchange = HttpClient::trusting(settings.trust.clone());
        let desk = dispatch::DispatchContext { book: book.clone(), pace, around: around.clone(), exchange };
        let queue = tokio::spawn(dispatch::run_queue(desk, waiting, heard, stop.subscribe()));
        let key = digest_key(workspace.key.expose());
        let quota = HourlyQuota::new(settings.plan, settings.rate_limit);
        let queue = Mutex::new(Some(queue));
        Ok(Self(Arc::new(SandboxState { settings, book, key, quota, around, news, stop, queue })))
    }

    /// Ends the queue: attempts under way are finished, or left to the next start if they take longer than this.
    pub(crate) async fn finish(&self, within: Duration) {
        self.0.stop.send_replace(true);
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(queue) = queue {
            let abort = queue.abort_handle();
            if tokio::time::timeout(within, queue).await.is_err() {
                abort.abort();
            }
        }
    }
}

fn describe_recovered(waiting: usize, interrupted: usize) -> String {
    let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let begun = match interrupted {
        0 => String::new(),
        count => format!("; {} interrupted and will be made again", plural(count, "attempt was", "attempts were")),
    };
    format!("Continuing with {} of an earlier run{begun}.", plural(waiting, "delivery", "deliveries"))
}

/// What is compared in the place of a key or token.
pub(crate) fn digest_key(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

impl SandboxState {
    /// Hands new deliveries to the queue. Once it has ended, they wait in the book.
    fn enqueue_deliveries(&self, waiting: Vec<QueuedDelivery>) {
        if !waiting.is_empty() {
            let _ = self.news.send(QueueMessage::New(waiting));
        }
    }

    /// Does work in the book, and makes a reply of its failure.
    async fn run_job<T: Send + 'static>(
        &self,
        work: impl FnMut(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, SandboxResponse> {
        self.book.run_job(work).await.map_err(|undone| SandboxResponse::internal_error(&undone.0))
    }
}

/// The service of a sandbox.
pub(crate) fn router(Sandbox(inner): Sandbox) -> Router {
    let page = || any(signup_page::answer_signup_page);
    let told = Router::new()
        .nest(BASE_PATH, api::router(&inner))
        .route(PUBLIC, page())
        .route(&format!("{PUBLIC}{{*slug}}"), page())
        .fallback(api::answer_unknown_path)
        .layer(middleware::from_fn_with_state(inner.clone(), report_call));
    told.merge(own_pages::router(&inner))
        .layer(middleware::map_response(tell_assumptions))
        .layer(middleware::from_fn(shield_call))
        .with_state(inner)
}

/// A fault in one request must not end the sandbox, and a change that was begun is told to the queue although its caller
/// has hung up.
fn shield_call(request: Request, next: Next) -> CatchPanic<Response> {
    let answer = DetachOnDrop::new(next.run(request));
    CatchPanic::new(answer, || SandboxResponse::internal_error("the sandbox failed").into_response())
}

/// Says what an answer rests on.
async fn tell_assumptions(mut response: Response) -> Response {
    if let Some(assumptions) = response.extensions_mut().remove::<AnswerAssumptions>() {
        assumptions.write_header(response.headers_mut());
    }
    response
}

/// Reports a call of the API, or of a public page.
async fn report_call(State(inner): State<Arc<SandboxState>>, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let response = next.run(request).await;
    let assumptions = response.extensions().get::<AnswerAssumptions>();
    let assumptions = assumptions.map(|assumptions| assumptions.0.clone()).unwrap_or_default();
    let status = response.status().as_u16();
    inner.around.send_report(ReportKind::Call(CallReport { method, target, status, assumptions }));
    response
}
