//! A memory of the last so many events, by number: what a long-lived listener may remember without growing.
//!
//! Knows nothing of what it remembers. Not synchronised: its owner locks.

use std::collections::{HashMap, VecDeque};

/// Events remembered at most.
pub(super) const REMEMBERED: usize = 100_000;

/// A map that forgets its oldest key when it is full.
#[derive(Debug)]
pub(super) struct BoundedMap<V> {
    capacity: usize,
    values: HashMap<u64, V>,
    order: VecDeque<u64>,
}

impl<V: Default> BoundedMap<V> {
    /// An empty memory for this many keys.
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), values: HashMap::new(), order: VecDeque::new() }
    }

    /// What is remembered of a key.
    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.values.get(&key)
    }

    /// What is remembered of a key, made where there is nothing yet.
    pub(super) fn entry(&mut self, key: u64) -> &mut V {
        if !self.values.contains_key(&key) {
            self.evict_oldest();
            self.order.push_back(key);
        }
        self.values.entry(key).or_default()
    }

    fn evict_oldest(&mut self) {
        if self.order.len() >= self.capacity {
            let oldest = self.order.pop_front();
            oldest.map(|key| self.values.remove(&key));
        }
    }
}
