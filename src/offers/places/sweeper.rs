//! Writes what time has done to places where no caller comes by: holds that have lapsed, and those who move up for them. Each
//! server does it for all; the ledger decides which was first.

use std::{collections::HashMap, time::Duration};

use uuid::Uuid;

use super::{
    model::Turn,
    operations::was_overtaken,
    store::{self, Offer, Taken},
};
use crate::{
    clock,
    error::{Error, Result},
    exchange::Exchange,
    journal::{Actor, Write},
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(30);
/// Offers that it looks at in one go, of each sort.
const AT_ONCE: usize = 200;
/// Who acts where nobody called. No token names it: those name an issuer too.
const EXCHANGE: &str = "exchange";
/// What it does, as entries tell.
const METHOD: &str = "exchange/places.settle";

/// Sweeps until the server stops.
pub async fn keep_sweeping(exchange: Exchange) {
    let stopping = exchange.stopping.clone();
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(cause) = sweep(&exchange).await {
            tracing::warn!(%cause, "Places whose time is out could not be swept.");
        }
    }
}

/// Looks at all places whose time is out, and at lines that may move up. Returns how many offers have changed by it.
pub async fn sweep(exchange: &Exchange) -> Result<usize> {
    let reader = exchange.database.reader();
    let mut offers = store::overdue(reader, clock::now(), AT_ONCE).await?;
    offers.extend(store::may_move_up(reader, AT_ONCE).await?);
    offers.sort_unstable();
    offers.dedup();
    let mut changed = 0;
    for (owner, offer) in offers {
        let _turn = exchange.turns.at(offer).await;
        changed += usize::from(settle(exchange, owner, offer).await?);
    }
    Ok(changed)
}

/// How many places are taken of each of the offers of an owner. Those that nobody ever asked for a place of are left out.
///
/// What time has done is written first: who waits moves up, and nothing rests on a lapse that another server, by its own
/// clock, need not see. A dry run, on which nothing rests, is told what would be written.
pub async fn taken(
    exchange: &Exchange,
    owner: Uuid,
    offers: &[Uuid],
    dry_run: bool,
) -> Result<HashMap<Uuid, Taken>> {
    let reader = exchange.database.reader();
    let mut taken = store::taken(reader, offers).await?;
    let overdue = taken.iter().filter(|(_, taken)| taken.overdue > 0);
    let overdue: Vec<_> = overdue.map(|(offer, _)| *offer).collect();
    if overdue.is_empty() {
        return Ok(taken);
    }
    if dry_run {
        for id in overdue {
            let Some(offer) = store::offer_of(reader, owner, id).await? else {
                continue;
            };
            let turn = due(exchange, &offer).await?;
            if let (Some(turn), Some(taken)) = (turn, taken.get_mut(&id)) {
                taken.places = turn.ledger.held + turn.ledger.confirmed;
            }
        }
        return Ok(taken);
    }
    for offer in overdue {
        let _turn = exchange.turns.at(offer).await;
        while settle(exchange, owner, offer).await? {}
    }
    store::taken(reader, offers).await
}

/// Writes what is due at an offer, so much as goes into one turn. Whether it wrote anything: another may have been faster.
pub async fn settle(exchange: &Exchange, owner: Uuid, offer: Uuid) -> Result<bool> {
    let reader = exchange.database.reader();
    let Some(offer) = store::offer_of(reader, owner, offer).await? else {
        return Ok(false);
    };
    let Some(turn) = due(exchange, &offer).await? else {
        return Ok(false);
    };
    let write = Write {
        actor: Actor {
            subject: EXCHANGE.to_owned(),
            organization: owner,
            role: 0,
            grant: None,
        },
        method: METHOD,
        request: None,
        register_unchanged_since: None,
        expects: vec![store::expected(&turn)],
        dry_run: false,
        answer: Vec::new(),
        rows: store::rows(&turn),
    };
    match exchange.journal.write(write).await {
        Ok(_) => Ok(true),
        Err(refusal) if was_overtaken(&refusal) => Ok(false),
        Err(refusal) => Err(Error::from(refusal)),
    }
}

async fn due(exchange: &Exchange, offer: &Offer) -> Result<Option<Turn>> {
    let now = clock::now();
    let standing = store::standing(exchange.database.reader(), offer, now).await?;
    let before = standing.ledger;
    let mut turn = Turn::begin(standing, offer.gives(), now);
    turn.move_up();
    turn.end();
    let same_figures = before.offer_revision == turn.ledger.offer_revision
        && before.next_wants == turn.ledger.next_wants;
    Ok(Some(turn).filter(|turn| !turn.changed.is_empty() || !same_figures))
}
