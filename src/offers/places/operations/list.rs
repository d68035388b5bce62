//! Tells how the places of an offer are taken, all figures of one position.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::{
    access::{Caller, Target},
    clock,
    error::{Error, Result},
    exchange::Exchange,
    journal,
    offers::places::{
        model::Booking,
        store::{self, Sum},
    },
    proto::v1::{Act, Audience, BookingState},
};

/// Own bookings that are told of, at most.
const BOOKINGS: u64 = 1000;

/// The places of an offer, as their reader may be told of them.
pub struct Told {
    /// None: the offer states none.
    pub capacity: Option<u32>,
    pub all: Figures,
    /// By organizer and audience, where the reader submits for the university.
    pub taken: BTreeMap<(Uuid, Audience), Figures>,
    /// Own bookings in order of their making, each with its place in the line. 0: it does not wait.
    pub bookings: Vec<(Booking, usize)>,
}

/// How many places stand in each state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub confirmed: u32,
    pub held: u32,
    pub waiting: u32,
}

impl Figures {
    fn add(&mut self, state: BookingState, places: u32) {
        match state {
            BookingState::Waiting => self.waiting += places,
            BookingState::Held => self.held += places,
            BookingState::Confirmed => self.confirmed += places,
            BookingState::Unspecified | BookingState::Released | BookingState::Lapsed => {}
        }
    }
}

pub async fn list(exchange: &Exchange, caller: &Caller, offer: Uuid) -> Result<Told> {
    let reader = exchange.database.reader();
    let scope = caller.scope(Act::ReadDocuments);
    let offer = store::offer(reader, &scope, offer).await?;
    let offer = offer.ok_or(Error::NotFound)?;
    let (position, now) = (journal::reached(reader).await?.position, clock::now());
    let submits = caller
        .grant_for(Act::SubmitOffers, &Target::Organization(offer.owner))
        .is_ok();
    let (mut all, mut taken) = (Figures::default(), BTreeMap::<_, Figures>::new());
    for sum in store::sums(reader, &offer, position, now).await? {
        let Sum {
            organization,
            audience,
            state,
            places,
        } = sum;
        all.add(state, places);
        if submits {
            let organizer = caller.organizer_of(organization);
            taken
                .entry((organizer, audience))
                .or_default()
                .add(state, places);
        }
    }
    let own = caller.scope(Act::TakePlaces);
    let mut bookings = store::own(reader, &own, &offer, position, BOOKINGS).await?;
    bookings.reverse();
    let waits = |booking: &Booking| booking.state == BookingState::Waiting;
    let line = if bookings.iter().any(waits) {
        store::line(reader, &offer, position).await?
    } else {
        Vec::new()
    };
    let places: HashMap<Uuid, usize> = line.into_iter().zip(1..).collect();
    let bookings = bookings.into_iter().map(|booking| {
        let place = places.get(&booking.id).copied().unwrap_or_default();
        (booking.at(now), place)
    });
    Ok(Told {
        capacity: offer.capacity,
        all,
        taken,
        bookings: bookings.collect(),
    })
}
