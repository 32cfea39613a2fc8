//! Who may stay when there are more connections than places: the one that has waited longest without a whole request
//! gives way, first of the remote address that holds most places. So whoever opens connections and sends nothing, or a
//! byte a second, keeps nobody out, and whoever is being answered is never cut off.
//!
//! Connections that had an answer and those that had none are two crowds, and the larger one gives way. Were it always the
//! same one, whoever fills the places with the other kind would leave a new sender no time to send its request.
//!
//! Where memory for what is read runs out, it is again the longest wait that ends, of those who hold some.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Connections without a whole request, by when their wait began: those that never had an answer, and those that had.
    waiting: [BTreeMap<u64, Arc<WaitingSeat>>; 2],
}

/// What is known of a connection while it waits.
#[derive(Debug, Default)]
struct WaitingSeat {
    /// Rings when it is to give way.
    gives_way: Notify,
    /// Whether it was granted memory.
    holds_memory: AtomicBool,
}

/// Whether a request was ever answered, and when the wait began, in order.
type Turn = (bool, u64);

/// One connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    table: Arc<PlaceTable>,
    address: IpAddr,
    seat: Arc<WaitingSeat>,
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
        let seat = Arc::new(WaitingSeat::default());
        let mut seats = self.lock();
        if seats.held >= self.capacity && !seats.evict(AddressSeats::find_first) {
            return None;
        }
        let turn = seats.next_turn(false);
        let here = seats.addresses.entry(address).or_default();
        here.held += 1;
        here.crowd(turn).insert(turn.1, Arc::clone(&seat));
        seats.held += 1;
        drop(seats);
        Some(Place { table: Arc::clone(self), address, seat, turn: Mutex::new(Some(turn)) })
    }

    /// How many places are taken.
    pub(super) fn count_held(&self) -> usize {
        self.lock().held
    }

    /// Makes a connection give way; whether there was one.
    pub(super) fn evict(&self) -> bool {
        self.lock().evict(AddressSeats::find_first)
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

    /// Makes one give way, of those that `find` names for each address; whether there was one.
    fn evict(&mut self, find: impl Fn(&AddressSeats) -> Option<Turn>) -> bool {
        let candidates =
            self.addresses.iter().filter_map(|(address, seats)| Some((*address, seats.held, find(seats)?)));
        let Some((address, _, turn)) =
            candidates.max_by(|left, right| left.1.cmp(&right.1).then_with(|| right.2.cmp(&left.2)))
        else {
            return false;
        };
        let called = self.addresses.get_mut(&address).and_then(|seats| seats.crowd(turn).remove(&turn.1));
        if let Some(called) = called {
            called.gives_way.notify_one();
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

impl AddressSeats {
    fn crowd(&mut self, (answered, _): Turn) -> &mut BTreeMap<u64, Arc<WaitingSeat>> {
        &mut self.waiting[usize::from(answered)]
    }

    /// The first of the larger crowd.
    fn find_first(&self) -> Option<Turn> {
        let [fresh, answered] = &self.waiting;
        let which = answered.len() > fresh.len();
        self.waiting[usize::from(which)].keys().next().map(|turn| (which, *turn))
    }

    /// The first that holds memory, apart from one.
    fn find_holder(&self, apart: &Arc<WaitingSeat>) -> Option<Turn> {
        let holds = |seat: &Arc<WaitingSeat>| seat.holds_memory.load(Ordering::Relaxed) && !Arc::ptr_eq(seat, apart);
        let first = |which: bool| {
            let mut crowd = self.waiting[usize::from(which)].iter();
            crowd.find(|(_, seat)| holds(seat)).map(|(turn, _)| (which, *turn))
        };
        [first(false), first(true)].into_iter().flatten().min_by_key(|(_, turn)| *turn)
    }
}

impl Place {
    /// It was granted memory.
    pub(super) fn note_memory(&self) {
        self.seat.holds_memory.store(true, Ordering::Relaxed);
    }

    /// Makes another one give way that waits and holds memory; whether there was one.
    pub(super) fn evict_holder(&self) -> bool {
        self.table.lock().evict(|seats| seats.find_holder(&self.seat))
    }

    /// A whole request is here: until its answer the place is safe.
    pub(super) fn begin_work(&self) {
        let mut turn = self.turn();
        let mut seats = self.table.lock();
        let Some(waiting) = *turn else { return };
        // One that was told to give way has no place any more, and is about to end.
        if seats.addresses.get_mut(&self.address).and_then(|seats| seats.crowd(waiting).remove(&waiting.1)).is_some() {
            *turn = None;
        }
    }

    /// The answer is made: from now it waits for the next request.
    pub(super) fn begin_wait(&self) {
        let mut turn = self.turn();
        if turn.is_some() {
            return;
        }
        self.seat.holds_memory.store(false, Ordering::Relaxed);
        let mut seats = self.table.lock();
        let next = seats.next_turn(true);
        if let Some(here) = seats.addresses.get_mut(&self.address) {
            here.crowd(next).insert(next.1, Arc::clone(&self.seat));
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
        self.seat.gives_way.notified().await;
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
            Some(turn) => {
                seats.addresses.get_mut(&self.address).and_then(|here| here.crowd(turn).remove(&turn.1)).is_some()
            }
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
    fn connections_that_had_an_answer_leave_room_for_new_ones() {
        let table = PlaceTable::new(8);
        let hogs: Vec<_> = (0..8).map(|_| table.try_take(from(1)).unwrap()).collect();
        hogs.iter().for_each(|hog| {
            hog.begin_work();
            hog.begin_wait();
        });
        let sender = table.try_take(from(1)).unwrap();
        let churn: Vec<_> = (0..3).map(|_| table.try_take(from(1)).unwrap()).collect();
        assert!(!told(&sender) && !churn.iter().any(told));
        assert_eq!(hogs.iter().filter(|hog| told(hog)).count(), 4);
    }

    #[test]
    fn who_waits_longest_gives_memory_back() {
        let table = PlaceTable::new(8);
        let [idle, first, second, third] = [1; 4].map(|last| table.try_take(from(last)).unwrap());
        [&first, &second, &third].into_iter().for_each(Place::note_memory);
        first.begin_work();
        assert!(third.evict_holder() && !third.evict_holder());
        assert_eq!([&idle, &first, &second, &third].map(told), [false, false, true, false]);
        first.begin_wait();
        assert!(!third.evict_holder(), "what was answered holds none");
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
