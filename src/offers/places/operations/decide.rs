//! What is to become of the places of an offer, as they stand.

use uuid::Uuid;

use crate::{
    access::Caller,
    clock::{self, Time},
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    offers::places::{
        model::{Booking, Turn, Wanted},
        store::{self, AT_ONCE, Offer},
        wire,
    },
    proto::v1::{self, Act, Audience, BookingState, DocumentLink},
};

/// How long places are held unless the caller says until when, in seconds.
const USUAL_HOLD: i64 = 14 * 24 * 3600;
/// How long places are held at most, in seconds.
const LONGEST_HOLD: i64 = 30 * 24 * 3600;

/// Places to be held.
#[derive(Clone, Debug)]
pub struct Hold {
    pub offer: Uuid,
    pub organization: Uuid,
    pub audience: Audience,
    pub places: u32,
    pub measure: Option<DocumentLink>,
    /// None: as long as is usual.
    pub until: Option<Time>,
    /// Whether to wait in line where too few are left.
    pub wait: bool,
}

/// What a caller does. A booking is named with the etag under which it was read.
#[derive(Clone, Debug)]
pub enum Step {
    Hold(Hold),
    Confirm(Uuid, String),
    Release(Uuid, String),
}

/// What was decided.
pub enum Decided {
    /// The turn to be written, and what is told of it.
    Turn(Box<Turn>, Box<v1::Booking>),
    /// First more has lapsed than goes into one turn.
    Crowded { owner: Uuid, offer: Uuid },
}

pub async fn decide(exchange: &Exchange, caller: &Caller, step: &Step) -> Result<Decided> {
    let now = clock::now();
    match step {
        Step::Hold(hold) => {
            let scope = caller.scope(Act::ReadDocuments);
            let found = store::offer(exchange.database.reader(), &scope, hold.offer).await?;
            let offer = found.ok_or(Error::NotFound)?;
            let wanted = weigh(exchange, caller, hold, &offer, now).await?;
            let Some(mut turn) = begin(exchange, &offer, now).await? else {
                return Ok(crowded(&offer));
            };
            turn.move_up();
            let booking = turn.hold(wanted, hold.wait).ok_or_else(|| turn.no_room())?;
            Ok(end(turn, &booking))
        }
        Step::Confirm(id, etag) => {
            let (booking, offer) = read(exchange, caller, *id, now).await?;
            if booking.state != BookingState::Held {
                let state = booking.state;
                return Err(Error::BookingNotHeld { state });
            }
            must_be_seen(&booking, etag)?;
            let Some(mut turn) = begin(exchange, &offer, now).await? else {
                return Ok(crowded(&offer));
            };
            let booking = turn.confirm(&booking);
            turn.move_up();
            Ok(end(turn, &booking))
        }
        Step::Release(id, etag) => {
            let (booking, offer) = read(exchange, caller, *id, now).await?;
            if let state @ (BookingState::Released | BookingState::Lapsed) = booking.state {
                return Err(Error::BookingEnded { state });
            }
            must_be_seen(&booking, etag)?;
            let Some(mut turn) = begin(exchange, &offer, now).await? else {
                return Ok(crowded(&offer));
            };
            let booking = turn.release(&booking);
            turn.move_up();
            Ok(end(turn, &booking))
        }
    }
}

/// A booking of the caller's as it counts now, and its offer.
async fn read(
    exchange: &Exchange,
    caller: &Caller,
    id: Uuid,
    now: Time,
) -> Result<(Booking, Offer)> {
    let reader = exchange.database.reader();
    let scope = caller.scope(Act::TakePlaces);
    let booking = store::booking(reader, &scope, id).await?;
    let booking = booking.ok_or(Error::NotFound)?.at(now);
    let offer = store::offer_of(reader, booking.owner, booking.offer).await?;
    let gone = || Error::fault(anyhow::anyhow!("the offer of booking {id} is not there"));
    Ok((booking, offer.ok_or_else(gone)?))
}

fn must_be_seen(booking: &Booking, etag: &str) -> Result<()> {
    let current = booking.etag();
    if current == etag {
        Ok(())
    } else {
        Err(Error::EtagMismatch { etag: current })
    }
}

/// The turn of a caller. None: more is overdue than was read.
async fn begin(exchange: &Exchange, offer: &Offer, now: Time) -> Result<Option<Turn>> {
    let standing = store::standing(exchange.database.reader(), offer, now).await?;
    let whole = standing.overdue.len() < AT_ONCE;
    Ok(whole.then(|| Turn::begin(standing, offer.gives(), now)))
}

fn end(mut turn: Turn, booking: &Booking) -> Decided {
    turn.end();
    let line_place = if booking.state == BookingState::Waiting {
        turn.line_length()
    } else {
        0
    };
    let told = wire::booking(booking.clone(), line_place);
    Decided::Turn(Box::new(turn), Box::new(told))
}

fn crowded(offer: &Offer) -> Decided {
    Decided::Crowded {
        owner: offer.owner,
        offer: offer.id,
    }
}

/// What is to be held, if nothing is wrong with it.
async fn weigh(
    exchange: &Exchange,
    caller: &Caller,
    hold: &Hold,
    offer: &Offer,
    now: Time,
) -> Result<Wanted> {
    let capacity = offer.gives().places;
    if capacity == 0 {
        return Err(Error::OfferClosed);
    }
    let mut violations = Vec::new();
    let until = hold.until.unwrap_or_else(|| now.plus_seconds(USUAL_HOLD));
    let held_for = until.micros().saturating_sub(now.micros());
    if until <= now {
        violations.push(deadline_passed());
    } else if until > now.plus_seconds(LONGEST_HOLD) {
        violations.push(deadline_far());
    }
    if hold.places > capacity {
        violations.push(more_than_there_are());
    }
    if caller.organization_has_ended(hold.organization) {
        violations.push(organization_has_ended());
    }
    if let Some(link) = &hold.measure {
        let scope = caller.scope(Act::ReadDocuments);
        let owner = store::owner_of_measure(exchange.database.reader(), &scope, link).await?;
        if !owner.is_some_and(|owner| caller.are_in_one_line(owner, hold.organization)) {
            violations.push(no_measure());
        }
    }
    if !violations.is_empty() {
        return Err(Error::Fields(violations));
    }
    Ok(Wanted {
        organization: hold.organization,
        audience: hold.audience,
        places: hold.places,
        measure: hold.measure.clone(),
        held_for,
    })
}

fn deadline_passed() -> Violation {
    Violation::new(
        "expire_time",
        "booking.deadline_passed",
        "The deadline has passed; name a later one, or none.",
        "Tidsgränsen har passerat; ange en senare, eller ingen.",
    )
}

fn deadline_far() -> Violation {
    Violation::new(
        "expire_time",
        "booking.deadline_far",
        "Places are held for at most 30 days; name an earlier deadline, or none.",
        "Platser hålls i högst 30 dagar; ange en tidigare tidsgräns, eller ingen.",
    )
}

fn more_than_there_are() -> Violation {
    Violation::new(
        "places",
        "booking.more_than_capacity",
        "The offer has fewer places in all; ask for fewer.",
        "Erbjudandet har färre platser totalt; begär färre.",
    )
}

fn organization_has_ended() -> Violation {
    Violation::new(
        "organization_id",
        "booking.organization_ended",
        "The organization has ended; name its successor.",
        "Organisationen har upphört; ange dess efterträdare.",
    )
}

/// The same whether it does not exist, is something else, or may not be seen.
fn no_measure() -> Violation {
    Violation::new(
        "measure",
        "booking.measure",
        "It leads to no measure of the organization, or of one above or below it, that you may see; mend it, or leave it out.",
        "Den leder inte till någon åtgärd hos organisationen, eller hos en ovanför eller under den, som du får se; rätta den, eller utelämna den.",
    )
}
