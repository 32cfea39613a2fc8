//! Keys, older events, searches and comparisons of the browser.

use super::*;
use crate::clock::SystemClock;
use crate::protocol::body::RawBody;
use crate::protocol::facts::EventFacts;
use crate::store::{Store, StoreOptions};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tokio::task::JoinSet;

/// More than two pages.
const STORED: u64 = 2 * PAGE as u64 + 200;

/// A browser of so many events, of which the first and the last are of one sign-up.
async fn browse(folder: &tempfile::TempDir) -> EventBrowser {
    let path = folder.path().join("events.db");
    let store = Store::open(&path, StoreOptions::default()).unwrap();
    let mut recording = JoinSet::new();
    for number in 1..=STORED {
        let signup = if number == STORED { 1 } else { number };
        let body = RawBody::new(format!(
            r#"{{"event_type":"signup.created","data":{{"id":"signup-{signup}","email":"nr{number}@example.com"}}}}"#
        ));
        let facts = EventFacts::from_body(&body);
        let at = Timestamp::from_second(1_700_000_000 + number.cast_signed()).unwrap();
        let recorder = store.recorder();
        recording.spawn(async move { recorder.record_sent(body, &facts, at).await.unwrap() });
        if number == 1 {
            recording.join_next().await;
        }
        if number + 1 == STORED {
            while recording.join_next().await.is_some() {}
        }
    }
    recording.join_all().await;
    store.close().await;
    let style = OutputStyle::new(false, 120, TimeZone::UTC);
    EventBrowser::new(path, std::sync::Arc::new(crate::clock::SystemClock::default()), Vec::new(), style)
}

impl EventBrowser {
    /// Presses a key and reads until nothing goes on; the picture.
    fn see(&mut self, keys: &str) -> String {
        for key in keys.chars() {
            let key = if key == '\n' { Key::Enter } else { Key::Character(key) };
            self.press(key, 20, None).unwrap();
        }
        while self.read(120).unwrap() {}
        self.draw(120, 20).join("\n")
    }
}

#[tokio::test]
async fn a_comparison_is_seen_without_room_beside_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browse(&folder).await;
    let wide = browser.see("d");
    assert!(wide.contains("#1200") && wide.contains("nr1@example.com"), "{wide}");
    let narrow = |browser: &mut EventBrowser| {
        while browser.read(80).unwrap() {}
        browser.draw(80, 24).join("\n")
    };
    let compared = narrow(&mut browser);
    assert!(compared.contains("nr1@example.com") && compared.contains("Esc no longer compare"), "{compared}");
    browser.press(Key::Escape, 24, None).unwrap();
    let list = narrow(&mut browser);
    assert!(!list.contains("nr1@example.com") && list.contains("↑ ↓ choose   Enter open"), "{list}");
}

/// Half a secret on a row is found by nobody on its way out, nor is one that is encoded for the clipboard.
#[tokio::test]
async fn no_secret_is_folded_or_copied() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browse(&folder).await;
    let secret = crate::protocol::signature::Secret::new("nr1200@example.com").unwrap();
    browser.style.mask.write().add(&secret);
    while browser.read(24).unwrap() {}
    let shown = browser.detail.lines.join("");
    assert!(shown.contains("[redacted]") && !shown.contains("nr1200@"), "{shown}");
    assert!(!browser.detail.lines.iter().any(|line| line.contains("mple.com")), "{shown}");
    browser.press(Key::Character('c'), 24, None).unwrap();
    let copied = browser.copied.take().unwrap();
    assert!(copied.contains("[redacted]") && !copied.contains("nr1200@"), "{copied}");
}

#[test]
fn the_keys_take_as_many_lines_as_they_need() {
    let style = OutputStyle::new(false, 60, TimeZone::UTC);
    let mut browser =
        EventBrowser::new("nowhere".into(), std::sync::Arc::new(SystemClock::default()), Vec::new(), style);
    for words in [KEYS, MARKS] {
        let told = (words == MARKS).then_some(KEYS);
        browser.press(Key::Character('?'), 24, told).unwrap();
        for columns in [20, 60, 80] {
            let picture = browser.draw(columns, 24);
            assert_eq!(picture.len(), 24);
            let whole = picture.join("\n");
            let lost: Vec<_> = words.split(" · ").filter(|part| !whole.contains(part)).collect();
            assert!(lost.is_empty(), "{columns} columns lose {lost:?}: {whole}");
        }
        assert_eq!(browser.draw(60, 3).len(), 3);
    }
}

#[tokio::test]
async fn older_events_are_read_where_somebody_comes_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browse(&folder).await;
    let first = browser.see("");
    assert!(first.contains(&format!("1 of the newest {PAGE}, older ones follow")), "{first}");
    let end = browser.see("G");
    assert!(end.contains(&format!("{STORED} of {STORED} stored")) && end.contains("nr1@example.com"), "{end}");
    let begin = browser.see("g");
    assert!(begin.contains(&format!("1 of {STORED} stored")), "{begin}");
}

#[tokio::test]
async fn a_search_looks_at_everything_that_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browse(&folder).await;
    browser.see("");
    let found = browser.see("/NR3@\n");
    assert!(found.contains("1 of 1 that contain 'NR3@'") && found.contains("nr3@example.com"), "{found}");
    let nothing = browser.see("/x\n");
    assert!(nothing.contains("Nothing that is stored contains that"), "{nothing}");
}

#[tokio::test]
async fn a_comparison_is_with_the_same_signup_or_with_what_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut browser = browse(&folder).await;
    browser.see("");
    let same = browser.see("d");
    assert!(same.contains(&format!("#{STORED} compared with #1, the one before of this sign-up")), "{same}");
    let other = browser.see("j");
    assert!(other.contains("No earlier event of this sign-up is stored."), "{other}");
    let marked = browser.see("jmk");
    let words = format!("#{} compared with #{}, which is marked", STORED - 1, STORED - 2);
    assert!(marked.contains(&words) && marked.contains(" •"), "{marked}");
    assert!(browser.see("jmk").contains("No earlier event"));
}

#[test]
fn escape_leaves_what_was_opened_last_and_nothing_else() {
    let style = OutputStyle::new(false, 80, TimeZone::UTC);
    let mut browser = EventBrowser::new(PathBuf::new(), Arc::new(SystemClock::default()), Vec::new(), style);
    let mut press = |key| {
        let told = browser.message.take();
        let goes_on = browser.press(key, 24, told.as_deref()).unwrap();
        (goes_on, browser.detail.compared, browser.draw_foot(80).concat())
    };
    let (_, compared, foot) = press(Key::Character('d'));
    assert!(compared && foot.starts_with("Esc no longer compare"), "{foot}");
    let (_, _, foot) = press(Key::Character('?'));
    assert!(foot.starts_with("Esc back"), "{foot}");
    assert!(matches!(press(Key::Escape), (true, true, _)), "the keys alone");
    assert!(matches!(press(Key::Escape), (true, false, _)), "the comparison alone");
    let (goes_on, _, foot) = press(Key::Pasted('q'));
    assert!(goes_on && foot.starts_with("pasted text"), "{foot}");
    assert!(!press(Key::Escape).0);
}

#[test]
fn what_is_pasted_into_the_search_is_searched_for() {
    let style = OutputStyle::new(false, 80, TimeZone::UTC);
    let mut browser = EventBrowser::new(PathBuf::new(), Arc::new(SystemClock::default()), Vec::new(), style);
    for key in [Key::Character('/'), Key::Pasted('q'), Key::Pasted('r'), Key::Enter] {
        assert!(browser.press(key, 24, None).unwrap());
    }
    assert_eq!(browser.filter, "qr");
}
