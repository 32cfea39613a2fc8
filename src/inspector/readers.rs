//! Connections that read the store, off the threads that answer: each is used by one request at a time and kept for the
//! next.

use crate::error::Error;
use crate::store::StoreReader;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that are kept.
const KEPT: usize = 4;

/// Connections to one store. Cloning shares them.
#[derive(Debug, Clone)]
pub(super) struct ReaderPool(Arc<PooledReaders>);

#[derive(Debug)]
struct PooledReaders {
    store: PathBuf,
    idle: Mutex<Vec<StoreReader>>,
}

impl ReaderPool {
    pub(super) fn new(store: PathBuf) -> Self {
        Self(Arc::new(PooledReaders { store, idle: Mutex::default() }))
    }

    /// Reads on a thread where it may take its time.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&StoreReader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let pool = Arc::clone(&self.0);
        let reading = tokio::task::spawn_blocking(move || {
            let reader = pool.take()?;
            let found = work(&reader);
            pool.put_back(reader);
            found
        });
        reading.await.unwrap_or_else(|_| Err(Error::machine("the store could not be read")))
    }
}

impl PooledReaders {
    /// One that reads the file that lies there now: a store that was taken away or replaced is read no longer.
    fn take(&self) -> Result<StoreReader, Error> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(StoreReader::is_current);
        let kept = idle.pop();
        drop(idle);
        kept.map_or_else(|| StoreReader::open(&self.store).map_err(Error::from), Ok)
    }

    /// What was opened before there was a store would stay empty.
    fn put_back(&self, reader: StoreReader) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.exists() && idle.len() < KEPT {
            idle.push(reader);
        }
    }
}
