//! Rows and what they say: between the entities and `model`. Every column is named in both directions.

use uuid::Uuid;

use crate::{
    clock::Time,
    documents::small,
    error::{Error, Result},
    journal::{Expected, Key, Row},
    offers::places::{
        booking, ledger,
        model::{Booking, Ledger, Turn, Wanted},
    },
    proto::v1::{Audience, BookingState, DocumentLink},
};

/// A state as rows keep it.
pub fn state(state: BookingState) -> i16 {
    small(state.into())
}

/// The rows of a turn: the ledger, and each booking that changes.
pub fn rows(turn: &Turn) -> Vec<Row> {
    let bookings = turn
        .changed
        .iter()
        .map(|booking| Row::Booking(row(booking)));
    let ledger = Row::Places(ledger_row(turn));
    std::iter::once(ledger).chain(bookings).collect()
}

/// What a turn rests on besides the ledger: the revision of the offer that its capacity was read of.
pub fn expected(turn: &Turn) -> Expected {
    Key::document(turn.owner, turn.offer).at(turn.ledger.offer_revision)
}

fn ledger_row(turn: &Turn) -> ledger::Model {
    let Ledger {
        revision,
        offer_revision,
        capacity,
        held,
        confirmed,
        waiting,
        next_wants,
    } = turn.ledger;
    ledger::Model {
        owner_id: turn.owner,
        id: turn.offer,
        revision,
        offer_revision,
        capacity: figure(capacity),
        held: figure(held),
        confirmed: figure(confirmed),
        waiting: figure(waiting),
        next_wants: figure(next_wants),
        position: 0,
        until_position: None,
    }
}

fn row(booking: &Booking) -> booking::Model {
    let Booking {
        id,
        revision,
        owner,
        offer,
        ticket,
        wanted,
        state: now,
        expires_at,
        created_at,
        updated_at,
    } = booking;
    let Wanted {
        organization,
        audience,
        places,
        measure,
        held_for,
    } = wanted;
    let document = measure
        .as_ref()
        .and_then(|link| Uuid::try_parse(&link.document_id).ok());
    booking::Model {
        owner_id: *owner,
        id: *id,
        revision: *revision,
        offer_id: *offer,
        ticket: *ticket,
        organization_id: *organization,
        audience: small((*audience).into()),
        places: figure(*places),
        measure_document_id: document,
        measure_revision: measure.as_ref().map_or(0, |link| figure(link.revision)),
        measure_item: measure.as_ref().map(|link| link.item_id.clone()),
        state: state(*now),
        held_for: *held_for,
        expires_at: expires_at.map(Time::micros),
        created_at: created_at.micros(),
        updated_at: updated_at.micros(),
        position: 0,
        until_position: None,
    }
}

impl TryFrom<booking::Model> for Booking {
    type Error = Error;

    fn try_from(row: booking::Model) -> Result<Self> {
        let booking::Model {
            owner_id,
            id,
            revision,
            offer_id,
            ticket,
            organization_id,
            audience,
            places,
            measure_document_id,
            measure_revision,
            measure_item,
            state,
            held_for,
            expires_at,
            created_at,
            updated_at,
            position: _,
            until_position: _,
        } = row;
        let measure = measure_document_id.map(|document| DocumentLink {
            document_id: document.to_string(),
            revision: measure_revision.unsigned_abs(),
            item_id: measure_item.unwrap_or_default(),
        });
        Ok(Self {
            id,
            revision,
            owner: owner_id,
            offer: offer_id,
            ticket,
            wanted: Wanted {
                organization: organization_id,
                audience: Audience::try_from(i32::from(audience)).map_err(Error::fault)?,
                places: places.unsigned_abs(),
                measure,
                held_for,
            },
            state: BookingState::try_from(i32::from(state)).map_err(Error::fault)?,
            expires_at: expires_at.map(Time::from_micros),
            created_at: Time::from_micros(created_at),
            updated_at: Time::from_micros(updated_at),
        })
    }
}

impl From<ledger::Model> for Ledger {
    fn from(row: ledger::Model) -> Self {
        let ledger::Model {
            owner_id: _,
            id: _,
            revision,
            offer_revision,
            capacity,
            held,
            confirmed,
            waiting,
            next_wants,
            position: _,
            until_position: _,
        } = row;
        Self {
            revision,
            offer_revision,
            capacity: capacity.unsigned_abs(),
            held: held.unsigned_abs(),
            confirmed: confirmed.unsigned_abs(),
            waiting: waiting.unsigned_abs(),
            next_wants: next_wants.unsigned_abs(),
        }
    }
}

/// A figure as rows keep it. Those of the contract are far smaller than the largest that fits.
fn figure(figure: u32) -> i32 {
    i32::try_from(figure).unwrap_or(i32::MAX)
}
