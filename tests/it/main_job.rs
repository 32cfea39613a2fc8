//! The main job: listen here, trigger there; verified, stored, retried as documented, ended as asked.

mod answers;
mod ends;
mod forwards;
mod retries;
mod round_trip;
mod store_files;
mod watching;

use crate::support::Scene;

/// The documentation's example of a delivery.
pub const CREATED: &str = r#"{"event_type":"signup.created","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com","name":"John Doe","position":1,"referral_code":"ABC123","created_at":"2024-01-15T10:00:00Z"},"timestamp":"2024-01-15T10:00:00Z"}"#;

/// The documentation's example of a move.
pub const MOVED: &str = r#"{"event_type":"signup.position_changed","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com","old_position":10,"new_position":5,"position_change":-5},"timestamp":"2024-01-15T10:00:00Z"}"#;

/// The documentation's example of a deletion.
pub const DELETED: &str = r#"{"event_type":"signup.deleted","waitlist_id":"123e4567-e89b-12d3-a456-426614174000","data":{"id":"789e0123-e89b-12d3-a456-426614174000","email":"user@example.com"},"timestamp":"2024-01-15T10:00:00Z"}"#;

/// A text with each latency written `N ms`, the columns before it closed up: what a clock puts in cannot be compared.
pub fn steady(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split(" ms").peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            out.push_str(part);
            break;
        }
        let bare = part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        out.push_str(bare.trim_end_matches(' '));
        out.push_str("   N ms");
    }
    out
}

/// Delivers a body once with curl's directness: no store, no signature unless given.
pub fn deliver(scene: &Scene, url: &str, body: &str, more: &[&str]) -> crate::support::Output {
    scene.run(["trigger", "--to", url, "--data", body].into_iter().chain(more.iter().copied()))
}
