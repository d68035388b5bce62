//! Bookings as they are told.

use super::{
    model::{Booking, Wanted},
    operations::{Figures, Told},
};
use crate::proto::v1;

/// A booking with its place in the line. 0: it does not wait.
pub fn booking(booking: Booking, line_place: usize) -> v1::Booking {
    let etag = booking.etag();
    let Booking {
        id,
        revision: _,
        owner: _,
        offer,
        ticket: _,
        wanted,
        state,
        expires_at,
        created_at,
        updated_at,
    } = booking;
    let Wanted {
        organization,
        audience,
        places,
        measure,
        held_for: _,
    } = wanted;
    v1::Booking {
        id: id.to_string(),
        offer_id: offer.to_string(),
        organization_id: organization.to_string(),
        audience: audience.into(),
        places,
        measure,
        state: state.into(),
        expire_time: expires_at.map(Into::into),
        line_place: u32::try_from(line_place).unwrap_or(u32::MAX),
        etag,
        create_time: Some(created_at.into()),
        update_time: Some(updated_at.into()),
    }
}

pub fn told(told: Told) -> v1::ListPlacesResponse {
    let taken = told
        .taken
        .into_iter()
        .map(|((organizer, audience), figures)| {
            let Figures {
                confirmed,
                held,
                waiting,
            } = figures;
            v1::PlacesTaken {
                organizer_id: organizer.to_string(),
                audience: audience.into(),
                confirmed,
                held,
                waiting,
            }
        });
    let bookings = told.bookings.into_iter();
    v1::ListPlacesResponse {
        capacity: told.capacity,
        confirmed: told.all.confirmed,
        held: told.all.held,
        waiting: told.all.waiting,
        taken: taken.collect(),
        bookings: bookings
            .map(|(one, line_place)| booking(one, line_place))
            .collect(),
    }
}
