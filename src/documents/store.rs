//! How documents are kept: the only SQL of the feature. Every read that gives anything out starts from a scope.

mod history;
mod many;
mod published;
mod row;

pub use history::{Page, history, revisions};
pub use many::{at_revisions, at_revisions_without_content, heads_known_as, heads_of, numbered};
pub use published::published;
pub use row::{links, row, small};

use sea_orm::{
    ColumnTrait, ColumnType, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait,
    FromQueryResult, IdenStatic, Iterable, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    Select, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    entity::{self, Column},
    model::Revision,
};
use crate::{
    access::Scope,
    clock::Time,
    database::columns::{self, Columns},
    error::Result,
    journal::standing_at,
    proto::v1::{self, DocumentKind, DocumentState},
};

/// The content of a revision, wherever in the history it is kept.
const CONTENT: &str =
    "COALESCE(revisions.content, (SELECT written.content FROM revisions AS written
    WHERE written.owner_id = revisions.owner_id AND written.document_id = revisions.document_id
    AND written.revision = revisions.content_revision))";
/// The state of the document today, whichever revision is read.
const STATE_NOW: &str = "CASE WHEN revisions.until_position IS NULL THEN revisions.state
    ELSE (SELECT head.state FROM revisions AS head WHERE head.owner_id = revisions.owner_id
    AND head.document_id = revisions.document_id AND head.until_position IS NULL) END";

/// Its round today. Of all that decides on who sees a document, nothing else can change against the reader.
const ROUND_NOW: &str = "CASE WHEN revisions.until_position IS NULL THEN revisions.round
    ELSE (SELECT head.round FROM revisions AS head WHERE head.owner_id = revisions.owner_id
    AND head.document_id = revisions.document_id AND head.until_position IS NULL) END";

/// What a listing asks for. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub owners: Option<Vec<Uuid>>,
    /// Empty: all.
    pub kinds: Vec<DocumentKind>,
    /// Empty: all but withdrawn.
    pub states: Vec<DocumentState>,
    pub round: Option<String>,
    pub external_id: Option<v1::ExternalId>,
    pub updated_after: Option<Time>,
}

/// The newest revision of a document, with its content.
pub async fn head(
    db: &impl ConnectionTrait,
    scope: &Scope,
    document: Uuid,
) -> Result<Option<Revision>> {
    let select = with_content(scope)
        .filter(Column::DocumentId.eq(document))
        .filter(Column::UntilPosition.is_null());
    one(db, select).await
}

/// A revision of a document, with its content. Whoever does not see what became of the document sees no revision of it.
pub async fn at_revision(
    db: &impl ConnectionTrait,
    scope: &Scope,
    document: Uuid,
    revision: i32,
) -> Result<Option<Revision>> {
    let newest = without_content(scope)
        .filter(Column::DocumentId.eq(document))
        .filter(Column::UntilPosition.is_null());
    if one(db, newest).await?.is_none() {
        return Ok(None);
    }
    let select = with_content(scope)
        .filter(Column::DocumentId.eq(document))
        .filter(Column::Revision.eq(revision));
    one(db, select).await
}

/// The newest revisions of several documents, with their contents, in no order. Those out of scope are left out.
pub async fn heads(
    db: &impl ConnectionTrait,
    scope: &Scope,
    documents: &[Uuid],
) -> Result<Vec<Revision>> {
    let newest = Column::DocumentId.is_in(documents.iter().copied());
    let select = with_content(scope)
        .filter(newest)
        .filter(Column::UntilPosition.is_null());
    all(db, select).await
}

/// Documents as they stood at a position, with their contents, in no order. Those out of scope are left out.
pub async fn standing(
    db: &impl ConnectionTrait,
    scope: &Scope,
    documents: &[Uuid],
    position: i64,
) -> Result<Vec<Revision>> {
    let select = with_content(scope)
        .filter(Column::DocumentId.is_in(documents.iter().copied()))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ));
    all(db, select).await
}

/// A part of a listing.
pub struct Part {
    pub revisions: Vec<Revision>,
    /// The last document that was looked at. None: there are no more.
    pub last: Option<Uuid>,
}

/// Documents as they stood at a position, with their contents, in order of id. Whoever does not see what became of a
/// document sees nothing of it. Looks at so many at most.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    position: i64,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Part> {
    let select = with_content(scope)
        .column_as(Expr::cust(ROUND_NOW), "round_now")
        // True of every row, and asks for the index by owner.
        .filter(Expr::cust("revisions.revision > 0"))
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(matching(filter))
        .filter(Condition::all().add_option(after.map(|after| Column::DocumentId.gt(after))))
        .order_by_asc(Column::DocumentId)
        .limit(limit);
    let found = select.into_model::<Listed>().all(db).await?;
    let more = found.len() as u64 == limit;
    let last = found.last().map(|listed| listed.row.document_id);
    let revisions = found
        .into_iter()
        .filter(|listed| listed.is_seen_now(scope))
        .map(|Listed { row, state_now, .. }| Revision::try_from(Found { row, state_now }))
        .collect::<Result<_>>()?;
    Ok(Part {
        revisions,
        last: last.filter(|_| more),
    })
}

fn matching(filter: &Filter) -> Condition {
    let Filter {
        owners,
        kinds,
        states,
        round,
        external_id,
        updated_after,
    } = filter;
    let kinds: Vec<_> = kinds.iter().map(|&kind| row::small(kind.into())).collect();
    let states: Vec<_> = states
        .iter()
        .map(|&state| row::small(state.into()))
        .collect();
    let given_out = match states.as_slice() {
        [] => Column::State.ne(row::small(DocumentState::Withdrawn.into())),
        states => Column::State.is_in(states.iter().copied()),
    };
    Condition::all()
        .add(given_out)
        .add_option(
            owners
                .as_ref()
                .map(|owners| Column::OwnerId.is_in(owners.iter().copied())),
        )
        .add_option((!kinds.is_empty()).then(|| Column::Kind.is_in(kinds)))
        .add_option(round.as_ref().map(|round| Column::Round.eq(round)))
        .add_option(
            external_id
                .as_ref()
                .map(|id| Column::ExternalScheme.eq(&id.scheme)),
        )
        .add_option(
            external_id
                .as_ref()
                .map(|id| Column::ExternalValue.eq(&id.value)),
        )
        .add_option(updated_after.map(|after| Column::UpdatedAt.gt(after.micros())))
}

/// A revision as it is read: its content from wherever it is kept, and the state of the document today.
#[derive(Clone, Debug)]
pub struct Found {
    pub row: entity::Model,
    pub state_now: i16,
}

/// By the order of columns: all of the table but the content, the state of today, the content. By name it would cost as much
/// as to send the document.
impl FromQueryResult for Found {
    fn from_query_result(found: &QueryResult, _: &str) -> std::result::Result<Self, DbErr> {
        Self::read(&mut Columns::of(found)?)
    }
}

impl Found {
    fn read(columns: &mut Columns) -> std::result::Result<Self, DbErr> {
        let mut row = entity::Model {
            owner_id: columns.take()?,
            document_id: columns.take()?,
            revision: columns.take()?,
            kind: columns.take()?,
            state: columns.take()?,
            level: columns.take()?,
            round: columns.take_optional()?,
            period_start: columns.take_optional()?,
            period_end: columns.take_optional()?,
            external_scheme: columns.take_optional()?,
            external_value: columns.take_optional()?,
            author: columns.take()?,
            author_organization_id: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
            content: None,
            content_revision: columns.take()?,
            content_hash: columns.take()?,
            review: columns.take_optional()?,
            justifications: columns.take_optional()?,
            withdraw_reason: columns.take()?,
            position: columns.take()?,
            until_position: columns.take_optional()?,
        };
        let state_now = columns.take()?;
        row.content = columns.take_long()?.map(<[u8]>::to_vec);
        Ok(Self { row, state_now })
    }
}

/// What [`Found`] is read from where many rows are read: its columns in order, of revisions that the statement calls so.
fn columns(revisions: &str, state_now: &str, content: &str) -> Vec<columns::Column<String>> {
    let column = |column: Column| {
        let name = format!("{revisions}.{}", column.as_str());
        let is_number = matches!(
            column.def().get_column_type(),
            ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger
        );
        if is_number {
            columns::Column::Number(name)
        } else {
            columns::Column::Short(name)
        }
    };
    all_but_content()
        .map(column)
        .chain([
            columns::Column::Number(state_now.to_owned()),
            columns::Column::Long(content.to_owned()),
        ])
        .collect()
}

fn all_but_content() -> impl Iterator<Item = Column> {
    Column::iter().filter(|column| !matches!(column, Column::Content))
}

/// Revisions with their contents, to be read as `Found`. For reads that scopes of more than one moment decide on.
pub fn kept(condition: Condition) -> Select<entity::Entity> {
    select(condition).column_as(Expr::cust(CONTENT), "content")
}

/// As `kept`, for those who read many and nothing but `Found`.
pub fn kept_in_bulk(backend: DbBackend, condition: Condition) -> Select<entity::Entity> {
    let columns = columns::select(backend, &columns("revisions", STATE_NOW, CONTENT));
    every()
        .select_only()
        .expr(Expr::cust(columns))
        .filter(condition)
}

/// As `kept`, where nobody asks for the contents.
pub fn kept_without_content(condition: Condition) -> Select<entity::Entity> {
    select(condition).column_as(Expr::cust("NULL"), "content")
}

#[derive(FromQueryResult)]
struct Listed {
    #[sea_orm(nested)]
    row: entity::Model,
    state_now: i16,
    round_now: Option<String>,
}

impl Listed {
    fn is_seen_now(&self, scope: &Scope) -> bool {
        self.row.round == self.round_now
            || scope.sees(&entity::Model {
                round: self.round_now.clone(),
                content: None,
                ..self.row.clone()
            })
    }
}

fn with_content(scope: &Scope) -> Select<entity::Entity> {
    kept(scope.condition())
}

fn without_content(scope: &Scope) -> Select<entity::Entity> {
    kept_without_content(scope.condition())
}

fn every() -> Select<entity::Entity> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where reads of documents start, with their scope"
    )]
    entity::Entity::find()
}

fn select(condition: Condition) -> Select<entity::Entity> {
    every()
        .select_only()
        .columns(all_but_content())
        .column_as(Expr::cust(STATE_NOW), "state_now")
        .filter(condition)
}

async fn one(
    db: &impl ConnectionTrait,
    select: Select<entity::Entity>,
) -> Result<Option<Revision>> {
    let found = select.into_model::<Found>().one(db).await?;
    found.map(Revision::try_from).transpose()
}

async fn all(db: &impl ConnectionTrait, select: Select<entity::Entity>) -> Result<Vec<Revision>> {
    let found = select.into_model::<Found>().all(db).await?;
    found.into_iter().map(Revision::try_from).collect()
}
