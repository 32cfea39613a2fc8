//! The documented examples, word for word, and answers that are not like them.

use super::*;
use http::HeaderMap;
use serde_json::json;

fn body(refusal: &ApiErrorResponse) -> String {
    serde_json::to_string(refusal.members()).unwrap()
}

#[test]
fn documented_errors_are_written_as_the_documentation_writes_them() {
    let reset = "2024-01-15T11:00:00Z".parse().unwrap();
    for (refusal, status, text) in [
        (ApiErrorResponse::email_required(), 400, r#"{"error":"Email is required"}"#),
        (ApiErrorResponse::invalid_key(), 401, r#"{"error":"Invalid API key"}"#),
        (ApiErrorResponse::missing_authorization(), 401, r#"{"error":"Missing or invalid authorization header"}"#),
        (
            ApiErrorResponse::subscription_required(),
            403,
            r#"{"error":"API access requires a paid subscription","message":"Upgrade your plan to use the API","upgrade_url":"https://www.referralloop.dev/dashboard/billing"}"#,
        ),
        (ApiErrorResponse::waitlist_not_found(), 404, r#"{"error":"Waitlist not found"}"#),
        (
            ApiErrorResponse::signup_exists("789e", 1, "ABC123"),
            409,
            r#"{"error":"Email already exists on this waitlist","signup":{"id":"789e","position":1,"referral_code":"ABC123"}}"#,
        ),
        (
            ApiErrorResponse::rate_limited(1000, reset),
            429,
            r#"{"error":"Rate limit exceeded","limit":1000,"reset_at":"2024-01-15T11:00:00Z"}"#,
        ),
    ] {
        assert_eq!((refusal.status, body(&refusal).as_str()), (status, text));
        assert_eq!(ApiErrorResponse::read(status, text.as_bytes()), refusal, "read back");
    }
    assert_eq!(ApiErrorResponse::rate_limited(1000, reset).reset_at(), Some(reset));
    assert_eq!(ApiErrorResponse::signup_exists("789e", 1, "ABC123").existing().unwrap().id, "789e");
}

#[test]
fn a_refusal_that_is_no_json_still_has_its_status() {
    for body in [&b"<html>Bad gateway</html>"[..], b"", b"[1]", b"\"x\"", b"{\"error\":5}", b"\xff"] {
        let refusal = ApiErrorResponse::read(502, body);
        assert_eq!((refusal.status, refusal.error()), (502, None), "{body:?}");
    }
    assert_eq!(ApiErrorResponse::read(409, br#"{"signup":{"id":"../x"}}"#).existing(), None, "an id that is none");
}

#[test]
fn lists_are_read_below_their_name_or_bare_and_keep_what_nobody_knows() {
    for body in [
        r#"{"waitlists":[{"id":"w1","slug":"beta","colour":"red"}],"total":1}"#,
        r#"[{"id":"w1","slug":"beta","colour":"red"}]"#,
    ] {
        let lists: Vec<ApiWaitlist> = read_list(body.as_bytes(), "waitlists").unwrap().items;
        assert_eq!((lists[0].id(), lists[0].name()), ("w1", Some("beta")));
        assert_eq!(serde_json::to_value(&lists[0]).unwrap()["colour"], json!("red"));
    }
    assert_eq!(read_list::<ApiWaitlist>(b"{}", "waitlists"), Err(ApiResponseError::Without("waitlists")));
    assert_eq!(read_list::<ApiWaitlist>(b"<!doctype html>", "waitlists"), Err(ApiResponseError::WebPage));
    assert_eq!(read_list::<ApiWaitlist>(b" \n", "waitlists"), Err(ApiResponseError::Empty));
    assert_eq!(read_list::<ApiWaitlist>(b"[{", "waitlists"), Err(ApiResponseError::NotJson));
    for (body, ids, odd) in [
        (r#"[{"name":"no id"},{"id":""},{"id":null},7,null,{"id":1.5},{"id":"w"}]"#, vec!["w"], 6),
        (r#"{"waitlists":[{"id":7,"x":1},{"waitlist_id":"b"}]}"#, vec!["7", "b"], 0),
        (r#"{"data":{"waitlists":[{"id":"a"}],"total":1}}"#, vec!["a"], 0),
        (r#"{"waitlists":{"items":[{"id":"a"}]}}"#, vec!["a"], 0),
        (r#"{"waitlists":null}"#, vec![], 0),
        (r#"[{"id":123456789012345678901234567890}]"#, vec!["123456789012345678901234567890"], 0),
    ] {
        let list = read_list::<ApiWaitlist>(body.as_bytes(), "waitlists").unwrap();
        let found: Vec<&str> = list.items.iter().map(ApiWaitlist::id).collect();
        assert_eq!((found, list.odd), (ids, odd), "{body}");
    }
    for body in ["null", "7", "[", r#"{"waitlists":"x"}"#, r#"{"message":"hi"}"#] {
        assert!(read_list::<ApiWaitlist>(body.as_bytes(), "waitlists").is_err(), "{body}");
    }
}

#[test]
fn an_answer_of_too_many_objects_is_not_read() {
    let rows = |count: usize| format!(r#"{{"waitlists":[{}]}}"#, vec!["{}"; count].join(","));
    let read = |count| read_list::<ApiWaitlist>(rows(count).as_bytes(), "waitlists").map(|list| list.odd);
    assert_eq!(read(49_998), Ok(49_998));
    assert_eq!(read(49_999), Err(ApiResponseError::Crowded(50_000)));
}

#[test]
fn one_object_stands_below_its_name_or_bare() {
    let documented = br#"{"subscription":{"id":"sub_1234567890","event_type":"signup.created","target_url":"https://x","is_active":true,"created_at":"2024-01-15T10:00:00Z"}}"#;
    assert_eq!(read_one::<ApiSubscription>(documented, "subscription").unwrap().id(), "sub_1234567890");
    let bare = br#"{"id":"s1","email":"a@x.io","position":"first"}"#;
    let signup: ApiSignup = read_one(bare, "signup").unwrap();
    assert_eq!((signup.email(), signup.position()), (Some("a@x.io"), None));
    assert_eq!(read_one::<ApiSignup>(b"{\"signup\":null}", "signup"), Err(ApiResponseError::Without("signup")));
    assert_eq!(read_one::<ApiSignup>(b"5", "signup"), Err(ApiResponseError::Without("signup")));
    for (body, id, inactive) in [
        (r#"{"subscription":{"id":42,"is_active":false}}"#, "42", true),
        (r#"{"data":{"subscription":{"id":"s","is_active":"false"}}}"#, "s", true),
        (r#"{"data":{"subscription_id":"s","is_active":true}}"#, "s", false),
        (r#"{"subscription":"s"}"#, "s", false),
        (r#"[{"id":"s"}]"#, "s", false),
        (r#"{"id":"req_1","data":{"id":"s"}}"#, "s", false),
        (r#"{"id":"s","event_type":"x","data":{"id":"d"}}"#, "s", false),
    ] {
        let read = read_one::<ApiSubscription>(body.as_bytes(), "subscription").unwrap();
        let members = serde_json::to_value(&read).unwrap();
        assert_eq!((read.id(), is_switched_off(members.as_object().unwrap())), (id, inactive), "{body}");
    }
    for body in [r#"{"subscription":{"id":null}}"#, r#"[{"id":"a"},{"id":"b"}]"#, r#"{"ok":true}"#, "\"sub_1\""] {
        assert!(read_one::<ApiSubscription>(body.as_bytes(), "subscription").is_err(), "{body}");
    }
}

#[test]
fn paths_are_the_documented_ones() {
    let waitlist = || "w1".to_owned();
    for (call, text) in [
        (ApiCall::Waitlists, "GET /api/v1/waitlists"),
        (ApiCall::Signups { waitlist: waitlist(), limit: PAGE, offset: 0 }, "GET /api/v1/waitlists/w1/signups"),
        (
            ApiCall::Signups { waitlist: waitlist(), limit: 1000, offset: 2000 },
            "GET /api/v1/waitlists/w1/signups?limit=1000&offset=2000",
        ),
        (ApiCall::CreateSignup { waitlist: waitlist() }, "POST /api/v1/waitlists/w1/signups"),
        (ApiCall::DeleteSignup { waitlist: waitlist(), signup: "s1".into() }, "DELETE /api/v1/waitlists/w1/signups/s1"),
        (ApiCall::Subscribe, "POST /api/v1/webhooks/subscribe"),
        (ApiCall::Unsubscribe { subscription: "sub_1".into() }, "DELETE /api/v1/webhooks/unsubscribe/sub_1"),
    ] {
        assert_eq!(call.describe(), text);
    }
    assert!(
        !ApiCall::Subscribe.is_idempotent() && ApiCall::Unsubscribe { subscription: "sub_1".into() }.is_idempotent()
    );
}

#[test]
fn ids_cannot_leave_their_place_in_a_path() {
    for bad in ["", ".", "..", "../x", "a/b", "a b", "a?b", "a%2fb", "é", "a\n", "a#b", &"x".repeat(129)] {
        assert!(check_id(bad).is_err(), "{bad:?}");
    }
    for good in ["sub_1234567890", "123e4567-e89b-12d3-a456-426614174000", "a.b~c"] {
        assert!(check_id(good).is_ok(), "{good:?}");
    }
}

#[test]
fn limits_are_read_field_by_field() {
    let mut headers = HeaderMap::new();
    headers.insert(LIMIT_HEADER, "1000".parse().unwrap());
    headers.insert(REMAINING_HEADER, "many".parse().unwrap());
    headers.insert(RESET_HEADER, "2024-01-15T11:00:00Z".parse().unwrap());
    let limits = ApiRateLimits::from_headers(&headers);
    assert_eq!((limits.limit, limits.remaining), (Some(1000), None));
    assert_eq!(limits.reset_at.unwrap().to_string(), "2024-01-15T11:00:00Z");
    assert_eq!(ApiRateLimits::from_headers(&HeaderMap::new()), ApiRateLimits::default());
}

#[test]
fn plans_have_their_documented_limits() {
    let limits: Vec<_> = WorkspacePlan::ALL.iter().map(|plan| plan.hourly_limit()).collect();
    assert_eq!(limits, [None, Some(1_000), Some(10_000), Some(100_000)]);
    assert_eq!("growth".parse(), Ok(WorkspacePlan::Growth));
    assert_eq!(WorkspacePlan::from_hourly_limit(1_000), Some(WorkspacePlan::Starter));
    assert!("gold".parse::<WorkspacePlan>().unwrap_err().contains("free, starter, growth and pro"));
}

#[test]
fn bodies_name_what_was_given_and_nothing_else() {
    let bare = NewSignup { email: "a@x.io".into(), ..NewSignup::default() };
    assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"email":"a@x.io"}"#);
    let full: NewSignup =
        serde_json::from_value(json!({"email":"a@x.io","name":"A","metadata":{"a":1},"customFields":{"b":2}})).unwrap();
    assert_eq!(
        serde_json::to_string(&full).unwrap(),
        r#"{"email":"a@x.io","name":"A","metadata":{"a":1},"customFields":{"b":2}}"#
    );
    let subscription = NewSubscription {
        event_type: crate::protocol::event::EventType::SignupCreated,
        target_url: "https://x/hook".into(),
        waitlist_id: None,
    };
    assert_eq!(
        serde_json::to_string(&subscription).unwrap(),
        r#"{"event_type":"signup.created","target_url":"https://x/hook"}"#
    );
}

#[test]
fn keys_are_told_from_what_is_none_and_never_printed() {
    for (text, fault) in [
        ("", ApiKeyError::Empty),
        ("\n", ApiKeyError::Empty),
        ("Bearer pk_test_a", ApiKeyError::Bearer),
        ("bearer  pk_test_a", ApiKeyError::Bearer),
        ("whsec_abc", ApiKeyError::Foreign),
        ("pk_liv_abc", ApiKeyError::Foreign),
        ("pk_live_", ApiKeyError::Characters),
        ("pk_live_a b", ApiKeyError::Characters),
        ("pk_live_a\n\n", ApiKeyError::Characters),
        ("pk_live_é", ApiKeyError::Characters),
        (" pk_live_a", ApiKeyError::Foreign),
    ] {
        assert_eq!(ApiKey::new(text.as_bytes()), Err(fault), "{text:?}");
    }
    let key = ApiKey::new(b"pk_live_canary\r\n").unwrap();
    assert!(key.is_live() && !ApiKey::new(b"pk_test_x").unwrap().is_live());
    assert_eq!(key.expose(), b"pk_live_canary");
    assert!(!format!("{key:?} {:?}", key.bearer()).contains("canary"));
}

#[test]
fn a_base_is_https_or_this_machine() {
    for (text, url) in [
        (BASE_URL, BASE_URL),
        ("https://api.example.com", "https://api.example.com/api/v1"),
        ("http://127.0.0.1:4010/", "http://127.0.0.1:4010/api/v1"),
        ("http://localhost:4010/api/v1/", "http://localhost:4010/api/v1"),
        ("http://[::1]:4010/other", "http://[::1]:4010/other"),
    ] {
        assert_eq!(ApiBase::parse(text).unwrap().to_string(), url);
    }
    for (text, part) in [
        ("http://www.referralloop.dev/api/v1", "clear text"),
        ("http://127.0.0.1.example.com", "clear text"),
        ("ftp://x", "not ftp"),
        ("https://me:pw@x.io", "user name"),
        ("https://x.io/?a=1", "cannot have a query"),
        ("www.referralloop.dev", "has no scheme; write it as https://www.referralloop.dev/"),
        ("localhost:4010", "has no scheme; write it as http://localhost:4010/"),
        ("https//x.io", "write it as https://x.io"),
        ("https:///x", "has no host"),
        ("", "empty"),
    ] {
        let message = ApiBase::parse(text).unwrap_err();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn only_the_service_itself_is_the_service() {
    let is = |text: &str| ApiBase::parse(text).unwrap().is_service();
    assert!(is(BASE_URL) && is("https://www.referralloop.dev:443/other"));
    for other in ["https://referralloop.dev", "https://www.referralloop.dev:8443", "https://www.referralloop.dev.x.io"]
    {
        assert!(!is(other), "{other}");
    }
    let base = ApiBase::parse("http://localhost:1/a").unwrap();
    assert_eq!(base.join("/waitlists?limit=1").as_str(), "http://localhost:1/a/waitlists?limit=1");
    let reach = |text: &str| ApiBase::parse(text).unwrap().reach();
    assert_eq!(reach("http://localhost:1/a"), ApiReach::Machine);
    assert_eq!([reach("http://sandbox:4010"), reach("http://10.1.2.3")], [ApiReach::Network; 2]);
    assert_eq!(reach(BASE_URL), ApiReach::Internet);
    assert!(ApiBase::parse("http://sandbox:4010").unwrap().is_readable_on_the_way());
    assert!(!base.is_readable_on_the_way() && ApiBase::parse("http://sandbox.example.com").is_err());
}

#[test]
fn one_odd_member_does_not_take_an_answer_away() {
    let ids = |text: &str| {
        let read = read_list::<ApiSignup>(text.as_bytes(), "signups").unwrap();
        (read.items.iter().map(|signup| signup.id().to_owned()).collect::<Vec<_>>(), read.odd)
    };
    let large = r#"{"signups":[{"id":36893488147419103232,"position":1e400},{"id":1e400},{"id":"b"}]}"#;
    assert_eq!(ids(large), (vec!["36893488147419103232".to_owned(), "b".to_owned()], 1));
    assert_eq!(ids(r#"[{"id":"a","name":"\ud800"},{"id":"b"}]"#), (vec!["a".to_owned(), "b".to_owned()], 0));
    let made = read_one::<ApiSubscription>(br#"{"subscription":{"id":36893488147419103232}}"#, "subscription").unwrap();
    assert_eq!(made.id(), "36893488147419103232");
}
