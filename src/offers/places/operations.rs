//! What callers can do with places. Each change is one turn at the offer: it rests on the ledger and on the offer as they
//! stand, and is decided anew when another server was faster.

mod decide;
mod list;

use prost::Message;
use uuid::Uuid;

pub use decide::Hold;
pub use list::{Figures, Told, list};

use super::{model::Booking, store, sweeper};
use crate::{
    access::{Grant, Target},
    documents::Call,
    error::{Error, Result},
    exchange::Exchange,
    journal::{Refusal, RequestKey, Write, Written},
    proto::v1::{self, Act},
};
use decide::{Decided, Step, decide};

/// How often a turn is taken anew because another server was faster.
const TRIES: usize = 40;

/// Holds places, or waits for them.
pub async fn hold(exchange: &Exchange, call: &Call, hold: Hold) -> Result<v1::Booking> {
    let target = Target::Organization(hold.organization);
    let grant = call.caller.grant_for(Act::TakePlaces, &target)?;
    let offer = hold.offer;
    act(exchange, call, grant, offer, &Step::Hold(hold)).await
}

/// Takes held places for good.
pub async fn confirm(
    exchange: &Exchange,
    call: &Call,
    booking: Uuid,
    etag: String,
) -> Result<v1::Booking> {
    let (booking, grant) = must_see(exchange, call, booking).await?;
    let step = Step::Confirm(booking.id, etag);
    act(exchange, call, grant, booking.offer, &step).await
}

/// Gives places back, or leaves the line.
pub async fn release(
    exchange: &Exchange,
    call: &Call,
    booking: Uuid,
    etag: String,
) -> Result<v1::Booking> {
    let (booking, grant) = must_see(exchange, call, booking).await?;
    let step = Step::Release(booking.id, etag);
    act(exchange, call, grant, booking.offer, &step).await
}

async fn must_see<'a>(
    exchange: &Exchange,
    call: &'a Call,
    booking: Uuid,
) -> Result<(Booking, &'a Grant)> {
    let scope = call.caller.scope(Act::TakePlaces);
    let found = store::booking(exchange.database.reader(), &scope, booking).await?;
    let booking = found.ok_or(Error::NotFound)?;
    let target = Target::Organization(booking.wanted.organization);
    let grant = call.caller.grant_for(Act::TakePlaces, &target)?;
    Ok((booking, grant))
}

async fn act(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    offer: Uuid,
    step: &Step,
) -> Result<v1::Booking> {
    let key = RequestKey {
        others: call.caller.homes_besides(grant.home),
        ..RequestKey::new(grant.home, call.request, call.method, &call.body)
    };
    let _turn = exchange.turns.at(offer).await;
    for _ in 0..TRIES {
        if let Some(answer) = exchange.journal.answer_to(&key).await? {
            return answered(&answer);
        }
        let (turn, told) = match decide(exchange, &call.caller, step).await? {
            Decided::Turn(turn, told) => (turn, *told),
            Decided::Crowded { owner, offer } => {
                sweeper::settle(exchange, owner, offer).await?;
                continue;
            }
        };
        let write = Write {
            actor: grant.actor(),
            method: call.method,
            request: Some(key.clone()),
            register_unchanged_since: None,
            expects: vec![store::expected(&turn)],
            dry_run: call.dry_run,
            answer: told.encode_to_vec(),
            rows: store::rows(&turn),
        };
        match exchange.journal.write(write).await {
            Ok(Written::Now { .. }) => return Ok(told),
            Ok(Written::Before { answer }) => return answered(&answer),
            Err(refusal) if was_overtaken(&refusal) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Error::try_again())
}

/// Whether something that the turn rested on has changed since it was read.
pub fn was_overtaken(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Outdated { .. } | Refusal::ExpectedOtherwise
    )
}

fn answered(answer: &[u8]) -> Result<v1::Booking> {
    v1::Booking::decode(answer).map_err(Error::fault)
}
