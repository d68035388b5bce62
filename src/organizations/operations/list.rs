//! Lists organizations, page by page, all pages of a listing at one position.

use uuid::Uuid;

use crate::{
    access::Caller,
    error::Result,
    exchange::Exchange,
    journal,
    organizations::{
        model::Organization,
        store::{self, Filter},
    },
    page::{Listing, Place, Standing},
    proto::v1::Act,
};

/// Organizations read at a time.
const READ_AT_ONCE: usize = 1000;

/// What a listing asks for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub filter: Filter,
    /// Whose name starts so, whatever the case. Compared here: databases differ on letters beyond a to z.
    pub name_prefix: String,
}

/// A page of a listing.
#[derive(Debug)]
pub struct Listed {
    pub organizations: Vec<Organization>,
    /// None: it was the last.
    pub next: Option<String>,
}

pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    search: &Search,
    listing: Listing<'_>,
    size: usize,
    token: &str,
) -> Result<Listed> {
    let now = journal::reached(exchange.database.reader()).await?;
    let Standing { at, after } = exchange.pages.standing(listing, token, now)?;
    let mut after = after.map(Uuid::from_bytes);
    let scope = caller.scope(Act::ReadOrganizations);
    let prefix = search.name_prefix.to_lowercase();
    let limit = if prefix.is_empty() {
        size + 1
    } else {
        READ_AT_ONCE
    };
    let mut organizations: Vec<Organization> = Vec::new();
    loop {
        let found = store::list(
            exchange.database.reader(),
            &scope,
            &search.filter,
            at.position,
            after,
            limit,
        )
        .await?;
        let last = found.len() < limit;
        after = found.last().map(|organization| organization.id);
        let named = |organization: &Organization| {
            organization
                .facts
                .display_name
                .to_lowercase()
                .starts_with(&prefix)
        };
        organizations.extend(found.into_iter().filter(named));
        if organizations.len() > size || last {
            break;
        }
    }
    let more = organizations.len() > size;
    organizations.truncate(size);
    let last = organizations.last().filter(|_| more);
    let next = last.map(|last| {
        exchange.pages.seal(
            listing,
            &Place {
                at,
                after: last.id.into_bytes().to_vec(),
            },
        )
    });
    Ok(Listed {
        organizations,
        next,
    })
}
