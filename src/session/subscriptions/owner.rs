//! Who owns subscriptions that are to last no longer than a run, and whether that run still lives.
//!
//! Each such run holds a lock on a small file beside the store. However it ends, kill -9 included, its lock goes with
//! it; so subscriptions whose owner's file is unlocked or gone were left behind.

use crate::error::Error;
use crate::system::{private_file, private_folder};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A living run's claim. Dropping it gives it up.
#[derive(Debug)]
pub struct RunClaim {
    /// The id that its subscriptions carry.
    pub run: String,
    path: PathBuf,
    _locked: File,
}

impl RunClaim {
    /// Makes a claim under an id that no other run has.
    pub fn claim(store: &Path, run: String) -> Result<Self, Error> {
        let path = place(store, &run);
        let locked = lock(&path).map_err(|error| Error::unwritable(&path, error))?;
        Ok(Self { run, path, _locked: locked })
    }
}

impl Drop for RunClaim {
    fn drop(&mut self) {
        // A file that stays is unlocked a moment later, which says the same.
        let _ = fs::remove_file(&self.path);
    }
}

fn lock(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        private_folder().create(folder)?;
    }
    let file = private_file().create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Whether the run with this id still lives.
pub(crate) fn is_running(store: &Path, run: &str) -> bool {
    let path = place(store, run);
    let Ok(file) = File::open(&path) else { return false };
    let locked = file.try_lock_shared().is_err();
    if !locked {
        let _ = fs::remove_file(&path);
    }
    locked
}

/// Ids are our own, and still nothing that leaves the folder becomes a file's name.
fn place(store: &Path, run: &str) -> PathBuf {
    let mut folder = store.file_name().unwrap_or_default().to_owned();
    folder.push(".runs");
    let name: String = run.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    store.with_file_name(folder).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_lives_as_long_as_its_claim() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("events.db");
        assert!(!is_running(&store, "run-1"));
        let owner = RunClaim::claim(&store, "run-1".into()).unwrap();
        assert!(is_running(&store, "run-1") && !is_running(&store, "run-2"));
        drop(owner);
        assert!(!is_running(&store, "run-1"));
        // As kill -9 leaves it: the file without its lock.
        fs::write(place(&store, "run-3"), "").unwrap();
        assert!(!is_running(&store, "run-3"));
        assert_eq!(fs::read_dir(folder.path().join("events.db.runs")).unwrap().count(), 0);
    }
}
