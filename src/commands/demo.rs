//! `demo`: the whole loop in one process, in three short acts, each with the command line that does the same.

use crate::config::secrets;
use crate::context::Context;
use crate::deliver::{Pace, Plan};
use crate::diagnose::Known;
use crate::error::{Error, Exit};
use crate::flows::listener::{self, Door, Ends, Surroundings};
use crate::flows::{delivery, request, runtime};
use crate::output::console::Console;
use crate::output::human::Stream;
use crate::output::records;
use crate::output::screen::Screen;
use crate::protocol::attempt::Purpose;
use crate::protocol::body::RawBody;
use crate::protocol::report::{Report, What};
use crate::protocol::sample::{Dice, Given, Signup};
use crate::protocol::schedule::{ATTEMPT_BUDGET, RetryFrom};
use crate::protocol::signature::{Key, Secret};
use crate::receive::{self, Answers};
use crate::shutdown::{self, Signal, Stop};
use crate::store::{self, Store};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;
use url::Url;

/// See the whole loop in one process: deliveries received and verified, one retried, one forged
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It needs no account, no network and no configuration, keeps its events in a temporary store, and
ends by itself.

Examples:
  referralloop demo
  referralloop demo --json"
)]
pub struct Arguments {}

/// How much faster than documented the demo's retry comes.
const SPEED: f64 = 600.0;

/// What one act needs.
struct Stage<'a> {
    context: &'a Context,
    screen: &'a Screen,
    store: &'a Store,
    secret: Secret,
    stop: Stop,
}

/// Runs the acts.
pub fn run(_: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    runtime::block_on(play(context, &console))
}

async fn play(context: &Context, console: &Console) -> Result<Exit, Error> {
    let folder = tempfile::tempdir().map_err(|error| Error::machine(format!("no temporary folder: {error}")))?;
    let store = Store::open(folder.path().join("events.db"), store::Options::default())?;
    let (screen, _) = console.screen()?;
    let secret = secrets::generate(&context.entropy);
    let stage = Stage { context, screen: &screen, store: &store, secret, stop: context.stop()? };
    let played = tokio::select! {
        played = acts(&stage) => played,
        signal = stage.stop.requested() => Ok(delivery::interrupted(signal)),
    };
    if matches!(played, Ok(Exit::Done)) {
        stage.say("That was all of it. Now yours: referralloop listen here, referralloop trigger created there");
        if console.is_json() {
            screen.print(Stream::Out, records::summary_record(context.clock.now(), "demo", &json!({ "acts": 3 })));
        }
    }
    drop(stage);
    store.close().await;
    screen.finish()?;
    played
}

/// Each act is as it should be, or the demo fails: it is a test of the installation, too.
async fn acts(stage: &Stage<'_>) -> Result<Exit, Error> {
    let now = stage.context.clock.now();
    let mut signup = Signup::roll(&mut Dice::new(stage.context.random_u64()), now, &Given::default());
    let from = signup.position + 5;
    let life = [signup.created(), signup.moved(from, signup.position, now), signup.deleted(now)];
    stage.say(
        "1. Three events of one sign-up, signed, verified and stored. The same by hand: referralloop trigger created",
    );
    let key = stage.secret.key();
    let lived = stage.act(Answers::default(), &key, &life.map(|payload| payload.to_string()), Exit::Done).await?;
    signup.position += 1;
    stage.say("2. The endpoint fails once, so the event comes again a minute later (600 times as fast here). By hand: referralloop listen --respond 500,200");
    let retried = stage.act(fails_once(), &key, &[signup.created().to_string()], Exit::Done).await?;
    stage.say("3. Somebody else signs with another secret and is refused. By hand: referralloop trigger created --secret-file other.txt --no-retry");
    signup.position += 1;
    let forged = secrets::generate(&stage.context.entropy).key();
    let refused = stage.act(Answers::default(), &forged, &[signup.created().to_string()], Exit::No).await?;
    Ok(if lived && retried && refused { Exit::Done } else { Exit::No })
}

fn fails_once() -> Answers {
    "500,200".parse().unwrap_or_default()
}

impl Stage<'_> {
    fn say(&self, message: &str) {
        let what = What::Notice { message: message.to_owned() };
        self.screen.tell(Report { at: self.context.clock.now(), what });
    }

    /// One listener, and deliveries to it; whether each ended as expected.
    async fn act(&self, answers: Answers, key: &Key, bodies: &[String], expected: Exit) -> Result<bool, Error> {
        let door = Door::open(SocketAddr::from(([127, 0, 0, 1], 0)), None).await?;
        let url = door.url.clone();
        let settings = receive::Settings { keys: vec![self.secret.key()], answers, ..receive::Settings::default() };
        let (stopper, stop) = shutdown::channel();
        let around = Surroundings {
            context: self.context,
            store: self.store,
            screen: self.screen,
            unread: Arc::new(Notify::new()),
            stop: &stop,
            known: vec![Known { secret: self.secret.clone(), origin: "of this demo".into(), current: true }],
        };
        let deliveries = async {
            let outcome = self.deliver_all(&url, key, bodies, expected).await;
            stopper.signal(Signal::Interrupt);
            outcome
        };
        tokio::join!(listener::run(door, settings, Ends::default(), &around), deliveries).1
    }

    async fn deliver_all(&self, url: &Url, key: &Key, bodies: &[String], expected: Exit) -> Result<bool, Error> {
        let mut as_expected = true;
        for body in bodies {
            let body = RawBody::new(body.clone());
            let request = request::plain(url.clone(), &body, Some(key.sign(body.as_bytes())))?;
            let event = delivery::announce(&request, self.context, self.screen, self.store).await?;
            let plan = Plan {
                request,
                event,
                purpose: Purpose::Trigger,
                retry_from: RetryFrom::Previous,
                pace: Pace::Times(SPEED),
                // A forged event would be refused five times over.
                retry: expected == Exit::Done,
                budget: Some(ATTEMPT_BUDGET),
            };
            as_expected &= delivery::run(&plan, self.context, self.screen, self.store, &self.stop).await? == expected;
        }
        Ok(as_expected)
    }
}
