//! What waits for its attempt, in memory: in the order in which it is due, and in lanes, of which one delivery at a
//! time is under way. The book has all of it on the disk; this is only its index.
//!
//! Pure: time is a parameter.

use super::delivery::QueuedDelivery;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Deliveries that wait.
#[derive(Debug, Default)]
pub(super) struct DeliveryQueue {
    lanes: HashMap<u64, DeliveryLane>,
    /// The heads of the lanes in which nothing is under way.
    heads: BTreeMap<(i64, i64), u64>,
}

#[derive(Debug, Default)]
struct DeliveryLane {
    waiting: BTreeSet<(i64, i64)>,
    busy: bool,
}

impl DeliveryQueue {
    /// Lets a delivery wait.
    pub(super) fn put(&mut self, waiting: QueuedDelivery) {
        let lane = self.lanes.entry(waiting.lane).or_default();
        if let Some(head) = lane.waiting.first().filter(|_| !lane.busy) {
            self.heads.remove(head);
        }
        lane.waiting.insert((waiting.due_ms, waiting.delivery));
        self.update_head(waiting.lane);
    }

    /// Lets a delivery that waits wait until another time; what is under way is left alone.
    pub(super) fn hasten(&mut self, sooner: QueuedDelivery) {
        let Some(lane) = self.lanes.get_mut(&sooner.lane) else { return };
        let waiting = lane.waiting.iter().find(|(_, delivery)| *delivery == sooner.delivery).copied();
        let Some(waiting) = waiting else { return };
        if let Some(head) = lane.waiting.first().filter(|_| !lane.busy) {
            self.heads.remove(head);
        }
        lane.waiting.remove(&waiting);
        lane.waiting.insert((sooner.due_ms, sooner.delivery));
        self.update_head(sooner.lane);
    }

    /// The first delivery that is due and whose lane is free. Its lane is then taken, until [`DeliveryQueue::free_lane`].
    pub(super) fn take(&mut self, now_ms: i64) -> Option<QueuedDelivery> {
        let head = self.heads.first_entry().filter(|head| head.key().0 <= now_ms)?;
        let ((due_ms, delivery), lane) = head.remove_entry();
        let taken = self.lanes.get_mut(&lane)?;
        taken.waiting.remove(&(due_ms, delivery));
        taken.busy = true;
        Some(QueuedDelivery { due_ms, delivery, lane })
    }

    /// Frees a lane.
    pub(super) fn free_lane(&mut self, lane: u64) {
        if let Some(freed) = self.lanes.get_mut(&lane) {
            freed.busy = false;
        }
        self.update_head(lane);
    }

    /// When the next delivery of a free lane is due.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.heads.first_key_value().map(|((due_ms, _), _)| *due_ms)
    }

    fn update_head(&mut self, number: u64) {
        let std::collections::hash_map::Entry::Occupied(lane) = self.lanes.entry(number) else { return };
        match lane.get().waiting.first() {
            _ if lane.get().busy => {}
            Some(head) => match self.heads.entry(*head) {
                Entry::Vacant(place) => drop(place.insert(number)),
                Entry::Occupied(_) => {}
            },
            None => drop(lane.remove()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(due_ms: i64, delivery: i64, lane: u64) -> QueuedDelivery {
        QueuedDelivery { due_ms, delivery, lane }
    }

    fn taken(queue: &mut DeliveryQueue, now_ms: i64) -> Vec<i64> {
        std::iter::from_fn(|| queue.take(now_ms)).map(|waiting| waiting.delivery).collect()
    }

    #[test]
    fn nothing_is_taken_early_and_the_order_is_that_of_the_due_times() {
        let mut queue = DeliveryQueue::default();
        for (due, delivery) in [(30, 1), (10, 2), (20, 3), (10, 4)] {
            queue.put(waiting(due, delivery, delivery.unsigned_abs()));
        }
        assert_eq!((queue.next_due(), taken(&mut queue, 9)), (Some(10), vec![]));
        assert_eq!((taken(&mut queue, 20), queue.next_due()), (vec![2, 4, 3], Some(30)));
        assert_eq!((taken(&mut queue, 30), queue.next_due()), (vec![1], None));
    }

    #[test]
    fn one_delivery_of_a_lane_at_a_time() {
        let mut queue = DeliveryQueue::default();
        (1..=3).for_each(|delivery| queue.put(waiting(delivery, delivery, 7)));
        queue.put(waiting(9, 9, 8));
        assert_eq!(taken(&mut queue, 100), [1, 9]);
        assert_eq!(queue.next_due(), None, "nobody is woken for a lane that is taken");
        // A retry of the first waits behind what is due before it.
        queue.put(waiting(50, 1, 7));
        assert!(taken(&mut queue, 100).is_empty(), "the lane is still taken");
        queue.free_lane(7);
        assert_eq!((queue.next_due(), taken(&mut queue, 100)), (Some(2), vec![2]));
        queue.free_lane(7);
        queue.free_lane(8);
        assert_eq!(taken(&mut queue, 100), [3]);
        queue.free_lane(7);
        assert_eq!(taken(&mut queue, 100), [1]);
        queue.free_lane(7);
        assert!(queue.lanes.is_empty() && queue.heads.is_empty(), "nothing is kept of what is done: {queue:?}");
    }

    #[test]
    fn what_is_hastened_waits_once() {
        let mut queue = DeliveryQueue::default();
        queue.put(waiting(50, 1, 7));
        queue.put(waiting(60, 2, 7));
        queue.hasten(waiting(10, 2, 7));
        queue.hasten(waiting(10, 3, 7));
        queue.hasten(waiting(10, 4, 8));
        assert_eq!((queue.next_due(), taken(&mut queue, 10)), (Some(10), vec![2]));
        queue.hasten(waiting(5, 2, 7));
        queue.free_lane(7);
        assert_eq!((queue.next_due(), taken(&mut queue, 100)), (Some(50), vec![1]));
        queue.free_lane(7);
        assert!(queue.lanes.is_empty() && queue.heads.is_empty(), "{queue:?}");
    }

    #[test]
    fn a_head_gives_way_to_an_earlier_one() {
        let mut queue = DeliveryQueue::default();
        queue.put(waiting(50, 1, 7));
        queue.put(waiting(10, 2, 7));
        assert_eq!(queue.next_due(), Some(10));
        assert_eq!(taken(&mut queue, 100), [2]);
    }
}
