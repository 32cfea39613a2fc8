//! The hosted API in a box: every call of the contract on a workspace of its own, and real deliveries to whoever
//! subscribed, with the documented retries, through a queue that outlives the process.
//!
//! The caller binds the socket and says when to stop:
//!
//! ```text
//! let book = Book::open(&place)?;
//! let workspace = found(&book, founding, random, now).await?;
//! let sandbox = Sandbox::start(settings, &book, &workspace, around).await?;
//! serve(listener, router(sandbox.clone()), limits, stop).await;
//! sandbox.finish(limits.drain).await;
//! book.close().await;
//! ```
//!
//! May know `protocol`, `exchange`, `server`, `database` and the process. Prints nothing: reports go to an [`Audience`],
//! and pages for people come from [`Pages`]. What the documentation leaves open is decided in `assumption`, and every
//! answer that rests on such a guess says so.
//!
//! `book` is the file and its thread, `founding` its first page, `waitlist`, `subscription` and `delivery` its rows;
//! `queue`, `pace` and `dispatch` deliver; `api`, `public` and `page` answer, with `input`, `quota` and `reply`.

mod api;
mod assumption;
mod book;
mod delivery;
mod dispatch;
mod founding;
mod input;
mod pace;
mod page;
mod public;
mod queue;
mod quota;
mod reader;
mod reply;
mod schema;
mod subscription;
#[cfg(test)]
mod tests;
mod waitlist;

pub use assumption::{ASSUMPTIONS, About, Assumption};
pub use book::{Book, BookError, Place, Undone};
pub use delivery::Wanted;
pub use founding::{Founding, Workspace};
pub use pace::Pace;
pub use reader::deliveries;

use crate::clock::SharedClock;
use crate::context::Entropy;
use crate::exchange::{Exchange, Request};
use crate::protocol::api::Plan;
use crate::protocol::body::RawBody;
use crate::protocol::delivery::Delivery;
use crate::protocol::report::{Report, What};
use crate::server::{Caught, Limits, Outlive};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use delivery::Waiting;
use jiff::Timestamp;
use quota::Quota;
use reply::Reply;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// What the path of every waitlist's public page begins with.
const PUBLIC: &str = "/w/";

/// What a sandbox is told before it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the workspace pays for.
    pub plan: Plan,
    /// Calls an hour in place of the plan's.
    pub rate_limit: Option<u32>,
    /// How fast retries come.
    pub pace: Pace,
    /// Scheme, host and port at which it is reached: what its pages' URLs begin with.
    pub origin: String,
    /// Bounds of what callers send.
    pub limits: Limits,
}

/// Hears what happens.
pub trait Audience: Send + Sync {
    /// Takes a report, and does not wait for anything.
    fn tell(&self, report: Report);
}

/// Writes pages for people, and records for programs.
pub trait Pages: Send + Sync {
    /// Deliveries as a page of HTML, the newest first.
    fn deliveries(&self, deliveries: &[Delivery]) -> String;

    /// Deliveries as a JSON document.
    fn records(&self, deliveries: &[Delivery]) -> Vec<u8>;

    /// The page on which people sign up.
    fn signup(&self, page: &SignupPage<'_>) -> String;
}

/// What the page on which people sign up says.
#[derive(Debug, Clone, Copy)]
pub struct SignupPage<'a> {
    /// The waitlist's name.
    pub waitlist: &'a str,
    /// The referral code that somebody came with.
    pub referral: Option<&'a str>,
    /// What became of what was sent: the position and the URL to pass on, or why there is none.
    pub result: Option<Result<(i64, &'a str), &'a str>>,
}

/// Makes the request of a delivery: header fields and signature. Fails in words.
pub type Prepare = Arc<dyn Fn(&str, &RawBody) -> Result<Request, String> + Send + Sync>;

/// What a sandbox stands among.
pub struct Around {
    /// The clock.
    pub clock: SharedClock,
    /// Source of ids and codes.
    pub entropy: Entropy,
    /// Who hears what happens.
    pub audience: Arc<dyn Audience>,
    /// Who writes pages.
    pub pages: Arc<dyn Pages>,
    /// Who makes the requests of deliveries.
    pub prepare: Prepare,
}

impl Around {
    fn tell(&self, what: What) {
        self.audience.tell(Report { at: self.clock.now(), what });
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes);
        bytes
    }
}

/// A sandbox without its socket. Cloning shares it.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    settings: Settings,
    book: Book,
    /// The digest of the key: what is compared takes as long for every guess.
    key: [u8; 32],
    quota: Quota,
    around: Arc<Around>,
    news: mpsc::UnboundedSender<Vec<Waiting>>,
    stop: watch::Sender<bool>,
    queue: Mutex<Option<JoinHandle<()>>>,
}

/// The workspace of a book, founded where there is none. `random` becomes the key.
pub async fn found(book: &Book, founding: Founding, random: [u8; 16], now: Timestamp) -> Result<Workspace, Undone> {
    book.enter(move |book| founding::found(book, founding, random, now)).await
}

impl Sandbox {
    /// Starts the delivery queue with what an earlier run left.
    pub async fn start(settings: Settings, book: &Book, workspace: &Workspace, around: Around) -> Result<Self, Undone> {
        let now_ms = around.clock.now().as_millisecond();
        let (waiting, interrupted) = book.enter(move |book| delivery::recover(book, now_ms)).await?;
        let around = Arc::new(around);
        if !waiting.is_empty() {
            around.tell(What::Notice { message: left(waiting.len(), interrupted) });
        }
        let (news, heard) = mpsc::unbounded_channel();
        let stop = watch::Sender::new(false);
        let (book, pace) = (book.clone(), settings.pace);
        let desk = dispatch::Desk { book: book.clone(), pace, around: around.clone(), exchange: Exchange::new() };
        let queue = tokio::spawn(dispatch::work(desk, waiting, heard, stop.subscribe()));
        let key = digest(workspace.key.expose());
        let quota = Quota::new(settings.plan, settings.rate_limit);
        let queue = Mutex::new(Some(queue));
        Ok(Self(Arc::new(Inner { settings, book, key, quota, around, news, stop, queue })))
    }

    /// Ends the queue: attempts under way are finished, or left to the next start if they take longer than this.
    pub async fn finish(&self, within: Duration) {
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

fn left(waiting: usize, interrupted: usize) -> String {
    let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let begun = match interrupted {
        0 => String::new(),
        count => format!("; {} interrupted, and made again", plural(count, "attempt was", "attempts were")),
    };
    format!("Going on with {} of an earlier run{begun}.", plural(waiting, "delivery", "deliveries"))
}

fn digest(key: &[u8]) -> [u8; 32] {
    Sha256::digest(key).into()
}

impl Inner {
    /// Hands new deliveries to the queue. Once it has ended, they wait in the book.
    fn deliver(&self, waiting: Vec<Waiting>) {
        if !waiting.is_empty() {
            let _ = self.news.send(waiting);
        }
    }

    /// Does work in the book, and makes a reply of its failure.
    async fn enter<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Reply> {
        self.book.enter(work).await.map_err(|undone| Reply::broken(&undone.0))
    }
}

/// The service of a sandbox.
pub fn router(sandbox: Sandbox) -> Router {
    // A fallback and no routes: what a path that is unknown, or a method that is not there, is answered is part of the
    // contract and said in one place.
    Router::new().fallback(handle).with_state(sandbox)
}

/// What the router calls. A fault in one request must not end the sandbox, and a change that was begun is told to the
/// queue although its caller has hung up.
fn handle(State(Sandbox(inner)): State<Sandbox>, request: axum::extract::Request) -> Caught<Response> {
    let answer = Outlive::new(answer(inner, request));
    Caught::new(answer, || Reply::broken("the sandbox failed").into_response())
}

async fn answer(inner: Arc<Inner>, request: axum::extract::Request) -> Response {
    let path = request.uri().path().to_owned();
    if page::is_own(&path) {
        return page::answer(&inner, request).await.into_response();
    }
    let method = request.method().to_string();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let reply = match path.strip_prefix(PUBLIC) {
        Some(slug) => public::answer(&inner, slug, request).await,
        None => api::answer(&inner, request).await,
    };
    let (status, assumptions) = (reply.status.as_u16(), reply.assumptions.clone());
    let told = crate::protocol::delivery::CallReport { method, target, status, assumptions };
    inner.around.tell(What::Call(told));
    reply.into_response()
}
