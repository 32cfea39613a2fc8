//! Settings: one value for a script, what a change says, and a table in which nothing is cut.

use crate::support::Scene;

const ID: &str = "123e4567-e89b-12d3-a456-426614174000";

#[test]
fn a_value_alone_is_for_scripts() {
    let scene = Scene::new();
    scene.run(["config", "get", "port"]).is(0, "4242\n", "");
    scene.run(["config", "set", "port", "4300"]).code(0);
    scene.run(["config", "get", "port"]).is(0, "4300\n", "");
    let store = scene.store().display().to_string();
    scene.run(["config", "get", "store"]).is(0, &format!("{store}\n"), "");
    // A table shortens what lies in the home; a value is for others to open.
    assert_eq!(scene.with(["config", "get", "store"]).terminal(80).output().code(0).out(), format!("{store}\n"));
    scene.run(["config", "get", "waitlist"]).is(1, "", "note: waitlist is not set\n");
    scene.run(["config", "get", "waitlist", "--quiet"]).is(1, "", "");
    let record = scene.run(["config", "get", "port", "--json"]).code(0).record("setting");
    assert_eq!((record["name"].as_str(), record["value"].as_str()), (Some("port"), Some("4300")));
    assert_eq!(scene.run(["config", "get", "waitlist", "--json"]).code(1).record("setting").get("value"), None);
}

#[test]
fn a_secret_is_not_a_value() {
    let scene = Scene::new();
    let asked = scene.with(["config", "get", "webhook_secret"]).env("REFERRALLOOP_WEBHOOK_SECRET", "canary-secret");
    let refused = asked.output().code(2);
    assert!(refused.err().contains("referralloop secret show") && !refused.err().contains("canary"), "{refused}");
    let asked = scene.with(["config", "get", "api_key", "--json"]).env("REFERRALLOOP_API_KEY", "pk_test_canary");
    let refused = asked.output().code(2);
    assert!(!format!("{refused}").contains("canary"), "{refused}");
}

#[test]
fn a_change_says_what_it_leads_to() {
    let scene = Scene::new();
    let set = |value: &str| scene.run(["config", "set", "waitlist", value]).code(0).err();
    assert!(set(ID).contains("listen shows and forwards only"), "{}", set(ID));
    let told = set("early-access").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("it is kept as it stands") && told.contains("of the service looks like 123e4567-"), "{told}");
    let hidden = scene.with(["config", "set", "to", "3000"]).env("REFERRALLOOP_WEBHOOK_URL", "http://localhost:9/");
    let told = hidden.output().code(0).err();
    assert!(told.contains("but REFERRALLOOP_WEBHOOK_URL has another value, and goes first\n"), "{told}");
    assert_eq!(scene.run(["config", "set", "port", "4300"]).code(0).err().lines().count(), 1);
    let unset = || scene.run(["config", "unset", "port"]).code(0).err();
    assert!(unset().starts_with("note: port removed in "));
    assert!(unset().starts_with("note: port was not set in "));
}

#[test]
fn nothing_is_cut_in_the_table() {
    let scene = Scene::new();
    scene.run(["config", "set", "waitlist", ID]).code(0);
    let url = "http://127.0.0.1:33747/webhooks/of/mine";
    scene.run(["config", "set", "forward_to", url]).code(0);
    for columns in [40, 60, 80, 120] {
        let shown = scene.with(["config", "show"]).terminal(columns).output().code(0).out();
        assert!(!shown.contains('…'), "{columns}: {shown}");
        for whole in [ID, url, "~/.config/referralloop/config.toml"] {
            assert!(shown.contains(whole), "{columns}: {shown}");
        }
    }
}

#[test]
fn what_is_not_there_to_be_removed_is_said_to_be_elsewhere() {
    let scene = Scene::new();
    let file = scene.write("referralloop.toml", "forward_to = \"3000/webhooks\"\n");
    let told = scene.with(["config", "unset", "forward_to"]).columns(2000).output().code(0);
    let place = format!("; it is set in {} (config unset --project).\n", file.display());
    assert!(told.err().contains("forward_to was not set in ") && told.err().ends_with(&place), "{told}");
    let nowhere = scene.with(["config", "unset", "port"]).columns(2000).output().code(0);
    assert!(nowhere.err().ends_with("config.toml.\n"), "{nowhere}");
    let removed = scene.with(["config", "unset", "--project", "forward_to"]).columns(2000).output().code(0);
    assert_eq!(removed.err(), format!("note: forward_to removed in {}.\n", file.display()));
}

#[test]
fn profiles_are_listed_and_the_one_in_use_is_marked() {
    let scene = Scene::new();
    scene.run(["config", "profiles"]).is(0, "* default\n", "");
    scene.run(["config", "set", "port", "4300", "--profile", "staging"]).code(0);
    scene.run(["config", "profiles"]).is(0, "* default\n  staging\n", "");
    scene.run(["config", "profiles", "--profile", "staging"]).is(0, "  default\n* staging\n", "");
    let records = scene.run(["config", "profiles", "--json"]).code(0).records();
    let told: Vec<_> = records.iter().map(|record| (record["name"].as_str(), record["current"].as_bool())).collect();
    assert_eq!(told, [(Some("default"), Some(true)), (Some("staging"), Some(false))]);
}
