//! What `--version` tells of a build: target, profile, compiler, the version of rustls, and for what is released the commit.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-env-changed=REFERRALLOOP_BUILD_COMMIT");
    let read = |name: &str| std::env::var(name).unwrap_or_default();
    let told = |name: &str, value: &str| println!("cargo::rustc-env=REFERRALLOOP_BUILD_{name}={value}");
    told("TARGET", &read("TARGET"));
    // Cargo says debug or release, and the folder of the output which profile of one's own it is.
    let folder = read("OUT_DIR").replace('\\', "/");
    told("PROFILE", folder.split('/').rev().nth(3).unwrap_or_default());
    let compiler = ask(&read("RUSTC"), &["--version"]);
    told("COMPILER", compiler.split(" (").next().unwrap_or_default());
    told("RUSTLS", &locked_version("rustls"));
    told("COMMIT", &commit(&read("PROFILE")));
}

/// A commit changes nothing that is compiled, so only what is released asks for it; else each would build everything anew.
fn commit(profile: &str) -> String {
    match std::env::var("REFERRALLOOP_BUILD_COMMIT") {
        Ok(commit) if !commit.is_empty() => commit,
        _ if profile != "release" => "not recorded".into(),
        _ => {
            let log = ask("git", &["rev-parse", "--git-path", "logs/HEAD"]);
            if !log.is_empty() {
                println!("cargo::rerun-if-changed={log}");
            }
            // A folder below somebody else's repository has that one's commit, which would be a lie.
            let own = ask("git", &["ls-files", "--error-unmatch", "Cargo.toml"]) == "Cargo.toml";
            let commit = if own { ask("git", &["rev-parse", "--short=12", "HEAD"]) } else { packaged_commit() };
            if commit.is_empty() { "not recorded".into() } else { commit }
        }
    }
}

/// What a package from a registry says of where it was made.
fn packaged_commit() -> String {
    let told = std::fs::read_to_string(".cargo_vcs_info.json").unwrap_or_default();
    let found = told.split("\"sha1\":").nth(1).and_then(|rest| rest.split('"').nth(1));
    found.map(|sha| sha.chars().take(12).collect()).unwrap_or_default()
}

fn ask(program: &str, arguments: &[&str]) -> String {
    let answered = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
    answered.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn locked_version(name: &str) -> String {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{name}\"")).skip(1);
    let version = lines.next().and_then(|line| line.split('"').nth(1));
    version.unwrap_or("not recorded").to_owned()
}
