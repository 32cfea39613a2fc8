//! Tests of the parts that need neither a request nor a socket.

use super::harness::recorded;
use crate::protocol::arrival::RequestContent;
use crate::protocol::body::RawBody;
use crate::receive::ResponseScript;
use crate::receive::bounded_map::BoundedMap;
use crate::receive::pending::PendingForward;
use crate::receive::queue::ForwardQueue;
use crate::receive::response_script::ResponseScriptError;
use crate::receive::settings::redact_target_url;
use std::time::Duration;

fn statuses(text: &str, count: u32) -> Vec<u16> {
    let answers: ResponseScript = text.parse().unwrap();
    (0..count).map(|n| answers.status_for(n)).collect()
}

#[test]
fn answers_follow_the_sequence_and_the_last_repeats() {
    assert_eq!(statuses("500x2,200", 5), [500, 500, 200, 200, 200]);
    assert_eq!(statuses("503", 3), [503, 503, 503]);
    assert_eq!(statuses(" 500 , 404X3 ,204", 6), [500, 404, 404, 404, 204, 204]);
    assert_eq!(statuses("500x4294967295,500,200", 2), [500, 500]);
    assert_eq!(ResponseScript::default().status_for(7), 200);
}

#[test]
fn answers_know_when_nothing_needs_counting() {
    assert_eq!(ResponseScript::default().constant_status(), Some(200));
    assert_eq!("500x3,500".parse::<ResponseScript>().unwrap().constant_status(), Some(500));
    assert_eq!("500x3,200".parse::<ResponseScript>().unwrap().constant_status(), None);
}

#[test]
fn answers_are_written_as_they_are_read() {
    for text in ["500x2,200", "200", "599,204x7"] {
        assert_eq!(text.parse::<ResponseScript>().unwrap().to_string(), text);
    }
    assert_eq!(ResponseScript::default().to_string(), "200");
}

#[test]
fn wrong_answers_are_named() {
    use ResponseScriptError::{Missing, NotACount, NotAStatus, OutOfRange};
    for (text, fault) in [
        ("", Missing),
        ("500,,200", Missing),
        ("500,", Missing),
        ("ok", NotAStatus("ok".into())),
        ("+500", NotAStatus("+500".into())),
        ("x2", NotAStatus("".into())),
        ("99999999999", NotAStatus("99999999999".into())),
        ("100", OutOfRange(100)),
        ("600", OutOfRange(600)),
        ("65736", OutOfRange(65736)),
        ("500x", NotACount("".into())),
        ("500x0", NotACount("0".into())),
        ("500x-1", NotACount("-1".into())),
        ("500x2x3", NotACount("2x3".into())),
    ] {
        assert_eq!(text.parse::<ResponseScript>(), Err(fault), "{text:?}");
    }
}

#[test]
fn recent_forgets_the_oldest() {
    let mut recent = BoundedMap::<u32>::new(2);
    *recent.entry(1) += 1;
    *recent.entry(2) += 1;
    *recent.entry(1) += 1;
    assert_eq!(recent.get(1), Some(&2));
    *recent.entry(3) += 1;
    assert_eq!((recent.get(1), recent.get(2), recent.get(3)), (None, Some(&1), Some(&1)));
}

fn passage(number: u64, bytes: usize) -> PendingForward {
    let content = RequestContent { body: RawBody::new(vec![0; bytes]), ..RequestContent::default() };
    PendingForward::new(&recorded(number, number), "/".into(), content)
}

#[tokio::test]
async fn a_line_waits_for_older_tickets_and_keeps_the_order() {
    let line = ForwardQueue::new(1 << 20);
    let (first, second, third) = (line.reserve(), line.reserve(), line.reserve());
    third.enqueue(passage(2, 0)).unwrap();
    let mut turn = Box::pin(line.next_forward());
    assert!(futures_pending(&mut turn).await, "the first ticket may hold a lower number");
    second.enqueue(passage(1, 0)).unwrap();
    assert!(futures_pending(&mut turn).await);
    drop(first);
    assert_eq!(turn.await.unwrap().arrival, 1);
    let _later = line.reserve();
    assert_eq!(line.next_forward().await.unwrap().arrival, 2, "a ticket that was taken later holds nothing up");
}

async fn futures_pending<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::time::timeout(Duration::from_millis(5), future).await.is_err()
}

#[tokio::test]
async fn a_line_hands_back_what_has_no_room() {
    let line = ForwardQueue::new(1000);
    line.reserve().enqueue(passage(1, 600)).unwrap();
    let back = line.reserve().enqueue(passage(2, 600)).unwrap_err();
    assert_eq!(back.arrival, 2);
    assert_eq!(line.count_unfinished(), 1);
    line.next_forward().await.unwrap();
    assert_eq!(line.count_unfinished(), 1, "on its way is not yet there");
    line.reserve().enqueue(passage(3, 600)).unwrap();
}

#[tokio::test]
async fn a_closed_line_empties_and_ends() {
    let line = ForwardQueue::new(1000);
    let late = line.reserve();
    line.reserve().enqueue(passage(2, 0)).unwrap();
    line.close();
    late.enqueue(passage(1, 0)).unwrap();
    assert_eq!(line.next_forward().await.unwrap().arrival, 1);
    assert_eq!(line.next_forward().await.unwrap().arrival, 2);
    assert!(line.next_forward().await.is_none());
    assert_eq!(line.count_unfinished(), 0);
}

#[test]
fn credentials_in_a_url_are_not_shown() {
    assert_eq!(
        redact_target_url(&"http://ada:pw@localhost:3000/hook?x=1".parse().unwrap()),
        "http://localhost:3000/hook?x=1"
    );
}
