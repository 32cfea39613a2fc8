//! Tests of what needs no socket.

use super::query::{EventSearch, TypedSearch};

#[test]
fn what_is_typed_is_read_as_what_it_looks_like() {
    let id = "789e0123-e89b-12d3-a456-426614174000";
    for (text, read) in [
        ("", None),
        ("  ", None),
        ("#41", Some(TypedSearch::Number(41))),
        ("#x", Some(TypedSearch::Text("#x".into()))),
        ("41", Some(TypedSearch::Text("41".into()))),
        (" ann@example.org ", Some(TypedSearch::Email("ann@example.org".into()))),
        ("ann@example", Some(TypedSearch::Text("ann@example".into()))),
        ("@example.org", Some(TypedSearch::Text("@example.org".into()))),
        (id, Some(TypedSearch::Signup(id.into()))),
        (&id[1..], Some(TypedSearch::Text(id[1..].into()))),
    ] {
        assert_eq!(TypedSearch::read(text), read, "{text}");
    }
}

#[test]
fn a_search_asks_for_no_more_than_it_may() {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let limit = |query: &str| EventSearch::read(query, now).unwrap().limit;
    assert_eq!(["", "limit=7", "limit=0", "limit=999999"].map(limit), [100, 7, 1, 1000]);
}
