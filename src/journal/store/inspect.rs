//! How a verification reads the journal, and the rows that it speaks of, in one unchanging state.

use std::collections::HashMap;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, FromQueryResult, IsolationLevel, QueryResult, Statement, TransactionOptions,
    TransactionTrait, Value,
};
use uuid::Uuid;

use super::super::{
    PARTITION, bulk, entity, partition, request,
    write::{Kept, Row, Target},
};
use crate::{access, documents, offers, organizations};

/// Entries read at a time. Each may bring half a MiB of content.
const PAGE: i64 = 200;

/// A row that an entry speaks of, as it is kept.
pub struct Written {
    pub row: Row,
    /// The content that a document or a conflict had at the revision, wherever it is kept.
    pub content: Option<Vec<u8>>,
}

/// Begins to read one state.
pub async fn begin(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    // A transaction of SQLite reads one state as it is.
    let mut options = TransactionOptions::default();
    if connection.get_database_backend() == DbBackend::Postgres {
        options.isolation_level = Some(IsolationLevel::RepeatableRead);
        options.access_mode = Some(AccessMode::ReadOnly);
    }
    connection.begin_with_options(options).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the journal's own rows have no scope"
)]
pub async fn partition(tx: &DatabaseTransaction) -> Result<Option<partition::Model>, DbErr> {
    partition::Entity::find_by_id(PARTITION).one(tx).await
}

/// The next entries, in order.
pub async fn entries_after(
    tx: &DatabaseTransaction,
    position: i64,
) -> Result<Vec<QueryResult>, DbErr> {
    let sql =
        "SELECT * FROM entries WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3";
    let values: [Value; 3] = [PARTITION.into(), position.into(), PAGE.into()];
    tx.query_all_raw(Statement::from_sql_and_values(
        tx.get_database_backend(),
        sql,
        values,
    ))
    .await
}

/// The rows that entries of one target speak of, by position.
pub async fn written(
    tx: &DatabaseTransaction,
    target: Target,
    entries: &[&entity::Model],
) -> Result<HashMap<i64, Written>, DbErr> {
    let keys: Vec<Vec<Value>> = entries
        .iter()
        .map(|entry| {
            vec![
                entry.owner_id.into(),
                entry.target_id.into(),
                entry.revision.into(),
                entry.position.into(),
            ]
        })
        .collect();
    let kept = target.kept();
    let rows = match target {
        Target::Document => "SELECT r.*, COALESCE(r.content, c.content) AS kept FROM k CROSS JOIN revisions r LEFT JOIN revisions c
             ON c.owner_id = r.owner_id AND c.document_id = r.document_id AND c.revision = r.content_revision"
            .to_owned(),
        Target::Conflict => "SELECT r.*, COALESCE(r.content, c.content) AS kept FROM k CROSS JOIN conflicts r LEFT JOIN conflicts c
             ON c.owner_id = r.owner_id AND c.id = r.id AND c.revision = 1"
            .to_owned(),
        Target::Organization
        | Target::Grant
        | Target::Succession
        | Target::Submission
        | Target::Booking
        | Target::Places => format!("SELECT r.* FROM k CROSS JOIN {} r", kept.table),
    };
    let sql = format!(
        "{rows} WHERE {} AND {} = k.revision AND r.position = k.place",
        kept.is_named(),
        kept.revision
    );
    let mut links = if target == Target::Document {
        links(tx, &keys).await?
    } else {
        HashMap::new()
    };
    let mut found = HashMap::new();
    for row in bulk::select(tx, &["owner", "id", "revision", "place"], &keys, &sql).await? {
        let (position, written) = read(target, &row, &mut links)?;
        found.entry(position).or_insert(written);
    }
    Ok(found)
}

type Links = HashMap<(Uuid, Uuid, i32), Vec<documents::link::Model>>;

fn read(target: Target, row: &QueryResult, links: &mut Links) -> Result<(i64, Written), DbErr> {
    let (position, row, content) = match target {
        Target::Document => {
            let revision = documents::entity::Model::from_query_result(row, "")?;
            let links = links
                .remove(&(revision.owner_id, revision.document_id, revision.revision))
                .unwrap_or_default();
            (
                revision.position,
                Row::Document { revision, links },
                row.try_get("", "kept")?,
            )
        }
        Target::Organization => {
            let organization = organizations::entity::Model::from_query_result(row, "")?;
            (organization.position, Row::Organization(organization), None)
        }
        Target::Grant => {
            let grant = access::entity::Model::from_query_result(row, "")?;
            (grant.position, Row::Grant(grant), None)
        }
        Target::Conflict => {
            let conflict = documents::conflict::entity::Model::from_query_result(row, "")?;
            let content = row.try_get("", "kept")?;
            (conflict.position, Row::Conflict(conflict), content)
        }
        Target::Submission => {
            let part = offers::submission::entity::Model::from_query_result(row, "")?;
            (part.position, Row::Submission(part), None)
        }
        Target::Booking => {
            let booking = offers::places::booking::Model::from_query_result(row, "")?;
            (booking.position, Row::Booking(booking), None)
        }
        Target::Places => {
            let ledger = offers::places::ledger::Model::from_query_result(row, "")?;
            (ledger.position, Row::Places(ledger), None)
        }
        Target::Succession => {
            let succession = organizations::succession::Model::from_query_result(row, "")?;
            (succession.position, Row::Succession(succession), None)
        }
    };
    Ok((position, Written { row, content }))
}

async fn links(tx: &DatabaseTransaction, keys: &[Vec<Value>]) -> Result<Links, DbErr> {
    let sql = "SELECT DISTINCT r.* FROM k CROSS JOIN links r
               WHERE r.owner_id = k.owner AND r.document_id = k.id AND r.revision = k.revision ORDER BY r.ordinal";
    let mut links = Links::new();
    for row in bulk::select(tx, &["owner", "id", "revision", "place"], keys, sql).await? {
        let link = documents::link::Model::from_query_result(&row, "")?;
        links
            .entry((link.owner_id, link.document_id, link.revision))
            .or_default()
            .push(link);
    }
    Ok(links)
}

/// The records of the requests that entries end, by the position of the entry.
pub async fn requests(
    tx: &DatabaseTransaction,
    entries: &[&entity::Model],
) -> Result<HashMap<i64, request::Model>, DbErr> {
    let keys: Vec<Vec<Value>> = entries
        .iter()
        .filter_map(|entry| {
            let id = entry.request_id?;
            Some(vec![
                entry.organization_id.into(),
                id.into(),
                entry.position.into(),
            ])
        })
        .collect();
    let sql = "SELECT r.*, k.place AS place FROM k CROSS JOIN requests r
               WHERE r.organization_id = k.organization AND r.request_id = k.id";
    let mut found = HashMap::new();
    for row in bulk::select(tx, &["organization", "id", "place"], &keys, sql).await? {
        found.insert(
            row.try_get("", "place")?,
            request::Model::from_query_result(&row, "")?,
        );
    }
    Ok(found)
}

/// The record of a request that no entry speaks of.
pub async fn request_without_entry(
    tx: &DatabaseTransaction,
) -> Result<Option<(i64, String)>, DbErr> {
    let sql = "SELECT r.position FROM requests r LEFT JOIN entries e ON e.partition = 0 AND e.position = r.position
               AND e.organization_id = r.organization_id AND e.request_id = r.request_id AND e.request_hash IS NOT NULL
               WHERE e.position IS NULL ORDER BY r.position LIMIT 1";
    let what = "the record of a request says it was answered there, and the entry does not";
    first(tx, sql, what).await
}

/// An entry outside of the one partition.
pub async fn entry_elsewhere(tx: &DatabaseTransaction) -> Result<Option<(i64, String)>, DbErr> {
    let sql = "SELECT e.position FROM entries e LEFT JOIN partitions p ON p.partition = e.partition
               WHERE p.partition IS NULL OR e.position > p.position OR e.partition <> 0 ORDER BY e.position LIMIT 1";
    first(tx, sql, "it lies outside of the journal").await
}

/// A row that no entry speaks of.
pub async fn row_without_entry(tx: &DatabaseTransaction) -> Result<Option<(i64, String)>, DbErr> {
    for target in Target::ALL {
        let Kept {
            table,
            owner,
            id,
            revision,
        } = target.kept();
        let number = target as i16;
        let sql = format!(
            "SELECT r.position FROM {table} r LEFT JOIN entries e ON e.partition = 0 AND e.position = r.position
             AND e.target = {number} AND e.owner_id = r.{owner} AND e.target_id = r.{id} AND e.revision = {revision}
             WHERE e.position IS NULL ORDER BY r.position LIMIT 1"
        );
        let oddity = first(
            tx,
            &sql,
            &format!("a row of {table} says it was written there, and the entry does not"),
        )
        .await?;
        if oddity.is_some() {
            return Ok(oddity);
        }
    }
    Ok(None)
}

/// A row that does not end where the next revision begins.
pub async fn row_out_of_span(tx: &DatabaseTransaction) -> Result<Option<(i64, String)>, DbErr> {
    for target in Target::ALL.into_iter().filter(|target| target.has_spans()) {
        let Kept {
            table, owner, id, ..
        } = target.kept();
        let sql = format!(
            "SELECT r.position FROM {table} r LEFT JOIN {table} n ON n.{owner} = r.{owner} AND n.{id} = r.{id}
             AND n.revision = r.revision + 1
             WHERE r.until_position IS DISTINCT FROM n.position ORDER BY r.position LIMIT 1"
        );
        let oddity = first(
            tx,
            &sql,
            &format!("the row of {table} that it wrote ends where no next revision begins"),
        )
        .await?;
        if oddity.is_some() {
            return Ok(oddity);
        }
    }
    Ok(None)
}

async fn first(
    tx: &DatabaseTransaction,
    sql: &str,
    what: &str,
) -> Result<Option<(i64, String)>, DbErr> {
    let row = tx
        .query_one_raw(Statement::from_string(tx.get_database_backend(), sql))
        .await?;
    row.map(|row| Ok((row.try_get_by_index(0)?, what.to_owned())))
        .transpose()
}
