//! Who may stay when there are more connections than places: the one that has waited longest without a whole request
//! gives way, first of the remote address that holds most places. So whoever opens connections and sends nothing, or a
//! byte a second, keeps nobody out, and whoever is being answered is never cut off.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// All places of a server.
#[derive(Debug)]
pub(super) struct PlaceTable {
    capacity: usize,
    seats: Mutex<Seats>,
    /// Rings when a place is free, or its holder could give way.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Seats {
    held: usize,
    turns: u64,
    addresses: HashMap<IpAddr, AddressSeats>,
}

#[derive(Debug, Default)]
struct AddressSeats {
    held: usize,
    /// Connections without a whole request, those that never had one first, the longest waiting first.
    waiting: BTreeMap<Turn, Arc<Notify>>,
}

/// Whether a request was ever answered, and when the wait began, in order.
type Turn = (bool, u64);

/// One connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    table: Arc<PlaceTable>,
    address: IpAddr,
    /// Rings when it is to give way.
    gives_way: Arc<Notify>,
    /// `None` while a whole request is being answered.
    turn: Mutex<Option<Turn>>,
}

impl PlaceTable {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        Arc::new(Self { capacity: capacity.max(1), seats: Mutex::default(), changed: Notify::new() })
    }

    /// A place, for which another connection gives way where there is none; waits where all are at work.
    pub(super) async fn take_place(self: &Arc<Self>, address: IpAddr) -> Place {
        loop {
            if let Some(place) = self.try_take(address) {
                return place;
            }
            self.changed.notified().await;
        }
    }

    fn try_take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = group_address(address);
        let gives_way = Arc::new(Notify::new());
        let mut seats = self.lock();
        if seats.held >= self.capacity && !seats.evict() {
            return None;
        }
        let turn = seats.next_turn(false);
        let here = seats.addresses.entry(address).or_default();
        here.held += 1;
        here.waiting.insert(turn, Arc::clone(&gives_way));
        seats.held += 1;
        drop(seats);
        Some(Place { table: Arc::clone(self), address, gives_way, turn: Mutex::new(Some(turn)) })
    }

    /// How many places are taken.
    pub(super) fn count_held(&self) -> usize {
        self.lock().held
    }

    /// Makes a connection give way; whether there was one.
    pub(super) fn evict(&self) -> bool {
        self.lock().evict()
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    fn next_turn(&mut self, answered: bool) -> Turn {
        self.turns += 1;
        (answered, self.turns)
    }

    fn evict(&mut self) -> bool {
        let first = |seats: &AddressSeats| seats.waiting.keys().next().copied();
        let candidates =
            self.addresses.iter().filter_map(|(address, seats)| Some((*address, seats.held, first(seats)?)));
        let Some((address, _, turn)) =
            candidates.max_by(|left, right| left.1.cmp(&right.1).then_with(|| right.2.cmp(&left.2)))
        else {
            return false;
        };
        let called = self.addresses.get_mut(&address).and_then(|seats| seats.waiting.remove(&turn));
        if let Some(called) = called {
            called.notify_one();
            self.release(address);
        }
        true
    }

    fn release(&mut self, address: IpAddr) {
        self.held -= 1;
        if let Some(seats) = self.addresses.get_mut(&address) {
            seats.held -= 1;
            if seats.held == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

impl Place {
    /// A whole request is here: until its answer the place is safe.
    pub(super) fn begin_work(&self) {
        let mut turn = self.turn();
        let mut seats = self.table.lock();
        let Some(waiting) = *turn else { return };
        // One that was told to give way has no place any more, and is about to end.
        if seats.addresses.get_mut(&self.address).and_then(|seats| seats.waiting.remove(&waiting)).is_some() {
            *turn = None;
        }
    }

    /// The answer is made: from now it waits for the next request.
    pub(super) fn begin_wait(&self) {
        let mut turn = self.turn();
        if turn.is_some() {
            return;
        }
        let mut seats = self.table.lock();
        let next = seats.next_turn(true);
        if let Some(here) = seats.addresses.get_mut(&self.address) {
            here.waiting.insert(next, Arc::clone(&self.gives_way));
        }
        *turn = Some(next);
        let full = seats.held >= self.table.capacity;
        drop(seats);
        if full {
            self.table.changed.notify_one();
        }
    }

    /// Ready when another connection takes the place.
    pub(super) async fn wait_to_give_way(&self) {
        self.gives_way.notified().await;
    }

    fn turn(&self) -> MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let turn = *self.turn();
        let mut seats = self.table.lock();
        let held = match turn {
            None => true,
            Some(turn) => seats.addresses.get_mut(&self.address).and_then(|here| here.waiting.remove(&turn)).is_some(),
        };
        if held {
            seats.release(self.address);
            drop(seats);
            self.table.changed.notify_one();
        }
    }
}

/// What counts as one remote address: of IPv6 the network that one customer is given as a rule.
fn group_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    fn told(place: &Place) -> bool {
        futures_ready(place.wait_to_give_way())
    }

    fn futures_ready(future: impl Future<Output = ()>) -> bool {
        let mut future = std::pin::pin!(future);
        future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    }

    #[test]
    fn who_waits_longest_gives_way_and_who_is_answered_never() {
        let table = PlaceTable::new(3);
        let [first, second, third] = [1, 1, 1].map(|last| table.try_take(from(last)).unwrap());
        first.begin_work();
        let fourth = table.try_take(from(1)).unwrap();
        assert_eq!([&first, &second, &third, &fourth].map(told), [false, true, false, false]);
        // Whoever had an answer goes after those who never had one.
        first.begin_wait();
        let fifth = table.try_take(from(1)).unwrap();
        assert_eq!([&first, &third, &fourth, &fifth].map(told), [false, true, false, false]);
        [&first, &fourth, &fifth].into_iter().for_each(Place::begin_work);
        assert!(table.try_take(from(1)).is_none(), "all are at work");
        drop((second, third));
        assert!(table.try_take(from(1)).is_none(), "who gave way has no place to give back");
        fourth.begin_wait();
        assert!(table.try_take(from(1)).is_some());
        drop((first, fourth, fifth));
        let seats = table.lock();
        assert_eq!((seats.held, seats.addresses.len()), (0, 0));
    }

    #[test]
    fn one_address_holds_no_more_than_its_share_where_there_are_others() {
        let table = PlaceTable::new(4);
        let other = table.try_take(from(2)).unwrap();
        let greedy: Vec<_> = (0..9).map(|_| table.try_take(from(1)).unwrap()).collect();
        let more = table.try_take(from(2)).unwrap();
        assert!(!told(&other) && !told(&more));
        assert_eq!(greedy.iter().filter(|place| told(place)).count(), 7);
    }

    #[test]
    fn an_address_is_a_customer() {
        let same =
            |left: &str, right: &str| group_address(left.parse().unwrap()) == group_address(right.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::2:3") && same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1") && !same("10.0.0.1", "10.0.0.2"));
    }
}
