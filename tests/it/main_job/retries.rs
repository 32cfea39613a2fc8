//! Five attempts and no more; when there is only one; how each failure is told.

use super::steady;
use crate::support::{Answer, Endpoint, Output, Scene};

fn attempts(output: &Output) -> Vec<(u64, String)> {
    let attempts = output.records().into_iter().filter(|record| record["type"] == "attempt");
    let told = |record: serde_json::Value| {
        (record["scheduled_ms"].as_u64().unwrap(), record["outcome"].as_str().unwrap().to_owned())
    };
    attempts.map(told).collect()
}

#[test]
fn a_target_that_is_down_gets_five_attempts() {
    let scene = Scene::new();
    let url = Endpoint::nowhere();
    let down =
        scene.run(["trigger", "created", "--email", "a@example.com", "--speed", "instant", "--to", &url]).code(1);
    let out = steady(&down.out());
    let (first, rest) = out.split_once('\n').unwrap();
    assert!(first.starts_with("signup.created  a@example.com  position "), "{down}");
    assert_eq!(
        rest,
        "  attempt 1/5  +0:00      connection refused   N ms\n  \
           attempt 2/5  +1:00      connection refused   N ms\n  \
           attempt 3/5  +6:00      connection refused   N ms\n  \
           attempt 4/5  +21:00     connection refused   N ms\n  \
           attempt 5/5  +1:21:00   connection refused   N ms\n\
         gave up after 5 attempts\n  hint: nothing is listening there: is the app running?\n"
    );
    assert_eq!(down.err(), "");
    let shown = scene.run(["events", "show", "1", "--json"]).code(0);
    assert_eq!(shown.record("event")["attempts"].as_array().unwrap().len(), 5, "every attempt is in the store");
}

#[test]
fn retries_end_with_the_first_acknowledgement() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500, 302, 204]);
    let sent = scene.run(["trigger", "created", "--speed", "instant", "--json", "--to", &endpoint.url("/")]).code(0);
    let expected = [(0, "rejected"), (60_000, "rejected"), (360_000, "acknowledged")];
    assert_eq!(attempts(&sent), expected.map(|(at, how)| (at, how.to_owned())));
    assert_eq!(sent.record("delivered")["attempts"], 3);
    assert_eq!(sent.err(), "");
    let received = endpoint.received();
    assert!(received.iter().all(|request| request.body == received[0].body), "every attempt has the same bytes");
    let signature = |at: usize| received[at].header("x-webhook-signature").map(str::to_owned);
    assert!(signature(0).is_some() && signature(0) == signature(2));
}

#[test]
fn a_script_is_not_made_to_wait_by_surprise() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500]);
    let once = scene.run(["trigger", "created", "--to", &endpoint.url("/")]).code(1);
    assert_eq!(endpoint.received().len(), 1);
    assert!(once.out().ends_with("not delivered\n  hint: the app failed: see its log\n"), "{once}");
    assert_eq!(
        once.err(),
        "hint: made only one attempt, because nobody watches at a terminal; --retry follows the documented\n      \
               schedule, --speed 60x runs it faster\n"
    );
    let never = scene.run(["trigger", "created", "--no-retry", "--to", &endpoint.url("/")]).code(1);
    assert_eq!((endpoint.received().len(), never.err()), (2, String::new()));
    let quiet = scene.run(["trigger", "created", "-q", "--to", &endpoint.url("/")]).code(1);
    assert_eq!(quiet.err(), "");
}

/// `| tail -1` ends when the command does, whatever standard error is.
#[test]
fn a_pipe_behind_a_terminal_does_not_wait_either() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500]);
    let piped = scene.with(["trigger", "created", "--json", "--to", &endpoint.url("/")]).terminal(80).piped();
    let once = piped.output().code(1);
    assert_eq!((endpoint.received().len(), once.record("gave_up")["attempts"].as_u64()), (1, Some(1)));
    assert!(once.err().contains("made only one attempt"), "{once}");
}

#[test]
fn the_schedule_may_count_from_the_first_attempt() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500]);
    let line = ["trigger", "created", "--speed", "instant", "--retry-from", "first", "--json", "--to"];
    let sent = scene.run(line.into_iter().chain([endpoint.url("/").as_str()])).code(1);
    let scheduled: Vec<u64> = attempts(&sent).into_iter().map(|(at, _)| at).collect();
    assert_eq!(scheduled, [0, 60_000, 300_000, 900_000, 3_600_000]);
    assert_eq!(sent.record("gave_up")["attempts"], 5);
}

#[test]
fn each_step_waits_for_enter() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500, 500, 200]);
    let url = endpoint.url("/");
    let line = ["trigger", "created", "--speed", "step", "--to", &url];
    let stepped = scene.with(line).stdin("\n\n").output().code(0);
    assert!(stepped.out().ends_with("delivered on attempt 3 of 5\n"), "{stepped}");
    assert_eq!(
        stepped.err(),
        "note: press Enter for attempt 2; Ctrl-C stops\nnote: press Enter for attempt 3; Ctrl-C stops\n"
    );
    let ended = scene.with(["trigger", "created", "--speed", "step", "--to", &Endpoint::nowhere()]).output().code(2);
    assert!(ended.err().contains("error: --speed step waits for Enter, but standard input has ended\n"), "{ended}");
}

#[test]
fn every_failure_is_told_for_what_it_is() {
    let location = vec!["Location: /elsewhere".to_owned()];
    for (answer, outcome, words, hint) in [
        (Answer::Status(500), "rejected", "500 Internal Server Error", "the app failed: see its log"),
        (Answer::Status(404), "rejected", "404 Not Found", "no such route in the app: check the path of the URL"),
        (Answer::Status(410), "rejected", "410 Gone", ""),
        (Answer::Status(429), "rejected", "429 Too Many Requests", ""),
        (Answer::Full(307, location, vec![]), "rejected", "307", "redirects are never followed: use /elsewhere itself"),
        (Answer::Hang, "timeout", "timed out", "answer 2xx first and do the work afterwards"),
        (Answer::HalfBody, "timeout", "timed out", "answer 2xx first and do the work afterwards"),
        (Answer::Close, "disconnected", "disconnected", "the app closed the connection before answering"),
        (Answer::Garbage, "malformed", "not HTTP", "what listens there does not speak HTTP"),
    ] {
        let scene = Scene::new();
        let endpoint = Endpoint::new([answer.clone()]);
        let url = endpoint.url("/");
        // Long enough for the request to arrive on a busy machine, and no limit where an answer comes.
        let timeout = if outcome == "timeout" { "1s" } else { "0" };
        let line = ["trigger", "created", "--no-retry", "--timeout", timeout, "--to", &url];
        let sent = scene.run(line).code(1);
        assert!(sent.out().contains(words) && sent.out().contains(hint), "{answer:?}: {sent}");
        assert_eq!(sent.err(), "");
        let sent = scene.run(line.into_iter().chain(["--json"])).code(1);
        assert_eq!(attempts(&sent), [(0, outcome.to_owned())], "{answer:?}");
        assert_eq!(endpoint.received().len(), 2, "one attempt is one request: {answer:?}");
    }
}

#[test]
fn unknown_hosts_and_wrong_schemes_are_told() {
    let scene = Scene::new();
    let sent = scene.run(["trigger", "created", "--to", "http://nothing.invalid/"]).code(1);
    assert!(sent.out().contains("unknown host") && sent.out().contains("check the name in the URL"), "{sent}");
    let endpoint = Endpoint::good();
    let secure = endpoint.url("/").replace("http://", "https://");
    let sent = scene.run(["trigger", "created", "--to", &secure, "--timeout", "5s"]).code(1);
    assert!(sent.out().contains("hint: "), "{sent}");
}

#[test]
fn an_attempt_is_stored_before_it_is_shown() {
    let scene = Scene::new();
    let endpoint = Endpoint::new([Answer::Status(500), Answer::Hang]);
    let running = scene.with(["trigger", "created", "--speed", "instant", "--to", &endpoint.url("/")]).start();
    running.stdout.wait_for("attempt 1/5");
    let shown = scene.run(["events", "show", "1", "--json"]).code(0);
    assert_eq!(shown.record("event")["attempts"][0]["status"], 500);
    endpoint.wait_for(2);
    running.signal(referralloop::shutdown::StopSignal::Interrupt);
    running.finish().code(130);
}
