//! A build without the relay, as the gate makes one: all that asks for it is understood, and answered in one sentence.

use crate::support::Scene;

const ADDRESS: &str = "nats://127.0.0.1:1/hooks";

#[test]
fn whatever_asks_for_the_relay_is_told_that_it_is_not_there() {
    let scene = Scene::new();
    for (line, asking) in [
        (&["listen", "--publish", ADDRESS][..], "--publish"),
        (&["listen", "--publish", ADDRESS, "--no-store", "--nats-creds", "none"], "--publish"),
        (&["listen", "--no-store"], "--no-store"),
        (&["listen", "--from", ADDRESS], "--from"),
        (&["listen", "--from", ADDRESS, "--share", "apps", "--since", "2h"], "--from"),
        (&["listen", "--nats-ca", "none"], "--nats-ca"),
        (&["expect", "created", "--from", ADDRESS, "--", "true"], "--from"),
        (&["replay", "last", "--to", ADDRESS], "--to nats://…"),
        (&["events", "export", "--all", "--to", ADDRESS], "--to nats://…"),
        (&["events", "import", ADDRESS], "nats://…"),
        (&["events", "import", "file", "--nats-creds", "none"], "--nats-creds"),
        (&["doctor", "--relay", ADDRESS], "--relay"),
        (&["doctor", "--nats-creds", "none"], "--nats-creds"),
    ] {
        let output = scene.run(line.iter().copied());
        let told = String::from_utf8_lossy(&output.stderr).replace("\n ", "");
        assert!(output.code == Some(2) && output.stdout.is_empty(), "{line:?}: {output}");
        let sentence = format!("{asking} needs the relay, which this build was made without; releases and");
        assert!(told.contains(&sentence) && told.lines().count() == 1, "{line:?}: {output}");
    }
    assert!(!scene.store().exists(), "before anything is opened");
    // An address is read all the same, and a setting of another build's is no fault of the file.
    let wrong = scene.run(["listen", "--publish", "nats://h"]);
    assert!(wrong.code == Some(2) && format!("{wrong}").contains("the subject is missing"), "{wrong}");
    scene.run(["config", "set", "publish", ADDRESS]).code(0);
    let set = scene.run(["listen", "--port", "0", "--for", "1ms"]);
    assert!(set.code == Some(2) && format!("{set}").contains("the setting publish needs the relay"), "{set}");
    let doctor = scene.run(["doctor"]);
    assert!(doctor.code == Some(1) && format!("{doctor}").contains("made without it"), "{doctor}");
}

#[test]
fn help_and_version_say_which_build_it_is() {
    let scene = Scene::new();
    assert!(scene.run(["--version"]).code(0).out().contains("features: none"));
    for (command, marks) in [("listen", 8), ("expect", 3), ("replay", 3), ("doctor", 3), ("trigger", 0)] {
        let help = scene.run([command, "--help"]).code(0).out();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(help.matches("(not in this build)").count(), marks, "{command}: {help}");
        assert_eq!(help.contains("This build was made without the relay"), marks > 0, "{command}: {help}");
    }
}
