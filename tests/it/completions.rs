//! Completion scripts are committed, so that packagers need not run the program; they are what it prints. The manual
//! page comes from the same text.

use crate::support::Scene;
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
    let bless = std::env::var_os("REFERRALLOOP_BLESS").is_some_and(|value| value == "1");
    for (shell, name) in SCRIPTS {
        let printed = scene.run(["completions", shell]).code(0);
        assert_eq!(printed.err(), "");
        assert!(printed.out().contains("listen") && printed.out().contains("forward-to"), "{shell}");
        let path = folder.join(name);
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &printed.stdout).unwrap();
        }
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(
            committed == printed.stdout,
            "completions/{name} is out of date; write it anew with: \
             REFERRALLOOP_BLESS=1 cargo test --test it completions"
        );
    }
}

#[test]
fn the_bash_script_is_one_that_bash_reads() {
    let Some(bash) = crate::support::counterpart("bash") else { return };
    let scene = Scene::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/referralloop.bash");
    let complete = "source \"$0\"; COMP_WORDS=(referralloop lis); COMP_CWORD=1; COMP_LINE='referralloop lis'; \
                    _referralloop referralloop lis referralloop; echo \"${COMPREPLY[@]}\"";
    let ended = scene.command(&bash, ["-c".as_ref(), complete.as_ref(), script.as_os_str()]).output();
    ended.says("listen\n");
}

#[test]
fn the_manual_renders_for_each_command() {
    let scene = Scene::new();
    let page = scene.run(["man"]).code(0);
    assert!(page.out().contains(".TH referralloop 1") && page.err().is_empty(), "{page}");
    for command in referralloop::cli::command().get_subcommands() {
        let page = scene.run(["man", command.get_name()]).code(0);
        assert!(page.out().contains(".SH NAME") && page.out().contains(".SH OPTIONS"), "{page}");
        assert_eq!(page.err(), "");
    }
}
