//! The hosted API as its user meets it: keys, sign-ups, subscriptions and the journal, what the service refuses, and
//! what was missed. Against an API in the test that answers as it is told.

mod asking;
mod keys;
mod missed;
mod odd_answers;
mod reconciling;
mod refusals;
mod signups;
mod subscribing;

use crate::support::{Api, KEY, Output, Run, Scene};
use std::ffi::OsString;

/// A run that knows the API and its key by the environment.
fn with<A: Into<OsString>>(scene: &Scene, api: &Api, arguments: impl IntoIterator<Item = A>) -> Run {
    let run = scene.with(arguments).columns(400);
    run.env("REFERRALLOOP_API_URL", api.url()).env("REFERRALLOOP_API_KEY", KEY)
}

/// Runs it to its end.
#[track_caller]
fn run<A: Into<OsString>>(scene: &Scene, api: &Api, arguments: impl IntoIterator<Item = A>) -> Output {
    let output = with(scene, api, arguments).output();
    let told = output.out() + &output.err();
    assert!(!told.contains("canary"), "the key is told: {output}");
    output
}
