//! The queue: what is delivered when, what a failure brings, and what a sandbox goes on with after its end.

use super::fixture::{SandboxFixture, settings};
use crate::clock::Clock;
use crate::protocol::api::WorkspacePlan;
use crate::protocol::attempt::AttemptOutcome;
use crate::protocol::delivery::{SandboxAttemptState, SandboxDelivery, SandboxDeliveryState};
use crate::protocol::schedule::RetryFrom;
use crate::sandbox::delivery;
use crate::sandbox::{SandboxDatabase, SandboxDatabaseError, SandboxLocation, SandboxRetryPolicy};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// An endpoint that answers with statuses in turn, the last one repeating; 0 never answers.
struct SandboxTestEndpoint {
    url: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl SandboxTestEndpoint {
    async fn new(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let bodies = Arc::<Mutex<Vec<String>>>::default();
        let heard = bodies.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = vec![0; 10_000];
                let mut length = 0;
                while !String::from_utf8_lossy(&buffer[..length]).contains("\"timestamp\"") {
                    length += stream.read(&mut buffer[length..]).await.unwrap();
                }
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                let (number, body) = {
                    let mut heard = heard.lock().unwrap();
                    heard.push(text.split("\r\n\r\n").nth(1).unwrap().to_owned());
                    (heard.len() - 1, "{}")
                };
                match statuses[number.min(statuses.len() - 1)] {
                    0 => std::mem::forget(stream),
                    status => {
                        let head = format!(
                            "HTTP/1.1 {status} X\r\nlocation: /y\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"
                        );
                        let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                    }
                }
            }
        });
        Self { url, bodies }
    }

    fn received_bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

fn states(deliveries: &[SandboxDelivery]) -> Vec<SandboxDeliveryState> {
    deliveries.iter().map(|delivery| delivery.state).collect()
}

fn tried(delivery: &SandboxDelivery) -> Vec<(u32, bool, &'static str)> {
    delivery.attempts.iter().map(|attempt| (attempt.number, attempt.again, attempt.end.name())).collect()
}

#[tokio::test]
async fn an_event_goes_to_each_subscription_at_once() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[200]).await);
    bench.subscribe("signup.created", &app.url).await;
    bench.subscribe("signup.created", &app.url).await;
    bench.subscribe("signup.deleted", &app.url).await;
    bench.create("ada@example.com").await;
    let done = bench.until(|all| states(all) == [SandboxDeliveryState::Delivered; 2]).await;
    assert_eq!(app.received_bodies().len(), 2);
    assert_eq!(app.received_bodies()[0], app.received_bodies()[1]);
    assert_eq!(done[0].body.as_bytes(), app.received_bodies()[0].as_bytes());
    assert_eq!(tried(&done[0]), [(1, false, "acknowledged")]);
    assert_ne!(done[0].subscription, done[1].subscription);
}

#[tokio::test]
async fn failures_are_tried_again_as_documented_until_the_fifth() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[500, 302, 410, 429, 503]).await);
    bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    for (number, wait) in [(1, 60), (2, 300), (3, 900), (4, 3600)] {
        bench
            .until(|all| {
                all[0].attempts.len() == number
                    && matches!(all[0].attempts[number - 1].end, SandboxAttemptState::Ended { .. })
            })
            .await;
        bench.clock.forward(wait - 1);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert_eq!(app.received_bodies().len(), number, "none is early");
        bench.clock.forward(1);
    }
    let done = bench.until(|all| states(all) == [SandboxDeliveryState::Failed]).await;
    let numbers: Vec<u32> = done[0].attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!((numbers, app.received_bodies().len()), (vec![1, 2, 3, 4, 5], 5));
    assert!(done[0].attempts.iter().all(|attempt| attempt.end.name() == "rejected"), "a redirect is not followed");
    assert!(app.received_bodies().iter().all(|body| *body == app.received_bodies()[0]), "the same bytes each time");
}

#[tokio::test]
async fn a_wall_clock_that_is_set_neither_stalls_nor_hurries_a_retry() {
    for hours in [-1, 2] {
        let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[500]).await);
        bench.subscribe("signup.created", &app.url).await;
        bench.create("ada@example.com").await;
        for (number, wait) in [(1, 60), (2, 300)] {
            bench
                .until(|all| all[0].attempts.len() == number && all[0].attempts[number - 1].end.name() == "rejected")
                .await;
            bench.clock.set_by(hours * 3600);
            bench.clock.forward(wait - 1);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            assert_eq!(app.received_bodies().len(), number, "{hours}: none is early");
            bench.clock.forward(1);
        }
        bench.until(|all| all[0].attempts.len() == 3).await;
    }
}

#[tokio::test]
async fn delays_may_count_from_the_first_attempt() {
    let mut first = settings(WorkspacePlan::Growth);
    first.pace = SandboxRetryPolicy { from: RetryFrom::First, speed: Some(60.0) };
    let (bench, app) =
        (SandboxFixture::with(first, &SandboxLocation::Memory, 0).await, SandboxTestEndpoint::new(&[500]).await);
    bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    for (number, wait) in [(1, 1), (2, 4), (3, 10), (4, 45)] {
        bench
            .until(|all| {
                all[0].attempts.len() == number
                    && matches!(all[0].attempts[number - 1].end, SandboxAttemptState::Ended { .. })
            })
            .await;
        bench.clock.forward(wait);
    }
    bench.until(|all| states(all) == [SandboxDeliveryState::Failed]).await;
}

#[tokio::test]
async fn a_failed_event_does_not_hold_up_the_next() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[500, 200]).await);
    for event in ["signup.created", "signup.deleted"] {
        bench.subscribe(event, &app.url).await;
    }
    let made = bench.create("ada@example.com").await;
    bench.until(|all| all[0].attempts.len() == 1).await;
    let path = format!("/waitlists/{}/signups/{}", bench.waitlist().await, made["id"].as_str().unwrap());
    bench.call("DELETE", &path, "").await;
    bench.until(|all| states(all) == [SandboxDeliveryState::Pending, SandboxDeliveryState::Delivered]).await;
    bench.clock.forward(60);
    let done = bench.until(|all| states(all) == [SandboxDeliveryState::Delivered; 2]).await;
    assert_eq!(tried(&done[0]), [(1, false, "rejected"), (2, false, "acknowledged")]);
}

#[tokio::test]
async fn unsubscribing_gives_up_what_waits() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[500]).await);
    let subscription = bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    bench.until(|all| matches!(all[0].attempts[..], [ref only] if only.end != SandboxAttemptState::UnderWay)).await;
    bench.call("DELETE", &format!("/webhooks/unsubscribe/{subscription}"), "").await;
    bench.clock.forward(60);
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let done = bench.deliveries().await;
    assert_eq!((states(&done), app.received_bodies().len()), (vec![SandboxDeliveryState::Cancelled], 1));
}

#[tokio::test]
async fn only_its_own_waitlist_s_events_reach_a_subscription() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[200]).await);
    let lists = bench.call("GET", "/waitlists", "").await.body["waitlists"].clone();
    let body = serde_json::json!({
        "event_type": "signup.created", "target_url": app.url, "waitlist_id": lists[1]["id"],
    });
    bench.call("POST", "/webhooks/subscribe", &body.to_string()).await;
    bench.create("ada@example.com").await;
    assert!(bench.deliveries().await.is_empty());
    let path = format!("/waitlists/{}/signups", lists[1]["id"].as_str().unwrap());
    bench.call("POST", &path, r#"{"email":"ada@example.com"}"#).await;
    bench.until(|all| states(all) == [SandboxDeliveryState::Delivered]).await;
}

#[tokio::test]
async fn what_was_interrupted_is_made_again_under_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let place = SandboxLocation::File(folder.path().join("sandbox.db"));
    let app = SandboxTestEndpoint::new(&[500, 200]).await;
    let bench = SandboxFixture::with(settings(WorkspacePlan::Growth), &place, 3).await;
    bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    bench.until(|all| all[0].attempts.len() == 1 && all[0].attempts[0].end != SandboxAttemptState::UnderWay).await;
    // An attempt begins and the sandbox is gone: only the row of its beginning is there.
    let begun = bench.book.run_job(|book| delivery::begin_attempt(book, 1, 1_705_312_860_000)).await.unwrap().unwrap();
    assert_eq!((begun.number, begun.again), (2, false));
    let (clock, key) = (bench.clock.clone(), bench.key());
    bench.end().await;

    clock.forward(30);
    let bench = SandboxFixture::at(clock, settings(WorkspacePlan::Growth), &place, 99).await;
    assert_eq!((bench.key(), bench.standing().await.len(), bench.workspace.is_new), (key, 4, false));
    bench.clock.forward(30);
    let done = bench.until(|all| states(all) == [SandboxDeliveryState::Delivered]).await;
    assert_eq!(tried(&done[0]), [(1, false, "rejected"), (2, false, "interrupted"), (2, true, "acknowledged")]);
}

#[tokio::test]
async fn what_came_due_meanwhile_is_due_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let place = SandboxLocation::File(folder.path().join("sandbox.db"));
    let app = SandboxTestEndpoint::new(&[500]).await;
    let bench = SandboxFixture::with(settings(WorkspacePlan::Growth), &place, 0).await;
    bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    bench.until(|all| all[0].attempts.len() == 1 && all[0].attempts[0].end != SandboxAttemptState::UnderWay).await;
    let clock = bench.clock.clone();
    bench.end().await;
    clock.forward(100_000);
    let bench = SandboxFixture::at(clock, settings(WorkspacePlan::Growth), &place, 0).await;
    let later =
        bench.until(|all| all[0].attempts.len() == 2 && all[0].attempts[1].end != SandboxAttemptState::UnderWay).await;
    let due = later[0].due_at.unwrap().as_second() - later[0].attempts[1].started_at.as_second();
    assert_eq!(due, 300, "the next delay counts from the start, so the rest does not come at once");
}

#[tokio::test]
async fn a_wall_clock_that_was_set_while_no_sandbox_ran_neither_stalls_nor_hurries_a_retry() {
    for (from, wait) in [(RetryFrom::Previous, 300), (RetryFrom::First, 240)] {
        for hours in [-24, -1, 2, 24] {
            let folder = tempfile::tempdir().unwrap();
            let place = SandboxLocation::File(folder.path().join("sandbox.db"));
            let app = SandboxTestEndpoint::new(&[500]).await;
            let mut settings = settings(WorkspacePlan::Growth);
            settings.pace.from = from;
            let bench = SandboxFixture::with(settings.clone(), &place, 0).await;
            bench.subscribe("signup.created", &app.url).await;
            bench.create("ada@example.com").await;
            bench.until(|all| all[0].attempts.len() == 1 && all[0].attempts[0].end.name() == "rejected").await;
            let clock = bench.clock.clone();
            bench.end().await;
            clock.set_by(hours * 3600);
            let bench = SandboxFixture::at(clock, settings, &place, 0).await;
            bench.clock.forward(60);
            let found = |all: &[SandboxDelivery], count: usize| {
                all[0].attempts.len() == count && all[0].attempts[count - 1].end.name() == "rejected"
            };
            let second = bench.until(|all| found(all, 2)).await;
            let due = second[0].due_at.unwrap().duration_since(bench.clock.now()).as_secs();
            assert!((wait - 60..=wait).contains(&due), "{from:?}, {hours}: the next is due in {due} s");
            bench.clock.forward(due - 1);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            assert_eq!(app.received_bodies().len(), 2, "{from:?}, {hours}: none is early");
            bench.clock.forward(1);
            bench.until(|all| found(all, 3)).await;
            bench.end().await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_failed_attempt() {
    let (bench, app) = (SandboxFixture::new(0).await, SandboxTestEndpoint::new(&[0]).await);
    bench.subscribe("signup.created", &app.url).await;
    bench.create("ada@example.com").await;
    let done = bench
        .until(|all| all[0].attempts.first().is_some_and(|first| first.end != SandboxAttemptState::UnderWay))
        .await;
    let SandboxAttemptState::Ended { outcome, latency } = &done[0].attempts[0].end else { panic!("{done:?}") };
    assert!(matches!(outcome, AttemptOutcome::TimedOut(_)) && latency.as_secs() == 5, "{outcome:?} {latency:?}");
}

#[tokio::test]
async fn two_sandboxes_do_not_share_a_book() {
    let folder = tempfile::tempdir().unwrap();
    let place = SandboxLocation::File(folder.path().join("sandbox.db"));
    let book = SandboxDatabase::open(&place).unwrap();
    assert!(matches!(SandboxDatabase::open(&place), Err(SandboxDatabaseError::InUse(_))));
    book.close().await;
    SandboxDatabase::open(&place).unwrap().close().await;
}

#[tokio::test]
async fn a_piece_of_work_is_done_whole_or_not_at_all() {
    let book = SandboxDatabase::open(&SandboxLocation::Memory).unwrap();
    let add = "INSERT INTO facts (name, value) VALUES ('x', '1')";
    let half = book.run_job(move |book| {
        book.execute(add, [])?;
        book.execute("INSERT INTO nowhere VALUES (1)", [])
    });
    let whole = book.run_job(|book| book.execute("INSERT INTO facts (name, value) VALUES ('y', '1')", []));
    let (half, whole) = tokio::join!(half, whole);
    assert!(half.unwrap_err().0.contains("no such table"));
    assert_eq!(whole, Ok(1));
    let names =
        book.run_job(|book| book.query_row("SELECT group_concat(name) FROM facts", [], |row| row.get::<_, String>(0)));
    assert_eq!(names.await, Ok("y".into()));
    book.close().await;
}

#[tokio::test]
async fn a_book_that_is_gone_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.db");
    let book = SandboxDatabase::open(&SandboxLocation::File(path.clone())).unwrap();
    let add = |name: &'static str| book.run_job(move |book| book.execute("INSERT INTO facts VALUES (?1, '1')", [name]));
    assert_eq!(add("x").await, Ok(1));
    std::fs::remove_file(&path).unwrap();
    for name in ["y", "z"] {
        assert_eq!(add(name).await.unwrap_err().0, "its file was moved, removed, replaced or emptied");
    }
    book.close().await;
}
