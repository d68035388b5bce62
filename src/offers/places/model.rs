//! What is true of places: who has them, who waits, and what becomes of them when one is released or lapses.
//! Knows neither gRPC nor SQL.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::{
    clock::{self, Time},
    documents,
    error::Error,
    proto::v1::{Audience, BookingState as State, DocumentLink},
};

/// Places in an offer for staff of one organization.
#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    pub id: Uuid,
    /// From 1, without gaps.
    pub revision: i32,
    /// The university whose offer it is.
    pub owner: Uuid,
    pub offer: Uuid,
    /// Its place in the order of coming.
    pub ticket: i32,
    pub wanted: Wanted,
    pub state: State,
    /// When it lapses, while it is held.
    pub expires_at: Option<Time>,
    pub created_at: Time,
    /// When it came to its state.
    pub updated_at: Time,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub organization: Uuid,
    pub audience: Audience,
    pub places: u32,
    pub measure: Option<DocumentLink>,
    /// For how long they are held once there are any, in microseconds.
    pub held_for: i64,
}

/// How the places of an offer are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// 0: nobody has ever asked for a place.
    pub revision: i32,
    /// The revision of the offer that the capacity was read of.
    pub offer_revision: i32,
    /// 0: the offer takes nobody.
    pub capacity: u32,
    pub held: u32,
    pub confirmed: u32,
    pub waiting: u32,
    /// How many the first in line waits for. 0: nobody waits.
    pub next_wants: u32,
}

/// One change of an offer's places: what is overdue lapses, the change itself, and those who wait move up. Nothing of it is
/// written yet.
#[derive(Clone, Debug)]
pub struct Turn {
    pub owner: Uuid,
    pub offer: Uuid,
    /// As it will stand.
    pub ledger: Ledger,
    now: Time,
    is_withdrawn: bool,
    /// Those who wait, as far as they were read, the first first.
    line: VecDeque<Booking>,
    behind: usize,
    /// Bookings as they will stand, each once.
    pub changed: Vec<Booking>,
    moved_up: bool,
}

/// What stands before a turn.
#[derive(Clone, Debug)]
pub struct Standing {
    pub owner: Uuid,
    pub offer: Uuid,
    pub ledger: Ledger,
    /// Held, and past their deadlines: all of them.
    pub overdue: Vec<Booking>,
    /// The first in line, in order.
    pub line: Vec<Booking>,
    /// How many bookings wait behind those.
    pub behind: usize,
}

/// What an offer has to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub offer_revision: i32,
    /// 0: the offer takes nobody.
    pub places: u32,
    /// Whether it never gives any again.
    pub is_withdrawn: bool,
}

impl Ledger {
    /// Places that are neither held nor confirmed.
    pub fn left(&self) -> u32 {
        self.capacity.saturating_sub(self.held + self.confirmed)
    }
}

impl Booking {
    /// Changes with every revision.
    pub fn etag(&self) -> String {
        documents::etag(self.id, self.revision, &[])
    }

    /// Whether its deadline has passed.
    pub fn is_overdue(&self, now: Time) -> bool {
        self.state == State::Held && self.expires_at.is_some_and(|end| end <= now)
    }

    /// As it counts now: what is overdue has lapsed, whether or not that is written.
    #[must_use]
    pub fn at(self, now: Time) -> Self {
        if self.is_overdue(now) {
            let updated_at = self.expires_at.unwrap_or(now);
            Self {
                state: State::Lapsed,
                expires_at: None,
                updated_at,
                ..self
            }
        } else {
            self
        }
    }

    /// Its next revision, in another state.
    fn become_at(&self, state: State, at: Time) -> Self {
        Self {
            revision: self.revision + 1,
            state,
            expires_at: (state == State::Held).then(|| at.plus_micros(self.wanted.held_for)),
            // The clock of another server may be behind; time does not run backwards in a history.
            updated_at: at.max(self.updated_at),
            ..self.clone()
        }
    }
}

impl Turn {
    /// Begins a turn: what is overdue has lapsed.
    pub fn begin(standing: Standing, capacity: Capacity, now: Time) -> Self {
        let Standing {
            owner,
            offer,
            ledger,
            overdue,
            line,
            behind,
        } = standing;
        let mut turn = Self {
            owner,
            offer,
            ledger: Ledger {
                revision: ledger.revision + 1,
                offer_revision: capacity.offer_revision,
                capacity: capacity.places,
                ..ledger
            },
            now,
            is_withdrawn: capacity.is_withdrawn,
            line: line.into(),
            behind,
            changed: Vec::new(),
            moved_up: false,
        };
        for booking in overdue {
            let at = booking.expires_at.unwrap_or(now);
            take(&mut turn.ledger.held, booking.wanted.places);
            turn.changed.push(booking.become_at(State::Lapsed, at));
        }
        turn
    }

    /// Gives what is left to those who wait, in order, each all that it waits for. The first who must go on waiting stops
    /// all behind; who would wait for ever lapses.
    pub fn move_up(&mut self) {
        self.moved_up = true;
        while let Some(next) = self.line.front() {
            let places = next.wanted.places;
            let state = if self.is_beyond(places) {
                State::Lapsed
            } else if places <= self.ledger.left() {
                self.ledger.held += places;
                State::Held
            } else {
                break;
            };
            take(&mut self.ledger.waiting, places);
            self.changed.push(next.become_at(state, self.now));
            self.line.pop_front();
        }
    }

    /// Whether the offer can never give so many. One that gives none now may be offered again, unless it is withdrawn.
    fn is_beyond(&self, places: u32) -> bool {
        let capacity = self.ledger.capacity;
        self.is_withdrawn || (capacity > 0 && places > capacity)
    }

    /// A new booking, held where there is room and nobody waits, or else at the end of the line. None: it is not to wait.
    pub fn hold(&mut self, wanted: Wanted, wait: bool) -> Option<Booking> {
        debug_assert!(self.moved_up, "those who wait come first");
        let places = wanted.places;
        let fits = self.ledger.waiting == 0 && places <= self.ledger.left();
        let state = if fits {
            self.ledger.held += places;
            State::Held
        } else if wait {
            self.ledger.waiting += places;
            State::Waiting
        } else {
            return None;
        };
        let booking = Booking {
            id: clock::new_id(),
            revision: 1,
            owner: self.owner,
            offer: self.offer,
            ticket: self.ledger.revision,
            expires_at: fits.then(|| self.now.plus_micros(wanted.held_for)),
            wanted,
            state,
            created_at: self.now,
            updated_at: self.now,
        };
        if !fits && self.behind == 0 {
            self.line.push_back(booking.clone());
        } else if !fits {
            self.behind += 1;
        }
        self.changed.push(booking.clone());
        Some(booking)
    }

    /// Why nothing is held: nobody overtakes those who wait, and what is left is for them.
    pub fn no_room(&self) -> Error {
        let left = if self.ledger.waiting == 0 {
            self.ledger.left()
        } else {
            0
        };
        Error::PlacesTaken { left }
    }

    /// How many bookings wait.
    pub fn line_length(&self) -> usize {
        self.line.len() + self.behind
    }

    /// Takes held places for good.
    pub fn confirm(&mut self, held: &Booking) -> Booking {
        take(&mut self.ledger.held, held.wanted.places);
        self.ledger.confirmed += held.wanted.places;
        self.put(held.become_at(State::Confirmed, self.now))
    }

    /// Gives places back, or leaves the line.
    pub fn release(&mut self, booking: &Booking) -> Booking {
        let places = booking.wanted.places;
        match booking.state {
            State::Waiting => {
                take(&mut self.ledger.waiting, places);
                self.line.retain(|waiting| waiting.id != booking.id);
            }
            State::Held => take(&mut self.ledger.held, places),
            State::Confirmed => take(&mut self.ledger.confirmed, places),
            State::Released | State::Lapsed | State::Unspecified => {}
        }
        self.put(booking.become_at(State::Released, self.now))
    }

    fn put(&mut self, booking: Booking) -> Booking {
        self.changed.push(booking.clone());
        booking
    }

    /// Ends the turn: notes how many places it takes until somebody moves up.
    pub fn end(&mut self) {
        // Of those who were not read, the first may want as little as one.
        let beyond = u32::from(self.behind > 0);
        let next = self.line.front();
        self.ledger.next_wants = next.map_or(beyond, |next| next.wanted.places);
    }
}

/// Takes places from a figure, which never falls below nothing.
fn take(from: &mut u32, places: u32) {
    debug_assert!(*from >= places, "more is given back than was taken");
    *from = from.saturating_sub(places);
}

#[cfg(test)]
mod tests;
