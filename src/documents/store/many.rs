//! Reads of many documents in one statement each, for those who write many. What is out of scope is left out.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, IdenStatic, QueryResult, Value};
use uuid::Uuid;

use super::{Found, all_but_content, columns, small};
use crate::{
    access::Scope,
    documents::{entity, model::Revision},
    error::Result,
    journal::bulk,
    proto::v1::{DocumentKind, ExternalId},
};

const CONTENT: &str = "COALESCE(r.content, (SELECT written.content FROM revisions AS written
    WHERE written.owner_id = r.owner_id AND written.document_id = r.document_id
    AND written.revision = r.content_revision))";

/// What the document is today, whichever revision is read.
fn now(column: &str) -> String {
    format!("{} AS {column}_now", head(column))
}

fn head(column: &str) -> String {
    format!(
        "(SELECT head.{column} FROM revisions AS head WHERE head.owner_id = r.owner_id
          AND head.document_id = r.document_id AND head.until_position IS NULL)"
    )
}

/// The newest revisions of documents, without their contents.
pub async fn heads_of(
    db: &impl ConnectionTrait,
    scope: &Scope,
    documents: &[Uuid],
) -> Result<Vec<Revision>> {
    let keys: Vec<Vec<Value>> = documents.iter().map(|id| vec![(*id).into()]).collect();
    heads(
        db,
        scope,
        &["id"],
        &keys,
        "r.document_id = k.id AND r.until_position IS NULL",
    )
    .await
}

/// The newest revisions of the documents that are known outside as this, without their contents.
pub async fn heads_known_as(
    db: &impl ConnectionTrait,
    scope: &Scope,
    known: &[(Uuid, DocumentKind, &ExternalId)],
) -> Result<Vec<Revision>> {
    let key = |&(owner, kind, id): &(Uuid, DocumentKind, &ExternalId)| -> Vec<Value> {
        let kind = small(kind.into());
        let (scheme, value) = (id.scheme.as_str(), id.value.as_str());
        vec![owner.into(), kind.into(), scheme.into(), value.into()]
    };
    let keys: Vec<_> = known.iter().map(key).collect();
    let named = "r.owner_id = k.owner AND r.kind = k.kind AND r.external_scheme = k.scheme
        AND r.external_value = k.value AND r.until_position IS NULL AND r.external_value IS NOT NULL";
    heads(
        db,
        scope,
        &["owner", "kind", "scheme", "value"],
        &keys,
        named,
    )
    .await
}

async fn heads(
    db: &impl ConnectionTrait,
    scope: &Scope,
    columns: &[&str],
    keys: &[Vec<Value>],
    named: &str,
) -> Result<Vec<Revision>> {
    let what = format!("{}, r.state AS state_now, NULL AS content", columns_of("r"));
    let rows = bulk::find(db, columns, keys, &what, "revisions", named).await?;
    let mut heads = Vec::with_capacity(rows.len());
    for row in rows {
        let found = Found::from_query_result(&row, "")?;
        if scope.sees(&found.row) {
            heads.push(Revision::try_from(found)?);
        }
    }
    Ok(heads)
}

/// Revisions of documents, with their contents. Whoever does not see what became of a document sees no revision of it.
pub async fn at_revisions(
    db: &impl ConnectionTrait,
    scope: &Scope,
    revisions: &[(Uuid, i32)],
) -> Result<Vec<Revision>> {
    revisions_with(CONTENT, db, scope, revisions).await
}

/// As `at_revisions`, where nobody asks for the contents.
pub async fn at_revisions_without_content(
    db: &impl ConnectionTrait,
    scope: &Scope,
    revisions: &[(Uuid, i32)],
) -> Result<Vec<Revision>> {
    revisions_with("NULL", db, scope, revisions).await
}

/// Revisions by their documents, owners and numbers, with their contents, all at once. For reads that scopes of more than one moment
/// decide on.
pub async fn numbered(
    db: &impl ConnectionTrait,
    revisions: impl IntoIterator<Item = (Uuid, Uuid, i32)>,
) -> std::result::Result<Vec<Found>, DbErr> {
    let key = |(id, owner, number): (Uuid, Uuid, i32)| -> Vec<Value> {
        vec![id.into(), owner.into(), number.into()]
    };
    let keys: Vec<_> = revisions.into_iter().map(key).collect();
    let state_now = format!(
        "CASE WHEN r.until_position IS NULL THEN r.state ELSE {} END",
        head("state")
    );
    let what = columns("r", &state_now, CONTENT);
    let named = "r.document_id = k.id AND r.owner_id = k.owner AND r.revision = k.number";
    let columns = ["id", "owner", "number"];
    bulk::read(db, &columns, &keys, &what, "revisions", named, Found::read).await
}

async fn revisions_with(
    content: &str,
    db: &impl ConnectionTrait,
    scope: &Scope,
    revisions: &[(Uuid, i32)],
) -> Result<Vec<Revision>> {
    if revisions.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Vec<Value>> = revisions
        .iter()
        .map(|(id, number)| vec![(*id).into(), (*number).into()])
        .collect();
    let what = format!(
        "{}, {}, {content} AS content, {}, {}",
        columns_of("r"),
        now("state"),
        now("round"),
        now("level"),
    );
    let named = "r.document_id = k.id AND r.revision = k.number";
    let rows = bulk::find(db, &["id", "number"], &keys, &what, "revisions", named).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(seen(scope, &row)?);
    }
    Ok(found)
}

fn seen(scope: &Scope, row: &QueryResult) -> Result<Option<Revision>> {
    let found = Found::from_query_result(row, "")?;
    let head = entity::Model {
        state: found.state_now,
        round: row.try_get("", "round_now")?,
        level: row.try_get("", "level_now")?,
        content: None,
        ..found.row.clone()
    };
    if !scope.sees(&found.row) || !scope.sees(&head) {
        return Ok(None);
    }
    Revision::try_from(found).map(Some)
}

/// All columns but the content.
fn columns_of(table: &str) -> String {
    let columns: Vec<_> = all_but_content()
        .map(|column| format!("{table}.{}", column.as_str()))
        .collect();
    columns.join(", ")
}
