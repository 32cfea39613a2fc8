//! Which acknowledged events still have to be forwarded, noted in a file beside the store, so that a listener that was
//! killed leaves word of them.
//!
//! A line says `+` or `-`, the event's number and the target. It is written before the sender gets its answer, and not
//! waited for to reach the disk: a kill leaves what was written to the system. A running listener holds a lock on its
//! file. Whoever finds one without a lock enters what is left as failed attempts, which `--failed` finds.

use super::registry;
use crate::clock::SharedClock;
use crate::protocol::arrival::{ArrivalRecorder, UnmadeForwards};
use crate::store::{ReadError, Store, StoreFilter, StoreOptions, StoreReader};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A file that has become this long is begun anew as soon as nothing waits.
const LONG: u64 = 1 << 20;

/// What a running listener has still to forward.
#[derive(Debug)]
pub(crate) struct UnforwardedNotes {
    path: PathBuf,
    state: Mutex<NotesState>,
}

#[derive(Debug)]
struct NotesState {
    file: File,
    written: u64,
    waiting: WaitingEvents,
}

/// For each target the events that wait.
type WaitingEvents = BTreeMap<String, BTreeSet<u64>>;

impl UnforwardedNotes {
    /// Begins the file of a listener, by its process.
    pub(crate) fn begin(store: &Path, pid: u32) -> io::Result<Self> {
        let folder = registry::folder(store);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{pid}.waiting"));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        file.lock()?;
        Ok(Self { path, state: Mutex::new(NotesState { file, written: 0, waiting: BTreeMap::new() }) })
    }

    /// An event is about to be acknowledged, and then goes to a target.
    pub(crate) fn note_waiting(&self, event: u64, url: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.write('+', event, url);
        match state.waiting.get_mut(url) {
            Some(events) => drop(events.insert(event)),
            None => drop(state.waiting.insert(url.to_owned(), BTreeSet::from([event]))),
        }
    }

    /// It was sent there, or need not be.
    pub(crate) fn note_done(&self, event: u64, url: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.waiting.get_mut(url).is_some_and(|events| events.remove(&event)) {
            state.write('-', event, url);
        }
        if state.is_done() && state.written > LONG {
            state.begin_anew();
        }
    }

    /// The events that wait for a target in other listeners that run.
    pub(crate) fn list_held_elsewhere(&self, url: &str) -> BTreeSet<u64> {
        let others = list_notes(self.path.parent()).into_iter().filter(|path| *path != self.path);
        let texts = others.filter(|path| !is_abandoned(path)).filter_map(|path| fs::read_to_string(path).ok());
        texts.filter_map(|text| read_waiting(&text).remove(url)).flatten().collect()
    }
}

impl NotesState {
    fn is_done(&self) -> bool {
        self.waiting.values().all(BTreeSet::is_empty)
    }

    /// A disk that takes no line takes no event either, and the store says so.
    fn write(&mut self, sign: char, event: u64, url: &str) {
        let line = format!("{sign} {event} {url}\n");
        let _ = self.file.write_all(line.as_bytes());
        self.written += line.len() as u64;
    }

    fn begin_anew(&mut self) {
        if self.file.set_len(0).and_then(|()| self.file.rewind()).is_ok() {
            self.written = 0;
        }
    }
}

impl Drop for UnforwardedNotes {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if state.is_done() {
            // Where it cannot be removed, there is nothing in it that waits.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Enters what killed listeners left, and answers for each target which events it is owed. What cannot be entered now
/// stays for later.
pub(crate) async fn recover_unforwarded(store: &Path, clock: &SharedClock) -> BTreeMap<String, BTreeSet<u64>> {
    let mut owed = WaitingEvents::new();
    let found: Vec<(PathBuf, File)> = find_abandoned(store);
    if found.is_empty() {
        return owed;
    }
    let Ok(open) = Store::open(store, StoreOptions::default()) else { return owed };
    for (path, _locked) in found {
        let left = fs::read_to_string(&path).map(|text| read_waiting(&text)).unwrap_or_default();
        let mut is_entered = true;
        for (url, events) in left {
            let why = "the listener was killed before it was forwarded";
            let events = events.into_iter().collect();
            let left = UnmadeForwards { url: url.clone(), events, at: clock.now(), why, duplicates: false };
            match open.recorder().record_owed(left).await {
                Ok(events) => owed.entry(url).or_default().extend(events),
                Err(_) => is_entered = false,
            }
        }
        if is_entered {
            let _ = fs::remove_file(&path);
        }
    }
    open.close().await;
    owed
}

/// How many events `--failed` finds beside so many that are known to be owed.
pub(crate) fn count_others(reader: &StoreReader, known: usize) -> Result<u64, ReadError> {
    let failed = StoreFilter { failed: true, ..StoreFilter::default() };
    Ok(reader.count(&failed)?.saturating_sub(known as u64))
}

/// These in words.
pub(crate) fn describe_others(count: u64) -> String {
    match count {
        1 => "1 other event that failed".to_owned(),
        _ => format!("{count} other events that failed"),
    }
}

/// Files that no listener holds; the lock that is taken here keeps others from entering the same.
fn find_abandoned(store: &Path) -> Vec<(PathBuf, File)> {
    let paths = list_notes(Some(&registry::folder(store)));
    paths.into_iter().filter_map(|path| lock_abandoned(&path).map(|file| (path, file))).collect()
}

fn is_abandoned(path: &Path) -> bool {
    lock_abandoned(path).is_some()
}

/// The file, locked, where no listener holds it.
fn lock_abandoned(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    file.try_lock().ok()?;
    Some(file)
}

/// The files of notes in a folder.
fn list_notes(folder: Option<&Path>) -> Vec<PathBuf> {
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok());
    let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
    paths.filter(|path| path.extension() == Some(OsStr::new("waiting"))).collect()
}

/// What waits at the end of a file. A line that a kill cut off was not acknowledged.
fn read_waiting(text: &str) -> WaitingEvents {
    let mut waiting = WaitingEvents::new();
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        let mut words = line.splitn(3, ' ');
        if let (Some(sign), Some(Ok(event)), Some(url)) = (words.next(), words.next().map(str::parse), words.next()) {
            let events = waiting.entry(url.to_owned()).or_default();
            match sign {
                "+" => events.insert(event),
                _ => events.remove(&event),
            };
        }
    }
    waiting.retain(|_, events| !events.is_empty());
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_what_was_not_done() {
        let text = "+ 1 http://a/\n+ 2 http://a/\n+ 2 http://b/\n- 1 http://a/\n- 2 http://b/\n+ 3 http://a";
        assert_eq!(read_waiting(text), BTreeMap::from([("http://a/".to_owned(), BTreeSet::from([2]))]));
    }

    #[test]
    fn a_listener_that_ends_in_order_leaves_no_file_and_one_that_does_not_leaves_one() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("events.db");
        let path = {
            let notes = UnforwardedNotes::begin(&store, 7).unwrap();
            notes.note_waiting(1, "http://a/");
            assert!(find_abandoned(&store).is_empty(), "it is held");
            notes.note_done(1, "http://a/");
            notes.path.clone()
        };
        assert!(!path.exists());
        let notes = UnforwardedNotes::begin(&store, 8).unwrap();
        notes.note_waiting(2, "http://a/");
        drop(notes);
        let found = find_abandoned(&store);
        assert_eq!(found.len(), 1);
        assert_eq!(read_waiting(&fs::read_to_string(&found[0].0).unwrap()).len(), 1);
    }
}
