//! Completion scripts and manual pages are committed, so that packagers need not run the program; they are what it prints.

use crate::support::{Scene, compare_committed};
use std::path::Path;

const SCRIPTS: [(&str, &str); 4] = [
    ("bash", "referralloop.bash"),
    ("zsh", "_referralloop"),
    ("fish", "referralloop.fish"),
    ("powershell", "_referralloop.ps1"),
];

#[test]
fn completions_are_what_the_program_prints() {
    let scene = Scene::new();
    let scripts = SCRIPTS.map(|(shell, name)| {
        let printed = scene.run(["completions", shell]).code(0);
        assert_eq!(printed.err(), "");
        assert!(printed.out().contains("REFERRALLOOP_COMPLETE"), "{shell}");
        (name.to_owned(), printed.stdout)
    });
    compare_committed("completions", scripts.into(), "completions");
}

/// A folder with a stored event, a refused request, a subscription's profile, and `referralloop` on the path.
fn stage() -> Scene {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    scene.run(["trigger", "created", "--email", "ada@example.com", "--to", &listener.url]).code(0);
    listener.stop().code(0);
    scene.run(["config", "set", "port", "4243", "--profile", "staging"]).code(0);
    scene.write("notes.txt", "");
    scene
}

/// What a shell offers behind `typed`, hints left out where the shell has them.
fn offered(scene: &Scene, shell: &str, typed: &str) -> Option<Vec<String>> {
    let program = crate::support::counterpart(shell)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let (file, line) = match shell {
        "bash" => (
            "referralloop.bash",
            "source \"$1\"; read -ra COMP_WORDS <<< \"$2\"; [[ $2 == *' ' ]] && COMP_WORDS+=('');
             COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_TYPE=9; compopt() { :; };
             _clap_complete_referralloop referralloop \"${COMP_WORDS[-1]}\"; printf '%s\\n' \"${COMPREPLY[@]}\"",
        ),
        // The function is zsh's own completion system's; here it prints what it would show.
        "zsh" => (
            "_referralloop",
            "compdef() { }; _describe() { print -rl -- \"${(@P)3}\" }; source \"$1\"; words=(${(s: :)2});
             [[ $2 == *' ' ]] && words+=(''); CURRENT=${#words}; _clap_dynamic_completer_referralloop",
        ),
        "fish" => ("referralloop.fish", "source $argv[1]; complete --do-complete $argv[2]"),
        other => panic!("{other}"),
    };
    let mut arguments = vec!["-c".into(), line.into()];
    arguments.extend((shell != "fish").then(|| "shell".into()));
    arguments.extend([script.join(file).into_os_string(), typed.into()]);
    let ended = scene.command_with_program(&program, &arguments).output().code(0);
    assert_eq!(ended.err(), "", "{shell}: {typed}");
    let value = |line: &str| {
        let end = if shell == "zsh" { ':' } else { '\t' };
        line.split(end).next().unwrap().to_owned()
    };
    Some(ended.out().lines().filter(|line| !line.is_empty()).map(value).collect())
}

#[test]
fn real_shells_offer_values() {
    let scene = stage();
    // What is typed, what is offered first, and whether nothing else is.
    let table: [(&str, &[&str], bool); 27] = [
        ("referralloop tri", &["trigger"], true),
        ("referralloop ", &["demo", "listen"], false),
        ("referralloop trigger ", &["created", "position_changed", "deleted"], false),
        ("referralloop trigger del", &["deleted"], true),
        ("referralloop listen --events created,", &["created,created", "created,position_changed"], false),
        ("referralloop listen --events created,al", &["created,all"], true),
        ("referralloop replay ", &["last", "1"], false),
        ("referralloop events show ", &["last", "1"], false),
        ("referralloop help ", &["demo", "listen"], false),
        ("referralloop help env", &["environment"], true),
        ("referralloop help events li", &["list"], true),
        ("referralloop man ", &["demo", "listen"], false),
        ("referralloop man events sh", &["show"], true),
        ("referralloop completions z", &["zsh"], true),
        ("referralloop trigger created --profile st", &["staging"], true),
        ("referralloop events list --email a", &["ada@example.com"], true),
        ("referralloop verify --framework ex", &["express"], true),
        ("referralloop test --only auth.sw", &["auth.swapped"], true),
        ("referralloop rehearse life", &["lifecycle"], true),
        ("referralloop sandbox --plan g", &["growth"], true),
        ("referralloop config set po", &["port"], true),
        ("referralloop trigger created --set data.em", &["data.email="], true),
        ("referralloop sign no", &["notes.txt"], true),
        ("referralloop listen --ack m", &["mirror"], true),
        ("referralloop listen --forward-to del", &["deleted="], true),
        ("referralloop listen -H del", &["deleted="], true),
        ("referralloop listen created=3", &["created=3000/webhooks"], true),
    ];
    let mut seen = Vec::new();
    for shell in ["bash", "zsh", "fish"] {
        for (typed, wanted, alone) in &table {
            let Some(found) = offered(&scene, shell, typed) else { break };
            assert_eq!(&found[..wanted.len().min(found.len())], *wanted, "{shell}: {typed}: {found:?}");
            assert!(!alone || found.len() == wanted.len(), "{shell}: {typed}: {found:?}");
            seen.push(format!("{shell:<5} {typed:<45} {}", wanted.join(" ")));
        }
    }
    println!("{}", seen.join("\n"));
}

#[test]
fn an_email_that_a_shell_might_run_is_not_offered() {
    let scene = Scene::new();
    let listener = scene.listen(["-q"]);
    let data = r#"{"event_type":"signup.created","data":{"id":"$(touch x)","email":"`id`@example.com"}}"#;
    scene.run(["trigger", "created", "--data", data, "--to", &listener.url]).code(0);
    listener.stop().code(0);
    let asked = |words: &[&str]| {
        let words = ["--"].iter().chain(words).copied();
        scene.process(words).env("REFERRALLOOP_COMPLETE", "fish").output().code(0)
    };
    assert_eq!(asked(&["referralloop", "events", "list", "--email", ""]).out(), "");
    assert_eq!(asked(&["referralloop", "events", "list", "--signup", ""]).out(), "");
    let shown = asked(&["referralloop", "events", "show", ""]);
    assert!(shown.out().starts_with("last\tthe newest\n1\tcreated `id`@example.com "), "{shown}");
}

#[test]
fn names_of_files_are_no_commands() {
    for name in ["notes$(touch owned)", "notes`touch owned`", "notes;touch owned", "notes\ntouch owned"] {
        let scene = Scene::new();
        scene.write("notes.txt", "");
        let asked = |shell: &str| {
            let words = ["--", "referralloop", "sign", "not"];
            let asking = scene.process(words).env("REFERRALLOOP_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "2");
            asking.env("_CLAP_IFS", "\u{b}").output().code(0).out()
        };
        assert_eq!(asked("bash"), "notes.txt");
        scene.write(name, "");
        // Then bash offers them by itself, and quotes them.
        assert_eq!((asked("bash"), asked("powershell")), (String::new(), String::new()), "{name:?}");
        assert!(asked("zsh").contains("notes.txt"), "zsh quotes what it is offered");
    }
}

#[test]
fn completions_can_be_installed() {
    let scene = Scene::new();
    for (shell, place) in [
        ("bash", ".local/share/bash-completion/completions/referralloop"),
        ("zsh", ".zfunc/_referralloop"),
        ("fish", ".config/fish/completions/referralloop.fish"),
    ] {
        let ended = scene.run(["completions", shell, "--install"]).code(0);
        let path = scene.home().join(place);
        assert!(ended.out().is_empty() && ended.err().contains(&path.display().to_string()), "{ended}");
        assert_eq!(std::fs::read(&path).unwrap(), scene.run(["completions", shell]).stdout);
    }
    let refused = scene.run(["completions", "elvish", "--install"]).code(2);
    assert!(refused.err().contains("no standard folder"), "{refused}");
}

/// `referralloop`, and the words of every command below it.
fn list_commands() -> Vec<Vec<String>> {
    fn collect(command: &clap::Command, path: &[String], found: &mut Vec<Vec<String>>) {
        found.push(path.to_vec());
        for next in command.get_subcommands() {
            collect(next, &[path, &[next.get_name().to_owned()]].concat(), found);
        }
    }
    let mut found = Vec::new();
    collect(&referralloop::cli::command(), &[], &mut found);
    found
}

#[test]
fn manual_pages_are_what_the_program_prints() {
    let scene = Scene::new();
    let commands = list_commands();
    assert!(commands.len() > 35, "{commands:?}");
    let pages = commands.into_iter().map(|words| {
        let name = ["referralloop"].into_iter().chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
        let page = scene.run(["man"].into_iter().chain(words.iter().map(String::as_str))).code(0);
        for part in [&format!(".TH {name} 1"), ".SH NAME", ".SH OPTIONS", ".SH ENVIRONMENT", ".SH \"EXIT CODES\""] {
            assert!(page.out().contains(part), "{part} in {page}");
        }
        assert!(page.err().is_empty() && !page.out().contains("commit:"), "{page}");
        (format!("{name}.1"), page.stdout)
    });
    compare_committed("man", pages.collect(), "completions");
}

#[test]
fn manual_pages_render_without_a_warning() {
    let Some(groff) = crate::support::counterpart("groff") else { return };
    let scene = Scene::new();
    for words in list_commands() {
        let page = scene.run(["man"].into_iter().chain(words.iter().map(String::as_str))).stdout;
        scene.write("page.1", page);
        let shown = scene.command_with_program(&groff, ["-Kutf8", "-man", "-Tutf8", "-ww", "page.1"]).output().code(0);
        assert!(shown.err().is_empty() && shown.out().contains("referralloop"), "{words:?}\n{shown}");
    }
}
