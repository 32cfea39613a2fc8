//! Whether unusual content is survived: what may come one day must be acknowledged, what never should must not crash.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::{draft_with_change, draft_with_name};
use crate::exchange::BodyEncoding;
use crate::protocol::check::CheckSeverity::{Info, Low, Medium};
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use std::time::Duration;

const MAY_COME: &str =
    "such an event may come any day; unless it is acknowledged, it is delivered five times and then lost";

const LENIENT: &str = "use the fields you need and ignore the rest; acknowledge events you have no use for";

const CRASHES: &str = "a handler that throws answers 500 and gets the same event five times; in some frameworks the \
    request hangs or the process dies";

const CATCH: &str = "check types before use, and answer 400 to anything that is not an event";

pub(super) const CHECKS: &[AuditCheck] = &[
    survives("robust.unknown-crash", Medium, 2, unknown_type).with_texts(
        "an unknown event type does not crash it",
        MAY_COME,
        LENIENT,
    ),
    accepts("robust.unknown-event", Low, 2, unknown_type).with_texts(
        "an unknown event type is acknowledged",
        MAY_COME,
        LENIENT,
    ),
    accepts("robust.unknown-field", Medium, 1, |stage| {
        vec![draft_with_change(stage, |payload| {
            payload["api_version"] = Value::from("2027-01-01");
            payload["data"]["utm"] =
                Value::from_iter([("source", Value::from("newsletter")), ("tags", Value::from(["a", "b"]))]);
        })]
    })
    .with_texts("an event with unknown fields is acknowledged", MAY_COME, LENIENT),
    accepts("robust.null-name", Medium, 1, |stage| vec![draft_with_name(stage, Value::Null)]).with_texts(
        "a sign-up whose name is null is acknowledged",
        "a name is optional at sign-up",
        "treat a name as something that may be missing",
    ),
    accepts("robust.absent-name", Low, 1, |stage| {
        vec![draft_with_change(stage, |payload| {
            payload["data"].as_object_mut().and_then(|data| data.shift_remove("name"));
        })]
    })
    .with_texts(
        "a sign-up without a name is acknowledged",
        "a name is optional at sign-up",
        "treat a name as something that may be missing",
    ),
    accepts("robust.moved-down", Medium, 2, |stage| {
        let signup = stage.make_signup();
        let created = stage.draft_signed(signup.build_created().to_string()).with_label("created");
        vec![created, stage.draft_signed(signup.build_moved(5, 12, stage.now()).to_string()).with_label("moved from 5 to 12")]
    })
    .with_texts(
        "a sign-up that moves down is acknowledged",
        "whoever is overtaken moves down: position_change is positive then",
        LENIENT,
    ),
    accepts("robust.emoji", Medium, 1, |stage| vec![draft_with_name(stage, "Zoë 🦊👩‍👩‍👧‍👦")]).with_texts(
        "emoji in a name are acknowledged",
        "people use them; columns and encodings limited to three bytes per character cannot store them",
        "use UTF-8 throughout, utf8mb4 in MySQL",
    ),
    accepts("robust.right-to-left", Medium, 2, |stage| {
        vec![draft_with_name(stage, "مريم حداد"), draft_with_name(stage, "\u{202e}gro.elpmaxe\u{202c}")]
    })
    .with_texts(
        "names in right-to-left scripts are acknowledged",
        "people have such names",
        "use UTF-8 throughout",
    ),
    AuditCheck::from_action("robust.cut-character", Medium, 2, |stage| Box::pin(cut_character(stage))).with_texts(
        "a letter that is cut between two packets is read whole",
        "chunks that are turned into text one by one lose the letters between them, and no signature holds any more",
        "collect the bytes, put them together, and decode them once: Buffer.concat(chunks)",
    ),
    survives("robust.long-strings", Medium, 1, |stage| vec![draft_with_name(stage, "n".repeat(10_000))]).with_texts(
        "a name of ten thousand characters does not crash it",
        CRASHES,
        "truncate or refuse names that do not fit",
    ),
    survives("robust.invalid-json", Medium, 3, |stage| {
        ["{\"event_type\":", "not json", "{'event_type':'signup.created'}"]
            .map(|text| stage.draft_signed(text).with_label(text))
            .into()
    })
    .with_texts("a body that is not JSON does not crash it", CRASHES, "catch the parser's errors, and answer 400"),
    survives("robust.hostile-strings", Medium, 4, hostile).with_texts(
        "quotes, markup, NUL and templates in a name do not crash it",
        "a crash here is often an injection: sign-up forms are open to everybody",
        "pass values as parameters, never build SQL, HTML, shell or format strings from them",
    ),
    survives("robust.lone-surrogate", Low, 1, |stage| {
        // serde_json writes none; JavaScript does, where a text is cut inside an emoji.
        let draft = draft_with_name(stage, "LONE");
        let text = String::from_utf8_lossy(draft.request.body.as_bytes()).replace("LONE", "\\ud800");
        vec![stage.draft_signed(text)]
    })
    .with_texts(
        "half of a surrogate pair in a name does not crash it",
        "JavaScript cuts texts inside an emoji and writes what is left; encoders and databases of other languages fail on it",
        "replace what is no character before you store or print a text",
    ),
    survives("robust.prototype-keys", Medium, 1, |stage| {
        let text = stage.make_signup().build_created().to_string();
        vec![stage.draft_signed(text.replacen(
            '{',
            r#"{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}},"#,
            1,
        ))]
    })
    .with_texts(
        "members named __proto__ and constructor do not crash it",
        "merging such objects changes every other object in the program",
        "copy known members by name; never merge a payload into an object",
    ),
    survives("robust.empty-body", Medium, 1, |stage| vec![stage.draft_signed("")]).with_texts(
        "an empty body does not crash it",
        CRASHES,
        "catch the parser's errors, and answer 400",
    ),
    survives("robust.invalid-utf8", Medium, 1, |stage| {
        // In a text: a member whose name is damaged is one that is missing, which is a check of its own.
        let text = draft_text_with_notes(stage, "BYTES");
        let (before, after) = text.split_once("BYTES").unwrap_or((&text, ""));
        vec![stage.draft_signed([before.as_bytes(), &[0xff, 0xfe], after.as_bytes()].concat())]
    })
    .with_texts("a body that is not UTF-8 does not crash it", CRASHES, "catch decoding errors, and answer 400"),
    survives("robust.not-an-object", Medium, 4, |stage| {
        ["[]", "null", "42", "\"signup.created\""].map(|text| stage.draft_signed(text).with_label(text)).into()
    })
    .with_texts("JSON that is not an object does not crash it", CRASHES, CATCH),
    survives("robust.missing-data", Medium, 4, |stage| {
        vec![
            draft_with_change(stage, |payload| {
                payload.as_object_mut().and_then(|members| members.shift_remove("data"));
            })
            .with_label("no data"),
            draft_with_change(stage, |payload| payload["data"] = Value::Null).with_label("data is null"),
            draft_with_change(stage, |payload| payload["data"] = Value::from("text")).with_label("data is text"),
            stage.draft_signed("{}").with_label("the body {}"),
        ]
    })
    .with_texts("an event without data does not crash it", CRASHES, CATCH),
    survives("robust.wrong-types", Low, 3, |stage| {
        vec![
            draft_with_change(stage, |payload| payload["event_type"] = Value::from(42))
                .with_label("event_type is a number"),
            draft_with_change(stage, |payload| payload["event_type"] = Value::Object(Map::new()))
                .with_label("event_type is an object"),
            draft_with_change(stage, |payload| payload["data"]["email"] = Value::from(["a"]))
                .with_label("email is a list"),
        ]
    })
    .with_texts("values of other types do not crash it", CRASHES, CATCH),
    AuditCheck::from_action("robust.deep-nesting", Medium, 2, |stage| Box::pin(deep(stage))).with_texts(
        "five thousand levels of nesting do not crash it",
        "what walks through an event by recursion runs out of stack, and some take the process with them",
        "limit the depth, or walk without recursion",
    ),
    AuditCheck::from_action("robust.parser-depth", Low, 1, |stage| Box::pin(parser_depth(stage))).with_texts(
        "a body that is nested too deeply for its JSON parser is refused",
        "a parser that gives up raises another error than for what is not JSON: RecursionError in Python",
        "catch that error, too, and answer 400",
    ),
    survives("robust.odd-numbers", Medium, 4, |stage| {
        ["1e400", "-0", "9007199254740993", "123456789012345678901234567890"].map(|text| numbered(stage, text)).into()
    })
    .with_texts("extreme numbers do not crash it", CRASHES, "check ranges before you store a number"),
    survives("robust.duplicate-members", Medium, 1, |stage| {
        let text = stage.make_signup().build_created().to_string();
        vec![stage.draft_signed(text.replacen('{', r#"{"event_type":"signup.deleted","#, 1))]
    })
    .with_texts("a duplicate member does not crash it", CRASHES, CATCH),
    survives("robust.byte-order-mark", Low, 1, |stage| {
        vec![stage.draft_signed(format!("\u{feff}{}", stage.make_signup().build_created()))]
    })
    .with_texts("a byte order mark does not crash it", CRASHES, "catch the parser's errors, and answer 400"),
    survives("robust.content-type", Low, 4, |stage| {
        let other = ["text/plain", "application/x-www-form-urlencoded", "nonsense"];
        let mut drafts: Vec<RequestDraft> =
            other.map(|kind| stage.draft_signup_created().with_header(&CONTENT_TYPE, kind).with_label(kind)).into();
        drafts.push(stage.draft_signup_created().without_header(&CONTENT_TYPE).with_label("no content type"));
        drafts
    })
    .with_texts(
        "another content type, or none, does not crash it",
        "a body parser that checks the type leaves no body, and the handler then tries to read it",
        "check that there is a body before you use it; answer 415 or 400",
    ),
    AuditCheck::from_action("robust.size-64k", Medium, 2, |stage| Box::pin(large(stage))).with_texts(
        "an event of 64 KiB is acknowledged",
        "custom fields are part of sign-ups, and no size limit is documented",
        "raise the body parser's limit to 1 MiB",
    ),
    AuditCheck::from_action("robust.size-256k", Medium, 1, |stage| Box::pin(larger(stage))).with_texts(
        "an event of 256 KiB is acknowledged or refused as too large, and does not crash it",
        CRASHES,
        "answer 413 to bodies that are too large; read them or close the connection, and never verify a part of one",
    ),
    method("robust.get", Low, |stage| vec![stage.draft_signup_created().with_method(Method::GET)]).with_texts(
        "GET does not crash it",
        "browsers, crawlers and health checks send it",
        "answer 405 to anything but POST",
    ),
    method("robust.head", Info, |stage| vec![stage.draft_signup_created().with_method(Method::HEAD)]).with_texts(
        "HEAD does not crash it",
        "link checkers send it",
        "answer 405 to anything but POST",
    ),
    method("robust.put", Info, |stage| vec![stage.draft_signup_created().with_method(Method::PUT)]).with_texts(
        "PUT does not crash it",
        "scanners send it",
        "answer 405 to anything but POST",
    ),
];

/// The first packet ends inside a letter of two bytes. Where the same is refused in one piece, that is not why.
async fn cut_character(stage: &CheckContext<'_>) -> CheckJudgement {
    let draft = || draft_with_name(stage, "Zo\u{eb} \u{c5}ngstr\u{f6}m");
    let cut = draft();
    let at = cut.request.body.as_bytes().iter().position(|byte| *byte == 0xc3).map_or(1, |at| at + 1);
    let sent = stage.send(cut.with_manner(BodyEncoding::CutAt(at, Duration::from_millis(60))).with_label("cut")).await;
    if sent.outcome.is_acknowledged() {
        return CheckJudgement::Pass;
    }
    let whole = stage.send(draft().with_label("the same in one piece")).await;
    match whole.outcome.is_acknowledged() {
        true => CheckJudgement::Fail(describe_exchange(&sent)),
        false => CheckJudgement::Skip(format!("{}; see robust.emoji", describe_exchange(&whole))),
    }
}

/// Of a sign-up that it knows: others are a check of their own.
fn unknown_type(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    let mut payload = stage.make_signup().build_created();
    let created = stage.draft_signed(payload.to_string()).with_label("created");
    payload["event_type"] = Value::from("signup.approved");
    vec![created, stage.draft_signed(payload.to_string())]
}

const fn accepts(
    id: &'static str,
    severity: crate::protocol::check::CheckSeverity,
    cost: u32,
    drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
) -> AuditCheck {
    AuditCheck::from_requests(id, severity, AuditExpectation::Acknowledged, cost, drafts)
}

const fn survives(
    id: &'static str,
    severity: crate::protocol::check::CheckSeverity,
    cost: u32,
    drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
) -> AuditCheck {
    AuditCheck::from_requests(id, severity, AuditExpectation::Survived, cost, drafts)
}

const fn method(
    id: &'static str,
    severity: crate::protocol::check::CheckSeverity,
    drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
) -> AuditCheck {
    survives(id, severity, 1, drafts)
}

fn hostile(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    let names = [
        ("quotes", "Robert'); DROP TABLE signups;--"),
        ("markup", "<script>alert(1)</script>"),
        ("templates", "{{7*7}} ${7*7} %s%n $(id) `id`"),
        ("NUL and controls", "a\0b\u{1b}[2J\r\nSet-Cookie: x=1"),
    ];
    names.map(|(what, name)| draft_with_name(stage, name).with_label(what)).into()
}

fn numbered(stage: &CheckContext<'_>, number: &str) -> RequestDraft {
    let signup = stage.make_signup();
    let position = format!("\"position\":{}", signup.position);
    let text = signup.build_created().to_string().replace(&position, &format!("\"position\":{number}"));
    stage.draft_signed(text).with_label(number)
}

/// So many levels inside an event that is right otherwise: what has the wrong shape is refused before anybody walks
/// through it. Cut off, it is what nobody but the parser sees.
fn nested(stage: &CheckContext<'_>, cut_off: bool) -> RequestDraft {
    let text = draft_text_with_notes(stage, "DEEP");
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let text = text.replacen("\"DEEP\"", &deep, 1);
    let end = if cut_off { text.find(']').unwrap_or(text.len()) } else { text.len() };
    stage.draft_signed(&text[..end])
}

async fn deep(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(nested(stage, false)).await;
    let Some(fault) = AuditExpectation::Survived.find_fault(&sent) else { return CheckJudgement::Pass };
    let parser = match sent.outcome.status() {
        Some(_) => stage.send(nested(stage, true).with_label("the same, cut off")).await,
        None => return CheckJudgement::Fail(fault),
    };
    match parser.outcome.status() {
        Some(500..) => CheckJudgement::Skip("its JSON parser gives up; see robust.parser-depth".to_owned()),
        _ => CheckJudgement::Fail(fault),
    }
}

async fn parser_depth(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(nested(stage, true)).await;
    AuditExpectation::Survived.find_fault(&sent).map_or(CheckJudgement::Pass, CheckJudgement::Fail)
}

/// An event of so many KiB.
fn sized(stage: &CheckContext<'_>, kib: usize) -> RequestDraft {
    draft_with_name(stage, "x".repeat(kib * 1024 - 1024))
}

/// 64 KiB in a member that every event has. Where a long name alone is refused, size is not the reason.
async fn large(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(sized(stage, 64)).await;
    let fault = match AuditExpectation::Acknowledged.find_fault(&sent) {
        None => return CheckJudgement::Pass,
        Some(fault) => fault,
    };
    let shorter = stage.send(draft_with_name(stage, "x".repeat(2_000)).with_label("a name of 2000 letters")).await;
    match (shorter.outcome.is_acknowledged(), shorter.outcome.status()) {
        (false, Some(400..500)) => CheckJudgement::Skip("a name of 2000 letters is refused already".to_owned()),
        _ => CheckJudgement::Fail(fault),
    }
}

/// Too large is no reason for 401: then the signature was verified over the part that fitted.
async fn larger(stage: &CheckContext<'_>) -> CheckJudgement {
    let sent = stage.send(sized(stage, 256)).await;
    match (AuditExpectation::Survived.find_fault(&sent), sent.outcome.status()) {
        (Some(fault), _) => CheckJudgement::Fail(fault),
        (None, Some(401 | 403)) => {
            let seen = describe_exchange(&sent);
            CheckJudgement::Fail(format!("{seen}: its correct signature is refused, as if only a part were verified"))
        }
        (None, _) => CheckJudgement::Pass,
    }
}

fn draft_text_with_notes(stage: &CheckContext<'_>, notes: &str) -> String {
    let mut payload = stage.make_signup().build_created();
    payload["data"]["notes"] = Value::from(notes);
    payload.to_string()
}
