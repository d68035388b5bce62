//! The recorded history of an offer's places, played again from the rows by position, and held against what was promised.

use std::collections::{BTreeMap, HashMap};

use futures::future::join_all;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Row, Write},
    offers::places::{booking, ledger},
    proto::v1::BookingState,
};
use uuid::Uuid;

use super::trial::{CLIENTS, PLACES};
use crate::{journal::rows, world::Place};

places!(
    without_the_ledger_the_same_places_are_given_twice,
    what_ends_too_soon_or_never_is_found,
);

const WAITING: i16 = BookingState::Waiting as i16;
const HELD: i16 = BookingState::Held as i16;
const CONFIRMED: i16 = BookingState::Confirmed as i16;

/// All rows of an offer's places.
pub struct History {
    bookings: Vec<booking::Model>,
    ledgers: BTreeMap<i64, ledger::Model>,
}

impl History {
    pub async fn read(database: &Database, offer: Uuid) -> Self {
        let bookings = rows(database, "bookings", "offer_id", offer).await;
        let ledgers: Vec<ledger::Model> = rows(database, "places", "id", offer).await;
        Self {
            bookings,
            ledgers: ledgers.into_iter().map(|row| (row.position, row)).collect(),
        }
    }

    /// Whether each row of a booking, and of the ledger, is in force until the next one of it is. Says where one is not.
    pub fn spans(&self) -> Result<(), String> {
        let bookings = self.bookings.iter();
        let mut spans: Vec<_> = bookings
            .map(|row| (row.id, row.revision, row.position, row.until_position))
            .collect();
        let ledgers = self.ledgers.values();
        spans.extend(ledgers.map(|row| (row.id, row.revision, row.position, row.until_position)));
        spans.sort_unstable();
        let of_one = spans.chunk_by(|(one, ..), (other, ..)| one == other);
        for span in of_one.flat_map(|rows| {
            let next = rows
                .iter()
                .skip(1)
                .map(|(_, _, position, _)| Some(*position));
            rows.iter().zip(next.chain([None]))
        }) {
            let ((id, revision, _, until), next) = span;
            if *until != next {
                return Err(format!(
                    "{id}@{revision} ends at {until:?}, not at {next:?}"
                ));
            }
        }
        Ok(())
    }

    /// The state that a revision of a booking was written in.
    pub fn state_of(&self, booking: Uuid, revision: i32) -> Option<BookingState> {
        let named = |row: &&booking::Model| row.id == booking && row.revision == revision;
        let row = self.bookings.iter().find(named)?;
        BookingState::try_from(i32::from(row.state)).ok()
    }

    /// How many bookings moved up in the line, were confirmed, lapsed, and were released.
    pub fn happened(&self) -> [usize; 4] {
        let rows = |state: BookingState| {
            let in_state = move |row: &&booking::Model| row.state == state as i16;
            self.bookings.iter().filter(in_state)
        };
        let moved_up = rows(BookingState::Held).filter(|row| row.revision > 1);
        [
            moved_up.count(),
            rows(BookingState::Confirmed).count(),
            rows(BookingState::Lapsed).count(),
            rows(BookingState::Released).count(),
        ]
    }

    /// Plays it again, write after write. Returns the bookings as they stand in the end, or what was broken first.
    pub fn replay(&self, capacity: i32) -> Result<HashMap<Uuid, booking::Model>, String> {
        let mut standing: HashMap<Uuid, booking::Model> = HashMap::new();
        let mut rows = self.bookings.iter().peekable();
        // The ledger is the first row of its write: what follows up to the next ledger belongs to it.
        let ends = self.ledgers.keys().skip(1).copied().chain([i64::MAX]);
        let writes: Vec<_> = self.ledgers.values().zip(ends).collect();
        if writes.is_empty() {
            for row in rows {
                standing.insert(row.id, row.clone());
                must_fit(&standing, capacity)?;
            }
            return Ok(standing);
        }
        for (number, (ledger, end)) in (1..).zip(writes) {
            if ledger.revision != number {
                return Err(format!("ledger {} stands at {number}", ledger.revision));
            }
            let mut risen = Vec::new();
            while let Some(row) = rows.next_if(|row| row.position < end) {
                let before = standing.get(&row.id).map_or(0, |before| before.revision);
                if row.revision != before + 1 || row.position < ledger.position {
                    return Err(format!("{row:?} follows revision {before}"));
                }
                if row.state == HELD {
                    risen.push(row.ticket);
                }
                standing.insert(row.id, row.clone());
            }
            let sum = |state| sum(&standing, &[state]);
            let sums = (sum(HELD), sum(CONFIRMED), sum(WAITING));
            if sums != (ledger.held, ledger.confirmed, ledger.waiting) {
                return Err(format!("{ledger:?} says otherwise than {sums:?}"));
            }
            must_fit(&standing, capacity)?;
            let waiting = standing.values().filter(|row| row.state == WAITING);
            let first = waiting.map(|row| row.ticket).min().unwrap_or(i32::MAX);
            if risen.iter().any(|risen| *risen > first) {
                return Err(format!("{risen:?} have overtaken {first}"));
            }
        }
        Ok(standing)
    }
}

fn must_fit(standing: &HashMap<Uuid, booking::Model>, capacity: i32) -> Result<(), String> {
    let taken = sum(standing, &[HELD, CONFIRMED]);
    if taken > capacity {
        return Err(format!("overbooked: {taken} of {capacity}"));
    }
    Ok(())
}

fn sum(standing: &HashMap<Uuid, booking::Model>, states: &[i16]) -> i32 {
    let counted = standing.values().filter(|row| states.contains(&row.state));
    counted.map(|row| row.places).sum()
}

/// Control: rows that were altered.
async fn what_ends_too_soon_or_never_is_found(place: Place) {
    let database = Database::open(place.url(), Purpose::Serve).await;
    let database = database.expect("it opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    let (owner, offer, id) = (clock::new_id(), clock::new_id(), clock::new_id());
    for revision in 1..=3 {
        let ledger = rows::places(owner, offer, revision);
        let booking = rows::booking(owner, offer, id, revision);
        let written = journal.write(rows::write(vec![ledger, booking])).await;
        written.expect("it follows");
    }
    let read = || History::read(&database, offer);
    assert_eq!(read().await.spans(), Ok(()));
    for until in [None, Some(3), Some(5)] {
        let mut altered = read().await;
        altered.bookings[0].until_position = until;
        altered.spans().expect_err("the next begins at 4");
        let mut altered = read().await;
        let ledger = altered.ledgers.get_mut(&3).expect("the second ledger");
        ledger.until_position = until.map(|until| until + 1);
        altered.spans().expect_err("the next begins at 5");
    }
    journal.close().await;
    database.close().await;
}

async fn rows<M: FromQueryResult>(
    database: &Database,
    table: &str,
    column: &str,
    offer: Uuid,
) -> Vec<M> {
    let sql = format!("SELECT * FROM {table} WHERE {column} = $1 ORDER BY position");
    let statement = Statement::from_sql_and_values(database.backend(), sql, [offer.into()]);
    let rows = database.reader().query_all_raw(statement).await;
    let rows = rows.expect("it can be read");
    rows.iter()
        .map(|row| M::from_query_result(row, "").expect("a row"))
        .collect()
}

/// Control: two hundred who look how many are taken, and then write, through the same journal and without the ledger.
async fn without_the_ledger_the_same_places_are_given_twice(place: Place) {
    let database = Database::open(place.url(), Purpose::Serve).await;
    let database = database.expect("it opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    let (owner, offer) = (clock::new_id(), clock::new_id());
    let takers = (1..=i32::try_from(CLIENTS).expect("a few")).map(|ticket| {
        let (database, journal) = (database.clone(), journal.clone());
        async move {
            let sql = "SELECT COALESCE(SUM(places), 0) FROM bookings WHERE offer_id = $1 AND until_position IS NULL";
            let sum = Statement::from_sql_and_values(database.backend(), sql, [offer.into()]);
            let row = database.reader().query_one_raw(sum).await.expect("it reads");
            let taken: i64 = row.expect("a sum").try_get_by_index(0).expect("a number");
            if taken + 1 > i64::from(PLACES) {
                return;
            }
            let Row::Booking(row) = rows::booking(owner, offer, clock::new_id(), 1) else {
                panic!("it is a booking");
            };
            let row = booking::Model {
                ticket,
                places: 1,
                ..row
            };
            let write = Write {
                request: Some(rows::request(clock::new_id(), 1)),
                ..rows::write(vec![Row::Booking(row)])
            };
            journal.write(write).await.expect("nothing stops it");
        }
    });
    join_all(takers.map(tokio::spawn)).await;
    let history = History::read(&database, offer).await;
    let found = history.replay(i32::try_from(PLACES).expect("a few"));
    let found = found.expect_err("the same figure lets more in than there is room for");
    assert!(found.starts_with("overbooked"), "{found}");
    journal.close().await;
    database.close().await;
}
