//! The real binary: an environment of its own, a deadline that kills, and every stream captured.

use super::{Capture, Output, PATIENCE, Scene, until};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Path of the binary under test: the one that was built with the tests, or another one that is named.
pub fn program() -> &'static Path {
    another().unwrap_or(Path::new(env!("CARGO_BIN_EXE_referralloop")))
}

/// The program that `REFERRALLOOP_TEST_PROGRAM` names, an older one for instance. What usually runs inside the test is a
/// process of it then.
pub fn another() -> Option<&'static Path> {
    static NAMED: OnceLock<Option<PathBuf>> = OnceLock::new();
    NAMED.get_or_init(|| std::env::var_os("REFERRALLOOP_TEST_PROGRAM").map(PathBuf::from)).as_deref()
}

/// A process that died of SIGINT, told as a shell tells it.
fn interrupt_code(status: ExitStatus) -> Option<i32> {
    #[cfg(unix)]
    return (std::os::unix::process::ExitStatusExt::signal(&status) == Some(2)).then_some(130);
    #[cfg(not(unix))]
    return status.code();
}

/// A process before it starts.
#[derive(Debug)]
pub struct Program {
    command: Command,
    line: String,
    stdin: Vec<u8>,
}

impl Scene {
    /// The real binary with arguments, in this scene's home and folder.
    pub fn process<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Program {
        self.command(program(), arguments)
    }

    /// A shell line in this scene; `referralloop` means the binary under test.
    pub fn shell(&self, line: &str) -> Program {
        self.command_with_program(Path::new("sh"), ["-c", line])
    }

    /// Any program in this scene, for which `referralloop` means the binary under test.
    pub fn command_with_program<A: AsRef<OsStr>>(
        &self,
        other: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Program {
        let folder = program().parent().unwrap().display();
        let path = std::env::var("PATH").unwrap_or_default();
        self.command(other, arguments).env("PATH", format!("{folder}:{path}"))
    }

    /// Any program in this scene.
    pub fn command<A: AsRef<OsStr>>(&self, program: &Path, arguments: impl IntoIterator<Item = A>) -> Program {
        Program::new(program, arguments, &self.folder()).env("HOME", self.home())
    }
}

impl Program {
    /// A program with arguments and hardly any environment, in a folder.
    pub fn new<A: AsRef<OsStr>>(program: &Path, arguments: impl IntoIterator<Item = A>, folder: &Path) -> Self {
        let arguments: Vec<OsString> = arguments.into_iter().map(|part| part.as_ref().to_owned()).collect();
        let mut line = program.file_name().unwrap().to_string_lossy().into_owned();
        for part in &arguments {
            line.push(' ');
            line.push_str(&part.to_string_lossy());
        }
        let mut command = Command::new(program);
        command.args(&arguments).current_dir(folder).env_clear().env("TZ", "UTC").env("TMPDIR", folder);
        Self { command, line, stdin: Vec::new() }
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs in another folder.
    pub fn within(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Puts bytes on standard input, which is empty otherwise.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Starts.
    pub fn start(mut self) -> Started {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.line));
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input may be gone before it is written.
        let _ = stdin.write_all(&self.stdin);
        drop(stdin);
        let (stdout, stderr) = (Capture::default(), Capture::default());
        let readers = vec![
            follow(child.stdout.take().unwrap(), stdout.clone()),
            follow(child.stderr.take().unwrap(), stderr.clone()),
        ];
        Started { line: self.line, child, stdout, stderr, readers }
    }

    /// Runs to the end.
    #[track_caller]
    pub fn output(self) -> Output {
        self.start().finish()
    }
}

fn follow(mut from: impl Read + Send + 'static, mut to: Capture) -> JoinHandle<()> {
    std::thread::spawn(move || {
        // Ends with the stream, whatever the reason.
        let _ = std::io::copy(&mut from, &mut to);
    })
}

/// A process under way; dropping it kills it.
#[derive(Debug)]
pub struct Started {
    line: String,
    child: Child,
    /// Standard output so far.
    pub stdout: Capture,
    /// Standard error so far.
    pub stderr: Capture,
    readers: Vec<JoinHandle<()>>,
}

impl Started {
    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The line that it was started with.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.unwrap().success(), "{}", self.line);
    }

    /// Waits for a file that tells it is ready.
    pub fn wait_for_file(&mut self, path: &Path) -> Vec<u8> {
        until(&path.display().to_string(), || {
            let file = std::fs::read(path).ok();
            assert!(file.is_some() || self.child.try_wait().unwrap().is_none(), "it ended: {}", self.stderr.text());
            file
        })
    }

    /// Waits for the end; kills what does not end.
    #[track_caller]
    pub fn finish(self) -> Output {
        self.finish_within(PATIENCE)
    }

    /// The same for what takes longer than anything else.
    #[track_caller]
    pub fn finish_within(mut self, patience: Duration) -> Output {
        let status = self.wait(patience);
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        let (line, stdout, stderr) = (std::mem::take(&mut self.line), self.stdout.bytes(), self.stderr.bytes());
        let output = Output {
            line,
            code: status.and_then(|status| status.code().or_else(|| interrupt_code(status))),
            stdout,
            stderr,
        };
        assert!(status.is_some(), "it was killed, because it does not end: {output}");
        output
    }

    fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > deadline {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                return None;
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Ended already, in the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
