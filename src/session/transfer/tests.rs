//! Tests.

use super::*;
use crate::output::records;

fn story(body: Vec<u8>) -> EventHistory {
    let at: Timestamp = "2024-01-15T10:00:00.123Z".parse().unwrap();
    let body = RawBody::new(body);
    let answer = AttemptResponse {
        status: 302,
        location: Some("/x".into()),
        body: vec![0xff].into(),
        truncated: true,
        only_200: false,
    };
    let attempt = |number, outcome| Attempt {
        event: 7,
        url: "http://localhost:3000/".into(),
        purpose: DeliveryPurpose::Forward,
        number,
        at,
        latency: Duration::from_micros(1234),
        outcome,
    };
    let row = ArrivalRow {
        number: 9,
        event: 7,
        at,
        verification: SignatureState::Valid,
        target: "/hook?a=1".into(),
        headers: HeaderLines::collect([("X-Odd", b"caf\xe9".as_slice()), ("a", b"b: c")]),
    };
    let event = EventRow {
        number: 7,
        facts: EventFacts::from_body(&body),
        body,
        sent_at: Some(at),
        first_at: Some(at),
        last_at: Some(at),
        arrivals: 1,
        verification: Some(SignatureState::Valid),
        retry_of: None,
        last_attempt: None,
        deliveries: Vec::new(),
    };
    let attempts = vec![
        attempt(1, AttemptOutcome::TimedOut(AttemptPhase::Body)),
        attempt(2, AttemptOutcome::Answered(answer)),
        attempt(3, AttemptOutcome::Tls("bad \u{202e} certificate".into())),
    ];
    EventHistory { event, arrivals: vec![row], attempts }
}

fn written(story: &EventHistory) -> String {
    String::from_utf8(records::encode_record(Timestamp::UNIX_EPOCH, &story.fields())).unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    for body in [br#"{"data":{"email":"a@b.c"},"x":1.0}"#.to_vec(), vec![0, 0xff, 10], Vec::new(), "\u{202e}é".into()]
    {
        let story = story(body.clone());
        let read = read_line(&written(&story)).unwrap().unwrap();
        assert_eq!(read.body.as_bytes(), body);
        assert_eq!(read.sent, story.event.sent_at);
        assert_eq!(read.arrivals[0].content.headers, story.arrivals[0].headers);
        assert_eq!((read.arrivals[0].at, &*read.arrivals[0].target), (story.arrivals[0].at, "/hook?a=1"));
        for (read, written) in read.attempts.iter().zip(&story.attempts) {
            assert_eq!((read.latency, &read.outcome, read.number), (written.latency, &written.outcome, written.number));
        }
    }
}

#[test]
fn other_records_are_passed_over_and_nonsense_is_named() {
    assert!(read_line(r#"{"type":"summary","at":"2024-01-15T10:00:00Z","v":1}"#).unwrap().is_none());
    assert!(read_line("{").is_err());
    assert_eq!(read_line(r#"{"type":"event"}"#).unwrap_err(), "it has no body");
}

#[test]
fn a_redacted_story_names_nobody() {
    let story = story(br#"{"data":{"email":"ada@x.io","name":"Ada Love"}}"#.to_vec()).redacted(&mut Redactor::new());
    let text = written(&story);
    for word in ["ada@x.io", "Ada Love", "b: c"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[test]
fn where_it_went_last_is_one_listeners_whole_set() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let targets = |came: &[i64], tried: &[(i64, &str)]| {
        let mut story = story(b"{}".to_vec());
        let (arrival, attempt) = (story.arrivals[0].clone(), story.attempts[0].clone());
        story.arrivals = came.iter().map(|second| ArrivalRow { at: at(*second), ..arrival.clone() }).collect();
        let tried = tried.iter().map(|(second, url)| (at(*second), format!("http://{url}/")));
        story.attempts = tried.map(|(at, url)| Attempt { at, url, ..attempt.clone() }).collect();
        story.last_targets().iter().map(|url| url.host_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(targets(&[1], &[(1, "b"), (2, "a"), (3, "b")]), ["b", "a"]);
    // An app that had it is not asked again when it comes again; another listener is another set.
    assert_eq!(targets(&[1, 5], &[(1, "a"), (2, "b"), (6, "a")]), ["a", "b"]);
    assert_eq!(targets(&[1, 5], &[(1, "a"), (2, "b"), (6, "c")]), ["c"]);
    assert!(targets(&[1], &[]).is_empty());
}
