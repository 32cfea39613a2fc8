//! The same event written in many ways, each signed correctly: an endpoint that verifies the bytes takes all of them,
//! and one that verifies something else gives away what by those that it refuses.

use super::super::catalogue::{Judgement, seen};
use super::super::stage::Stage;
use crate::protocol::sample::Signup;
use crate::protocol::stringify::json_stringify;

/// A way to write an event.
struct Form {
    name: &'static str,
    write: fn(&Signup) -> String,
}

const FORMS: [Form; 11] = [
    Form { name: "compact", write: compact },
    Form { name: "a blank after each comma and colon", write: blanks },
    Form { name: "indented", write: indented },
    Form { name: "indented, lines ended by CR LF", write: |signup| indented(signup).replace('\n', "\r\n") },
    Form { name: "a line feed at the end", write: |signup| compact(signup) + "\n" },
    Form { name: "letters beyond ASCII", write: |signup| accented(signup) },
    Form { name: "the same letters as \\u escapes", write: |signup| accented(signup).replace('é', "\\u00e9") },
    Form { name: "escaped slashes", write: slashes },
    Form { name: "a number as 7.0", write: |signup| numbered(signup, "7.0") },
    Form { name: "a number as 7e0", write: |signup| numbered(signup, "7e0") },
    Form { name: "members in another order", write: reordered },
];

fn compact(signup: &Signup) -> String {
    signup.created().to_string()
}

fn blanks(signup: &Signup) -> String {
    // No value of an event made here has a quote beside a comma or colon.
    compact(signup).replace("\":", "\": ").replace(",\"", ", \"")
}

fn indented(signup: &Signup) -> String {
    serde_json::to_string_pretty(&signup.created()).unwrap_or_default()
}

fn accented(signup: &Signup) -> String {
    compact(&Signup { name: "Renée".into(), ..signup.clone() })
}

fn slashes(signup: &Signup) -> String {
    compact(&Signup { name: "A/B".into(), ..signup.clone() }).replace("A/B", "A\\/B")
}

fn numbered(signup: &Signup, number: &str) -> String {
    let position = format!("\"position\":{}", signup.position);
    compact(signup).replace(&position, &format!("\"position\":{number}"))
}

fn reordered(signup: &Signup) -> String {
    let mut payload = signup.created();
    if let Some(members) = payload.as_object_mut() {
        let data = members.shift_remove("data");
        let mut front = serde_json::Map::new();
        front.extend(data.map(|data| ("data".to_owned(), data)));
        front.append(members);
        *members = front;
    }
    payload.to_string()
}

/// Sends every form, and names the cause where some are refused.
pub(super) async fn body_forms(stage: &Stage<'_>) -> Judgement {
    let mut taken = Vec::new();
    let mut refused = Vec::new();
    let mut last = String::new();
    for form in &FORMS {
        // Names made here may be in any script; what each form is about must be the only thing that differs.
        let signup = Signup { name: "Ada Archer".into(), ..stage.signup() };
        let body = (form.write)(&signup);
        let sent = stage.send(stage.post(body.clone()).called(form.name)).await;
        if matches!(sent.outcome.status(), Some(300..400)) {
            return Judgement::Skip("it is redirected, which delivery.no-redirect tells".to_owned());
        }
        if sent.outcome.acknowledged() {
            taken.push((form.name, body));
        } else {
            last = seen(&sent);
            refused.push((form.name, body));
        }
    }
    if refused.is_empty() {
        return Judgement::Pass;
    }
    let names: Vec<&str> = refused.iter().map(|(name, _)| *name).collect();
    let cause = cause(&taken, &refused);
    Judgement::Fail(format!(
        "{} of {} forms are refused: {} ({last}); {cause}",
        refused.len(),
        FORMS.len(),
        names.join(", ")
    ))
}

type Sent = (&'static str, String);

/// What is verified in the place of the bytes, as far as the refusals tell.
fn cause(taken: &[Sent], refused: &[Sent]) -> String {
    if taken.is_empty() {
        return "no form is accepted: another secret, another header, another algorithm, or it does not take \
                signed events at all"
            .to_owned();
    }
    let all = |sent: &[Sent], is: &dyn Fn(&str) -> bool| sent.iter().all(|(_, body)| is(body));
    let fits = |same: &dyn Fn(&str) -> bool| all(taken, same) && all(refused, &|body| !same(body));
    let javascript = |body: &str| json_stringify(body.as_bytes()).as_deref() == Some(body);
    let python = |body: &str| body.is_ascii() && body.contains("\": ") && !body.contains(['\n', '/'].as_slice());
    let cause = if fits(&javascript) {
        "it verifies JSON.stringify of the parsed body, not the bytes"
    } else if fits(&|body| python(body) || (body.contains("\\u00e9") && body.contains("\": "))) {
        "it verifies json.dumps of the parsed body, not the bytes"
    } else if all(refused, &|body| body.ends_with('\n')) {
        "it verifies the body without its final line feed"
    } else if all(refused, &|body| !body.is_ascii()) {
        "it decodes the body and encodes it otherwise before it verifies"
    } else {
        "it verifies something that it made of the body, not the bytes"
    };
    cause.to_owned()
}
