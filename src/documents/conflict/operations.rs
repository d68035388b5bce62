//! What callers can do with conflicts. Who sees drafts of a document sees its conflicts; to all others there are none.

mod list;
mod resolve;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use list::{Listed, list};
pub use resolve::{Resolution, Settled, resolve};

use super::{Conflict, store};
use crate::{
    access::{Caller, Target},
    documents::{
        model::{Level, Revision},
        operations::Shown,
        store as documents,
    },
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::{Act, Role},
};

/// A conflict with the document as both sides began from it, as it stood, and as it is.
pub struct Told {
    pub conflict: Conflict,
    /// The roles in which the caller sees it.
    pub roles: BTreeSet<Role>,
    pub base: Option<Shown>,
    pub theirs: Option<Shown>,
    pub head: Shown,
}

pub async fn get(exchange: &Exchange, caller: &Caller, id: Uuid) -> Result<Told> {
    let (conflict, head, roles) = must_see(exchange, caller, id).await?;
    let scope = caller.scope(Act::ReadDocuments);
    let named = [conflict.base, conflict.theirs].map(|number| (conflict.document, number));
    let found = documents::at_revisions(exchange.database.reader(), &scope, &named).await?;
    let (mut base, mut theirs) = (None, None);
    for revision in found {
        if revision.number == conflict.base {
            base = Some(Shown::of(caller, revision));
        } else {
            theirs = Some(Shown::of(caller, revision));
        }
    }
    Ok(Told {
        conflict,
        roles,
        base,
        theirs,
        head: Shown::of(caller, head),
    })
}

/// A conflict that the caller sees, with the newest revision of its document and the roles in which it is seen.
async fn must_see(
    exchange: &Exchange,
    caller: &Caller,
    id: Uuid,
) -> Result<(Conflict, Revision, BTreeSet<Role>)> {
    let scope = caller.scope(Act::ReadDocuments);
    let reader = exchange.database.reader();
    let conflict = store::find(reader, &scope, id).await?;
    let conflict = conflict.ok_or(Error::NotFound)?;
    let head = documents::head(reader, &scope, conflict.document).await?;
    let head = head.ok_or(Error::NotFound)?;
    let roles = roles_that_see(caller, &conflict, &head);
    if roles.is_empty() {
        return Err(Error::NotFound);
    }
    Ok((conflict, head, roles))
}

/// The roles in which a caller sees drafts of the document, in the round that it is of and in the one that it was pushed for.
fn roles_that_see(caller: &Caller, conflict: &Conflict, head: &Revision) -> BTreeSet<Role> {
    let scope = caller.scope(Act::ReadDocuments);
    let draft_of = |round| {
        scope.roles_on(&Target::Document {
            kind: head.kind,
            owner: head.owner,
            round,
            level: Level::Draft as i16,
        })
    };
    let now = draft_of(head.round.as_deref());
    let pushed = draft_of(conflict.yours.round.as_deref());
    now.intersection(&pushed).copied().collect()
}
