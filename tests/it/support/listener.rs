//! A listener inside the test: on a free port, ready when the test goes on, stopped when it ends.

use super::{Output, Run, Running, Scene, until};
use referralloop::shutdown::StopSignal;
use serde_json::Value;
use std::ffi::OsString;
use std::path::PathBuf;

/// A running listener; dropping it stops it.
#[derive(Debug)]
pub struct Listener {
    running: Option<Running>,
    /// Where it accepts deliveries, path included.
    pub url: String,
    /// Its ready file.
    pub ready_file: PathBuf,
}

impl Listener {
    /// Starts `listen --port 0 --ready-file …` with more arguments, in a context that may be shaped first.
    pub fn start<A: Into<OsString>>(
        scene: &Scene,
        arguments: impl IntoIterator<Item = A>,
        shape: impl FnOnce(Run) -> Run,
    ) -> Self {
        let ready_file = scene.folder().join(format!("ready-{}.json", scene.next()));
        let mut line: Vec<OsString> = ["listen", "--port", "0", "--ready-file"].map(OsString::from).into();
        line.push(ready_file.clone().into());
        line.extend(arguments.into_iter().map(Into::into));
        Self::adopt(shape(scene.with(line)).start(), ready_file)
    }

    /// Takes over a listener that was started in another way, once it is ready.
    pub fn adopt(mut running: Running, ready_file: PathBuf) -> Self {
        let record = until("the ready file", || {
            assert!(ready_file.exists() || running.has_ended().is_none(), "{}", running.stderr.text());
            std::fs::read(&ready_file).ok()
        });
        let record: Value = serde_json::from_slice(&record).unwrap();
        Self { url: record["url"].as_str().unwrap().to_owned(), running: Some(running), ready_file }
    }

    /// The run behind it.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Waits until a text is on its standard output.
    pub fn wait_for(&self, text: &str) {
        self.running().stdout.wait_for(text);
    }

    /// Ctrl-C, and its end.
    #[track_caller]
    pub fn stop(mut self) -> Output {
        let running = self.running.take().unwrap();
        running.signal(StopSignal::Interrupt);
        running.finish()
    }

    /// Its end, which comes by itself.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        self.running.take().unwrap().finish()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            // Twice, so that nothing under way holds the end up; the thread ends by itself.
            running.signal(StopSignal::Interrupt);
            running.signal(StopSignal::Interrupt);
        }
    }
}
