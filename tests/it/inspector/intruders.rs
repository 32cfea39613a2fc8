//! Who does not get in: whatever is forged, at every path that the sources name.

use super::client::{Inspector, ask_raw};
use super::{Endpoint, Scene, listening};
use std::path::Path;

/// A path, and the method it is used with.
#[derive(Debug, Clone)]
struct Route {
    method: &'static str,
    path: String,
}

fn source(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspector");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The paths that the router knows, read off its arms: whoever adds one has it attacked here.
fn routes() -> Vec<Route> {
    let router = source("router.rs");
    let quoted = |text: &str| text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(str::to_owned);
    let part = |name: &str| quoted(name).unwrap_or_else(|| if name == "language" { "curl" } else { "1" }.into());
    let mut found = Vec::new();
    for line in router.lines().map(str::trim) {
        if let Some((pattern, _)) = line.strip_prefix("[\"").and_then(|_| line[1..].split_once("] =>")) {
            let path: Vec<_> = pattern.split(", ").map(part).collect();
            found.push(Route { method: "GET", path: format!("/api/{}", path.join("/")) });
        } else if let Some(path) = line.split_once(" =>").and_then(|(path, _)| quoted(path)) {
            found.push(Route { method: "POST", path });
        } else if let Some(path) = line.strip_prefix("if path == ").and_then(|rest| quoted(rest.strip_suffix(" {")?)) {
            found.push(Route { method: "POST", path });
        }
    }
    found
}

fn assets() -> Vec<Route> {
    let text = source("assets.rs");
    let listed = text.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" ")).map(|(path, _)| path);
    let named = text.lines().filter_map(|line| line.split_once("path: \"")?.1.split_once('"')).map(|(path, _)| path);
    let found = listed.chain(named).filter(|path| path.starts_with('/'));
    found.map(|path| Route { method: "GET", path: path.to_owned() }).collect()
}

/// Header lines of a request that is refused, and whether the page's files are refused them as well.
fn forgeries(inspector: &Inspector, is_action: bool) -> Vec<(Vec<(String, String)>, bool)> {
    let port = inspector.port;
    let own = format!("127.0.0.1:{port}");
    let bearer = format!("Bearer {}", inspector.token);
    let cookie = format!("referralloop-inspector-{port}={}", inspector.token);
    let request = |host: &str, more: &[(&str, &str)], token: (&str, &str), acts: bool| {
        let act = ("X-ReferralLoop-Inspector", "1");
        let lines = [("Host", host), token].into_iter().chain(more.iter().copied());
        let lines = lines.chain(acts.then_some(act)).filter(|(name, _)| !name.is_empty());
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let tokens = [("Authorization", &*bearer), ("Cookie", &*cookie)];
    let mut found = Vec::new();
    for token in tokens {
        let hosts = [
            format!("evil.example:{port}"),
            format!("127.0.0.1.evil.example:{port}"),
            format!("localhost.:{port}"),
            format!("user@127.0.0.1:{port}"),
            "127.0.0.1:1".into(),
            "127.0.0.1".into(),
            format!("0.0.0.0:{port}"),
            format!("10.0.0.1:{port}"),
            String::new(),
        ];
        found.extend(hosts.iter().map(|host| (request(host, &[], token, true), true)));
        found.push((request(&own, &[("Host", &own)], token, true), true));
        let origins = [
            "null".to_owned(),
            format!("http://evil.example:{port}"),
            format!("https://{own}"),
            format!("http://localhost:{port}"),
            "http://127.0.0.1:1".into(),
            format!("http://{own}.evil.example"),
            String::new(),
        ];
        found.extend(origins.iter().map(|from| (request(&own, &[("Origin", from)], token, true), true)));
        let sites = ["cross-site", "same-site", "odd"];
        found.extend(sites.map(|site| (request(&own, &[("Sec-Fetch-Site", site)], token, true), false)));
        if is_action {
            found.push((request(&own, &[], token, false), false));
            found.push((request(&own, &[("X-ReferralLoop-Inspector", "0")], token, false), false));
        }
    }
    let (short, other) = (&bearer[..bearer.len() - 1], format!("referralloop-inspector-1={}", inspector.token));
    let wrong = [
        ("", ""),
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer "),
        ("Authorization", short),
        ("Authorization", &*inspector.token),
        ("Cookie", &*other),
        ("Cookie", &*inspector.token),
        ("X-Token", &*inspector.token),
    ];
    found.extend(wrong.map(|token| (request(&own, &[], token, true), false)));
    found
}

#[test]
fn whatever_is_forged_is_refused_at_every_path() {
    let (scene, app) = (Scene::new(), Endpoint::statuses(&[200]));
    let (listener, inspector) = listening(&scene, &[]);
    scene.run(["trigger", "created", "--email", "ann@example.org", "--to", &listener.url]).code(0);
    let (routes, assets) = (routes(), assets());
    let count = |method: &str| routes.iter().filter(|route| route.method == method).count();
    assert!(count("GET") >= 12 && count("POST") >= 5 && assets.len() >= 13, "{routes:?} {assets:?}");
    let before = inspector.get("/api/events/1").remove(0);
    let body = format!(r#"{{"events":[1],"body":"{{}}","event_type":"created","to":"{}"}}"#, app.url("/in"));
    let mut asked = 0;
    for (route, is_asset) in routes.iter().map(|route| (route, false)).chain(assets.iter().map(|asset| (asset, true))) {
        for (lines, everywhere) in forgeries(&inspector, route.method == "POST") {
            let lines: Vec<_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = ask_raw(inspector.port, route.method, &route.path, &lines, &body);
            asked += 1;
            if is_asset && !everywhere {
                assert_eq!(answer.status, 200, "a link may lead to the page: {route:?} {lines:?}");
                continue;
            }
            assert!(matches!(answer.status, 400 | 401 | 403), "{route:?} {lines:?}: {} {}", answer.status, answer.body);
            assert!(!answer.body.contains("ann@example.org") && !answer.head.contains("set-cookie"), "{route:?}");
        }
        // What was forged is what it is refused for.
        if !is_asset && route.path != "/api/stream" {
            let answer = inspector.ask(route.method, &route.path, &[("X-ReferralLoop-Inspector", "1")], "");
            assert!(!matches!(answer.status, 401 | 403 | 405), "{route:?}: {} {}", answer.status, answer.body);
        }
    }
    assert!(asked > 500, "{asked}");
    let after = inspector.get("/api/events/1").remove(0);
    assert_eq!((&after["attempts"], inspector.get("/api/status")[0]["last"].as_u64()), (&before["attempts"], Some(1)));
    assert!(app.received().is_empty());
    listener.stop().code(0);
}
