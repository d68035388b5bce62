use std::collections::HashSet;

use proptest::{collection::vec, prelude::*};

use super::*;

/// Of those who wait, so many are read at a time.
const WINDOW: usize = 3;

/// What may happen at an offer. Bookings are named by number, round and round.
#[derive(Clone, Debug)]
enum Event {
    Hold {
        places: u32,
        wait: bool,
        held_for: i64,
    },
    Confirm(usize),
    Release(usize),
    Time(i64),
    Sweep,
    /// The university has other places from now on, at least as many as are taken.
    Capacity(u32),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let hold =
        (1..6_u32, any::<bool>(), 1..20_i64).prop_map(|(places, wait, held_for)| Event::Hold {
            places,
            wait,
            held_for,
        });
    let event = prop_oneof![
        8 => hold,
        3 => (0..40_usize).prop_map(Event::Confirm),
        3 => (0..40_usize).prop_map(Event::Release),
        3 => (1..8_i64).prop_map(Event::Time),
        2 => Just(Event::Sweep),
        1 => (0..30_u32).prop_map(Event::Capacity),
    ];
    vec(event, 1..60)
}

/// One offer as a database would keep it.
#[derive(Clone, Debug)]
struct Kept {
    ledger: Ledger,
    capacity: Capacity,
    bookings: Vec<Booking>,
    now: Time,
}

impl Kept {
    fn new(places: u32) -> Self {
        Self {
            ledger: Ledger::default(),
            capacity: Capacity {
                offer_revision: 1,
                places,
                is_withdrawn: false,
            },
            bookings: Vec::new(),
            now: Time::from_micros(0),
        }
    }

    fn standing(&self) -> Standing {
        let mut line: Vec<Booking> = self.in_state(State::Waiting).cloned().collect();
        line.sort_by_key(|booking| booking.ticket);
        let behind = line.len().saturating_sub(WINDOW);
        line.truncate(WINDOW);
        let overdue = self
            .bookings
            .iter()
            .filter(|booking| booking.is_overdue(self.now));
        Standing {
            owner: Uuid::from_u128(1),
            offer: Uuid::from_u128(2),
            ledger: self.ledger,
            overdue: overdue.cloned().collect(),
            line,
            behind,
        }
    }

    fn in_state(&self, state: State) -> impl Iterator<Item = &Booking> {
        self.bookings
            .iter()
            .filter(move |booking| booking.state == state)
    }

    fn begin(&self) -> Turn {
        Turn::begin(self.standing(), self.capacity, self.now)
    }

    /// As the operations do it.
    fn play(&mut self, event: &Event) -> Result<(), String> {
        let mut turn = self.begin();
        let named = |number: usize| {
            let booking = self.bookings.get(number % self.bookings.len().max(1));
            booking.cloned().map(|booking| booking.at(self.now))
        };
        match *event {
            Event::Time(micros) => self.now = self.now.plus_micros(micros),
            Event::Capacity(places) => {
                self.capacity = Capacity {
                    offer_revision: self.capacity.offer_revision + 1,
                    places: places.max(self.ledger.held + self.ledger.confirmed),
                    is_withdrawn: false,
                };
            }
            Event::Hold {
                places,
                wait,
                held_for,
            } => {
                turn.move_up();
                if turn.hold(wanted(places, held_for), wait).is_some() {
                    return self.write(turn);
                }
            }
            Event::Confirm(number) => {
                if let Some(booking) = named(number).filter(|it| it.state == State::Held) {
                    turn.confirm(&booking);
                    turn.move_up();
                    return self.write(turn);
                }
            }
            Event::Release(number) => {
                let ended = |it: &Booking| matches!(it.state, State::Released | State::Lapsed);
                if let Some(booking) = named(number).filter(|it| !ended(it)) {
                    turn.release(&booking);
                    turn.move_up();
                    return self.write(turn);
                }
            }
            Event::Sweep => {
                turn.move_up();
                return self.write(turn);
            }
        }
        Ok(())
    }

    /// Takes a turn in, and holds it against what must be true.
    fn write(&mut self, mut turn: Turn) -> Result<(), String> {
        turn.end();
        let mut seen = HashSet::new();
        let mut risen = Vec::new();
        for booking in &turn.changed {
            if !seen.insert(booking.id) {
                return Err("a booking changes twice in one turn".to_owned());
            }
            let kept = self.bookings.iter().position(|kept| kept.id == booking.id);
            let before = kept.map_or(0, |at| self.bookings[at].revision);
            if booking.revision != before + 1 {
                return Err(format!("revision {} follows {before}", booking.revision));
            }
            if booking.state == State::Held {
                risen.push(booking.ticket);
            }
            match kept {
                Some(at) => self.bookings[at] = booking.clone(),
                None => self.bookings.push(booking.clone()),
            }
        }
        self.ledger = turn.ledger;
        self.check(&risen, turn.changed.len())
    }

    fn check(&self, risen: &[i32], changed: usize) -> Result<(), String> {
        let sum = |state| -> u32 {
            self.in_state(state)
                .map(|booking| booking.wanted.places)
                .sum()
        };
        let Ledger {
            held,
            confirmed,
            waiting,
            next_wants,
            capacity,
            ..
        } = self.ledger;
        let sums = (sum(State::Held), sum(State::Confirmed), sum(State::Waiting));
        if sums != (held, confirmed, waiting) {
            return Err(format!(
                "the ledger says {:?}, the bookings {sums:?}",
                self.ledger
            ));
        }
        if held + confirmed > capacity {
            return Err(format!("overbooked: {:?}", self.ledger));
        }
        let mut line: Vec<&Booking> = self.in_state(State::Waiting).collect();
        line.sort_by_key(|booking| booking.ticket);
        let Some(first) = line.first() else {
            return if next_wants == 0 {
                Ok(())
            } else {
                Err("nobody wants anything".to_owned())
            };
        };
        if risen.iter().any(|risen| *risen > first.ticket) {
            return Err(format!("{risen:?} have overtaken {}", first.ticket));
        }
        // Where a whole window has moved up or lapsed, the next turn goes on, and the ledger says that there is one to come.
        if changed < WINDOW && first.wanted.places <= self.ledger.left() {
            return Err("the first in line waits for what is there".to_owned());
        }
        let room_is_seen = held + confirmed + next_wants <= capacity;
        if first.wanted.places <= self.ledger.left() && !room_is_seen {
            return Err("nobody would come to move the line up".to_owned());
        }
        Ok(())
    }
}

fn wanted(places: u32, held_for: i64) -> Wanted {
    Wanted {
        organization: Uuid::from_u128(3),
        audience: Audience::Teacher,
        places,
        measure: None,
        held_for,
    }
}

proptest! {
    #[test]
    fn whatever_happens_nothing_is_overbooked_nobody_overtakes_and_nothing_is_lost(
        places in 1..20_u32, events in events(),
    ) {
        let mut kept = Kept::new(places);
        for event in &events {
            if let Err(fault) = kept.play(event) {
                prop_assert!(false, "{event:?}: {fault}");
            }
        }
        // In the end all who wait are served, in the order of their coming.
        kept.capacity.places += kept.ledger.waiting;
        let mut line: Vec<_> = kept.in_state(State::Waiting).map(|it| (it.ticket, it.id)).collect();
        line.sort_unstable();
        let mut served = Vec::new();
        while kept.in_state(State::Waiting).count() > 0 {
            let before = served.len();
            let mut turn = kept.begin();
            turn.move_up();
            served.extend(turn.changed.iter().filter(|it| it.state == State::Held).map(|it| (it.ticket, it.id)));
            prop_assert!(served.len() > before, "the line stands still");
            prop_assert_eq!(kept.write(turn), Ok(()));
        }
        prop_assert_eq!(served, line);
    }
}

/// Control: what the checks above are there to find.
#[test]
fn a_newcomer_that_overtakes_and_a_place_given_twice_are_found() {
    let hold = |places, wait| Event::Hold {
        places,
        wait,
        held_for: 100,
    };
    let mut kept = Kept::new(5);
    for event in [hold(4, false), hold(3, true)] {
        kept.play(&event).unwrap();
    }
    let mut overtaken = kept.clone();
    let mut turn = overtaken.begin();
    turn.ledger.waiting = 0;
    turn.move_up();
    turn.hold(wanted(1, 100), false).unwrap();
    turn.ledger.waiting = 3;
    assert!(overtaken.write(turn).unwrap_err().contains("overtaken"));

    let (mut twice, stale) = (kept.clone(), kept.begin());
    twice.play(&Event::Release(1)).unwrap();
    let mut first = twice.begin();
    first.move_up();
    first.hold(wanted(1, 100), false).unwrap();
    twice.write(first).unwrap();
    // One that has not seen the other.
    let mut second = stale;
    second.ledger.waiting = 0;
    second.move_up();
    second.hold(wanted(1, 100), false).unwrap();
    twice.write(second).unwrap_err();
}

#[test]
fn what_is_released_goes_to_those_who_wait_each_all_or_nothing() {
    let hold = |places| Event::Hold {
        places,
        wait: true,
        held_for: 100,
    };
    let mut kept = Kept::new(5);
    for event in [hold(5), hold(3), hold(1), hold(2)] {
        kept.play(&event).unwrap();
    }
    kept.capacity.places = 7;
    kept.play(&Event::Sweep).unwrap();
    let states = |kept: &Kept| {
        kept.bookings
            .iter()
            .map(|booking| booking.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        states(&kept),
        [State::Held, State::Waiting, State::Waiting, State::Waiting],
        "two are left, the first waits for three, and the second does not overtake"
    );
    kept.play(&Event::Release(0)).unwrap();
    assert_eq!(
        states(&kept),
        [State::Released, State::Held, State::Held, State::Held]
    );
}

#[test]
fn a_hold_lapses_at_its_deadline_and_the_next_is_held_as_long_from_then() {
    let mut kept = Kept::new(2);
    let hold = |held_for| Event::Hold {
        places: 2,
        wait: true,
        held_for,
    };
    kept.play(&hold(10)).unwrap();
    kept.play(&hold(30)).unwrap();
    kept.play(&Event::Time(10)).unwrap();
    assert_eq!(kept.bookings[0].clone().at(kept.now).state, State::Lapsed);
    kept.play(&Event::Time(5)).unwrap();
    kept.play(&Event::Sweep).unwrap();
    let lapsed = &kept.bookings[0];
    assert_eq!(
        (lapsed.state, lapsed.updated_at),
        (State::Lapsed, Time::from_micros(10))
    );
    let next = &kept.bookings[1];
    assert_eq!(
        (next.state, next.expires_at),
        (State::Held, Some(Time::from_micros(45)))
    );
}

#[test]
fn who_can_never_be_served_lapses_and_lets_those_behind_pass() {
    let hold = |places| Event::Hold {
        places,
        wait: true,
        held_for: 100,
    };
    let states = |kept: &Kept| kept.bookings.iter().map(|it| it.state).collect::<Vec<_>>();
    let mut kept = Kept::new(5);
    for event in [hold(2), hold(5), hold(1), hold(3)] {
        kept.play(&event).unwrap();
    }
    kept.capacity.places = 0;
    let mut closed = kept.begin();
    closed.move_up();
    assert_eq!(closed.changed, [], "it may open again");
    kept.capacity.places = 4;
    kept.play(&Event::Sweep).unwrap();
    assert_eq!(
        states(&kept),
        [State::Held, State::Lapsed, State::Held, State::Waiting]
    );
    kept.capacity.is_withdrawn = true;
    kept.play(&Event::Sweep).unwrap();
    assert_eq!(states(&kept)[3], State::Lapsed);
    assert_eq!(kept.ledger.waiting, 0);
}
