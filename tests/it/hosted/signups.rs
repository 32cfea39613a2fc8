//! waitlists and signups: what is shown, what is sent, what is kept of what nobody knows.

use super::{run, with};
use crate::support::{Api, SIGNUP, Sandbox, Scene, WAITLIST};
use serde_json::json;

#[test]
fn lists_are_tables_for_people_and_keep_everything_for_programs() {
    let (scene, api) = (Scene::new(), Api::new());
    let table = run(&scene, &api, ["waitlists"]);
    table.says(&format!("ID{}NAME  SLUG\n{WAITLIST}  Beta  beta\n", " ".repeat(36)));
    let record = run(&scene, &api, ["waitlists", "--json"]).code(0).record("waitlist");
    assert_eq!((&record["id"], &record["waitlist"]["colour"]), (&WAITLIST.into(), &"red".into()));
    let signups = run(&scene, &api, ["signups", "list", "-w", WAITLIST]).code(0).out();
    assert_eq!(
        signups.lines().collect::<Vec<_>>(),
        [
            "POS  EMAIL              NAME   STATUS   CODE    ID".to_owned(),
            format!("  1  first@example.com  First  waiting  ABC123  {SIGNUP}"),
        ]
    );
    let record = run(&scene, &api, ["signups", "get", SIGNUP, "-w", WAITLIST, "--json"]).code(0).record("signup");
    assert_eq!((&record["id"], &record["signup"]["shoe_size"]), (&SIGNUP.into(), &44.into()));
    let page = run(&scene, &api, ["signups", "get", SIGNUP, "-w", WAITLIST]).code(0).out();
    assert!(page.contains("referral code  ABC123\n") && page.contains("shoe_size  44\n"), "{page}");
}

#[test]
fn a_sign_up_is_made_with_what_was_given_and_deleted_again() {
    let (scene, api) = (Scene::new(), Api::new());
    scene.write("metadata.json", r#"{"source":"file"}"#);
    let line = [
        "signups",
        "create",
        "-w",
        WAITLIST,
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
        "--metadata",
        "@metadata.json",
        "--field",
        "plan=team=x",
        "--json",
    ];
    let made = run(&scene, &api, line).code(0).record("signup");
    assert_eq!((&made["id"], &made["position"]), (&"made-1".into(), &2.into()));
    assert_eq!(made["signup"]["metadata"], serde_json::json!({ "source": "file" }));
    assert_eq!(made["signup"]["customFields"], serde_json::json!({ "plan": "team=x" }));

    let again = run(&scene, &api, ["signups", "create", "-w", WAITLIST, "--email", "ada@example.com"]).code(4);
    again.is(
        4,
        "",
        &format!(
            "error: Email already exists on this waitlist: sign-up made-1, position 2, referral code NEW123\n  \
             hint: referralloop signups get made-1 --waitlist {WAITLIST}\n"
        ),
    );
    run(&scene, &api, ["signups", "delete", "made-1", "-w", WAITLIST]).says("deleted made-1\n");
    let gone = run(&scene, &api, ["signups", "delete", "made-1", SIGNUP, "-w", WAITLIST]);
    assert_eq!((gone.code, gone.out()), (Some(4), format!("deleted {SIGNUP}\n")));
    assert!(gone.err().starts_with("error: the service did not find it: Signup not found"), "{gone}");
}

#[test]
fn pages_are_asked_for_as_wanted() {
    let (scene, api) = (Scene::new(), Api::new());
    for number in 0..3 {
        let email = format!("{number}@example.com");
        run(&scene, &api, ["signups", "create", "-w", WAITLIST, "--email", &email]).code(0);
    }
    let page = run(&scene, &api, ["signups", "list", "-w", WAITLIST, "-n", "2", "--offset", "1"]).code(0);
    assert!(page.out().contains("0@example.com") && page.out().contains("1@example.com"), "{page}");
    assert_eq!(page.err(), "note: 2 sign-ups; there may be more: --offset 3, or --all\n");
    let all = run(&scene, &api, ["signups", "list", "-w", WAITLIST, "--all", "--json"]).code(0);
    assert_eq!(all.records().len(), 4);
    assert!(api.calls().iter().any(|call| call.ends_with("/signups?limit=2&offset=1")), "{:?}", api.calls());
}

#[test]
fn nothing_is_called_before_everything_is_there() {
    let (scene, api) = (Scene::new(), Api::new());
    for line in [
        &["signups", "list"][..],
        &["signups", "list", "-w", "../waitlists"],
        &["signups", "list", "-w", WAITLIST, "-n", "1001"],
        &["signups", "create", "-w", WAITLIST],
        &["signups", "create", "--email", "ada@example.com"],
        &["signups", "create", "-w", WAITLIST, "--email", "ada"],
        &["signups", "create", "-w", WAITLIST, "--email", "a@x.io", "--metadata", "[1]"],
        &["signups", "create", "-w", WAITLIST, "--email", "a@x.io", "--field", "x"],
        &["signups", "get", "a/b", "-w", WAITLIST],
        &["signups", "delete", "-w", WAITLIST],
        &["subscribe", "--url", "https://example.com"],
        &["subscribe", "created"],
        &["subscribe", "creatd", "--url", "https://example.com"],
        &["subscribe", "created", "--url", "http://example.com"],
        &["unsubscribe"],
        &["unsubscribe", "--all", "sub_1"],
        &["reconcile"],
        &["reconcile", "-w", WAITLIST, "--deliver"],
    ] {
        let refused = run(&scene, &api, line.iter().copied()).code(2);
        assert_eq!(refused.out(), "", "{refused}");
    }
    assert_eq!(api.calls(), Vec::<String>::new());
}

#[test]
fn a_live_key_deletes_nobody_without_a_yes() {
    let (scene, api) = (Scene::new(), Api::new());
    let delete = |more: &[&'static str]| {
        let line = ["signups", "delete", SIGNUP, "-w", WAITLIST].into_iter().chain(more.iter().copied());
        with(&scene, &api, line).env("REFERRALLOOP_API_KEY", "pk_live_canary").output()
    };
    assert!(delete(&[]).code(2).err().contains("needs confirmation"));
    assert_eq!(api.calls(), Vec::<String>::new());
    // The key is none of the API's, which is another matter.
    delete(&["--yes"]).code(3);
}

#[test]
fn the_waitlist_may_be_a_setting() {
    let (scene, api) = (Scene::new(), Api::new());
    scene.write("referralloop.toml", format!("waitlist = \"{WAITLIST}\"\n"));
    run(&scene, &api, ["signups", "list"]).code(0);
    scene.write("referralloop.toml", "waitlist = \"../x\"\n");
    let wrong = run(&scene, &api, ["signups", "list"]).code(3);
    assert!(wrong.err().contains("'waitlist': an id has letters"), "{wrong}");
}

/// People know addresses; the service wants ids.
#[test]
fn a_signup_is_found_by_its_address() {
    let (scene, api) = (Scene::new(), Api::new());
    let get = |email: &str| run(&scene, &api, ["signups", "get", email, "-w", WAITLIST]);
    assert!(get("First@example.com").code(0).out().contains(SIGNUP));
    let none = get("nobody@example.com").code(4);
    let hint = format!("hint: list its sign-ups with: referralloop signups list --waitlist {WAITLIST} --all");
    assert!(none.err().contains("has the address nobody@example.com") && none.err().contains(&hint), "{none}");
    api.change(|signups| signups.push(json!({ "id": "twin", "email": "FIRST@example.com" })));
    let twins = run(&scene, &api, ["signups", "delete", "first@example.com", "-w", WAITLIST]).code(2);
    let told =
        format!("error: 2 sign-ups have the address first@example.com\n  hint: name one by its id: {SIGNUP}, twin\n");
    assert_eq!(twins.err(), told);
    api.change(|signups| signups.truncate(1));
    let gone = run(&scene, &api, ["signups", "delete", "first@example.com", "-w", WAITLIST]);
    gone.says(&format!("deleted {SIGNUP}\n"));
}

#[test]
fn a_waitlist_named_by_its_slug_is_told_its_id() {
    let scene = Scene::new();
    let sandbox = Sandbox::start(&scene, ["--memory"]);
    let lists = sandbox.run(&scene, ["waitlists", "--json"]).records();
    let list = lists.iter().find(|list| list.to_string().contains("early-access")).unwrap();
    let id = list["id"].as_str().unwrap();
    for line in [&["signups", "list"][..], &["signups", "create", "--email", "a@x.io"], &["signups", "get", "b"]] {
        let ended = sandbox.with(&scene, line.iter().chain(&["-w", "early-access"])).output().code(4);
        let hint = format!("hint: a waitlist is given by its id, and that of early-access is: --waitlist {id}");
        let told = ended.err().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&hint), "{ended}");
    }
}
