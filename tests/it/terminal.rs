//! Terminal safety: whatever a payload, a header, a path, an answer, a file name or an argument holds, no view sends a
//! control, an 8-bit CSI, a bidi or a zero-width character to a terminal. `--raw` into a pipe alone gives bytes.

use crate::support::{Answer, Endpoint, Listener, Output, Run, Scene, heard, unsafe_characters};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Each sort of what must not get through.
const HOSTILE: &str =
    "\u{1b}[31mA\u{1b}]0;title\u{7}\u{9b}2JB\u{202e}C\u{2066}D\u{200b}\u{feff}\u{e0041}E\u{7f}F\rG\u{8}H\u{85}\u{2028}";

/// A view must be harmless, on either stream.
#[track_caller]
fn harmless(view: &Output) {
    for stream in [&view.stdout, &view.stderr] {
        let heard = heard(stream);
        assert!(heard.acts.is_empty(), "{:?} by {view:?}", heard.acts);
    }
}

/// The same command on a coloured terminal, on a narrow one, into a pipe, and as records.
fn views(scene: &Scene, line: &[&str], shape: impl Fn(Run) -> Run) -> Vec<Output> {
    let run = |more: &[&'static str]| shape(scene.with(line.iter().chain(more).copied()));
    let views = vec![
        run(&["--no-input"]).terminal(120).output(),
        run(&["--no-input"]).terminal(40).output(),
        run(&["-v"]).output(),
        run(&["--color", "always"]).output(),
        run(&["--json"]).output(),
    ];
    views.iter().for_each(harmless);
    views
}

fn escaped(views: &[Output]) {
    for view in views {
        let said = view.out() + &view.err();
        // A narrow table shows the ends of what it cuts, and the escape may have stood between them.
        let is_cut = said.contains('…');
        assert!(
            is_cut || ["\\u{1b}", "\\u001b", "%1B", "\\x1b"].iter().any(|form| said.contains(form)),
            "it vanished: {view}"
        );
    }
}

/// Bodies that carry it: as values, names and plain text.
fn bodies() -> Vec<Vec<u8>> {
    let json = |text: &str| serde_json::to_string(text).unwrap();
    // Everything that may stand unescaped in a JSON string does so.
    let loose: String = unsafe_characters().filter(|c| !c.is_ascii_control()).collect();
    let payload = |text: &str| {
        let text = json(text);
        format!(
            "{{\"event_type\":{text},\"waitlist_id\":{text},\"data\":{{\"id\":{text},\"email\":{text},\"name\":{text},\
             {text}:[{text},{{{text}:null}}],\"position\":1}},\"timestamp\":{text},{text}:1}}"
        )
    };
    vec![
        payload(HOSTILE).into_bytes(),
        payload(&loose).into_bytes(),
        HOSTILE.as_bytes().to_vec(),
        format!("{{\"event_type\":\"{HOSTILE}").into_bytes(),
        (0..=255).collect(),
        b"\x1b[31m\x9b2J\xff\xfe".to_vec(),
    ]
}

/// A request with bytes that no client would send.
fn raw_request(url: &str, target: &[u8], body: &[u8]) -> String {
    let address = url::Url::parse(url).unwrap().socket_addrs(|| None).unwrap()[0];
    let mut stream = TcpStream::connect(address).unwrap();
    let mut request = b"POST ".to_vec();
    request.extend_from_slice(target);
    request.extend_from_slice(b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \x9b2J\xe2\x80\xae\xff\r\n");
    request.extend_from_slice(b"X-Odd: \x80\x9b31m\xff\xe2\x80\x8b\r\nCookie: \x9b\r\nUser-Agent: a\tb\xc2\x9b\r\n");
    request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    stream.write_all(&request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

const TARGETS: [&[u8]; 4] =
    [b"/", b"/\xc2\x9b2J\xe2\x80\xae\xe2\x80\x8b", b"/?q=\xc2\x9b31m&\xf3\xa0\x81\x81", b"/\xff\x9b"];

fn deliver_everything(listener: &Listener) -> usize {
    let mut taken = 0;
    for (number, target) in TARGETS.iter().enumerate() {
        for mut body in bodies() {
            // Another event for each target, and JSON still where it was JSON.
            body.extend(vec![b' '; number]);
            let answer = raw_request(&listener.url, target, &body);
            harmless(&Output {
                line: "answer".into(),
                code: None,
                stdout: answer.replace('\r', "").into(),
                stderr: vec![],
            });
            taken += usize::from(answer.contains(" 200 "));
        }
    }
    taken
}

#[test]
fn listeners_show_nothing_harmful() {
    let app = Endpoint::new([Answer::Full(500, vec![], HOSTILE.as_bytes().to_vec())]);
    let forward = app.url("/");
    for more in [&[][..], &["-v"], &["--color", "always"], &["--json"], &["--path", "/"]] {
        let scene = Scene::new();
        let line = ["--forward-to", &forward].iter().chain(more).copied().collect::<Vec<_>>();
        for columns in [40, 120] {
            let listener = Listener::start(&scene, &line, |run| run.terminal(columns));
            let taken = deliver_everything(&listener);
            assert!(taken >= bodies().len(), "{taken} were taken");
            harmless(&listener.stop().code(0));
        }
    }
}

#[test]
fn refused_requests_are_shown_harmlessly() {
    let scene = Scene::new();
    let listener = Listener::start(&scene, ["--require-signature"], |run| run.terminal(100));
    assert_eq!(deliver_everything(&listener), 0);
    harmless(&listener.stop().code(0));
    for number in 1..=bodies().len() {
        let name = format!("!{number}");
        views(&scene, &["events", "show", &name], |run| run);
        views(&scene, &["verify", "--event", &name], |run| run);
    }
}

#[test]
fn stored_events_are_shown_harmlessly() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    let taken = deliver_everything(&listener);
    listener.stop().code(0);
    escaped(&views(&scene, &["events", "list", "--limit", "100"], |run| run));
    for number in 1..=taken {
        views(&scene, &["events", "show", &number.to_string()], |run| run);
        views(&scene, &["verify", "--event", &number.to_string()], |run| run);
    }
}

#[test]
fn raw_gives_bytes_to_a_pipe_and_to_nothing_else() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    let body = &bodies()[4];
    raw_request(&listener.url, b"/", body);
    listener.stop().code(0);
    let piped = scene.run(["events", "show", "1", "--raw"]).code(0);
    assert_eq!((&piped.stdout, piped.err().as_str()), (body, ""));
    let shown = scene.with(["events", "show", "1", "--raw"]).terminal(80).output().code(0);
    harmless(&shown);
    assert!(shown.out().contains("\\u{1b}") && shown.out().contains("\\x80"), "{shown}");
}

#[test]
fn answers_are_quoted_harmlessly() {
    let location = |value: &str| vec![format!("Location: {value}")];
    let scene = Scene::new();
    for answer in [
        Answer::Full(500, vec![], HOSTILE.as_bytes().to_vec()),
        Answer::Full(200, vec![], HOSTILE.as_bytes().to_vec()),
        Answer::Full(401, vec![], (0..=255).collect()),
        Answer::Full(302, location("/\u{9b}2J\u{202e}\u{200b}"), vec![]),
        Answer::Full(500, vec!["Content-Type: \u{9b}".into()], b"\x9b31m".to_vec()),
        Answer::Garbage,
    ] {
        let endpoint = Endpoint::new([answer]);
        let url = endpoint.url("/");
        views(&scene, &["trigger", "created", "--speed", "instant", "--to", &url], |run| run);
    }
    views(&scene, &["events", "list", "--sent"], |run| run);
    views(&scene, &["events", "show", "1"], |run| run);
}

#[test]
fn payloads_on_their_way_out_are_shown_harmlessly() {
    let scene = Scene::new();
    let endpoint = Endpoint::good();
    let url = endpoint.url(&format!("/{HOSTILE}?{HOSTILE}"));
    scene.write("body", &bodies()[4]);
    for line in [
        &["trigger", "--data", "@body", "--to", &url][..],
        &["trigger", "--data", HOSTILE, "--to", &url],
        &["trigger", "created", "--email", HOSTILE, "--name", HOSTILE, "--to", &url],
        &["trigger", "created", "--set", &format!("data.name={HOSTILE}"), "--to", &url],
        &["trigger", "created", "--force", "--set", &format!("data.{HOSTILE}={HOSTILE}"), "--to", &url],
        &["trigger", "created", "--email", HOSTILE, "--dry-run", "--as", "curl", "--to", &url],
        &["trigger", "--data", "@body", "--dry-run", "--as", "curl", "--to", &url],
    ] {
        views(&scene, line, |run| run);
    }
    for line in
        [&["trigger", "--data", "@body", "--dry-run"][..], &["trigger", "--data", "@body", "--dry-run", "--json"]]
    {
        harmless(&scene.with(line.iter().copied()).terminal(80).output().code(0));
    }
}

#[test]
fn arguments_are_echoed_harmlessly() {
    let scene = Scene::new();
    let with = |prefix: &str| format!("{prefix}{HOSTILE}");
    let (option, set, value, json) = (with("--"), with("data."), with("data.position="), with("data.position="));
    for line in [
        &[HOSTILE][..],
        &[&option],
        &["trigger", &option],
        &["trigger", HOSTILE],
        &["trigger", "created", HOSTILE],
        &["load", HOSTILE],
        &["rehearse", HOSTILE],
        &["rehearse", "--chaos", HOSTILE],
        &["test", "1", "--case", HOSTILE],
        &["trigger", "created", "--to", HOSTILE],
        &["trigger", "created", "--to", &with("ftp://"), "--dry-run"],
        &["trigger", "created", "-H", HOSTILE],
        &["trigger", "created", "-H", &with("X-A: ")],
        &["trigger", "created", "--set", &with("data.x=")],
        &["trigger", "created", "--set", &format!("{set}=1")],
        &["trigger", "created", "--set", &value],
        &["trigger", "created", "--set-json", &json],
        &["trigger", "created", "--unset", &set],
        &["trigger", "created", "--timeout", HOSTILE],
        &["trigger", "created", "--speed", HOSTILE],
        &["trigger", "created", "--seed", HOSTILE],
        &["trigger", "created", "--secret-file", HOSTILE, "--to", "1"],
        &["trigger", "--data", &with("@"), "--to", "1"],
        &["listen", "--port", HOSTILE],
        &["listen", "--bind", HOSTILE],
        &["listen", "--path", HOSTILE],
        &["listen", "--respond", HOSTILE],
        &["listen", "--events", HOSTILE],
        &["listen", "--forward-to", HOSTILE],
        &["listen", "--port", "0", "--ready-file", &with("/dev/null/")],
        &["events", "show", HOSTILE],
        &["events", "list", "--since", HOSTILE],
        &["events", "list", "--store", &with("/dev/null/")],
        &["sign", HOSTILE],
        &["verify", "--signature", HOSTILE, HOSTILE],
        &["config", "set", HOSTILE, "x"],
        &["config", "set", "port", HOSTILE],
        &["config", "show", "--profile", HOSTILE],
        &["config", "show", "--color", HOSTILE],
        &["completions", HOSTILE],
        &["man", HOSTILE],
    ] {
        for view in views(&scene, line, |run| run) {
            assert_ne!(view.code, Some(0), "{view}");
        }
    }
}

#[test]
fn files_and_settings_are_shown_harmlessly() {
    let scene = Scene::new();
    let folder = format!("folder {HOSTILE}");
    let file = scene.write(format!("{folder}/body"), "{}");
    let within = |run: Run| run.within(file.parent().unwrap().to_owned());
    scene.write("signature", HOSTILE);
    scene.write("secret", HOSTILE);
    let config = format!("{folder}/config.toml");
    views(&scene, &["config", "path", "--config", &config], |run| run);
    views(&scene, &["config", "set", "waitlist", HOSTILE, "--config", &config], |run| run);
    escaped(&views(&scene, &["config", "show", "--config", &config], |run| run));
    views(&scene, &["config", "show"], |run| run.env("REFERRALLOOP_STORE", HOSTILE).env("REFERRALLOOP_PROFILE", "x"));
    views(&scene, &["config", "show"], |run| run.env("REFERRALLOOP_PROFILE", HOSTILE));
    let signature = scene.run(["sign", "--secret-file", "secret", "signature"]).out().trim().to_owned();
    views(&scene, &["verify", "--signature", &signature, "signature", "--secret-file", "secret"], |run| run);
    views(&scene, &["verify", "--signature", HOSTILE, "signature"], |run| run);
    for text in [format!("\"{HOSTILE}\" = 1"), format!("{HOSTILE} = 1"), "port = \"\\u001b[31m\\u009b\"".into()] {
        scene.write(format!("{folder}/referralloop.toml"), text);
        views(&scene, &["config", "show"], within);
    }
}

#[test]
fn a_secret_is_shown_harmlessly() {
    let scene = Scene::new();
    scene.with(["secret", "set"]).stdin(HOSTILE).output().code(0);
    let shown = scene.with(["secret", "show"]).terminal(80).output().code(0);
    harmless(&shown);
    harmless(&scene.run(["secret", "show", "--json"]).code(0));
    // Into a pipe it is the secret itself, for whoever pipes it on.
    assert_eq!(scene.run(["secret", "show"]).out(), format!("{HOSTILE}\n"));
}
