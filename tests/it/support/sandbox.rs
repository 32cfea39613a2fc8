//! A sandbox inside the test: on a free port, ready when the test goes on, stopped when it ends.

use super::{Output, Run, Running, Scene, until};
use referralloop::shutdown::StopSignal;
use serde_json::Value;
use std::ffi::OsString;
use std::path::PathBuf;

/// A running sandbox; dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    running: Option<Running>,
    /// The base of its API.
    pub url: String,
    /// Its test key.
    pub key: String,
    /// Its ready file.
    pub ready_file: PathBuf,
}

impl Sandbox {
    /// Starts `sandbox --ready-file … --port 0` with more arguments; one of them may be another port.
    pub fn start<A: Into<OsString>>(scene: &Scene, arguments: impl IntoIterator<Item = A>) -> Self {
        Self::start_as(scene, arguments, |run| run)
    }

    /// The same, in a context that may be shaped first.
    pub fn start_as<A: Into<OsString>>(
        scene: &Scene,
        arguments: impl IntoIterator<Item = A>,
        shape: impl FnOnce(Run) -> Run,
    ) -> Self {
        let ready_file = scene.folder().join(format!("sandbox-{}.json", scene.next()));
        let mut line: Vec<OsString> = ["sandbox", "--ready-file"].map(OsString::from).into();
        line.push(ready_file.clone().into());
        line.extend(arguments.into_iter().map(Into::into));
        if !line.iter().any(|word| word == "--port") {
            line.extend(["--port", "0"].map(OsString::from));
        }
        let mut running = shape(scene.with(line)).start();
        let record = until("the ready file", || {
            assert!(ready_file.exists() || running.has_ended().is_none(), "{}", running.stderr.text());
            std::fs::read(&ready_file).ok()
        });
        let record: Value = serde_json::from_slice(&record).unwrap();
        let text = |name: &str| record[name].as_str().unwrap().to_owned();
        Self { url: text("url"), key: text("api_key"), running: Some(running), ready_file }
    }

    /// A run that knows this sandbox from its environment.
    pub fn with<A: Into<OsString>>(&self, scene: &Scene, arguments: impl IntoIterator<Item = A>) -> Run {
        scene.with(arguments).env("REFERRALLOOP_API_URL", &self.url).env("REFERRALLOOP_API_KEY", &self.key)
    }

    /// Runs the program against this sandbox to its end, which is a good one.
    #[track_caller]
    pub fn run<A: Into<OsString>>(&self, scene: &Scene, arguments: impl IntoIterator<Item = A>) -> Output {
        self.with(scene, arguments).output().code(0)
    }

    /// The run behind it.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// What its ready file says.
    pub fn ready_record(&self) -> Value {
        serde_json::from_slice(&std::fs::read(&self.ready_file).unwrap()).unwrap()
    }

    /// Ctrl-C, and its end.
    #[track_caller]
    pub fn stop(mut self) -> Output {
        let running = self.running.take().unwrap();
        running.signal(StopSignal::Interrupt);
        running.finish()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            // Twice, so that nothing under way holds the end up; the thread ends by itself.
            running.signal(StopSignal::Interrupt);
            running.signal(StopSignal::Interrupt);
        }
    }
}
