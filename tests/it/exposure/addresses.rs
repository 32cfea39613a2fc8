//! From a public address to the listener, or not.

use super::stage::{Stage, hurried};
use crate::support::{Endpoint, Listener, Scene, until};

fn listen(stage: &Stage, arguments: &[&str]) -> Listener {
    Listener::start(&stage.scene, arguments.iter().copied(), |run| run.env("PATH", stage.path()))
}

/// The public address, once it is said.
fn reachable(listener: &Listener) -> String {
    let text = until("a public address", || {
        let text = listener.running().stderr.text();
        text.contains("Reachable at ").then_some(text)
    });
    let after = text.split("Reachable at ").nth(1).unwrap();
    after.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn an_address_is_made_tried_and_told() {
    let stage = Stage::new();
    let command = stage.good();
    let start = |run: crate::support::Run| {
        run.env("PATH", stage.path()).env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1")
    };
    let listener = Listener::start(&stage.scene, ["--tunnel", command.as_str()], start);
    let public = reachable(&listener);
    assert!(public.starts_with(&stage.relay.url()), "{public}");
    let path = url::Url::parse(&public).unwrap().path().to_owned();
    assert_eq!(path.len(), 33, "nobody guesses {path}");
    assert!(listener.url.ends_with(&path), "{} {path}", listener.url);
    stage.scene.run(["trigger", "created", "--to", &public]).code(0);
    let elsewhere = format!("{}/", stage.relay.url());
    stage.scene.run(["trigger", "created", "--to", &elsewhere]).code(1);
    let ended = listener.stop().code(0);
    assert!(ended.err().ends_with("Received: 1 verified, 1 turned away.\n"), "trying counts as nothing: {ended}");
    assert_eq!(stage.alive(), 0);
}

#[test]
fn the_programs_by_their_names() {
    let stage = Stage::new();
    let (relay, port) = (stage.relay.url(), stage.relay.port());
    let sleep = format!("exec sleep {}", stage.mark);
    stage.program("bore", &format!("echo $2 > port; echo \"INFO bore_cli: listening at 127.0.0.1:{port}\"; {sleep}"));
    stage.program(
        "ssh",
        &format!(
            "for word; do last=$word; case $word in '*:0:'*) echo ${{word##*:}} > port;; esac; done
             echo \"Allocated port {port} for remote forward to x\" >&2; {sleep}"
        ),
    );
    for how in ["bore:127.0.0.1", "ssh:me@127.0.0.1"] {
        let listener = listen(&stage, &["--tunnel", how]);
        let public = reachable(&listener);
        assert!(public.starts_with(&relay), "{public}");
        stage.scene.run(["trigger", "created", "--to", &public]).code(0);
        listener.stop().code(0);
        assert_eq!(stage.alive(), 0, "{how}");
    }
}

#[test]
fn ngrok_is_asked_where_its_tunnel_is() {
    let stage = Stage::new();
    let listed = |port: &str, addr: &str| {
        format!(
            r#"{{"tunnels":[{{"public_url":"http://127.0.0.1:{port}","proto":"http","config":{{"addr":"http://{addr}"}}}}]}}"#
        )
    };
    // The agent's own API, played by a script that knows the port only once it runs.
    let agent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = agent.local_addr().unwrap();
    let (folder, relay) = (stage.scene.folder(), stage.relay.port().to_string());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in agent.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let port = std::fs::read_to_string(folder.join("port")).unwrap_or_default();
            let body = listed(&relay, &format!("127.0.0.1:{}", port.trim()));
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    stage.program(
        "ngrok",
        &format!(
            "for word; do last=$word; done; echo ${{last##*:}} > port
             echo '{{\"msg\":\"starting web service\",\"addr\":\"{address}\",\"lvl\":\"info\"}}'; exec sleep {}",
            stage.mark
        ),
    );
    let listener = listen(&stage, &["--tunnel", "ngrok"]);
    assert!(reachable(&listener).starts_with(&stage.relay.url()));
    listener.stop().code(0);
    assert_eq!(stage.alive(), 0);
}

#[test]
fn a_public_url_of_ones_own_has_to_lead_here() {
    let stage = Stage::new();
    let url = stage.relay.url();
    // The relay leads nowhere until the port is written, as a proxy that is started a moment later.
    let listener = listen(&stage, &["--public-url", &format!("{url}/hooks/mine")]);
    assert!(listener.url.ends_with("/hooks/mine"), "{}", listener.url);
    let port = url::Url::parse(&listener.url).unwrap().port().unwrap();
    stage.scene.write("port", port.to_string());
    let public = reachable(&listener);
    assert_eq!(public, format!("{url}/hooks/mine"));
    stage.scene.run(["trigger", "created", "--to", &public]).code(0);
    listener.stop().code(0);

    let other = Endpoint::good();
    let line = ["listen", "--port", "0", "--public-url", &other.url("/")];
    let ended = stage.scene.with(line).clock(hurried()).columns(2000).output().code(4);
    let told = ended.err();
    assert!(told.contains(" does not lead to this listener: something else answered 200 OK\n"), "{ended}");
    assert!(told.contains("hint: it must pass requests on to http://127.0.0.1:"), "{ended}");
    assert!(other.received().iter().all(|request| request.head.starts_with("GET /")), "{:?}", other.received());
}

#[test]
fn a_server_that_repeats_the_question_is_not_taken_for_the_listener() {
    use std::io::{Read, Write};
    let echo = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = echo.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in echo.incoming() {
            let (mut stream, mut bytes) = (stream.unwrap(), [0; 4096]);
            let read = stream.read(&mut bytes).unwrap_or(0);
            let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
            let question = text.lines().find_map(|line| line.strip_prefix("x-referralloop-greeting: ")).unwrap_or("");
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{question}", question.len());
        }
    });
    let scene = Scene::new();
    let url = format!("http://{address}/");
    let ended = scene.with(["listen", "--port", "0", "--public-url", &url]).clock(hurried()).output();
    assert_eq!(ended.code, Some(4), "{ended}");
}

#[test]
fn of_several_addresses_the_one_that_leads_here_is_taken() {
    let stage = Stage::new();
    let page = Endpoint::good();
    let script =
        format!("echo $1 > port; echo 'see {} or http://127.0.0.1:'$1; echo RELAY; exec sleep MARK", page.url("/docs"));
    let command = stage.tunnel(&script);
    let start = |run: crate::support::Run| {
        run.env("PATH", stage.path()).env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1")
    };
    let listener = Listener::start(&stage.scene, ["--tunnel", command.as_str()], start);
    assert!(reachable(&listener).starts_with(&stage.relay.url()));
    listener.stop().code(0);
}

#[test]
fn a_tunnel_that_says_nothing_or_leads_nowhere_is_given_up() {
    let stage = Stage::new();
    let run = |script: &str| {
        let line = ["listen", "--port", "0", "--tunnel"].map(String::from).into_iter().chain([stage.tunnel(script)]);
        let run = stage.scene.with(line).clock(hurried()).columns(2000);
        run.env("PATH", stage.path()).env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1").output()
    };
    let silent = run("echo 'connecting…'; exec sleep MARK").code(4);
    assert!(
        silent.err().contains("the tunnel did not print a public address within 30 s\n       connecting…\n"),
        "{silent}"
    );
    let astray = run("echo RELAY; exec sleep MARK").code(4);
    assert!(astray.err().contains(" does not lead to this listener: "), "{astray}");
    let dead = run("echo starting; printf 'no \\033[31mluck\\033[0m today\\n' >&2; exit 3").code(4);
    assert!(dead.err().contains("error: the tunnel ended with 3\n       starting\n       no luck today\n"), "{dead}");
    let unknown = run("exec no-such-program-anywhere").code(4);
    assert!(unknown.err().contains("the tunnel ended with 127\n"), "{unknown}");
    assert_eq!(stage.alive(), 0);
}

#[test]
fn a_program_that_is_not_there_is_told_with_how_to_get_it() {
    let scene = Scene::new();
    for (how, name, part) in [
        ("cloudflared", "cloudflared", "brew install cloudflared"),
        ("ngrok", "ngrok", "ngrok config add-authtoken"),
        ("bore:bore.pub", "bore", "cargo install bore-cli"),
        ("ssh:me@example.com", "ssh", "openssh-client"),
    ] {
        let ended = scene.with(["listen", "--tunnel", how]).env("PATH", scene.folder()).columns(2000).output().code(5);
        let told = ended.err();
        assert!(told.starts_with(&format!("error: {name} is not installed\n  hint: install it: ")), "{ended}");
        assert!(told.contains(part), "{ended}");
    }
    assert!(!scene.store().exists(), "nothing was begun");
}

#[test]
fn time_that_ends_before_there_is_an_address_is_no_success() {
    let stage = Stage::new();
    let mute = stage.tunnel("echo 'Error: no route to the relay'; echo '    at x (y.js:1)'; sleep MARK");
    let line = ["listen", "--port", "0", "--tunnel", &mute, "--for", "1500ms"];
    let run = stage.scene.with(line).columns(2000).env("PATH", stage.path());
    let ended = run.env("REFERRALLOOP_API_URL", "http://127.0.0.1:9/api/v1").output().code(4);
    let words =
        "the listener ended before it could be reached at a public address\n       Error: no route to the relay\n";
    assert!(ended.err().contains(words), "{ended}");
}
