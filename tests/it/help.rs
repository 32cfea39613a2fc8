//! Help: each has examples, and every command line that is printed in help or README runs.

use crate::support::{Api, Endpoint, KEY, Output, Program, Scene, Started, WAITLIST, until};
use clap::Command;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

/// Every command with the words that lead to it.
fn commands() -> Vec<(String, Command)> {
    fn collect(path: &str, command: &Command, found: &mut Vec<(String, Command)>) {
        found.push((path.to_owned(), command.clone()));
        for next in command.get_subcommands() {
            collect(&format!("{path} {}", next.get_name()), next, found);
        }
    }
    let mut root = referralloop::cli::command();
    root.build();
    let mut found = Vec::new();
    collect("referralloop", &root, &mut found);
    found
}

/// The lines of the Examples section.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

/// Command lines in the code blocks of a page, as they would be typed with the program installed.
fn printed(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for block in page.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let typed = block.lines().map(|line| line.replace("cargo run --release --quiet -- ", "referralloop "));
        lines.extend(typed.filter(|line| line.contains("referralloop ")));
    }
    lines
}

/// A scene in which the examples mean something: files, an event, a refused request, an app, ports of its own.
struct Stage {
    scene: Scene,
    app: Endpoint,
    api: Api,
}

impl Stage {
    fn set() -> Self {
        let scene = Scene::new();
        scene.write("body.json", r#"{"event_type":"signup.created"}"#);
        scene.write("secret.txt", "a secret of mine\n");
        scene.write("other.txt", "a secret of somebody else\n");
        let app = Endpoint::good();
        let listener = scene.listen(["-q"]);
        scene.run(["trigger", "created", "--to", &listener.url]).code(0);
        scene.run(["trigger", "created", "--to", &listener.url, "--secret-file", "secret.txt"]).code(1);
        listener.stop().code(0);
        scene.run(["events", "export", "--output", "events.jsonl"]).code(0);
        // Port 4242 may be anybody's.
        scene.write("referralloop.toml", format!("port = 0\nwaitlist = \"{WAITLIST}\"\n"));
        scene.write("key.txt", format!("{KEY}\n"));
        Self { scene, app, api: Api::new() }
    }

    /// A shell line that knows the hosted API.
    fn shell(&self, line: &str) -> Program {
        let shell = self.scene.shell(line);
        shell.env("REFERRALLOOP_API_URL", self.api.url()).env("REFERRALLOOP_API_KEY", KEY)
    }

    fn run(&self, line: &str) -> Output {
        let port = url::Url::parse(&self.app.url("/")).unwrap().port().unwrap();
        let line = line.replace("3000", &port.to_string());
        // A file that exists is overwritten on purpose only.
        if line.contains("--output events.jsonl") {
            std::fs::remove_file(self.scene.folder().join("events.jsonl")).unwrap();
        }
        if line.starts_with("referralloop listen") || line.starts_with("referralloop inspect") {
            // Port 4243 may be anybody's.
            let inspects = line.contains("inspect") && !line.contains("--inspect-port");
            return self.listen(&if inspects { format!("{line} --inspect-port 0") } else { line });
        }
        if let Some(rest) = line.strip_prefix("referralloop sandbox").filter(|rest| serves(rest)) {
            // Port 4010 may be anybody's, too.
            let port = if rest.contains("--port") { "" } else { " --port 0" };
            return self.listen(&format!("referralloop sandbox{port}{rest}"));
        }
        let needs_listener =
            ["referralloop trigger", "referralloop rehearse", "referralloop replay", "referralloop reconcile"]
                .iter()
                .any(|start| line.starts_with(start));
        let _listener = needs_listener.then(|| self.scene.listen(["-q"]));
        self.shell(&line).output()
    }

    /// Listens until it is ready, and then until its event has come or it is told to stop.
    ///
    /// A tunnel's program is there and never says an address, so that nothing is called; no browser is opened.
    fn listen(&self, line: &str) -> Output {
        for (name, rest) in [("cloudflared", "exec sleep 60"), ("xdg-open", "exit 0"), ("open", "exit 0")] {
            let program = self.scene.write(format!("bin/{name}"), format!("#!/bin/sh\n{rest}\n"));
            std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let started: Started = self.shell(&format!("PATH=$PWD/bin:$PATH; exec {line}")).start();
        until("a listener that is ready", || {
            let said = started.stdout.text() + &started.stderr.text();
            (said.contains("Ready.") || said.contains("\"ready\"")).then_some(())
        });
        if line.contains("--until") {
            self.scene.run(["trigger", "created"]).code(0);
        } else {
            started.signal("INT");
        }
        started.finish()
    }
}

/// Whether the rest of a line behind `sandbox` makes it serve.
fn serves(rest: &str) -> bool {
    !rest.contains("deliveries") && !rest.contains("--assumptions")
}

fn runs(line: &str) {
    let ended = Stage::set().run(line);
    assert_eq!(ended.code, Some(0), "{line}\n{ended}");
    assert!(!ended.err().contains("error:"), "{line}\n{ended}");
}

#[test]
fn every_help_has_examples() {
    for (path, mut command) in commands() {
        let help = command.render_long_help().to_string();
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{path} --help has no examples:\n{help}");
        assert!(examples.iter().all(|line| line.contains("referralloop ")), "{path}: {examples:?}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{path} --help is wider than 100 columns");
        assert!(command.render_help().to_string().contains("Examples:"), "{path} -h");
    }
}

#[test]
fn every_example_of_every_help_runs() {
    let lines: BTreeSet<String> =
        commands().into_iter().flat_map(|(_, mut command)| examples(&command.render_long_help().to_string())).collect();
    assert!(lines.len() > 30, "{lines:?}");
    // A person presses keys there: tests/terminal/ does.
    let needs_keys = |line: &&String| line.as_str() == "referralloop events browse";
    lines.iter().filter(|line| !needs_keys(line)).for_each(|line| runs(line));
    println!("{} command lines of help texts", lines.len());
}

#[test]
fn every_command_line_of_the_readme_runs() {
    let lines = printed(include_str!("../../README.md"));
    assert!(lines.len() > 15, "{lines:?}");
    lines.iter().for_each(|line| runs(line));
    println!("{} command lines of the README", lines.len());
}

#[test]
fn every_command_line_of_the_book_runs() {
    // These are run whole by `recipes.rs`; the lines of the commands' pages are those of their help.
    let whole = ["README.md", "agents.md", "ci.md", "rotating-secrets.md", "tutorial-node.md", "tutorial-python.md"];
    let mut count = 0;
    for (path, text) in crate::book::pages() {
        if whole.iter().any(|name| path.ends_with(name)) || path.parent().unwrap().ends_with("commands") {
            continue;
        }
        let lines = printed(&text);
        lines.iter().for_each(|line| runs(line));
        count += lines.len();
    }
    assert!(count > 20, "{count}");
    println!("{count} command lines of the book");
}

#[test]
fn help_is_data_and_goes_to_stdout() {
    let scene = Scene::new();
    for (path, _) in commands() {
        let line = path.split(' ').skip(1).chain(["--help"]);
        let help = scene.run(line).code(0);
        assert!(help.err().is_empty() && help.out().contains("Usage: referralloop"), "{help}");
    }
    scene.run(["-V"]).says(concat!("referralloop ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn help_explains_commands_and_topics() {
    let scene = Scene::new();
    assert_eq!(scene.run(["help"]).code(0).out(), scene.run(["--help"]).code(0).out());
    assert_eq!(scene.run(["help", "events", "show"]).out(), scene.run(["events", "show", "--help"]).out());
    let environment = scene.run(["help", "environment"]).code(0);
    for name in ["REFERRALLOOP_WEBHOOK_SECRET", "REFERRALLOOP_STORE", "NO_COLOR", "SSL_CERT_FILE"] {
        assert!(environment.out().contains(name) && environment.err().is_empty(), "{environment}");
    }
    assert!(scene.run(["help", "files"]).code(0).out().contains("referralloop.toml"));
    assert!(scene.run(["help", "exit-codes"]).code(0).out().contains("130, 143"));
    assert_eq!(scene.run(["help", "agents"]).code(0).out(), include_str!("../../docs/agents.md"));
    scene.run(["help", "listne"]).is(
        2,
        "",
        "error: unknown command 'listne'\n  hint: did you mean listen?\n  hint: referralloop help\n",
    );
    let page = scene.run(["man", "events", "show"]).code(0);
    assert!(page.out().contains(".SH ENVIRONMENT") && page.out().contains(".SH \"EXIT CODES\""), "{page}");
}

#[test]
fn short_help_has_groups_and_one_line_of_global_options() {
    let scene = Scene::new();
    let root = scene.run(["-h"]).code(0);
    for group in ["Receive:", "Send:", "Look back:", "Test and CI:", "The service:", "Set up and learn:"] {
        assert!(root.out().contains(&format!("\n{group}\n")), "{root}");
    }
    let listen = scene.run(["listen", "-h"]).code(0);
    assert!(listen.out().contains("\nGlobal options: --profile --config --store"), "{listen}");
    assert!(!listen.out().contains("Never prompt"), "{listen}");
    assert!(scene.run(["listen", "--help"]).out().contains("Never prompt"));
}

#[test]
fn examples_are_never_broken() {
    let scene = Scene::new();
    let whole = examples(&scene.run(["listen", "--help"]).out());
    for columns in ["40", "60", "80"] {
        let narrow = scene.process(["listen", "--help"]).env("COLUMNS", columns).output().code(0);
        assert_eq!(examples(&narrow.out()), whole, "{columns}");
        assert!(!narrow.out().contains('\u{a0}'), "{narrow}");
        let limit: usize = columns.parse().unwrap();
        let prose = narrow.out().split("Examples:").next().unwrap().to_owned();
        let root = scene.process(["-h"]).env("COLUMNS", columns).output().code(0);
        // A heading, the usage and a single word stay on their lines.
        let prose_line = |line: &&str| {
            let breaks = line.trim().contains(' ') && !line.starts_with("Usage: ");
            breaks && (line.starts_with(' ') || !line.ends_with(':'))
        };
        let long = |text: &str| text.lines().filter(prose_line).filter(|line| line.chars().count() > limit).count();
        assert_eq!((long(&prose), long(root.out().split("Examples:").next().unwrap())), (0, 0), "{narrow}{root}");
    }
}

#[test]
fn what_other_tools_call_it_is_understood() {
    let scene = Scene::new();
    for (line, meant) in [
        ("logs", "referralloop events list"),
        ("forward", "referralloop listen"),
        ("retry", "referralloop replay --failed"),
        ("version", "referralloop --version"),
        ("trigger created --override data.position=1", "--set"),
        ("trigger created --print-json", "--json"),
        ("expect created --for 5s -- true", "--within"),
        ("listen --within 5s", "--for"),
        ("load created --for 5s", "--duration"),
        ("events report --output report.html", "--html"),
        ("events list --last 5", "--limit"),
        ("replay -n 5", "--last"),
        ("sandbox --host 0.0.0.0", "--bind"),
        ("listen --max-retries 3", "--forward-retry"),
        ("events list --until yesterday", "--until-time"),
        ("listen --print-secret", "referralloop secret show"),
        ("listen --target 3000", "--forward-to"),
        ("last", "referralloop events show last"),
        ("http 3000", "referralloop listen"),
        ("events retrieve evt_1", "referralloop events show"),
        ("config add-authtoken x", "referralloop login"),
        ("listen --to 3000", "--forward-to"),
        ("listen --forward-connect-to 3000", "--forward-to"),
        ("listen --api-key x", "referralloop login"),
        ("listen --domain x.ngrok.app", "--public-url"),
        ("listen --host-header rewrite", "--header"),
        ("listen --skip-verify", "--insecure"),
        ("listen -e created", "--events"),
        ("trigger created --forward-to 3000", "--to"),
        ("trigger created --raw {}", "--data"),
        ("trigger created --target 3000", "--to"),
    ] {
        let refused = scene.run(line.split(' ')).code(2);
        assert!(refused.err().contains(&format!("\n  hint: did you mean {meant}?\n")), "{line}: {refused}");
        assert_eq!(refused.out(), "");
    }
    // Unlike enough to be no slip of the fingers.
    for line in ["listen --region eu", "inspect --nope"] {
        assert!(!scene.run(line.split(' ')).code(2).err().contains("did you mean"), "{line}");
    }
}

/// What the demo says of its last act needs no file: by hand it is refused as it was there.
#[test]
fn the_last_act_of_the_demo_can_be_played_by_hand() {
    let scene = Scene::new();
    let listener = scene.listen::<&str>([]);
    let line = ["trigger", "created", "--secret-file", "-", "--no-retry", "--to", &listener.url];
    let refused = scene.with(line).stdin("other\n").output().code(1);
    assert!(refused.out().contains("401"), "{refused}");
    listener.stop().code(0);
}

#[test]
fn the_demo_ends_by_itself_and_touches_nothing() {
    let scene = Scene::new();
    let ended = scene.with(["demo", "--fast"]).columns(80).output().code(0);
    let out = ended.out();
    for told in [
        "✔ verified",
        "│   \"event_type\"",
        "position 3 ✔ 500\n",
        "#8 created grace@example.com ↻ 200 ",
        " ms after the first\n",
        " ✘ 401\n         the sender used another secret: the one of somebody else\n",
    ] {
        assert!(out.contains(told), "{told} in {ended}");
    }
    assert_eq!(out.matches("│ {").count(), 1, "one body teaches: {ended}");
    for told in [
        "1. The hosted API",
        "By hand: referralloop sandbox",
        "8 delivered (1 after a retry), 1 refused, as it should be.\nThe demo keeps nothing. Now try your own:\n",
        "By hand: echo other | referralloop trigger created --secret-file - --no-retry\n",
        "trigger created ",
    ] {
        assert!(ended.err().contains(told), "{told} in {ended}");
    }
    let lines: Vec<String> =
        [ended.out(), ended.err()].iter().flat_map(|text| text.lines()).map(str::to_owned).collect();
    assert!(lines.len() <= 45, "{} lines: {ended}", lines.len());
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{ended}");
    assert_eq!(std::fs::read_dir(scene.home()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(scene.folder()).unwrap().count(), 0);
    let records = scene.run(["demo", "--json"]).code(0);
    assert_eq!(records.err(), "");
    let summary = records.records().pop().unwrap();
    assert_eq!((&summary["type"], &summary["deliveries"]), (&"summary".into(), &8.into()));
}
