//! Whether forged events are refused, quietly, and only these.

use super::super::catalogue::{AuditCheck, AuditExpectation, CheckJudgement, describe_exchange};
use super::super::check_context::CheckContext;
use super::super::draft::RequestDraft;
use super::auth_drafts::{Cut, after, cut, forged, header, hex, sha1, sign_with, signed_with, value, wrong};
use super::auth_effects;
use super::auth_quiet;
use super::auth_timing;
use super::body_forms;
use crate::protocol::body::RawBody;
use crate::protocol::check::CheckSeverity::{Critical, High, Low, Medium};
use crate::protocol::check::{AUTHENTICITY_CHECK, CheckExchange};
use crate::protocol::referralhero::HeroEvent;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is common to accepted forgeries.
const FORGED: &str = "anyone who knows the URL can invent sign-ups, moves and deletions";

/// So many requests show whether anything is verified at all.
const FEWEST_FORGERIES: u32 = 3;

const VERIFY: &str = "compute HMAC-SHA256 of the raw body with the secret, compare it in constant time with the \
header's value, sha256= included, and answer 401 when they differ";

pub(super) const CHECKS: &[AuditCheck] = &[
    AuditCheck::from_action("auth.body-forms", High, 19, |stage| Box::pin(body_forms::check_body_forms(stage))).allow_unacknowledged().with_secret().with_texts(
        "a correct signature is accepted in every form of the same event",
        "the same JSON can be written in many ways; verifying rebuilt JSON instead of the received bytes fails as \
        soon as one differs",
        "verify the bytes as they were received, before anything parses them: express.raw(), request.get_data(), await request.body()",
    ),
    AuditCheck::from_action(AUTHENTICITY_CHECK, High, 0, |stage| Box::pin(checked(stage)))
        .allow_unacknowledged()
        .with_texts(
            "it was checked whether forged events are refused",
            "an endpoint that verifies nothing acknowledges everything, and looks right until somebody forges an event",
            "give this audit the secret that the endpoint verifies with: --secret-file or REFERRALLOOP_WEBHOOK_SECRET; \
            referralloop verify --probe URL   says why a correct signature is refused",
        ),
    forgery("auth.missing", Critical, FEWEST_FORGERIES, |stage| {
        of_each_type(stage).into_iter().map(|draft| draft.without_header(header(stage))).collect()
    })
        .with_texts("an event without a signature is refused", FORGED, VERIFY),
    forgery("auth.empty", Critical, 2, |stage| {
        ["", "sha256="].map(|value| forged(stage, value).with_label(format!("{value:?}"))).into()
    })
    .with_texts("an empty signature is refused", FORGED, VERIFY),
    forgery("auth.wrong-secret", Critical, 3, |stage| {
        let sign = |draft: RequestDraft| sign_with(stage, draft, b"a secret that is not yours");
        of_each_type(stage).into_iter().map(sign).collect()
    })
        .with_texts("a signature made with another secret is refused", FORGED, VERIFY),
    AuditCheck::from_action("auth.swapped", Critical, 2, |stage| Box::pin(swapped(stage))).with_secret().with_texts(
        "the signature of another event is refused",
        "one captured delivery would be enough to forge any number of others",
        "compute the signature over the body of this request and nothing else",
    ),
    forgery("auth.truncated", Critical, 3, |stage| {
        let parts = [("one digit", Cut::One), ("half", Cut::Half), ("all but one digit", Cut::AllButOne)];
        parts.map(|(what, part)| cut(stage, part).with_label(what)).into()
    })
    .with_texts(
        "a truncated signature is refused",
        "one hexadecimal digit is guessed in sixteen tries",
        "compare lengths first, then all bytes in constant time; never just as many as were sent",
    ),
    forgery("auth.part", Critical, 2, |stage| {
        [("its first half", Cut::First), ("its second half", Cut::Second)]
            .map(|(what, part)| cut(stage, part).with_label(what))
            .into()
    })
    .with_texts(
        "a signature that is right in part alone is refused",
        "as many digits as are compared can be tried one after the other",
        "compare all bytes, in constant time",
    ),
    forgery("auth.doubled", Low, 2, |stage| {
        let draft = stage.draft_signup_created();
        let right = value(&draft, stage);
        let lines = draft.with_header(header(stage), wrong(stage)).add_header(header(stage), right);
        vec![lines.with_label("in two lines"), after(stage, ", sha256=00").with_label("in one line")]
    })
    .with_texts(
        "several signatures, one of which is right, are refused",
        "the value that is verified may not be the one that is logged or forwarded; the service sends exactly one",
        "accept the header only if there is exactly one value",
    ),
    forgery("auth.empty-key", Critical, 1, |stage| vec![signed_with(stage, b"")]).with_texts(
        "a signature made with an empty secret is refused",
        "an endpoint whose secret is not set verifies with an empty one, and anyone can sign with that",
        "refuse to start without a secret",
    ),
    forgery("auth.undefined-key", Critical, 3, |stage| {
        ["undefined", "null", "None"].map(|key| signed_with(stage, key.as_bytes()).with_label(format!("signed with {key:?}"))).into()
    })
    .with_texts(
        "a signature made with \"undefined\", \"null\" or \"None\" is refused",
        "a secret that is not set turns into this text, and anyone can sign with it",
        "refuse to start without a secret; check that the variable is set before you turn it into a string",
    ),
    forgery("auth.changed-byte", Critical, 1, |stage| {
        let draft = stage.draft_signup_created();
        let text = String::from_utf8_lossy(draft.request.body.as_bytes()).into_owned();
        let text = text.replacen("\"position\":", "\"position\":1", 1).replacen("\"people_ahead\":", "\"people_ahead\":1", 1);
        vec![draft.with_body(RawBody::new(text))]
    })
    .with_texts("a body that was changed after signing is refused", FORGED, VERIFY),
    forgery("auth.changed-whitespace", Medium, 4, rewritten).with_texts(
        "a body that was rewritten after signing, white space or order, is refused",
        "an endpoint that verifies JSON which it re-serialised itself may refuse correct events as well (see \
        auth.body-forms)",
        "verify the bytes as they were received, before anything parses them",
    ),
    forgery("auth.sha1", High, 1, |stage| vec![sha1(stage)]).with_texts(
        "an HMAC-SHA1 behind sha1= is refused",
        "the sender could choose a weaker protection",
        "accept only sha256=",
    ),
    forgery("auth.prefix", Low, 1, |stage| {
        let draft = stage.draft_signup_created();
        let right = value(&draft, stage);
        vec![draft.with_header(header(stage), right.replacen("sha256=", "sha1=", 1))]
    })
    .with_texts(
        "the right value behind another prefix is refused",
        "whoever ignores what stands before the digits will not notice that the service changes its algorithm",
        "accept only sha256=",
    ),
    forgery("auth.plain-hash", Critical, 1, |stage| {
        let draft = stage.draft_signup_created();
        let hash = Sha256::digest(draft.request.body.as_bytes());
        vec![draft.with_header(header(stage), stage.plan().write_digest(&hex(&hash)))]
    })
    .with_texts(
        "a hash of the body without the secret is refused",
        "anyone can compute it",
        "use an HMAC keyed with the secret, not a plain hash",
    ),
    forgery("auth.garbage-after", Medium, 3, |stage| {
        let behind = [("two more digits", "00"), ("letters", "zz")];
        let mut drafts: Vec<_> = behind.map(|(what, more)| after(stage, more).with_label(what)).into();
        drafts.push(cut(stage, Cut::Behind).with_label("two digits before it"));
        drafts
    })
    .with_texts(
        "a correct value with something else around it is refused",
        "decoders that stop at the first invalid character, or look for the value anywhere, take what was never signed",
        "accept exactly 64 hexadecimal digits after sha256=",
    ),
    forgery("auth.malformed", High, 4, |stage| {
        let long = format!("sha256={}", "a".repeat(4096));
        let values: [(&str, Vec<u8>); 4] = [
            ("no hexadecimal digits", format!("sha256={}", "z".repeat(64)).into()),
            ("not ASCII", b"sha256=\xc3\xa9\xff".to_vec()),
            ("4096 digits", long.into()),
            ("no hash", b"signature".to_vec()),
        ];
        values.map(|(what, value)| forged(stage, value).with_label(what)).into()
    })
    .with_texts("a malformed signature is refused", FORGED, VERIFY),
    AuditCheck::from_action("auth.no-crash", High, 3, |stage| Box::pin(no_crash(stage))).with_secret().with_texts(
        "no forged event crashes the handler",
        "a comparison that throws lets anyone cause a 500; in some frameworks the request hangs or the process exits",
        "check that the header is present and has the right length before you compare; catch parsing errors",
    ),
    AuditCheck::from_requests("auth.non-ascii", Low, AuditExpectation::Survived, 1, |stage| {
        vec![forged(stage, b"sha256=\xc3\xa9\xff").with_label("not ASCII")]
    })
    .with_secret()
    .with_texts(
        "a signature that is not ASCII is refused",
        "some comparisons take ASCII alone and raise an error otherwise, like Python's compare_digest with two texts",
        "encode both values before you compare them, or refuse what is not sha256= and 64 digits",
    ),
    AuditCheck::from_action("auth.uniform", Low, 3, |stage| Box::pin(uniform(stage))).with_secret().with_texts(
        "all forged events are refused in the same way",
        "different answers tell a forger how far an attempt got",
        "answer 401 with one constant body, whatever is wrong",
    ),
    AuditCheck::from_action("auth.quiet", Medium, 3, |stage| Box::pin(quiet(stage))).with_secret().with_texts(
        "refusals reveal nothing",
        "a refusal that shows the expected signature or the code gives a forger what is needed",
        "answer with a constant; log details, if you must",
    ),
    AuditCheck::from_action("auth.timing", Medium, 12, |stage| Box::pin(auth_timing::is_constant(stage)))
        .with_secret()
        .with_texts(
            "how long a refusal takes does not tell how much of the signature is right",
            "a comparison that ends at the first difference lets the right value be guessed digit by digit",
            "compare in constant time: timingSafeEqual, hmac.compare_digest, hash_equals, hmac.Equal",
        ),
    AuditCheck::from_action("auth.no-effect", High, 5, |stage| Box::pin(auth_effects::judge_effects(stage)))
        .with_secret()
        .with_state()
        .with_texts(
            "forged events that are refused have no effect, and take none from the genuine ones",
            "what is done before the signature is verified comes too early: a forged event has its effect, or is \
            remembered, and the genuine one is taken for a repeat and lost",
            "verify first; read, store and remember nothing before",
        ),
];

/// A check that sends forged events. They are refused only by an endpoint that verifies.
const fn forgery(
    id: &'static str,
    severity: crate::protocol::check::CheckSeverity,
    cost: u32,
    drafts: fn(&CheckContext<'_>) -> Vec<RequestDraft>,
) -> AuditCheck {
    AuditCheck::from_requests(id, severity, AuditExpectation::Refused, cost, drafts).with_secret()
}

/// One signed event of each type: a handler may verify in the branch of one type alone.
fn of_each_type(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    if stage.plan().hero.is_some() {
        let names = ["new_registration", "subscriber_updated", "reward_unlocked"];
        let draft =
            |event: HeroEvent| stage.draft_signed(stage.make_hero_payload(event).to_string()).with_label(event.name());
        return names.into_iter().filter_map(HeroEvent::from_name).map(draft).collect();
    }
    let (moved, deleted) = (stage.make_signup(), stage.make_signup());
    vec![
        stage.draft_signup_created().with_label("signup.created"),
        stage.draft_signed(moved.build_moved(10, 5, stage.now()).to_string()).with_label("signup.position_changed"),
        stage.draft_signed(deleted.build_deleted(stage.now()).to_string()).with_label("signup.deleted"),
    ]
}

/// The same JSON in other words than those that were signed: some verify both what came and what they rebuild.
fn rewritten(stage: &CheckContext<'_>) -> Vec<RequestDraft> {
    let signed = |payload: &Value, text: String| {
        let value = stage.plan().sign(text.as_bytes()).unwrap_or_default();
        stage.draft_signed(payload.to_string()).with_header(header(stage), value)
    };
    let payload = stage.make_payload();
    let blank = payload.to_string().replacen('{', "{ ", 1);
    let mut drafts =
        vec![stage.draft_signed(payload.to_string()).with_body(RawBody::new(blank)).with_label("a blank more")];
    for form in &body_forms::REBUILT {
        let payload = stage.make_payload();
        drafts.push(signed(&payload, (form.write)(&payload)).with_label(form.name));
    }
    drafts
}

/// The signature of an event that was accepted a moment ago, on another one: some remember the last right value.
async fn swapped(stage: &CheckContext<'_>) -> CheckJudgement {
    let first = stage.draft_signup_created();
    let signature = value(&first, stage);
    let accepted = stage.send(first.with_label("an event")).await;
    let forged = stage.draft_signup_created().with_header(header(stage), signature);
    let forged = stage.send(forged.with_label("another event with its signature")).await;
    match (AuditExpectation::Refused.find_fault(&forged), accepted.outcome.is_acknowledged()) {
        (Some(fault), _) => CheckJudgement::Fail(fault),
        (None, true) => CheckJudgement::Pass,
        (None, false) => CheckJudgement::Skip(describe_exchange(&accepted)),
    }
}

/// Whether the other checks of this group mean anything.
async fn checked(stage: &CheckContext<'_>) -> CheckJudgement {
    let most = stage.plan().limits.requests;
    match (stage.plan().secret.is_some(), stage.was_acknowledged()) {
        (true, true) if !stage.has_requests(FEWEST_FORGERIES) => {
            CheckJudgement::Fail(format!("no forged event was sent: {most} requests are too few (--max-requests)"))
        }
        (true, true) => CheckJudgement::Pass,
        (false, _) => CheckJudgement::Fail("there was no secret to sign with".to_owned()),
        (true, false) => {
            CheckJudgement::Fail("an event that is signed with this secret is not acknowledged".to_owned())
        }
    }
}

/// Every forged event so far; when there is none, a few are sent.
async fn forgeries(stage: &CheckContext<'_>) -> Vec<Arc<CheckExchange>> {
    let name = header(stage).as_str();
    let genuine = |one: &CheckExchange| {
        let right = stage.plan().sign(one.body.as_bytes());
        let mut values = one.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value) == right.as_ref() && values.next().is_none()
    };
    // What another content type changes is a check of its own.
    let is_json = |one: &CheckExchange| {
        let mut kinds = one.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        kinds.next().is_some_and(|(_, kind)| kind.starts_with("application/json"))
    };
    let forged_ones = || {
        let all = stage.all_exchanges().into_iter();
        all.filter(|one| one.method == "POST" && is_json(one) && !genuine(one)).collect::<Vec<_>>()
    };
    if forged_ones().is_empty() {
        for draft in [
            stage.draft_signup_created().without_header(header(stage)).with_label("no signature"),
            forged(stage, wrong(stage)).with_label("a wrong signature"),
            forged(stage, "sha256=abc").with_label("a short signature"),
        ] {
            stage.send(draft).await;
        }
    }
    forged_ones()
}

async fn no_crash(stage: &CheckContext<'_>) -> CheckJudgement {
    let all = forgeries(stage).await;
    let crashed: Vec<_> = all.iter().filter(|one| one.outcome.status().is_none_or(|status| status >= 500)).collect();
    // A server that fails now and then fails with these, too.
    let mut again = None;
    // What is not UTF-8 in a field cannot be sent again as it was.
    let is_whole = |one: &CheckExchange| one.headers.iter().all(|(_, value)| !value.contains('\u{fffd}'));
    for one in crashed.iter().filter(|one| one.outcome.status().is_some() && is_whole(one)).take(3) {
        let second = stage.resend(one, &one.what).await;
        if second.outcome.status().is_some_and(|status| status < 500) {
            again = Some((describe_exchange(one), describe_exchange(&second)));
        }
    }
    let is_ascii = |one: &&Arc<CheckExchange>| one.headers.iter().all(|(_, value)| value.is_ascii());
    let answered = crashed.iter().all(|one| one.outcome.status().is_some());
    match (crashed.first(), again) {
        (None, _) => CheckJudgement::Pass,
        (Some(_), None) if answered && !crashed.iter().any(is_ascii) => {
            CheckJudgement::Skip("only a signature that is not ASCII crashed it; see auth.non-ascii".to_owned())
        }
        (Some(_), Some((first, second))) => {
            stage.note_unsteady(format!("auth.no-crash saw \"{first}\", then \"{second}\""), crashed[0]);
            CheckJudgement::Skip("a forged event that failed was refused when sent again; see load.steady".to_owned())
        }
        (Some(first), None) => {
            let seen = describe_exchange(first);
            CheckJudgement::Fail(format!("{} of {} forged events crashed it; {seen}", crashed.len(), all.len()))
        }
    }
}

/// The refusals, each as its status and body.
async fn uniform(stage: &CheckContext<'_>) -> CheckJudgement {
    let all = forgeries(stage).await;
    let kinds: BTreeSet<(u16, Vec<u8>)> = all
        .iter()
        .filter_map(|one| Some((one.outcome.status()?, one.response_body().to_vec())))
        .filter(|(status, _)| (400..500).contains(status) && *status != 429)
        .collect();
    match kinds.len() {
        0 => CheckJudgement::Skip("no forged event was refused".to_owned()),
        1 => CheckJudgement::Pass,
        count => {
            let mut seen = BTreeSet::new();
            let is_new = |one: &&Arc<CheckExchange>| {
                let status = one.outcome.status().filter(|status| (400..500).contains(status) && *status != 429);
                status.is_some_and(|status| seen.insert((status, one.response_body().to_vec())))
            };
            let shown: Vec<_> = all.iter().filter(is_new).take(2).cloned().collect();
            let kinds = shown.iter().map(|one| format!("\"{}\"", describe_exchange(one)));
            let kinds = kinds.collect::<Vec<_>>().join(" and ");
            stage.show_exchanges(shown);
            CheckJudgement::Fail(format!("{count} refusals differ in status or text, among them {kinds}"))
        }
    }
}

async fn quiet(stage: &CheckContext<'_>) -> CheckJudgement {
    auth_quiet::judge_refusals(stage, &forgeries(stage).await)
}
