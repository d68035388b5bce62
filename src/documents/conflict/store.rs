//! How conflicts are kept: the only SQL of the feature. Every read starts from a scope, at what became of the document.

mod row;

pub use row::row;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, QueryFilter, QueryOrder,
    QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Conflict,
    entity::{self, Column},
};
use crate::{
    access::Scope,
    documents::{entity as revisions, store::small},
    error::{Error, Result},
    journal::standing_at,
    proto::v1::ConflictState,
};

/// What a listing asks for. Everything that is set must hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub owner: Option<Uuid>,
    pub document: Option<Uuid>,
    pub resolved_too: bool,
}

/// A conflict as it stands, with what was pushed, if its document is in scope.
pub async fn find(db: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Option<Conflict>> {
    let rows = in_scope(scope.condition())
        .filter(Column::Id.eq(id))
        .order_by_asc(Column::Revision)
        .all(db)
        .await?;
    let content = rows.first().and_then(|first| first.content.clone());
    let last = rows.into_iter().last();
    last.map(|last| row::conflict(entity::Model { content, ..last }))
        .transpose()
}

/// The conflicts of documents in scope, open and resolved, that keep one of these contents, by its hash. Without the content.
pub async fn of_contents(
    db: &impl ConnectionTrait,
    scope: &Scope,
    documents: &[Uuid],
    contents: Vec<Vec<u8>>,
) -> Result<Vec<Conflict>> {
    let select = without_content(in_scope(scope.condition()))
        .filter(Column::DocumentId.is_in(documents.iter().copied()))
        .filter(Column::ContentHash.is_in(contents))
        .filter(Column::UntilPosition.is_null());
    let rows = select.all(db).await.map_err(Error::from)?;
    rows.into_iter().map(row::conflict).collect()
}

/// Where a conflict stands in a listing: in order of their making. Ids do not tell, and many are made in one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// In microseconds.
    at: i64,
    document: Uuid,
    id: Uuid,
}

impl Made {
    pub const BYTES: usize = 8 + 16 + 16;

    pub fn of(conflict: &Conflict) -> Self {
        Self {
            at: conflict.created_at.micros(),
            document: conflict.document,
            id: conflict.id,
        }
    }

    pub fn to_bytes(self) -> Vec<u8> {
        let Self { at, document, id } = self;
        [&at.to_be_bytes()[..], document.as_bytes(), id.as_bytes()].concat()
    }

    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let (mut at, mut document, mut id) = ([0; 8], [0; 16], [0; 16]);
        at.copy_from_slice(&bytes[..8]);
        document.copy_from_slice(&bytes[8..24]);
        id.copy_from_slice(&bytes[24..]);
        Self {
            at: i64::from_be_bytes(at),
            document: Uuid::from_bytes(document),
            id: Uuid::from_bytes(id),
        }
    }

    /// What comes later.
    fn later(self) -> SimpleExpr {
        let columns = [Column::CreatedAt, Column::DocumentId, Column::Id]
            .map(|column| Expr::col((entity::Entity, column)));
        Expr::tuple(columns).gt(Expr::tuple([
            Expr::val(self.at),
            Expr::val(self.document),
            Expr::val(self.id),
        ]))
    }
}

/// Conflicts as they stood at a position, without what was pushed, in order of their making, as far as the caller sees drafts
/// of their documents. Looks at so many at most.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: Filter,
    position: i64,
    after: Option<Made>,
    limit: u64,
) -> Result<Vec<Conflict>> {
    let open = small(ConflictState::Open.into());
    let asked = Condition::all()
        .add_option(filter.owner.map(|owner| Column::OwnerId.eq(owner)))
        .add_option(
            filter
                .document
                .map(|document| Column::DocumentId.eq(document)),
        )
        .add_option((!filter.resolved_too).then(|| Column::State.eq(open)))
        .add_option(after.map(Made::later));
    let rows = without_content(in_scope(scope.drafts()))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(asked)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::DocumentId)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(Error::from)?;
    rows.into_iter().map(row::conflict).collect()
}

fn without_content(select: Select<entity::Entity>) -> Select<entity::Entity> {
    let columns = Column::iter().filter(|column| !matches!(column, Column::Content));
    select
        .select_only()
        .columns(columns)
        .column_as(Expr::cust("NULL"), "content")
}

/// Conflicts of documents whose newest revision is in a scope.
fn in_scope(scope: Condition) -> Select<entity::Entity> {
    use revisions::Column as Of;
    let document = Query::select()
        .expr(Expr::val(1))
        .from(revisions::Entity)
        .and_where(
            Expr::col((revisions::Entity, Of::OwnerId)).equals((entity::Entity, Column::OwnerId)),
        )
        .and_where(
            Expr::col((revisions::Entity, Of::DocumentId))
                .equals((entity::Entity, Column::DocumentId)),
        )
        .and_where(Of::UntilPosition.is_null())
        .cond_where(scope)
        .to_owned();
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where reads of conflicts start, with their scope"
    )]
    let conflicts = entity::Entity::find();
    conflicts.filter(Expr::exists(document))
}
