//! What a tunnel is made of here: a relay that stands for the outside, and scripts that stand for the programs of other
//! makers. A script writes down which port it was given, which is where the relay leads to.

use crate::support::{Answer, Endpoint, Run, Scene};
use referralloop::clock::{Clock, SharedClock, SystemClock};
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A port of this machine that leads to whatever port a file names when somebody connects.
pub struct Relay(SocketAddr);

impl Relay {
    /// Opens it.
    pub fn new(port_file: PathBuf) -> Self {
        let outside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = outside.local_addr().unwrap();
        thread::spawn(move || {
            for stream in outside.incoming() {
                let port = std::fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse::<u16>().ok());
                let inside = port.and_then(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok());
                // Without it the connection is closed.
                if let (Ok(outside), Some(inside)) = (stream, inside) {
                    both_ways(outside, inside);
                }
            }
        });
        Self(address)
    }

    /// Its address as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.0.port()
    }
}

fn both_ways(a: TcpStream, b: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    };
    copy(a.try_clone().unwrap(), b.try_clone().unwrap());
    copy(b, a);
}

/// A scene with a relay, a folder of programs, and a mark by which its processes are found.
pub struct Stage {
    pub scene: Scene,
    pub relay: Relay,
    /// An argument that no other process has.
    pub mark: String,
}

impl Stage {
    /// Sets it up.
    pub fn new() -> Self {
        let scene = Scene::new();
        let relay = Relay::new(scene.folder().join("port"));
        // The address is this test's alone, so what bears it as a duration is too. Months, to be waited for.
        let mark = format!("{}.{}", 8_000_000 + std::process::id(), relay.port());
        Self { scene, relay, mark }
    }

    /// Puts a program into the folder that is looked through first.
    pub fn program(&self, name: &str, script: &str) {
        let path = self.scene.write(Path::new("bin").join(name), format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Where programs are looked for.
    pub fn path(&self) -> String {
        let own = self.scene.folder().join("bin");
        format!("{}:{}", own.display(), std::env::var("PATH").unwrap_or_default())
    }

    /// A command line that is a tunnel: `$1` of a script in the folder is the port.
    pub fn tunnel(&self, script: &str) -> String {
        self.program("tunnel", &script.replace("RELAY", &self.relay.url()).replace("MARK", &self.mark));
        "exec tunnel {port}".into()
    }

    /// The one that does what it should.
    pub fn good(&self) -> String {
        self.tunnel("echo $1 > port; echo \"your url is: RELAY\"; exec sleep MARK")
    }

    /// The environment of an API on this machine.
    pub fn with_api(&self, run: Run, api: &Endpoint) -> Run {
        run.env("PATH", self.path()).env("REFERRALLOOP_API_URL", api.url("/api/v1")).env("REFERRALLOOP_API_KEY", KEY)
    }

    /// How many processes bear the mark.
    pub fn alive(&self) -> usize {
        let marked = |entry: &std::fs::DirEntry| {
            std::fs::read(entry.path().join("cmdline"))
                .is_ok_and(|line| line.windows(self.mark.len()).any(|part| part == self.mark.as_bytes()))
        };
        std::fs::read_dir("/proc").unwrap().flatten().filter(marked).count()
    }
}

/// A key for an API of the test's own.
pub const KEY: &str = "pk_test_0123456789abcdefghijklmnopqrstuvwxyz";

/// The answer to a call for a subscription.
pub fn subscription(id: &str, event: &str) -> Answer {
    let body = format!(
        r#"{{"subscription":{{"id":"{id}","event_type":"{event}","target_url":"x","is_active":true,"created_at":"2024-01-15T10:00:00Z"}}}}"#
    );
    Answer::Full(201, vec!["Content-Type: application/json".into()], body.into_bytes())
}

/// The answer to a call that removes one.
pub fn gone() -> Answer {
    Answer::Full(200, vec!["Content-Type: application/json".into()], b"{\"success\":true}".to_vec())
}

/// A clock on which waiting takes a twentieth of the time.
pub fn hurried() -> SharedClock {
    struct Hurried(SystemClock);
    impl Clock for Hurried {
        fn now(&self) -> jiff::Timestamp {
            self.0.now()
        }
        fn monotonic(&self) -> Duration {
            self.0.monotonic() * 20
        }
        fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            self.0.sleep(duration / 20)
        }
    }
    Arc::new(Hurried(SystemClock::default()))
}
