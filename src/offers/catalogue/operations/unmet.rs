//! Unmet needs, over what is accepted in the whole nation. Who calls decides on whether they are told, and on whom it knows
//! something of already.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::super::{
    lists::{Digest, List},
    live::{At, Placed},
    need::Paper,
    offers::Offers,
    term::Term,
    unmet::{Cell, Offered, RULES, Seen, Told, Want, unmet},
};
use crate::{
    access::{Caller, Target},
    documents::Level,
    error::{Error, Result},
    exchange::Exchange,
    journal,
    page::{Listing, Place, Standing},
    proto::v1::{Act, DocumentKind},
};

/// The list, and the cell in it.
const KEY_BYTES: usize = 16 + 4;

/// Which unmet needs are asked for. A filter chooses among cells, and changes nothing in any of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct AskedCells {
    /// By number.
    pub theme: Option<u8>,
    pub audience: Option<u8>,
    pub county: Option<u8>,
    pub term: Option<Term>,
}

impl AskedCells {
    fn takes(self, cell: Cell) -> bool {
        self.theme.is_none_or(|theme| theme == cell.theme)
            && self
                .audience
                .is_none_or(|audience| audience == cell.audience)
            && self.county.is_none_or(|county| county == cell.county)
            && self.term.is_none_or(|term| term == cell.term)
    }
}

/// A page of unmet needs. All pages of a listing are of one list: where it is kept no longer, and what is wanted now is
/// something else, the listing begins anew.
pub async fn list_unmet(
    exchange: &Exchange,
    caller: &Caller,
    asked: AskedCells,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<(Vec<Told>, Option<String>)> {
    let reached = journal::reached(exchange.database.reader()).await?;
    let standing: Standing<KEY_BYTES> = exchange.pages.standing(listing, token, reached)?;
    let begun = standing.after.map(read_key);
    let lists = &exchange.catalogue.lists;
    let list = match begun.and_then(|(digest, _)| lists.get(digest)) {
        Some(list) => list,
        None => Arc::new(look(exchange, caller).await?),
    };
    if begun.is_some_and(|(digest, _)| digest != list.digest) {
        return Err(Error::ResyncRequired);
    }
    let is_next = |cell: Cell| begun.is_none_or(|(_, after)| cell.bytes() > after);
    let rest = list.cells.iter().filter(|told| asked.takes(told.cell));
    let rest = rest.filter(|told| is_next(told.cell)).copied();
    let mut cells: Vec<Told> = rest.take(size + 1).collect();
    let more = cells.len() > size;
    cells.truncate(size);
    let next = cells.last().filter(|_| more).map(|last| {
        lists.keep(&list);
        let place = Place {
            at: standing.at,
            after: [&list.digest[..], &last.cell.bytes()].concat(),
        };
        exchange.pages.seal(listing, &place)
    });
    Ok((cells, next))
}

fn read_key(bytes: [u8; KEY_BYTES]) -> (Digest, [u8; 4]) {
    let (mut digest, mut cell) = (Digest::default(), [0; 4]);
    digest.copy_from_slice(&bytes[..16]);
    cell.copy_from_slice(&bytes[16..]);
    (digest, cell)
}

/// All that the caller may be told now.
async fn look(exchange: &Exchange, caller: &Caller) -> Result<List> {
    let needs = exchange.catalogue.needs().await?;
    let offers = exchange.catalogue.offers().await?;
    let caller = caller.clone();
    let looking = spawn_blocking(move || look_at(&needs, &offers, &caller));
    looking.await.map_err(Error::fault)
}

fn look_at(placed: &At<Placed>, offers: &At<Offers>, caller: &Caller) -> List {
    let Placed {
        needs, bookings, ..
    } = &placed.model;
    let (now, has) = (caller.at(), bookings.of_measures());
    let plans = |paper: &Paper| paper.kind == DocumentKind::ActionPlan;
    let plans = needs.of(|_| true, plans);
    let wants = plans.iter().filter_map(|need| {
        let measure = (need.document, need.item.clone());
        let has = has.get(&measure).copied().unwrap_or_default();
        Want::of(need, needs.organizer_of(need.organization), has)
    });
    // Nothing can be offered any more in a term that is over.
    let wants = wants.filter(|want| Term::now(now).is_none_or(|term| want.term >= term));
    let offered = Offered::of(&offers.model, now);
    let seen = seen_by(caller, &placed.model);
    List::of(unmet(wants, &offered, &needs.population(), &seen, RULES))
}

/// The organizers of which the caller sees a document that needs rest on, or a booking. Nobody, where it reads the plans of
/// all: nothing here is hidden from it.
fn seen_by(caller: &Caller, placed: &Placed) -> Seen {
    let Placed {
        needs, bookings, ..
    } = placed;
    let reads = caller.scope(Act::ReadDocuments);
    let sees = |target: &Target<'_>| !reads.roles_on(target).is_empty();
    let reads_plans_of = |owner: Uuid| {
        sees(&Target::Document {
            kind: DocumentKind::ActionPlan,
            owner,
            round: None,
            level: Level::Accepted as i16,
        })
    };
    if needs.organizers().all(reads_plans_of) {
        return Seen::new();
    }
    let may = |act: Act, id: Uuid| caller.grant_for(act, &Target::Organization(id)).is_ok();
    let booked = bookings.met().filter(|(university, organization)| {
        may(Act::SubmitOffers, *university) || may(Act::TakePlaces, *organization)
    });
    let owners = needs.owners(|paper| sees(&paper.target())).into_iter();
    owners
        .chain(booked.map(|(_, organization)| organization))
        .filter_map(|id| needs.organizer_of(id))
        .collect()
}
