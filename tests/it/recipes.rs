//! What `docs/ci.md`, `docs/agents.md` and the tutorials tell people to paste, run as it is printed: only the port of the app is
//! another one. Where a page brings no app, it is a listener that refuses what is not signed, and the end-to-end tests are a trigger.

use crate::support::{Scene, counterpart, free_port, program, until};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const CI: &str = include_str!("../../docs/ci.md");
const AGENTS: &str = include_str!("../../docs/agents.md");
const SECRET: &str = "secret-of-the-ci-system";

/// The fenced blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("\n```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

/// The lines below a key of YAML, as far as they are indented further; without that indentation.
fn below(block: &str, key: &str) -> String {
    let mut lines = block.lines().skip_while(|line| line.trim() != key);
    let head = lines.next().unwrap_or_else(|| panic!("{key} in {block}"));
    let depth = |line: &str| line.len() - line.trim_start().len();
    let found: Vec<&str> = lines.take_while(|line| depth(line) > depth(head)).collect();
    let least = found.iter().map(|line| depth(line)).min().unwrap();
    found.iter().map(|line| format!("{}\n", &line[least..])).collect()
}

/// A scene with an app and tests as the page presumes them.
struct Recipe {
    scene: Scene,
    port: u16,
}

impl Recipe {
    /// An app that does not listen at once, as few do.
    fn starting_slowly() -> Self {
        Self::starting("sleep 2; ")
    }

    fn new() -> Self {
        Self::starting("")
    }

    fn starting(before: &str) -> Self {
        let recipe = Self { scene: Scene::new(), port: free_port() };
        let listen = format!("referralloop --store app.db listen --port {} --require-signature", recipe.port);
        let app = format!("{before}exec {listen}");
        recipe.write("start-app", &format!("#!/bin/sh\n{app} > app.log 2>&1\n"));
        recipe.write("end-to-end-tests", "#!/bin/sh\nexec referralloop trigger created --no-retry\n");
        recipe
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.scene.write(name, text);
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scene.folder().join(name)
    }

    /// Runs a script in which the app has its own port.
    #[track_caller]
    fn run(&self, shell: &str, script: &str, environment: &[(&str, &str)]) -> String {
        let script = script.replace("3000/", &format!("{}/", self.port)).replace(":3000", &format!(":{}", self.port));
        let mut run = self.scene.command_with_program(Path::new(shell), ["-ec", &script]);
        for (name, value) in environment {
            run = run.env(name, value);
        }
        run.output().code(0).to_string()
    }

    #[track_caller]
    fn left_reports(&self) {
        for name in ["expect.xml", "audit.xml"] {
            let report = std::fs::read_to_string(self.path(name)).unwrap();
            assert!(report.contains("<testsuite") && !report.contains("<failure"), "{report}");
        }
    }
}

#[test]
fn the_shell_script_runs_as_printed() {
    let recipe = Recipe::starting_slowly();
    recipe.run("sh", &blocks(CI, "sh")[0], &[("REFERRALLOOP_WEBHOOK_SECRET", SECRET)]);
    recipe.left_reports();
}

#[test]
fn the_job_of_github_runs_as_printed() {
    let recipe = Recipe::starting_slowly();
    let job = blocks(CI, "yaml").into_iter().find(|block| block.contains("runs-on") && block.contains("- run: |"));
    let summary = recipe.path("summary.md");
    let environment = [
        ("REFERRALLOOP_WEBHOOK_SECRET", SECRET),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    recipe.run("bash", &below(&job.unwrap(), "- run: |"), &environment);
    recipe.left_reports();
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.contains("passed"), "{summary}");
}

#[test]
fn the_job_of_gitlab_runs_as_printed() {
    let recipe = Recipe::starting_slowly();
    let job = blocks(CI, "yaml").into_iter().find(|block| block.starts_with("webhooks:")).unwrap();
    let script: String =
        below(&job, "script:").lines().map(|line| format!("{}\n", line.trim_start_matches("- "))).collect();
    recipe.run("sh", &script, &[("REFERRALLOOP_WEBHOOK_SECRET", SECRET)]);
    recipe.left_reports();
}

/// A release of this very program, where a runner would look for one.
fn make_release(recipe: &Recipe, name: &str) -> PathBuf {
    let line = format!(
        "mkdir -p releases/download/v0.1.0 {name} temp; ln -s {} {name}/referralloop; cd releases/download/v0.1.0
         tar --dereference -C ../../.. -cf - {name} | xz -0 > {name}.tar.xz; sha256sum {name}.tar.xz > {name}.tar.xz.sha256",
        program().display()
    );
    recipe.run("bash", &line, &[]);
    recipe.path("releases")
}

#[test]
fn the_steps_of_the_action_install_and_start() {
    let (Some(_), Some(_)) = (counterpart("curl"), counterpart("jq")) else { return };
    let recipe = Recipe::new();
    let install = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/action/install");
    let name = "referralloop-x86_64-unknown-linux-musl";
    let releases = make_release(&recipe, name);
    let (output, variables, temp) = (recipe.path("output"), recipe.path("variables"), recipe.path("temp"));
    let address = format!("file://{}", releases.display());
    let of = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let environment = [
        ("RELEASES", address.clone()),
        ("RUNNER_OS", "Linux".into()),
        ("RUNNER_ARCH", "X64".into()),
        ("RUNNER_TOOL_CACHE", of(&recipe.path("tools"))),
        ("RUNNER_TEMP", of(&temp)),
        ("GITHUB_OUTPUT", of(&output)),
        ("GITHUB_ENV", of(&variables)),
        ("TARGET", "x86_64-unknown-linux-musl".into()),
        ("FOLDER", of(&recipe.path("tools/referralloop/0.1.0/x86_64-unknown-linux-musl"))),
    ];
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let step = |word: &str, more: &[(&str, &str)]| {
        recipe.run("bash", &format!("bash {} {word}", install.display()), &[&environment[..], more].concat())
    };
    step("resolve", &[("VERSION", "v0.1.0")]);
    step("download", &[("VERSION", "0.1.0")]);
    let started = step("start", &[("SANDBOX", "true"), ("LISTEN", "true"), ("SECRET", SECRET)]);
    assert!(started.contains(&format!("::add-mask::{SECRET}")), "{started}");
    let told = std::fs::read_to_string(&output).unwrap();
    let value = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("{name} in {told}")).to_owned()
    };
    assert_eq!((value("version").as_str(), value("target").as_str()), ("0.1.0", "x86_64-unknown-linux-musl"));
    assert!(value("url").starts_with("http://127.0.0.1:"), "{told}");
    // The job of the page that makes a sign-up.
    let job = blocks(CI, "yaml").into_iter().find(|block| block.contains("sandbox: true")).unwrap();
    let (url, key) = (value("api-url"), value("api-key"));
    let access = [
        ("REFERRALLOOP_API_URL", url.as_str()),
        ("REFERRALLOOP_API_KEY", key.as_str()),
        ("REFERRALLOOP_WEBHOOK_SECRET", SECRET),
    ];
    let ran = recipe.run("bash", &below(&job, "run: |"), &access);
    assert!(ran.contains("created"), "{ran}");
    for name in ["sandbox", "listener"] {
        let ready = temp.join(format!("referralloop-{name}.json"));
        let record: serde_json::Value = serde_json::from_slice(&std::fs::read(&ready).unwrap()).unwrap();
        recipe.run("sh", &format!("kill {}", record["pid"]), &[]);
        until("its end", || (!ready.exists()).then_some(()));
    }
    // An archive that is not the one of its checksum is not unpacked.
    recipe.run("sh", &format!("echo >> releases/download/v0.1.0/{name}.tar.xz; rm -r tools"), &[]);
    let script = format!("if bash {} download; then exit 1; fi", install.display());
    let refused = recipe.run("bash", &script, &[&environment[..], &[("VERSION", "0.1.0")]].concat());
    assert!(refused.contains("has the checksum") && !recipe.path("tools").exists(), "{refused}");
}

#[test]
fn the_page_for_coding_agents_runs_as_printed() {
    let Some(_) = counterpart("jq") else { return };
    let recipe = Recipe::new();
    let page = blocks(AGENTS, "sh").join("\n");
    assert!(page.lines().count() > 20 && AGENTS.lines().count() <= 80, "{page}");
    let waiting = format!("until (: < /dev/tcp/127.0.0.1/{}) 2> wait.log; do sleep 0.1; done", recipe.port);
    recipe.run("bash", &format!("./start-app & app=$!; {waiting}\n{page}\nkill $app; wait $app"), &[]);
    let arrivals = std::fs::read_to_string(recipe.path("arrivals.jsonl")).unwrap();
    assert!(arrivals.contains(r#""verification":"valid""#), "{arrivals}");
    assert!(std::fs::read_to_string(recipe.path("app.log")).unwrap().contains("ada@example.com"), "it was delivered");
}

/// A tutorial: its file is written, its lines run, and what the handler prints it prints once.
#[track_caller]
fn run_tutorial(page: &str, file: &str, language: &str) {
    let recipe = Recipe::new();
    let code = blocks(page, language).remove(0).replace("3000", &recipe.port.to_string());
    recipe.write(file, &format!("{code}\n"));
    let told = recipe.run("bash", &blocks(page, "sh").join("\n"), &[]);
    assert_eq!(told.matches("signup.created ada@example.com\n").count(), 1, "{told}");
    assert!(told.contains("exit code 1\n") && told.contains(" passed, "), "{told}");
}

#[test]
fn the_tutorial_for_node_runs_as_printed() {
    if let (Some(_), Some(_)) = (counterpart("node"), counterpart("curl")) {
        run_tutorial(include_str!("../../docs/tutorial-node.md"), "app.mjs", "js");
    }
}

#[test]
fn the_tutorial_for_python_runs_as_printed() {
    if let (Some(_), Some(_)) = (counterpart("python3"), counterpart("curl")) {
        run_tutorial(include_str!("../../docs/tutorial-python.md"), "app.py", "python");
    }
}

#[test]
fn the_page_about_rotating_secrets_runs_as_printed() {
    let recipe = Recipe::new();
    let page = blocks(include_str!("../../docs/rotating-secrets.md"), "sh");
    assert!(page.len() > 3, "{page:?}");
    let told = recipe.run("bash", &page.join("\n"), &[]);
    // Old, new, and the new one alone; the old one is refused then.
    assert_eq!(told.matches("\ndelivered\n").count(), 3, "{told}");
    assert!(told.contains("401") && told.contains("exit code 1\n"), "{told}");
}

#[test]
fn the_pages_for_symptoms_name_commands_that_exist() {
    let page = include_str!("../../docs/troubleshooting.md");
    let scene = Scene::new();
    let named = page.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("referralloop "));
    let mut checked = 0;
    for line in named {
        let line = line.replace('\'', "");
        let words: Vec<&str> = line.split(' ').take_while(|word| !word.starts_with('-')).collect();
        let options: Vec<&str> = line.split(' ').filter(|word| word.starts_with("--")).collect();
        let known = (0..words.len().min(2)).rev().find_map(|last| {
            let help = scene.run(["help"].iter().chain(&words[..=last])).out();
            help.contains("Usage: referralloop").then_some(help)
        });
        // `help exit-codes` explains a topic.
        let help = known.unwrap_or_else(|| scene.run(line.split(' ')).code(0).out());
        assert!(options.iter().all(|option| help.contains(option)), "{line}");
        checked += 1;
    }
    assert!(checked > 15, "{checked}");
}

/// The script that builds a clone takes both of its commands out of README, and must find them there.
#[test]
fn the_commands_of_a_clone_stand_in_the_readme() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/release/source");
    let output = std::process::Command::new("bash").arg(script).arg("commands").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(lines.len() == 2 && lines[0].ends_with(" demo") && lines[1].starts_with("cargo install "), "{told}");
}
