//! Gets documents by their ids.

use std::collections::HashMap;

use uuid::Uuid;

use super::Shown;
use crate::{
    access::Caller,
    documents::store,
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::Act,
};

/// The newest revision of a document, or the one named.
pub async fn get(
    exchange: &Exchange,
    caller: &Caller,
    document: Uuid,
    revision: Option<u32>,
) -> Result<Shown> {
    let scope = caller.scope(Act::ReadDocuments);
    let reader = exchange.database.reader();
    let found = match revision {
        None => store::head(reader, &scope, document).await?,
        // A number beyond what is kept is one that no revision has.
        Some(number) => {
            store::at_revision(
                reader,
                &scope,
                document,
                i32::try_from(number).unwrap_or(i32::MAX),
            )
            .await?
        }
    };
    Ok(Shown::of(caller, found.ok_or(Error::NotFound)?))
}

/// Documents as they stood at a position, by id. What the caller does not see, and what has been withdrawn since, is left
/// out.
pub async fn shown_at(
    exchange: &Exchange,
    caller: &Caller,
    documents: &[Uuid],
    position: i64,
) -> Result<HashMap<Uuid, Shown>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let scope = caller.scope(Act::ReadDocuments);
    let found = store::standing(exchange.database.reader(), &scope, documents, position).await?;
    let standing = found.into_iter().filter(|revision| !revision.withdrawn);
    let shown = standing.map(|revision| (revision.document, Shown::of(caller, revision)));
    Ok(shown.collect())
}
