//! The hosted API in small: sign-ups and subscriptions in memory, and answers that a test puts in the place of its own.
//! It delivers nothing.

use super::{Answer, Endpoint};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// The key that it takes.
pub const KEY: &str = "pk_test_canary0123456789";

/// Its waitlist.
pub const WAITLIST: &str = "123e4567-e89b-12d3-a456-426614174000";

/// The sign-up that it begins with.
pub const SIGNUP: &str = "789e0123-e89b-12d3-a456-426614174000";

/// The subscription that it begins with.
pub const SUBSCRIPTION: &str = "sub_1234567890";

/// What it knows.
#[derive(Debug)]
struct State {
    signups: Vec<Value>,
    subscriptions: Vec<Value>,
    made: u64,
    instead: VecDeque<(usize, String, Answer)>,
}

/// A running API; it ends when dropped.
#[derive(Debug)]
pub struct Api {
    endpoint: Endpoint,
    state: Arc<Mutex<State>>,
}

impl Api {
    /// Starts one with one waitlist, one sign-up and one subscription.
    pub fn new() -> Self {
        let first = json!({
            "id": SIGNUP, "email": "first@example.com", "name": "First", "position": 1, "referral_code": "ABC123",
            "referral_url": "https://example.com/?ref=ABC123", "created_at": "2024-01-15T10:00:00Z",
            "status": "waiting", "shoe_size": 44,
        });
        let state = State {
            signups: vec![first],
            subscriptions: vec![json!({ "id": SUBSCRIPTION })],
            made: 0,
            instead: VecDeque::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let behind = state.clone();
        let endpoint = Endpoint::answering(move |head, body| behind.lock().unwrap().answer(head, body));
        Self { endpoint, state }
    }

    /// Its base.
    pub fn url(&self) -> String {
        self.endpoint.url("/api/v1")
    }

    /// Answers the next call whose line contains this with something else; whatever is asked for is not done.
    pub fn instead(&self, call: &str, answer: Answer) {
        self.instead_after(0, call, answer);
    }

    /// The same after so many others of its sort.
    pub fn instead_after(&self, count: usize, call: &str, answer: Answer) {
        self.state.lock().unwrap().instead.push_back((count, call.to_owned(), answer));
    }

    /// Refuses a call after so many others of its sort.
    pub fn after(&self, count: usize, call: &str, status: u16, body: &str) {
        self.instead_after(count, call, Answer::Full(status, Vec::new(), body.into()));
    }

    /// The same with a status and a JSON body.
    pub fn refuse(&self, call: &str, status: u16, body: &str) {
        self.instead(call, Answer::Full(status, Vec::new(), body.into()));
    }

    /// The first lines of all requests.
    pub fn calls(&self) -> Vec<String> {
        let line = |head: &str| head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        self.endpoint.received().iter().map(|received| line(&received.head)).collect()
    }

    /// Ids of the subscriptions that it has.
    pub fn subscriptions(&self) -> Vec<String> {
        let id = |subscription: &Value| subscription["id"].as_str().unwrap().to_owned();
        self.state.lock().unwrap().subscriptions.iter().map(id).collect()
    }

    /// Its sign-ups, to be changed behind everybody's back.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.state.lock().unwrap().signups);
    }
}

fn full(status: u16, body: &Value) -> Answer {
    let limits = ["X-RateLimit-Limit: 10000", "X-RateLimit-Remaining: 9998", "X-RateLimit-Reset: 2030-01-15T11:00:00Z"];
    let headers = limits.into_iter().map(str::to_owned).chain(["Content-Type: application/json".to_owned()]);
    Answer::Full(status, headers.collect(), body.to_string().into_bytes())
}

fn error(status: u16, text: &str) -> Answer {
    full(status, &json!({ "error": text }))
}

impl State {
    fn answer(&mut self, head: &str, body: &[u8]) -> Answer {
        let line = head.lines().next().unwrap();
        if let Some(at) = self.instead.iter().position(|(_, call, _)| line.contains(call.as_str())) {
            match self.instead[at].0.checked_sub(1) {
                Some(left) => self.instead[at].0 = left,
                None => return self.instead.remove(at).unwrap().2,
            }
        }
        let authorized = format!("authorization: bearer {}", KEY.to_lowercase());
        if !head.to_lowercase().lines().any(|line| line == authorized) {
            return error(401, "Invalid API key");
        }
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<&str> = path.strip_prefix("/api/v1/").unwrap_or("").split('/').collect();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match (method, path.as_slice()) {
            ("GET", ["waitlists"]) => full(
                200,
                &json!({ "waitlists": [{ "id": WAITLIST, "name": "Beta", "slug": "beta", "colour": "red" }] }),
            ),
            ("POST", ["webhooks", "subscribe"]) => self.subscribe(body),
            ("DELETE", ["webhooks", "unsubscribe", id]) => {
                remove(&mut self.subscriptions, id, "Subscription not found")
            }
            (_, ["waitlists", id, ..]) if *id != WAITLIST => error(404, "Waitlist not found"),
            ("GET", ["waitlists", _, "signups"]) => self.page(query),
            ("POST", ["waitlists", _, "signups"]) => self.create(body),
            ("GET", ["waitlists", _, "signups", id]) => match self.signups.iter().find(|signup| signup["id"] == *id) {
                Some(signup) => full(200, &json!({ "signup": signup })),
                None => error(404, "Signup not found"),
            },
            ("DELETE", ["waitlists", _, "signups", id]) => remove(&mut self.signups, id, "Signup not found"),
            _ => error(404, "Not found"),
        }
    }

    fn page(&self, query: &str) -> Answer {
        let number = |name: &str, usual: usize| {
            let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.map_or(usual, |text| text.parse().unwrap())
        };
        let page: Vec<&Value> = self.signups.iter().skip(number("offset", 0)).take(number("limit", 100)).collect();
        full(200, &json!({ "signups": page }))
    }

    fn create(&mut self, body: Value) -> Answer {
        if let Some(same) = self.signups.iter().find(|signup| signup["email"] == body["email"]) {
            let known =
                json!({ "id": same["id"], "position": same["position"], "referral_code": same["referral_code"] });
            return full(409, &json!({ "error": "Email already exists on this waitlist", "signup": known }));
        }
        self.made += 1;
        let signup = json!({
            "id": format!("made-{}", self.made), "email": body["email"], "name": body["name"],
            "position": self.signups.len() + 1, "referral_code": "NEW123", "created_at": "2024-01-15T12:00:00Z",
            "metadata": body["metadata"], "customFields": body["customFields"],
        });
        self.signups.push(signup.clone());
        full(201, &json!({ "signup": signup }))
    }

    fn subscribe(&mut self, mut body: Value) -> Answer {
        self.made += 1;
        body["id"] = format!("sub_{}", self.made).into();
        body["is_active"] = true.into();
        body["since_when"] = "unknown".into();
        self.subscriptions.push(body.clone());
        full(201, &json!({ "subscription": body }))
    }
}

fn remove(list: &mut Vec<Value>, id: &str, missing: &str) -> Answer {
    let before = list.len();
    list.retain(|item| item["id"] != id);
    if list.len() < before { full(200, &json!({ "success": true })) } else { error(404, missing) }
}
