//! Reads of the history of one document.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{all, without_content};
use crate::{
    access::Scope,
    documents::{
        entity::{self, Column},
        model::Revision,
    },
    error::Result,
    proto::v1::DocumentState,
};

/// Which revisions a page of a history shows.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub document: Uuid,
    /// Revisions written later are left out.
    pub position: i64,
    /// Only revisions before this one.
    pub before: Option<i32>,
    pub limit: u64,
}

/// Revisions of a document without their contents, newest first: those that the caller may see, each by its own level.
pub async fn revisions(
    db: &impl ConnectionTrait,
    scope: &Scope,
    page: Page,
) -> Result<Vec<Revision>> {
    let select = without_content(scope)
        .filter(Column::DocumentId.eq(page.document))
        .filter(Column::Position.lte(page.position))
        .filter(Condition::all().add_option(page.before.map(|before| Column::Revision.lt(before))))
        .order_by_desc(Column::Revision)
        .limit(page.limit);
    all(db, select).await
}

/// Who wrote each revision of a document and for whom, oldest first. To decide by, never to give out: a reviewer must not
/// have had a part in drafts that the reviewer may not see.
pub async fn history(
    db: &impl ConnectionTrait,
    document: Uuid,
) -> Result<Vec<(DocumentState, (String, Uuid))>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "decides on a review of a document that the caller sees"
    )]
    let select = entity::Entity::find()
        .select_only()
        .columns([Column::State, Column::Author, Column::AuthorOrganizationId])
        .filter(Column::DocumentId.eq(document))
        .order_by_asc(Column::Revision);
    let rows: Vec<(i16, String, Uuid)> = select.into_tuple().all(db).await?;
    let state = |state: i16| DocumentState::try_from(i32::from(state)).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|(number, author, organization)| (state(number), (author, organization)))
        .collect())
}
