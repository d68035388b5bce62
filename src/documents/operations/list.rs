//! Lists documents and revisions, page by page, all pages of a listing at one position.

use uuid::Uuid;

use super::Shown;
use crate::{
    access::Caller,
    documents::{
        model::Revision,
        store::{self, Filter, Page},
    },
    error::{Error, Result},
    exchange::Exchange,
    journal::{self, Reached},
    page::{Listing, Place, Standing},
    proto::v1::Act,
};

/// A page ends before it grows beyond this, whatever size was asked for: common clients take 4 MiB.
const PAGE_BYTES: usize = 2 * 1024 * 1024;
/// What one document weighs besides its content, reviews and justifications included.
const ENVELOPE_BYTES: usize = 4096;
/// Documents read at a time.
const READ_AT_ONCE: usize = 25;

/// A page of a listing.
#[derive(Debug)]
pub struct Listed {
    pub shown: Vec<Shown>,
    /// None: it was the last.
    pub next: Option<String>,
}

pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    filter: &Filter,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Listed> {
    let Standing { at, after } = standing(exchange, listing, token).await?;
    let mut after = after.map(Uuid::from_bytes);
    let scope = caller.scope(Act::ReadDocuments);
    let mut shown = Vec::new();
    let mut bytes = 0;
    loop {
        let limit = READ_AT_ONCE.min(size + 1 - shown.len());
        let part = store::list(
            exchange.database.reader(),
            &scope,
            filter,
            at.position,
            after,
            limit as u64,
        )
        .await?;
        for revision in part.revisions {
            bytes += weight(&revision);
            if shown.len() == size || (bytes > PAGE_BYTES && !shown.is_empty()) {
                let next = after.map(|after| seal(exchange, listing, at, after.as_bytes()));
                return Ok(Listed { shown, next });
            }
            after = Some(revision.document);
            shown.push(Shown::of(caller, revision));
        }
        if part.last.is_none() {
            return Ok(Listed { shown, next: None });
        }
        after = part.last;
    }
}

/// Revisions of a document without their contents, newest first.
pub async fn revisions(
    exchange: &Exchange,
    caller: &Caller,
    document: Uuid,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Listed> {
    let scope = caller.scope(Act::ReadDocuments);
    let reader = exchange.database.reader();
    if store::head(reader, &scope, document).await?.is_none() {
        return Err(Error::NotFound);
    }
    let Standing { at, after } = standing(exchange, listing, token).await?;
    let page = Page {
        document,
        position: at.position,
        before: after.map(i32::from_be_bytes),
        limit: size as u64 + 1,
    };
    let mut found = store::revisions(reader, &scope, page).await?;
    let more = found.len() > size;
    found.truncate(size);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| seal(exchange, listing, at, &last.number.to_be_bytes()));
    let shown = found
        .into_iter()
        .map(|revision| Shown::of(caller, revision))
        .collect();
    Ok(Listed { shown, next })
}

/// Where the token says that the listing goes on.
async fn standing<const N: usize>(
    exchange: &Exchange,
    listing: Listing<'_>,
    token: &str,
) -> Result<Standing<N>> {
    let now = journal::reached(exchange.database.reader()).await?;
    exchange.pages.standing(listing, token, now)
}

fn seal(exchange: &Exchange, listing: Listing<'_>, at: Reached, after: &[u8]) -> String {
    exchange.pages.seal(
        listing,
        &Place {
            at,
            after: after.to_vec(),
        },
    )
}

fn weight(revision: &Revision) -> usize {
    ENVELOPE_BYTES + revision.content.as_ref().map_or(0, Vec::len)
}
