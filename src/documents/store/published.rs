//! Reads of what is published in a numbering.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::small;
use crate::{
    documents::{
        entity::{self, Column},
        publish::Numbering,
    },
    error::Result,
    proto::v1::DocumentState,
};

/// The documents of the numbering that are published, with their external ids, in order of document.
pub async fn published(
    db: &impl ConnectionTrait,
    numbering: &Numbering,
    after: Uuid,
    limit: u64,
) -> Result<Vec<(Uuid, String)>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "published documents of one owner, for those who publish them"
    )]
    let published = entity::Entity::find()
        .select_only()
        .columns([Column::DocumentId, Column::ExternalValue])
        // True of every row, and asks for the index by owner.
        .filter(Expr::cust("revisions.revision > 0"))
        .filter(Column::OwnerId.eq(numbering.owner))
        .filter(Column::DocumentId.gt(after))
        .filter(Column::UntilPosition.is_null())
        .filter(Column::Kind.eq(small(numbering.kind.into())))
        .filter(Column::State.eq(small(DocumentState::Submitted.into())))
        .filter(Column::ExternalScheme.eq(numbering.scheme.as_str()))
        .filter(Column::ExternalValue.is_not_null())
        .order_by_asc(Column::DocumentId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(published)
}
