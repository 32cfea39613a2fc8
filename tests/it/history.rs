//! History, replay and rehearsal through the whole program.

mod finding;
mod forwarding;
mod keeping;
mod rehearsing;
mod retrying;
mod targets;

use serde_json::json;
use sha2::{Digest, Sha256};

/// An export of so many events, each with other bytes and awkward ones among them.
pub fn export(count: usize) -> String {
    let record = |n: usize| {
        let body = format!(
            "{{\"event_type\": \"signup.created\",\"data\":{{\"id\":\"{n}\",\"email\":\"p{n}@x.io\",\"position\":{n}.0,\"é\":\"\\u00e9\"}}}}{}",
            "\n".repeat(n % 3)
        );
        let arrival = json!({
            "arrived_at": format!("2024-01-15T10:{:02}:{:02}.{:03}Z", n / 60_000 % 60, n / 1000 % 60, n % 1000),
            "verification": "unsigned", "target": "/hook", "headers": [{"name": "content-type", "value": "application/json"}],
        });
        json!({ "type": "event", "v": 1, "body": body, "arrivals": [arrival] }).to_string() + "\n"
    };
    (0..count).map(record).collect()
}

/// One hash over many bodies in their order.
pub fn hash<'a>(bodies: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut all = Sha256::new();
    for body in bodies {
        all.update((body.len() as u64).to_be_bytes());
        all.update(body);
    }
    all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
