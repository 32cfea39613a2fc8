//! `test`, also of one `--case`: verdicts, files, exit codes; the zoo, and readers of the reports by other makes.

mod state;

use crate::support::{Answer, Endpoint, INSTALL, Scene, counterpart, free_port, note_skipped, slow_tests, until};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn shell(scene: &Scene, line: &str) -> crate::support::Output {
    scene.shell(line).output()
}

/// An endpoint that acknowledges whatever comes passes without a secret, and accepts every forgery with one.
#[test]
fn what_verifies_nothing_is_found_out() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    let url = endpoint.url("/hook");
    let without = scene.run(["test", &url, "--only", "delivery,auth", "--no-secret"]).code(1);
    assert!(without.out().ends_with("\n  authenticity not checked\n"), "{without}");
    assert!(!without.out().contains("✔ http"), "{without}");
    scene.run(["test", &url, "--only", "delivery,auth", "--no-secret", "--fail-on", "critical"]).code(0);
    scene.run(["test", &url, "--only", "delivery", "--no-secret"]).code(0);
    let few = scene.run(["test", &url, "--max-requests", "5"]).code(1);
    assert!(few.out().contains("no forged event was sent") && !few.out().contains("✔ http"), "{few}");
    let own = scene.run(["test", &url, "--only", "auth"]).code(1);
    assert!(own.err().contains("the profile's own: development"), "{own}");
    assert!(own.out().contains("✘ auth.missing"), "{own}");
    scene.write("secret.txt", "a secret of mine\n");
    let audit = ["test", &url, "--only", "auth", "--secret-file", "secret.txt"];
    let with = scene.with(audit).columns(2000).output().code(1);
    assert!(with.out().contains("✘ auth.missing"), "{with}");
    // A forgery of one kind that is accepted, like every other, is no sign of that kind.
    let told = |id: &str| with.out().split("✘ ").find(|part| part.starts_with(id)).unwrap_or_default().to_owned();
    for id in ["auth.changed-whitespace", "auth.undefined-key", "auth.empty-key", "auth.truncated", "auth.swapped"] {
        assert!(told(id).contains("why, fix as for auth.missing"), "{id}: {with}");
    }
    let repeat = format!("referralloop test {url} --case auth.missing --secret-file secret.txt");
    assert!(with.out().contains(&repeat), "{with}");
    let again = scene.run(repeat.split(' ').skip(1)).code(1);
    assert!(again.out().contains("✘ auth.missing") && again.out().contains("POST /hook"), "{again}");
    scene.run(["test", &url, "--case", "auth.mising"]).code(2);
}

#[test]
fn a_dry_run_of_one_check_prints_its_requests_and_sends_none() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    scene.write("secret.txt", "a secret of mine\n");
    let line = ["test", &endpoint.url("/hook"), "--case", "auth.sha1", "--secret-file", "secret.txt", "--dry-run"];
    let printed = scene.run(line).code(0);
    assert!(printed.out().starts_with("curl ") && printed.out().contains("sha1="), "{printed}");
    let records = scene.run(line.into_iter().chain(["--json"])).code(0).records();
    assert!(records.iter().all(|record| record["type"] == "request" && record["url"] == endpoint.url("/hook")));
    assert_eq!(records.len(), 1);
    // With an option that conflicts with --case, the parser does not ask for it.
    let many = scene.run(["test", &endpoint.url("/hook"), "--only", "delivery", "--dry-run"]).code(2);
    assert!(many.err().contains("--dry-run works only with --case"), "{many}");
    assert!(endpoint.received().is_empty());
}

/// Where nothing was checked, nothing is well.
#[test]
fn an_audit_that_skips_everything_is_no_success() {
    let (scene, endpoint) = (Scene::new(), Endpoint::statuses(&[429]));
    let skipped = scene.run(["test", &endpoint.url("/hook"), "--only", "delivery.tls", "--json"]).code(1);
    assert!(skipped.err().contains("nothing was checked"), "{skipped}");
    assert_eq!(skipped.records().last().unwrap()["met"], false, "{skipped}");
}

#[test]
fn fail_on_and_baseline_decide_the_exit_code() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    let url = endpoint.url("/hook");
    scene.write("secret.txt", "a secret of mine\n");
    let audit = |more: &[&str]| {
        let fixed = ["test", url.as_str(), "--only", "auth.changed-whitespace", "--secret-file", "secret.txt"];
        scene.run(fixed.iter().chain(more).map(|word| (*word).to_owned()))
    };
    audit(&[]).code(1);
    audit(&["--fail-on", "high"]).code(0);
    scene.write("known.toml", "[accepted]\n\"auth.changed-whitespace\" = \"the next release verifies bytes\"\n");
    let accepted = audit(&["--baseline", "known.toml"]).code(0);
    assert!(accepted.out().contains("the next release verifies bytes"), "{accepted}");
    for (bad, says) in [
        ("[accepted]\n\"auth.mising\" = \"x\"\n", "did you mean \"auth.missing\""),
        ("[accepted]\n\"auth.missing\" = \" \"\n", "without a reason"),
        ("accept = 1\n", "unknown field"),
    ] {
        scene.write("known.toml", bad);
        let refused = audit(&["--baseline", "known.toml"]).code(2);
        assert!(refused.err().contains(says), "{refused}");
    }
}

#[test]
fn nothing_there_is_no_finding_but_a_network_error() {
    let scene = Scene::new();
    scene.run(["test", &Endpoint::nowhere()]).code(4);
}

/// A handshake that fails is one sentence, not a list of findings.
#[test]
fn tls_that_does_not_come_about_is_a_network_error() {
    let scene = Scene::new();
    let door = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/hook", door.local_addr().unwrap());
    let plain = std::thread::spawn(move || {
        std::io::Write::write_all(&mut door.accept().unwrap().0, b"HTTP/1.1 400 No\r\n\r\n")
    });
    let ended = scene.run(["test", &url]).code(4);
    plain.join().unwrap().unwrap();
    assert!(ended.err().contains("no TLS connection to https://"), "{ended}");
    assert_eq!(ended.out(), "");
}

/// The secret that signs is the profile's, so an endpoint with another one has not been looked at.
#[test]
fn what_refuses_every_event_was_not_checked() {
    let (scene, endpoint) = (Scene::new(), Endpoint::statuses(&[401]));
    let ended = scene.run(["test", &endpoint.url("/hook"), "--only", "auth.missing", "--json"]).code(1);
    let summary = ended.record("summary");
    assert_eq!((&summary["met"], &summary["authenticity_checked"]), (&false.into(), &false.into()), "{ended}");
}

/// One fault, told once: all else that is refused follows from it.
#[test]
fn what_refuses_every_event_is_one_finding() {
    let (scene, endpoint) = (Scene::new(), Endpoint::statuses(&[401]));
    let ended = scene.run(["test", &endpoint.url("/hook"), "--json"]).code(1);
    let grave = |check: &serde_json::Value| {
        check["verdict"] == "failed" && ["medium", "high", "critical"].contains(&check["severity"].as_str().unwrap())
    };
    let checks = ended.records().into_iter().filter(|record| record["type"] == "check" && grave(record));
    let ids: Vec<_> = checks.map(|check| check["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["delivery.created"], "{ended}");
    assert_eq!(ended.record("summary")["authenticity_checked"], false, "{ended}");
}

#[test]
fn a_seed_repeats_a_run() {
    let scene = Scene::new();
    let emails = || {
        let endpoint = Endpoint::good();
        let line = ["test", &endpoint.url("/hook"), "--only", "delivery", "--seed", "7"];
        let ended = scene.run(line).code(0);
        assert!(ended.out().contains("--seed 7"), "{ended}");
        let received = endpoint.received();
        let texts: Vec<_> = received.iter().map(|request| String::from_utf8_lossy(&request.body)).collect();
        assert!(texts.iter().all(|text| text.is_ascii()), "{texts:?}");
        let email =
            |text: &str| text.split("\"email\":").nth(1).and_then(|rest| rest.split(',').next()).map(str::to_owned);
        texts.iter().filter_map(|text| email(text)).collect::<Vec<_>>()
    };
    assert_eq!(emails(), emails());
}

#[test]
fn reports_that_cannot_be_written_are_told_before_the_audit() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    for option in ["--junit", "--markdown"] {
        let ended =
            scene.run(["test", &endpoint.url("/hook"), "--only", "delivery", option, "no/such/folder.xml"]).code(5);
        assert!(ended.err().contains("cannot write no/such/folder.xml"), "{ended}");
    }
    assert!(endpoint.received().is_empty());
}

#[test]
fn what_is_not_on_this_machine_must_be_confirmed() {
    let scene = Scene::new();
    let refused = scene.run(["test", "https://app.example.com/hook", "--no-input"]).code(2);
    assert!(refused.err().contains("--yes"), "{refused}");
}

#[test]
fn records_tap_markdown_and_annotations() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    let line =
        format!("referralloop test {} --only auth.missing,delivery --secret-file secret.txt", endpoint.url("/hook"));
    scene.write("secret.txt", "a secret of mine\n");
    let records = shell(&scene, &format!("{line} --json")).code(1);
    let lines: Vec<serde_json::Value> = records.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["type"], "summary");
    assert!(lines.iter().any(|line| line["id"] == "auth.missing" && line["verdict"] == "failed"), "{records}");
    let tap = shell(&scene, &format!("{line} --tap")).code(1);
    assert!(tap.out().starts_with("TAP version 14\n1.."), "{tap}");
    let summary = scene.write("summary.md", "before\n");
    let line = format!("GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY={0} {line} --markdown {0}", summary.display());
    let actions = shell(&scene, &line).code(1);
    assert!(actions.out().contains("\n::error title=auth.missing (critical)::"), "{actions}");
    let text = std::fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n## ❌") && text.contains("| `auth.missing`"), "{text}");
}

/// Two JUnit readers of other makes and `prove`.
#[test]
fn readers_of_other_makes_take_the_reports() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    scene.write("secret.txt", "a secret of mine\n");
    let line =
        format!("referralloop test {} --skip load --secret-file secret.txt --junit report.xml", endpoint.url("/hook"));
    shell(&scene, &line).code(1);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("counterparts");
    let read = "import sys, junitparser; x = junitparser.JUnitXml.fromfile('report.xml'); print(x.tests, x.failures, x.skipped)";
    if folder.join("python/lib").exists() && folder.join("python/bin/junitparser").exists() {
        let counted = shell(&scene, &format!("{}/python/bin/python -c \"{read}\"", folder.display())).code(0);
        let numbers: Vec<u32> = counted.out().split_whitespace().map(|word| word.parse().unwrap()).collect();
        assert!(numbers[0] > 60 && numbers[1] >= 12 && numbers[2] > 3, "{counted}");
    } else {
        note_skipped("junitparser", INSTALL);
    }
    if folder.join("node_modules/.bin/jrm").exists() {
        shell(&scene, &format!("{}/node_modules/.bin/jrm merged.xml report.xml", folder.display())).code(0);
        let merged = std::fs::read_to_string(scene.folder().join("merged.xml")).unwrap();
        assert!(merged.contains("auth.missing") && merged.contains("<failure"), "{merged}");
    } else {
        note_skipped("junit-report-merger", INSTALL);
    }
    if counterpart("prove").is_some() {
        scene.write("audit.t", format!("#!/bin/sh\n{line} --tap --only delivery\n"));
        let good = shell(&scene, "prove --exec sh audit.t").code(0);
        assert!(good.out().contains("Result: PASS"), "{good}");
        scene.write("audit.t", format!("#!/bin/sh\n{line} --tap --only auth\n"));
        let bad = shell(&scene, "prove --exec sh audit.t; test $? -ne 0").code(0);
        assert!(bad.out().contains("Result: FAIL"), "{bad}");
    }
}

/// The verification function of the documentation, as printed there, lets nothing in; the audit names both of its faults,
/// and once.
#[test]
fn the_documentations_verification_is_told_both_of_its_faults() {
    let Some(node) = counterpart("node") else { return };
    let (scene, port) = (Scene::new(), free_port());
    let sample = file("counterparts/receivers/sample.js");
    let server = scene.command(&node, [sample.to_str().unwrap()]);
    let secret = "a secret of the documentation";
    let _running = server.env("PORT", port.to_string()).env("PROBE_SECRET", secret).start();
    until("the sample to listen", || TcpStream::connect(("127.0.0.1", port)).ok());
    scene.write("secret.txt", secret);
    let url = format!("http://127.0.0.1:{port}/");
    let ended = scene.run(["test", &url, "--secret-file", "secret.txt", "--json"]).code(1);
    let failed = ended.records().into_iter().filter(|record| record["verdict"] == "failed").collect::<Vec<_>>();
    let ids: Vec<_> = failed.iter().map(|check| check["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["auth.body-forms"], "{ended}");
    let seen = failed[0]["seen"].as_str().unwrap();
    assert!(seen.contains("re-serialised JSON, as JSON.stringify writes it"), "{seen}");
    assert!(seen.contains("a value without sha256=, which the service never sends"), "{seen}");
}

/// What is planted is found, and nothing else of medium severity or above. The whole zoo takes minutes.
#[test]
fn the_zoo_is_told_apart() {
    let (Some(_), Some(_)) = (counterpart("node"), counterpart("python3")) else { return };
    let scene = Scene::new();
    let some = if slow_tests() { "" } else { "right.mjs later.mjs prefix.mjs strict.py" };
    let program = env!("CARGO_BIN_EXE_referralloop");
    let ended = shell(&scene, &format!("python3 {} {program} {some}", file("zoo/calibrate.py").display()));
    println!("{ended}");
    // The servers whose framework is missing; a line is `skipped: NAME: why`.
    for line in ended.out().lines().filter_map(|line| line.strip_prefix("skipped: ")) {
        note_skipped(line.split(':').next().unwrap(), INSTALL);
    }
    ended.code(0);
}

/// Each failed request is tried again, and all together stay within the number that was asked for; what fails is judged
/// from what was answered, and no reason names a check that has found nothing.
#[test]
fn no_request_is_one_too_many() {
    let scene = Scene::new();
    let count = std::sync::atomic::AtomicU32::new(0);
    let endpoint = Endpoint::answering(move |_, _| {
        let failed = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 7 == 6;
        Answer::Status(if failed { 500 } else { 200 })
    });
    let line = ["test", &endpoint.url("/hook"), "--no-secret", "--max-requests", "60", "--json"];
    let ended = scene.run(line).code(1);
    let sent = endpoint.received().len();
    assert!((50..=60).contains(&sent), "{sent} requests: {ended}");
    let checks = ended.records();
    let find = |id: &str| checks.iter().find(|check| check["id"] == id).unwrap();
    assert_eq!((&find("load.steady")["verdict"], &find("load.alive")["verdict"]), (&"failed".into(), &"passed".into()));
    assert!(find("load.steady")["seen"].as_str().unwrap().contains("requests with 500"), "{ended}");
    for reason in checks.iter().filter_map(|check| check["reason"].as_str()) {
        let referred = reason.rsplit_once("; see ").map(|(_, id)| find(id));
        assert!(referred.is_none_or(|check| check["verdict"] == "failed"), "{reason}");
    }
}

/// Asked by itself, it sends events to look back on; and the header is shown as it was spelled.
#[test]
fn one_check_repeats_what_the_audit_has_seen() {
    let scene = Scene::new();
    scene.write("secret.txt", "a secret of mine\n");
    let flaky = Endpoint::statuses(&[200, 200, 503, 200]);
    let steady = scene.run(["test", &flaky.url("/hook"), "--case", "load.steady", "--no-secret"]).code(1);
    assert!(steady.out().contains("✘ load.steady") && steady.out().contains("503"), "{steady}");
    let good = Endpoint::good();
    let case = ["test", &good.url("/hook"), "--case", "delivery.header-case", "--secret-file", "secret.txt"];
    let spelled = scene.run(case).code(0);
    assert!(spelled.out().contains("X-WEBHOOK-SIGNATURE: "), "{spelled}");
}

/// A key of the endpoint's gateway is sent, and stands neither in the line that repeats a check nor in a report.
#[test]
fn a_key_that_is_sent_stands_in_no_report() {
    let scene = Scene::new();
    let endpoint = Endpoint::statuses(&[500]);
    let url = endpoint.url("/hook");
    let given = ["-H", "Authorization: Bearer gatewayCANARY", "-H", "X-Api-Key: gatewayCANARY", "-H", "X-Team: blue"];
    let reports = ["--only", "delivery", "--junit", "junit.xml", "--markdown", "report.md"];
    let case = ["--case", "delivery.created"];
    let mut repeats = 0;
    for more in
        [&case[..], &["--case", "delivery.created", "--json"], &reports, &["--only", "auth", "--json"], &["--tap"]]
    {
        let line = ["test", &url, "--no-secret"].into_iter().chain(given).chain(more.iter().copied());
        let ended = scene.run(line.map(|word| (*word).to_owned()));
        let files = ["junit.xml", "report.md"].map(|name| std::fs::read(scene.folder().join(name)).unwrap_or_default());
        let said = [ended.stdout.clone(), ended.stderr.clone(), files.concat()].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("gatewayCANARY"), "{more:?}: {said}");
        assert!(said.contains("Authorization: [redacted]"), "{more:?}: {said}");
        repeats += usize::from(said.contains("-H 'X-Team: blue'"));
    }
    assert!(repeats > 0, "what is no key stays");
}

/// The answer that a finding quotes is the one that is shown, also when the check is repeated by itself.
#[test]
fn a_finding_shows_what_it_quotes() {
    let scene = Scene::new();
    let endpoint = Endpoint::answering(|_, body| match String::from_utf8_lossy(body).contains("\"data\":\"text\"") {
        true => Answer::Full(500, Vec::new(), b"Traceback (most recent call last):".to_vec()),
        false => Answer::Status(200),
    });
    let url = endpoint.url("/hook");
    for which in ["--only=robust,hygiene.stack-trace", "--case=hygiene.stack-trace"] {
        let ended = scene.run(["test", &url, which, "--no-secret", "--json"]).code(1);
        let records = ended.records();
        let found = records.iter().find(|record| record["id"] == "hygiene.stack-trace").unwrap();
        assert_eq!(found["verdict"], "failed", "{ended}");
        let exchanges = found["exchanges"].as_array().unwrap();
        assert_eq!(exchanges.len(), 1, "{found}");
        assert!(exchanges[0]["answer"]["body"].as_str().unwrap().contains("Traceback"), "{found}");
        assert!(found["seen"].as_str().unwrap().starts_with(exchanges[0]["what"].as_str().unwrap()), "{found}");
    }
}

/// `-` is standard output, wherever a file is written: nothing is called so.
#[test]
fn reports_on_standard_output_are_alone_there() {
    let (scene, endpoint) = (Scene::new(), Endpoint::good());
    let url = endpoint.url("/hook");
    for (option, begin) in [("--junit", "<?xml"), ("--markdown", "#")] {
        let told = scene.run(["test", &url, "--only", "delivery", "--no-secret", option, "-"]).code(0);
        assert!(told.out().starts_with(begin) && !told.out().contains("✔"), "{told}");
        assert!(told.err().contains(" passed"), "{told}");
    }
    let both = scene.run(["test", &url, "--junit", "-", "--markdown", "-"]).code(2);
    assert!(both.err().contains("--junit - and --markdown - both write to standard output"), "{both}");
    let doctor = scene.run(["doctor", "--bundle", "-"]);
    assert!(doctor.out().starts_with("# referralloop doctor") && doctor.err().contains("setup.port"), "{doctor}");
    let exported = scene.run(["events", "export", "--output", "-"]);
    assert!(!exported.err().contains("written to"), "{exported}");
    scene.run(["listen", "--ready-file", "-"]).code(2);
    assert!(!scene.folder().join("-").exists());
}

/// A check that was skipped is named where somebody wants all of them.
#[test]
fn many_skipped_checks_are_a_number() {
    let (scene, endpoint) = (Scene::new(), Endpoint::statuses(&[500]));
    let line = ["test", &endpoint.url("/hook"), "--no-secret"];
    let told = scene.with(line).columns(2000).output().code(1);
    assert!(told.out().contains(" checks, which --verbose names ("), "{told}");
    assert!(!told.out().contains("auth.empty-value"), "{told}");
    let all = scene.with(line.into_iter().chain(["--verbose"])).columns(2000).output().code(1);
    assert!(!all.out().contains("which --verbose names"), "{all}");
}

/// An app that is being started is waited for, as long as was said and no longer.
#[test]
fn an_audit_waits_for_an_app_that_is_being_started() {
    let (scene, port) = (Scene::new(), free_port());
    let late = format!("(sleep 1; exec referralloop --store a.db listen --port {port}) > app.log 2>&1 & app=$!");
    for more in ["--only delivery", "--case delivery.created"] {
        let line = format!("{late}; referralloop test {port}/ --wait 60s {more}; code=$?; kill $app; exit $code");
        shell(&scene, &line).code(0);
    }
    let nowhere = Endpoint::nowhere();
    let started = std::time::Instant::now();
    let never = scene.run(["test", &nowhere, "--wait", "300ms"]).code(4);
    assert!(never.err().contains("nothing is listening at"), "{never}");
    assert!(started.elapsed() >= std::time::Duration::from_millis(300));
}
