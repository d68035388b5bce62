//! What callers can ask of the catalogue. What is published is shown to all who read published offers, and needs to
//! those who read the documents that state them.

mod unmet;

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, error::SendTimeoutError},
    task::spawn_blocking,
};
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

pub use unmet::{AskedCells, list_unmet};

use super::{
    live::At,
    matching::{Matched, best},
    need::{Need, Paper},
    offer::NOT_STATED,
    offers::Offers,
    search::{Found, Key, Search},
    store,
};
use crate::{
    access::{Caller, Target},
    clock::Time,
    documents::{self, Shown},
    error::{Error, Result},
    exchange::Exchange,
    page::{Listing, Place, Standing},
    proto::v1::{Act, DocumentKind},
};

/// A page ends before it grows beyond this, whatever size was asked for: common clients take 4 MiB.
const PAGE_BYTES: usize = 2 * 1024 * 1024;
const KEY_BYTES: usize = 8 + 16;
/// Needs that are held against all offers at a time.
const NEEDS_AT_ONCE: usize = 8;
/// How long a caller may leave answers waiting.
const PATIENCE: Duration = Duration::from_secs(30);

/// A page of offers.
pub struct Searched {
    /// Offers, and how many places are left.
    pub offers: Vec<(Shown, Option<u32>)>,
    pub next: Option<String>,
    pub total: u64,
    pub position: i64,
}

pub async fn search(
    exchange: &Exchange,
    caller: &Caller,
    search: Search,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Searched> {
    let at = exchange.catalogue.offers().await?;
    let standing: Standing<KEY_BYTES> = exchange.pages.standing(listing, token, at.reached)?;
    let after = standing.after.map(key_of);
    let found = if reads_offers(caller) {
        let at = Arc::clone(&at);
        let finding = spawn_blocking(move || search.find(&at.model, after, size));
        finding.await.map_err(Error::fault)?
    } else {
        Found::default()
    };
    let (offers, last) = show(exchange, caller, &at, &found).await?;
    let next = last.map(|key| {
        let place = Place {
            at: at.reached,
            after: bytes_of(key),
        };
        exchange.pages.seal(listing, &place)
    });
    Ok(Searched {
        offers,
        next,
        total: found.total,
        position: at.reached.position,
    })
}

/// Shows what was found, and where to go on, if there is more than that.
async fn show(
    exchange: &Exchange,
    caller: &Caller,
    at: &At<Offers>,
    found: &Found,
) -> Result<(Vec<(Shown, Option<u32>)>, Option<Key>)> {
    let ids: Vec<_> = found.offers.iter().map(|(_, offer)| offer.id).collect();
    let position = at.reached.position;
    let mut documents = documents::shown_at(exchange, caller, &ids, position).await?;
    let (mut shown, mut bytes, mut last) = (Vec::new(), 0, None);
    for (key, offer) in &found.offers {
        // What was withdrawn a moment ago is not shown any more.
        if let Some(document) = documents.remove(&offer.id) {
            bytes += document.revision.content.as_ref().map_or(0, Vec::len);
            if bytes > PAGE_BYTES && !shown.is_empty() {
                return Ok((shown, last));
            }
            let left = offer.facts.left;
            shown.push((document, (left != NOT_STATED).then_some(left)));
        }
        last = Some(*key);
    }
    Ok((shown, last.filter(|_| found.more)))
}

/// Whether the caller reads what is published.
fn reads_offers(caller: &Caller) -> bool {
    let offers = Target::Kind(DocumentKind::CourseOffer);
    caller.grant_for(Act::ReadDocuments, &offers).is_ok()
}

fn bytes_of((rank, id): Key) -> Vec<u8> {
    [&rank.to_be_bytes()[..], id.as_bytes()].concat()
}

fn key_of(bytes: [u8; KEY_BYTES]) -> Key {
    let (mut rank, mut id) = ([0; 8], [0; 16]);
    rank.copy_from_slice(&bytes[..8]);
    id.copy_from_slice(&bytes[8..]);
    (u64::from_be_bytes(rank), Uuid::from_bytes(id))
}

/// Which needs are asked for, and how many offers of each.
#[derive(Clone, Debug)]
pub struct Asked {
    /// With all below it. None: any.
    pub organization: Option<Uuid>,
    pub document: Option<Uuid>,
    pub round: Option<String>,
    pub most: usize,
    pub least_score: u16,
}

/// A need with the offers that meet it.
pub type Answer = Result<(Need, Vec<Matched>)>;

pub async fn match_needs(
    exchange: &Exchange,
    caller: &Caller,
    asked: Asked,
) -> Result<ReceiverStream<Answer>> {
    let scope = caller.scope(Act::ReadDocuments);
    if let Some(document) = asked.document
        && !store::sees(exchange.database.reader(), &scope, document).await?
    {
        return Err(Error::NotFound);
    }
    let needs = exchange.catalogue.needs().await?;
    let offers = exchange.catalogue.offers().await?;
    let organizations: Option<HashSet<Uuid>> = asked
        .organization
        .map(|id| caller.organizations_from(id).into_iter().collect());
    let of = asked.clone();
    let is_asked = move |paper: &Paper| {
        let within = organizations
            .as_ref()
            .is_none_or(|all| all.contains(&paper.owner));
        let named = of.document.is_none_or(|id| id == paper.document);
        within && named && (of.round.is_none() || of.round == paper.round)
    };
    let is_seen = move |paper: &Paper| !scope.roles_on(&paper.target()).is_empty();
    let gathering = spawn_blocking(move || needs.model.needs.of(is_seen, is_asked));
    let needs = gathering.await.map_err(Error::fault)?;
    let offers = reads_offers(caller).then_some(offers);
    let (sender, matches) = mpsc::channel(NEEDS_AT_ONCE + 1);
    // Kept free for an error, so that it need not wait for a caller that takes nothing.
    let last = sender.clone().try_reserve_owned().map_err(Error::fault)?;
    let (stopping, now) = (exchange.stopping.clone(), caller.at());
    tokio::spawn(async move {
        let finding = hold_against(needs, offers, asked, now, &sender);
        let ended = stopping.run_until_cancelled(finding).await;
        // What ends without a word looks as if all were told.
        if let Err(error) = ended.unwrap_or_else(|| Err(Error::try_again())) {
            last.send(Err(error));
        }
    });
    Ok(ReceiverStream::new(matches))
}

/// Holds needs against offers, some at a time, for as long as somebody takes the answers.
async fn hold_against(
    needs: Vec<Need>,
    offers: Option<Arc<At<Offers>>>,
    asked: Asked,
    now: Time,
    answers: &mpsc::Sender<Answer>,
) -> Result<()> {
    let mut needs = needs.into_iter().peekable();
    while needs.peek().is_some() {
        let some: Vec<_> = needs.by_ref().take(NEEDS_AT_ONCE).collect();
        let (offers, asked) = (offers.clone(), asked.clone());
        let finding = spawn_blocking(move || {
            let matched = |need: Need| {
                let best = offers.as_ref().map(|at| {
                    let (most, least) = (asked.most, asked.least_score);
                    best(&at.model, &need.wanted, now, most, least)
                });
                (need, best.unwrap_or_default())
            };
            some.into_iter().map(matched).collect::<Vec<_>>()
        });
        for answer in finding.await.map_err(Error::fault)? {
            match answers.send_timeout(Ok(answer), PATIENCE).await {
                Ok(()) => {}
                Err(SendTimeoutError::Timeout(_)) => {
                    return Err(Error::StreamIdle { idle: PATIENCE });
                }
                Err(SendTimeoutError::Closed(_)) => return Ok(()),
            }
        }
    }
    Ok(())
}
