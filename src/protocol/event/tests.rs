//! Names, selections and the catalogue, against the documented example payloads.

use super::*;

#[test]
fn events_are_parsed_by_either_name() {
    for event in EventType::ALL {
        assert_eq!(event.name().parse(), Ok(event));
        assert_eq!(event.short_name().parse(), Ok(event));
        assert_eq!(EventType::from_name(event.name()), Some(event));
        assert_eq!(EventType::from_name(event.short_name()), None);
        assert_eq!(serde_json::to_string(&event).unwrap(), format!("{:?}", event.name()));
    }
    assert_eq!(EventType::SignupPositionChanged.short_name(), "position_changed");
    assert_eq!(format!("[{:<16}]", EventType::SignupCreated), "[signup.created  ]");
}

#[test]
fn a_wrong_name_is_told_the_right_one() {
    let told = |name: &str| name.parse::<EventType>().unwrap_err().to_string();
    assert_eq!(told("signup.craeted"), r#"unknown event "signup.craeted"; did you mean "signup.created"?"#);
    assert_eq!(told("Created"), r#"unknown event "Created"; did you mean "created"?"#);
    assert_eq!(told("position"), r#"unknown event "position"; did you mean "position_changed"?"#);
    let all = "the events are signup.created, signup.position_changed, signup.deleted";
    assert_eq!(told("xyz"), format!(r#"unknown event "xyz"; {all}"#));
    assert_eq!(told(""), format!(r#"unknown event ""; {all}"#));
}

#[test]
fn a_selection_is_a_list() {
    let selection: EventSelection = "deleted, signup.created,created".parse().unwrap();
    assert_eq!(selection.to_string(), "signup.created,signup.deleted");
    assert_eq!(selection.events(), [EventType::SignupCreated, EventType::SignupDeleted]);
    assert!(selection.matches(Some("signup.created")));
    assert!(!selection.matches(Some("signup.position_changed")));
    assert!(!selection.matches(Some("created")));
    assert!(!selection.matches(None));
}

#[test]
fn undocumented_events_are_selected_by_the_wide_words_only() {
    let group: EventSelection = "signup.*".parse().unwrap();
    assert!(group.matches(Some("signup.approved")) && group.matches(Some("signup.created")));
    assert!(!group.matches(Some("new_registration")) && !group.matches(None));
    let all: EventSelection = "created,all".parse().unwrap();
    assert!(all.matches(Some("new_registration")) && all.matches(None));
    assert_eq!((all.to_string(), group.to_string()), ("all".to_owned(), "signup.*".to_owned()));
    assert_eq!((all.events(), group.events()), (EventType::ALL.to_vec(), EventType::ALL.to_vec()));
    assert_eq!(EventSelection::default(), EventSelection::all());
}

#[test]
fn a_selection_names_what_it_does_not_know() {
    let told = |list: &str| list.parse::<EventSelection>().unwrap_err().to_string();
    assert_eq!(told("created,al"), r#"unknown event "al"; did you mean "all"?"#);
    assert_eq!(told("signup."), r#"unknown event "signup."; did you mean "signup.*"?"#);
    assert!(told("created,").contains(r#"unknown event """#));
}

#[test]
fn fields_follow_the_documented_order() {
    let paths = |event: EventType| event.fields().map(|field| field.path).collect::<Vec<_>>().join(" ");
    assert_eq!(
        paths(EventType::SignupCreated),
        "event_type waitlist_id data data.id data.email data.name data.position data.referral_code data.created_at \
         timestamp"
    );
    assert_eq!(
        paths(EventType::SignupPositionChanged),
        "event_type waitlist_id data data.id data.email data.old_position data.new_position data.position_change \
         timestamp"
    );
    assert_eq!(paths(EventType::SignupDeleted), "event_type waitlist_id data data.id data.email timestamp");
}

#[test]
fn paths_are_suggested() {
    assert_eq!(EventType::SignupCreated.closest_path("position"), Some("data.position"));
    // Of a value that is told before and after it changed, the new one is meant.
    assert_eq!(EventType::SignupPositionChanged.closest_path("position"), Some("data.new_position"));
    assert_eq!(EventType::SignupPositionChanged.closest_path("data.position"), Some("data.new_position"));
    assert_eq!(EventType::SignupCreated.closest_path("data.postion"), Some("data.position"));
    assert_eq!(EventType::SignupDeleted.closest_path("timestmap"), Some("timestamp"));
    assert_eq!(EventType::SignupDeleted.closest_path("colour"), None);
}

#[test]
fn times_are_those_of_rfc_3339() {
    for text in [
        "2024-01-15T10:00:00Z",
        "2024-01-15t10:00:00z",
        "2024-01-15T10:00:00.123456Z",
        "2024-01-15T12:00:00+02:00",
        "2024-01-15T12:00:00-00:00",
        "2024-12-31T23:59:60Z",
    ] {
        assert!(parse_time(text).is_some(), "{text}");
    }
    for text in [
        "",
        "2024-01-15",
        "2024-01-15T10:00:00",
        "2024-01-15 10:00:00Z",
        "2024-01-15T10:00Z",
        "2024-01-15T10:00:00.Z",
        "2024-01-15T10:00:00,5Z",
        "20240115T100000Z",
        "2024-01-15T10:00:00+02",
        "2024-01-15T10:00:00Z[UTC]",
        "2024-02-30T10:00:00Z",
        "2024-01-15T25:00:00Z",
        "1705312800",
        "2024-01-15T10:00:0é",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

#[test]
fn each_kind_takes_its_own_text() {
    assert!(FieldKind::Email.takes_text("a@b"));
    assert!(
        !FieldKind::Email.takes_text("@b") && !FieldKind::Email.takes_text("a@") && !FieldKind::Email.takes_text("a")
    );
    assert!(FieldKind::Id.takes_text("sub_1") && !FieldKind::Id.takes_text(""));
    assert!(FieldKind::Event.takes_text("signup.deleted") && !FieldKind::Event.takes_text("deleted"));
    assert!(!FieldKind::Integer.takes_text("1"));
}
