//! The page in a real Chromium: scripts of `tests/browser`, which anybody can run by hand.

use crate::support::{Scene, counterpart, note_skipped, program};
use std::path::Path;
use std::time::Duration;

/// Time for a script: a browser is many processes, and the machine may be busy with other tests.
const PATIENCE_WITH_BROWSERS: Duration = Duration::from_secs(240);

/// Runs a script of `tests/browser` where there are a Chromium and a Node to do so.
fn run_script(name: &str) {
    let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find_program);
    let (Some(chromium), Some(node)) = (chromium, counterpart("node")) else {
        return note_skipped("Chromium", "install chromium and node to try the page in a browser");
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser").join(name);
    let scene = Scene::new();
    // Node 20 has its WebSocket behind an option, which later ones take as well.
    let line = ["--experimental-websocket", "--no-warnings", script.to_str().unwrap()];
    let run = scene.command(&node, line).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let modules = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("counterparts/node_modules");
    let run = run.env("CHROMIUM", chromium).env("REFERRALLOOP", program()).env("NODE_MODULES", modules);
    // All the naughty strings take ten minutes.
    let each = if crate::support::slow_tests() { "1" } else { "16" };
    let output = run.env("EACH", each).start().finish_within(if each == "1" { 10 } else { 1 } * PATIENCE_WITH_BROWSERS);
    assert_eq!(output.code, Some(0), "{output}");
    print!("{}", output.out());
}

fn find_program(name: &str) -> Option<std::path::PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.exists())
}

#[test]
fn the_page_works_in_a_browser() {
    run_script("page.mjs");
}

#[test]
fn the_drawings_and_filters_work_in_a_browser() {
    run_script("timeline.mjs");
}

#[test]
fn the_page_outlives_its_listener() {
    run_script("restart.mjs");
}

#[test]
fn the_view_of_the_sandbox_works_in_a_browser() {
    run_script("sandbox.mjs");
}

#[test]
fn what_is_large_is_shown_in_parts() {
    run_script("large.mjs");
}

#[test]
fn naughty_strings_do_nothing_in_a_browser() {
    run_script("naughty.mjs");
}
