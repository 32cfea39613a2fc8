//! Which listeners and sandboxes are running on a store, so that `trigger` and the inspector find them without being told.
//!
//! Each listener keeps a small file beside its store and holds a lock on it. A listener that was killed cannot remove
//! its file, but its lock is gone, and the next one to look sweeps the file away.

use crate::config::atomic;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use url::Url;

/// The entry of a listener or sandbox that runs; dropping it removes the entry.
#[derive(Debug)]
pub(crate) struct ListenerEntry {
    path: PathBuf,
    _locked: File,
}

impl Drop for ListenerEntry {
    fn drop(&mut self) {
        remove_entry(&self.path);
    }
}

/// Announces a listener. `url` is where it accepts deliveries, `pid` its process.
pub(crate) fn register_listener(store: &Path, url: &Url, pid: u32) -> io::Result<ListenerEntry> {
    register(store, url, pid, "url")
}

fn register(store: &Path, url: &Url, pid: u32, kind: &str) -> io::Result<ListenerEntry> {
    let port = url.port_or_known_default().unwrap_or_default();
    let path = folder(store).join(format!("{pid}-{port}.{kind}"));
    atomic::write(&path, url.as_str().as_bytes())?;
    let locked = open_lock(&path, true)?;
    locked.lock()?;
    Ok(ListenerEntry { path, _locked: locked })
}

/// Announces a sandbox. The fragment of `url` is the token that lets the inspector in; the entry is its owner's alone.
pub(crate) fn register_sandbox(store: &Path, url: &Url, pid: u32) -> io::Result<ListenerEntry> {
    register(store, url, pid, "sandbox")
}

/// Where the newest listener that is still running accepts deliveries.
pub(crate) fn find_listener(store: &Path) -> Option<Url> {
    find_running(store, "url")
}

/// The process of a listener or sandbox that runs on a port, by the name of its entry.
pub(crate) fn find_process_on_port(store: &Path, port: u16) -> Option<(&'static str, u32)> {
    let paths = fs::read_dir(folder(store)).ok()?.flatten().map(|entry| entry.path());
    paths.filter(|path| read_entry(path).is_some()).find_map(|path| {
        let kind = if path.extension() == Some(OsStr::new("url")) { "listen" } else { "sandbox" };
        let (process, taken) = path.file_stem()?.to_str()?.split_once('-')?;
        (taken.parse() == Ok(port)).then_some((kind, process.parse().ok()?))
    })
}

/// The same on the stores of other profiles, which lie beside this one's where nobody put them elsewhere; and the
/// profile's name.
pub(crate) fn find_neighbour_on_port(store: &Path, port: u16) -> Option<(String, &'static str, u32)> {
    let own = store.parent()?;
    let profiles = fs::read_dir(own.parent()?).ok()?.flatten().map(|entry| entry.path());
    profiles.filter(|profile| profile != own).find_map(|profile| {
        let (command, process) = find_process_on_port(&profile.join(store.file_name()?), port)?;
        Some((profile.file_name()?.to_string_lossy().into_owned(), command, process))
    })
}

/// Where the newest sandbox that is still running lets the inspector in.
pub(crate) fn find_sandbox(store: &Path) -> Option<Url> {
    find_running(store, "sandbox")
}

fn find_running(store: &Path, kind: &str) -> Option<Url> {
    let entries = fs::read_dir(folder(store)).ok()?;
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| path.extension() == Some(OsStr::new(kind)));
    let mut running: Vec<(SystemTime, Url)> = paths.filter_map(|path| read_entry(&path)).collect();
    running.sort_by_key(|(since, _)| *since);
    running.pop().map(|(_, url)| url)
}

fn read_entry(path: &Path) -> Option<(SystemTime, Url)> {
    let file = open_lock(path, false).ok()?;
    if file.try_lock_shared().is_ok() {
        // Nobody holds it. It may be only just about to: an entry is swept when it has had a moment to be locked.
        let age = file.metadata().ok()?.modified().ok()?.elapsed().unwrap_or_default();
        if age.as_secs() >= 5 {
            remove_entry(path);
        }
        return None;
    }
    let since = file.metadata().ok()?.modified().ok()?;
    Some((since, Url::parse(&fs::read_to_string(path).ok()?).ok()?))
}

/// What is locked for an entry: itself. Where a lock keeps others from reading, as on Windows, it is a file beside it.
fn open_lock(entry: &Path, make: bool) -> io::Result<File> {
    match cfg!(windows) {
        false => File::open(entry),
        true => File::options().read(true).write(true).create(make).truncate(false).open(entry.with_extension("lock")),
    }
}

fn remove_entry(entry: &Path) {
    // Nothing can be done about a failure, and a leftover is swept by the next reader.
    let _ = fs::remove_file(entry);
    if cfg!(windows) {
        let _ = fs::remove_file(entry.with_extension("lock"));
    }
}

/// Where listeners on a store leave word.
pub(crate) fn folder(store: &Path) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(".listeners");
    store.with_file_name(name)
}
