//! The chain problem → cause → area → goal → measure → follow-up → effect, as the rows of links have it.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::heads;
use crate::{access::Scope, documents::link, error::Result};

/// A chain that spans more documents than this is cut.
const MOST_DOCUMENTS: usize = 200;

/// Every link of the newest contents of a document and of all documents that are linked to it, directly or not, as far as
/// the scope reaches. In order of document and content.
pub async fn chain(
    db: &impl ConnectionTrait,
    scope: &Scope,
    document: Uuid,
) -> Result<Vec<link::Model>> {
    let mut links = Vec::new();
    let mut known = BTreeSet::from([document]);
    let mut next = vec![document];
    while !next.is_empty() && known.len() < MOST_DOCUMENTS {
        let found = of_heads(db, scope, &next).await?;
        let targets = found.iter().map(|link| link.to_document_id);
        let near: BTreeSet<Uuid> = targets.chain(pointing_at(db, &next).await?).collect();
        next = near
            .into_iter()
            .filter(|&document| known.insert(document))
            .collect();
        links.extend(found);
    }
    links.sort_by_key(|link| (link.document_id, link.ordinal));
    Ok(links)
}

/// The links of the newest contents of documents, where neither end is out of scope or withdrawn.
async fn of_heads(
    db: &impl ConnectionTrait,
    scope: &Scope,
    documents: &[Uuid],
) -> Result<Vec<link::Model>> {
    let seen = heads(db, scope, documents).await?;
    let contents = seen.iter().filter(|head| !head.withdrawn).map(|head| {
        Condition::all()
            .add(link::Column::OwnerId.eq(head.owner))
            .add(link::Column::DocumentId.eq(head.document))
            .add(link::Column::Revision.eq(head.content_revision))
    });
    let any = contents.fold(Condition::any(), Condition::add);
    if any.is_empty() {
        return Ok(Vec::new());
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the documents come from a scoped read"
    )]
    let links = link::Entity::find()
        .filter(any)
        .order_by_asc(link::Column::Ordinal)
        .all(db)
        .await?;
    let targets: BTreeSet<Uuid> = links.iter().map(|link| link.to_document_id).collect();
    let targets = heads(db, scope, &targets.into_iter().collect::<Vec<_>>()).await?;
    let given_out: BTreeSet<Uuid> = targets
        .iter()
        .filter(|target| !target.withdrawn)
        .map(|target| target.document)
        .collect();
    Ok(links
        .into_iter()
        .filter(|link| given_out.contains(&link.to_document_id))
        .collect())
}

/// Documents that have ever linked to one of these. Nothing is given out of them before a scoped read.
async fn pointing_at(db: &impl ConnectionTrait, documents: &[Uuid]) -> Result<Vec<Uuid>> {
    use sea_orm::QuerySelect;
    #[expect(
        clippy::disallowed_methods,
        reason = "gives only ids, to be read in scope"
    )]
    let links = link::Entity::find()
        .select_only()
        .column(link::Column::DocumentId)
        .distinct()
        .filter(link::Column::ToDocumentId.is_in(documents.iter().copied()));
    Ok(links.into_tuple().all(db).await?)
}

#[cfg(test)]
mod tests;
