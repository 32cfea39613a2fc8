//! Pages and tables of a sandbox, fed with what people should not write.

use super::*;
use crate::output::fixtures::{answered_outcome, at};
use crate::protocol::body::RawBody;
use jiff::tz::TimeZone;
use std::time::Duration;

fn delivery(state: SandboxDeliveryState, attempts: Vec<SandboxDeliveryAttempt>) -> SandboxDelivery {
    SandboxDelivery {
        number: 7,
        subscription: "sub_1".into(),
        event_type: "signup.created".into(),
        signup: "789e".into(),
        email: "<script>alert(1)</script>\u{202e}@example.com".into(),
        url: "http://127.0.0.1:4242/\"><u>".into(),
        body: RawBody::new("{\"a\":\"</pre><script>\"}"),
        created_at: at("10:00:00"),
        state,
        due_at: (state == SandboxDeliveryState::Pending).then(|| at("10:01:00")),
        attempts,
    }
}

fn ended(number: u32, status: u16) -> SandboxDeliveryAttempt {
    let outcome = answered_outcome(status, "<img src=x>");
    let end = SandboxAttemptState::Ended { outcome, latency: Duration::from_millis(12) };
    SandboxDeliveryAttempt { number, again: number == 2, due_at: at("10:00:00"), started_at: at("10:00:00"), end }
}

fn style() -> OutputStyle {
    OutputStyle::new(false, 160, TimeZone::UTC)
}

#[test]
fn what_people_write_is_text_on_the_page() {
    let interrupted = SandboxDeliveryAttempt { end: SandboxAttemptState::Interrupted, ..ended(1, 500) };
    let shown = [
        delivery(SandboxDeliveryState::Delivered, vec![interrupted, ended(2, 200)]),
        delivery(SandboxDeliveryState::Pending, vec![ended(1, 500)]),
    ];
    let page = render_delivery_page(&shown, &style());
    for foreign in ["<script", "<img", "<u>", "\u{202e}"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for told in
        ["interrupted", "2, again", "200 OK", "500 Internal Server Error", "due 2024-01-15 10:01:00", "\\u{202e}"]
    {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert!(page.contains("default-src 'none'") && !page.contains("http-equiv=\"refresh\""));
}

#[test]
fn a_row_a_delivery() {
    let shown =
        [delivery(SandboxDeliveryState::Failed, vec![ended(1, 500)]), delivery(SandboxDeliveryState::Pending, vec![])];
    let table = render_delivery_table(&shown, at("10:02:00"), &style());
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 3, "{table}");
    assert!(rows[1].contains("failed") && rows[1].contains("500 Internal Server Error"), "{table}");
    assert!(rows[2].contains("due 10:01:00"), "{table}");
}

#[test]
fn the_sign_up_page_says_what_became_of_it() {
    let form = signup_page("Early <access>", Some("<i>"), None);
    assert!(form.contains("Early &lt;access&gt;") && form.contains("Referred with &lt;i&gt;"), "{form}");
    assert!(form.contains("<form method=\"post\">"));
    let done = signup_page("x", None, Some(Ok((7, "http://127.0.0.1:4010/w/x?ref=ABC123"))));
    assert!(done.contains("You are number 7") && done.contains("?ref=ABC123") && !done.contains("<form"), "{done}");
    assert!(signup_page("x", None, Some(Err("no"))).contains("<p role=\"alert\">no</p>"));
}
