//! Lists conflicts page by page, all pages of a listing at one position.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::roles_that_see;
use crate::{
    access::Caller,
    documents::{
        conflict::{
            Conflict,
            store::{self, Filter, Made},
        },
        model::Revision,
        store as documents,
    },
    error::Result,
    exchange::Exchange,
    journal,
    page::{Listing, Place, Standing},
    proto::v1::{Act, Role},
};

/// Conflicts read at a time.
const READ_AT_ONCE: usize = 100;

/// A page of a listing.
pub struct Listed {
    /// With the roles in which each is seen.
    pub conflicts: Vec<(Conflict, BTreeSet<Role>)>,
    /// None: it was the last.
    pub next: Option<String>,
}

pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    filter: Filter,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Listed> {
    let reader = exchange.database.reader();
    let now = journal::reached(reader).await?;
    let Standing { at, after } = exchange.pages.standing(listing, token, now)?;
    let mut after = after.map(Made::from_bytes);
    let scope = caller.scope(Act::ReadDocuments);
    let mut conflicts = Vec::new();
    loop {
        let found = store::list(
            reader,
            &scope,
            filter,
            at.position,
            after,
            READ_AT_ONCE as u64,
        )
        .await?;
        let more = found.len() == READ_AT_ONCE;
        let documents: Vec<Uuid> = found.iter().map(|conflict| conflict.document).collect();
        let heads = documents::heads_of(reader, &scope, &documents).await?;
        let heads: HashMap<Uuid, Revision> = heads
            .into_iter()
            .map(|head| (head.document, head))
            .collect();
        for conflict in found {
            let made = Made::of(&conflict);
            let head = heads.get(&conflict.document);
            let roles = head.map(|head| roles_that_see(caller, &conflict, head));
            if let Some(roles) = roles.filter(|roles| !roles.is_empty()) {
                if conflicts.len() == size {
                    let place = |after: Made| Place {
                        at,
                        after: after.to_bytes(),
                    };
                    let next = after.map(|after| exchange.pages.seal(listing, &place(after)));
                    return Ok(Listed { conflicts, next });
                }
                conflicts.push((conflict, roles));
            }
            after = Some(made);
        }
        if !more {
            return Ok(Listed {
                conflicts,
                next: None,
            });
        }
    }
}
