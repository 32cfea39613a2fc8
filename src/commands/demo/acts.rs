//! What happens in the demo: log in, subscribe, have things happen, see them arrive; have one fail and come again; see a
//! forged one refused.

use super::{DemoOutcome, DemoStage};
use crate::config::SettingOrigin;
use crate::config::api::{ApiCredentials, ApiLocation};
use crate::config::file;
use crate::config::keys::SettingKey;
use crate::deliver::{DeliveryPace, DeliveryPlan};
use crate::diagnose::KnownSecret;
use crate::error::{Error, Exit};
use crate::exchange::HttpClient;
use crate::protocol::api::{ApiBase, ApiKey, ApiSignup, ApiWaitlist, NewSignup};
use crate::protocol::attempt::{DeliveryPurpose, OutgoingRequest};
use crate::protocol::body::RawBody;
use crate::protocol::delivery::SandboxDeliveryState;
use crate::protocol::event::EventType;
use crate::protocol::rules::DeliveryRules;
use crate::protocol::sample::{self, SampleOverrides, SeededRng};
use crate::protocol::schedule::{ATTEMPT_BUDGET, RetryFrom};
use crate::receive::{self, ResponseScript};
use crate::session::listener::{self, BoundListener, ListenerContext, ListenerLife, StopConditions};
use crate::session::service::{self, HostedService};
use crate::session::subscriptions::{SubscriptionClient, SubscriptionPlan, SubscriptionStep};
use crate::session::{delivery, request};
use crate::shutdown::{self, StopSignal};
use crate::store::JournalEntry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use url::Url;

/// Longest time for a delivery to come, retries at the demo's speed included.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one attempt made of its delivery, as the sandbox tells.
type AttemptStates = mpsc::UnboundedReceiver<SandboxDeliveryState>;

/// The acts. Each is as it should be, or the demo fails: it is a test of the installation, too.
pub(super) async fn run_acts(
    stage: &DemoStage<'_>,
    key: ApiKey,
    url: &Url,
    mut attempts: AttemptStates,
) -> Result<DemoOutcome, Error> {
    let by_hand = "referralloop sandbox, referralloop login";
    stage.open_act("1. The hosted API in a box, and a login to it", by_hand).await;
    let service = log_in(stage, key, url)?;
    let subscriber = SubscriptionClient::open(&service, stage.store.path(), stage.context)?;
    let mut play = DemoPlay { stage, service: &service, subscriber: &subscriber, outcome: DemoOutcome::default() };
    let list = play.waitlist().await?;
    let by_hand = "referralloop listen, referralloop subscribe all --url URL, referralloop signups create";
    stage.open_act("2. Three subscriptions, and sign-ups that are created, moved and deleted", by_hand).await;
    let lived = play.run_lives(&list, &mut attempts).await?;
    stage
        .open_act(
            "3. The endpoint fails once; a minute later (here 0.1 s) the event comes again",
            "referralloop listen --respond 500,200",
        )
        .await;
    let retried = play.retry(&list, &mut attempts).await?;
    let by_hand = "echo other | referralloop trigger created --secret-file - --no-retry";
    stage.open_act("4. Somebody else signs with another secret and is refused", by_hand).await;
    let refused = play.forge().await?;
    Ok(DemoOutcome { good: lived && retried && refused, ..play.outcome })
}

/// Keeps the key as `login` does, in a configuration of the moment.
fn log_in(stage: &DemoStage<'_>, key: ApiKey, url: &Url) -> Result<HostedService, Error> {
    let text = String::from_utf8_lossy(key.expose()).into_owned();
    let path = stage.folder.join("config.toml");
    let kept = [(SettingKey::ApiKey, Some(text.as_str())), (SettingKey::ApiUrl, Some(url.as_str()))];
    file::write_settings(&path, Some("default"), &kept)?;
    let base = ApiBase::parse(url.as_str()).map_err(Error::usage)?;
    let place = ApiLocation { base, origin: SettingOrigin::User(path.clone()) };
    service::open_service_with(stage.context, place, ApiCredentials { key, origin: SettingOrigin::User(path) })
}

struct DemoPlay<'a> {
    stage: &'a DemoStage<'a>,
    service: &'a HostedService,
    subscriber: &'a SubscriptionClient<'a>,
    outcome: DemoOutcome,
}

impl DemoPlay<'_> {
    fn explain(&self, failure: &crate::hosted::ApiFailure) -> Error {
        self.service.explain(failure, self.stage.context)
    }

    /// Checks the key, as `login` does, and takes the waitlist that people are on.
    async fn waitlist(&self) -> Result<ApiWaitlist, Error> {
        let lists = self.service.client.list_waitlists().await.map_err(|failure| self.explain(&failure))?;
        let words = format!("The test key works for {} waitlists.", lists.len());
        self.stage.note(&words);
        self.stage.explain_step(&words).await;
        lists.into_iter().next().ok_or_else(|| Error::machine("the sandbox has no waitlist"))
    }

    /// Three events of one life, and of those whom it moves.
    async fn run_lives(&mut self, list: &ApiWaitlist, attempts: &mut AttemptStates) -> Result<bool, Error> {
        let scene = async |url: &Url| {
            let entries = self.subscribe(EventType::ALL.to_vec(), url, list).await?;
            self.stage.explain_step("Ada signs up; Bob follows her link, which moves her up; she is deleted.").await;
            let ada = self.create(list, "ada.lovelace@example.com", "Ada Lovelace").await?;
            self.stage.pause(1_500).await;
            // Ada was second: Bob's referral moves her to the front, and the first one behind her.
            self.refer(&ada, "bob@example.com").await?;
            self.stage.pause(1_500).await;
            let deleted = self.service.client.delete_signup(list.id(), ada.id()).await;
            deleted.map_err(|failure| self.explain(&failure))?;
            Ok(entries)
        };
        // Two made; two moved by the referral; one deleted, whom two were behind.
        let counted = self.act(ResponseScript::default(), scene, attempts, 7).await?;
        Ok(self.count(7, counted))
    }

    /// An event that the endpoint takes only the second time.
    async fn retry(&mut self, list: &ApiWaitlist, attempts: &mut AttemptStates) -> Result<bool, Error> {
        let scene = async |url: &Url| {
            let entries = self.subscribe(vec![EventType::SignupCreated], url, list).await?;
            self.create(list, "grace@example.com", "Grace Hopper").await?;
            Ok(entries)
        };
        let answers = "500,200".parse().unwrap_or_default();
        let counted = self.act(answers, scene, attempts, 1).await?;
        Ok(self.count(1, counted) && counted == Some(2))
    }

    /// Adds up what an act took, where it got to its end.
    fn count(&mut self, deliveries: u64, attempts: Option<u64>) -> bool {
        let Some(attempts) = attempts else { return false };
        self.outcome.deliveries += deliveries;
        self.outcome.attempts += attempts;
        true
    }

    async fn subscribe(
        &self,
        events: Vec<EventType>,
        url: &Url,
        list: &ApiWaitlist,
    ) -> Result<Vec<JournalEntry>, Error> {
        let waitlist = Some(list.id().to_owned());
        let wanted = SubscriptionPlan { events, url: url.clone(), waitlist, run: None, force: false };
        let mut tell = |step: SubscriptionStep<'_>| {
            if let SubscriptionStep::Made(entry) = step {
                let id = entry.id.as_deref().unwrap_or_default();
                self.stage.note(&format!("{id}  {} → {}", entry.event, entry.url));
            }
        };
        let made = self.subscriber.subscribe(&wanted, &self.stage.stop, &mut tell).await;
        let made = made.map_err(|ended| ended.into_exit().err().unwrap_or_else(|| Error::machine("stopped")))?;
        Ok(made.entries)
    }

    async fn create(&self, list: &ApiWaitlist, email: &str, name: &str) -> Result<ApiSignup, Error> {
        let new = NewSignup { email: email.into(), name: Some(name.into()), ..NewSignup::default() };
        self.service.client.create_signup(list.id(), &new).await.map_err(|failure| self.explain(&failure))
    }

    /// Somebody signs up on the page that a sign-up's referral URL leads to.
    async fn refer(&self, referrer: &ApiSignup, email: &str) -> Result<(), Error> {
        let url = referrer.text("referral_url").and_then(|url| Url::parse(url).ok());
        let url = url.ok_or_else(|| Error::machine("the sign-up has no referral URL"))?;
        let new = NewSignup { email: email.into(), ..NewSignup::default() };
        let body = RawBody::new(serde_json::to_vec(&new).map_err(|error| Error::machine(error.to_string()))?);
        let request = OutgoingRequest { url, headers: Vec::new(), body };
        let (outcome, _) = HttpClient::new().post(&request, Some(ATTEMPT_BUDGET)).await;
        match outcome.is_acknowledged() {
            true => Ok(()),
            false => Err(Error::machine(format!("the sandbox's page failed: {}", outcome.name()))),
        }
    }

    /// One listener, and what happens before it, until so many deliveries have got through. Answers with the attempts
    /// that it took; `None` where they do not come.
    async fn act(
        &self,
        answers: ResponseScript,
        scene: impl AsyncFnOnce(&Url) -> Result<Vec<JournalEntry>, Error>,
        attempts: &mut AttemptStates,
        wanted: u64,
    ) -> Result<Option<u64>, Error> {
        let happening = async |url: &Url| {
            let entries = scene(url).await?;
            let counted = tokio::select! {
                counted = until_delivered(attempts, wanted) => counted,
                () = self.stage.context.clock.sleep(PATIENCE) => None,
            };
            self.subscriber.remove_all(entries, &mut |_: SubscriptionStep<'_>| ()).await;
            Ok(counted)
        };
        self.run_listening(answers, happening).await
    }

    /// Has something happen before a listener of its own.
    async fn run_listening<T>(
        &self,
        answers: ResponseScript,
        happening: impl AsyncFnOnce(&Url) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let stage = self.stage;
        let door = BoundListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)), None, None).await?;
        let url = door.url.clone();
        let settings = receive::ListenerSettings {
            keys: vec![stage.secret.key()],
            answers,
            ..receive::ListenerSettings::default()
        };
        let (stopper, stop) = shutdown::channel();
        let around = ListenerContext {
            context: stage.context,
            recorder: stage.store.recorder().into(),
            screen: stage.screen,
            unread: Arc::new(Notify::new()),
            stop: &stop,
            filter_note: None,
            life: ListenerLife::default(),
            known: vec![
                KnownSecret { secret: stage.secret.clone(), origin: "of this demo".into(), current: true },
                KnownSecret { secret: stage.forger.clone(), origin: "of somebody else".into(), current: false },
            ],
        };
        let happening = async {
            let happened = happening(&url).await;
            stopper.request_stop(StopSignal::Interrupt);
            happened
        };
        tokio::join!(listener::run_listener(door, settings, StopConditions::default(), &around), happening).1
    }

    /// An event that somebody else signed.
    async fn forge(&self) -> Result<bool, Error> {
        let stage = self.stage;
        let now = stage.context.clock.now();
        let signup = sample::SampleSignup::generate(
            &mut SeededRng::new(stage.context.random_u64()),
            now,
            &SampleOverrides::default(),
        );
        let forger = stage.forger.key();
        let body = RawBody::new(signup.build_created().to_string());
        let ended = self.run_listening(ResponseScript::default(), async |url: &Url| {
            let request = request::build_event_request(url.clone(), &body, Some(forger.sign(body.as_bytes())))?;
            let event = delivery::register_event(&request, stage.context, stage.backstage, stage.store).await?;
            let plan = DeliveryPlan {
                label: request.url.to_string(),
                request,
                event,
                purpose: DeliveryPurpose::Trigger,
                rules: DeliveryRules::Referralloop(RetryFrom::Previous),
                pace: DeliveryPace::Instant,
                retry: false,
                budget: Some(ATTEMPT_BUDGET),
                stops_when_refused: false,
            };
            delivery::deliver_event(&plan, &HttpClient::new(), stage.context, stage.backstage, stage.store, &stage.stop)
                .await
        });
        Ok(ended.await? == Exit::No)
    }
}

/// Counts attempts until so many deliveries have got through.
async fn until_delivered(attempts: &mut AttemptStates, wanted: u64) -> Option<u64> {
    let (mut counted, mut delivered) = (0, 0);
    while delivered < wanted {
        let state = attempts.recv().await?;
        counted += 1;
        delivered += u64::from(state == SandboxDeliveryState::Delivered);
    }
    Some(counted)
}
