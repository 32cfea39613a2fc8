//! Requests written as files, really run: what a socket gets from curl, Python and Node is what this program would send.

use crate::support::{Endpoint, Scene, counterpart};
use std::process::Command;

/// Bodies that quoting could break, and bytes that are no text.
const BODIES: [&[u8]; 9] = [
    br#"{"event_type":"signup.created","data":{"name":"O'Brien \"Jo\" \\ $HOME `id` %s"}}"#,
    "{\"name\":\"J\u{f6}rg \u{1f600} \u{202e}\u{0}\"}".as_bytes(),
    b"{\n\t\"a\": 1.0,\r\n\t\"b\": 1e3\n}\n",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe\x00\x01",
    b"@/etc/hostname",
    br#"{"a":"{{b}} ${c} #{d} ``` \u00e9\/"}"#,
    b"'''\"\"\"\\n",
    b"",
];

/// Header lines that quoting could break.
const FIELDS: [&str; 4] =
    ["X-Quote: it's \"a\" \\ $HOME `id` %s", "X-Sharp: # {{b}} ${c} ##[x]", "X-Commas: a, b;c=d", "X-Odd-NAME: 1"];

/// How a written file is run.
const FORMS: [(&str, &str, &[&str]); 3] =
    [("curl", "curl", &["sh"]), ("python", "python3", &["python3"]), ("node", "node", &["node", "--test"])];

/// Runs the written form of one event in a form; what the app got of it and of the event itself.
fn both(form: (&str, &str, &[&str]), body: &[u8], at: usize) {
    let (scene, app) = (Scene::new(), Endpoint::good());
    let (name, _, command) = form;
    scene.write("body", body);
    let mut line = vec!["trigger", "--data", "@body", "--to"];
    let url = app.url("/in%20to?a=b&c='d'");
    line.push(&url);
    FIELDS.iter().for_each(|field| line.extend(["-H", field]));
    scene.run(line.iter().copied()).code(0);
    let file = format!("send_{at}.{}", if name == "node" { "test.mjs" } else { "txt" });
    let written = scene.run(line.iter().copied().chain(["--dry-run", "--as", name])).code(0);
    scene.write(&file, &written.stdout);
    let ended = Command::new(command[0]).args(&command[1..]).arg(&file).current_dir(scene.folder()).output().unwrap();
    assert!(ended.status.success(), "{name} {at}: {}\n{written}", String::from_utf8_lossy(&ended.stderr));
    let [own, other] = &app.wait_for(2)[..] else { panic!("{name} {at}: more than one request") };
    assert_eq!(other.body, own.body, "{name} {at}");
    assert_eq!(other.head.lines().next(), own.head.lines().next(), "{name} {at}");
    for field in ["content-type", "x-webhook-signature", "x-quote", "x-sharp", "x-commas", "x-odd-name"] {
        assert_eq!(other.header(field), own.header(field), "{name} {at}: {field}");
    }
}

#[test]
fn what_is_written_sends_the_same_bytes_from_curl_python_and_node() {
    for form in FORMS.into_iter().filter(|form| counterpart(form.1).is_some()) {
        std::thread::scope(|scope| {
            BODIES.iter().enumerate().for_each(|(at, body)| drop(scope.spawn(move || both(form, body, at))));
        });
    }
}
