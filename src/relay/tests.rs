//! Addresses of a relay: what they may look like, and what is said of those that do not.

use super::RelayAddress;

#[test]
fn addresses_name_servers_a_subject_and_maybe_an_event() {
    let read = |text: &str| RelayAddress::parse(text).map(|address| (address.to_string(), address.wanted_subjects()));
    for (text, shown, subjects) in [
        ("nats://h/hooks", "nats://h:4222/hooks", "hooks.>"),
        ("nats://a:1,b:2,[::1]:3/team.hooks", "nats://a:1,b:2,[::1]:3/team.hooks", "team.hooks.>"),
        ("tls://h/hooks.created", "tls://h:4222/hooks.created", "hooks.created.>"),
        ("nats://h/hooks.signup.deleted", "nats://h:4222/hooks.deleted", "hooks.deleted.>"),
        ("nats://[::1]/hooks/", "nats://[::1]:4222/hooks", "hooks.>"),
    ] {
        assert_eq!(read(text), Ok((shown.into(), subjects.into())), "{text}");
    }
}

#[test]
fn wrong_addresses_say_what_to_write() {
    for (text, words) in [
        ("http://h/x", "begins with nats://"),
        ("nats://h", "subject is missing"),
        ("nats:///x", "is not a server"),
        ("nats://h/x.*", "cannot be part of a subject"),
        ("nats://h/x..y", "an empty part"),
        ("nats://h/created", "put a subject before it"),
        ("nats://h:99999/x", "is not a server"),
    ] {
        let told = RelayAddress::parse(text).unwrap_err();
        assert!(told.contains(words), "{text}: {told}");
    }
    let told = RelayAddress::parse("nats://me:canary@h/x").unwrap_err();
    assert!(told.contains("--nats-creds") && !told.contains("canary"), "{told}");
}
