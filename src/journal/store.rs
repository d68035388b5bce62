//! How the journal is kept: the only SQL of the journal.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, Statement, Value, sea_query::OnConflict,
};

use super::{
    batch::{Batch, Superseded},
    bulk, chain, partition,
    write::{Row, Target},
};
use crate::{clock, documents, organizations};

pub mod inspect;
mod register;
mod standing;

pub use standing::{answered, read};

/// Reads the partition, and makes it where there is none.
#[expect(
    clippy::disallowed_methods,
    reason = "rows of the journal itself have no scope"
)]
pub async fn prepare(
    connection: &DatabaseConnection,
    partition: i32,
) -> Result<partition::Model, DbErr> {
    if let Some(found) = partition::Entity::find_by_id(partition)
        .one(connection)
        .await?
    {
        return Ok(found);
    }
    let epoch = clock::new_id();
    let row = partition::Model {
        partition,
        epoch,
        position: 0,
        chain_hash: chain::genesis(partition),
    };
    partition::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    let found = partition::Entity::find_by_id(partition)
        .one(connection)
        .await?;
    found.ok_or_else(|| DbErr::RecordNotFound("the partition that was just made".to_owned()))
}

/// Locks the partition until the end of the transaction. All that follows is read and written under this lock, so that
/// several servers take turns, and positions are committed in order.
pub async fn lock(tx: &DatabaseTransaction, partition: i32) -> Result<partition::Model, DbErr> {
    let backend = tx.get_database_backend();
    // SQLite has one writer, which holds the lock since BEGIN IMMEDIATE.
    let sql = if backend == DbBackend::Postgres {
        "SELECT epoch, position, chain_hash FROM partitions WHERE partition = $1 FOR UPDATE"
    } else {
        "SELECT epoch, position, chain_hash FROM partitions WHERE partition = $1"
    };
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            backend,
            sql,
            [partition.into()],
        ))
        .await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(format!("partition {partition}")))?;
    Ok(partition::Model {
        partition,
        epoch: row.try_get_by_index(0)?,
        position: row.try_get_by_index(1)?,
        chain_hash: row.try_get_by_index(2)?,
    })
}

/// Writes a batch. What is superseded ends first, so that no two heads ever hold the same identity.
pub async fn write(tx: &DatabaseTransaction, batch: &Batch<'_>) -> Result<(), DbErr> {
    end(tx, &batch.superseded).await?;
    let (mut revisions, mut links, mut organizations, mut successions, mut grants) =
        (vec![], vec![], vec![], vec![], vec![]);
    let (mut conflicts, mut submissions, mut bookings, mut ledgers) =
        (vec![], vec![], vec![], vec![]);
    for row in &batch.rows {
        match row {
            Row::Document {
                revision,
                links: of_revision,
            } => {
                revisions.push(revision);
                links.extend(of_revision);
            }
            Row::Organization(organization) => organizations.push(organization),
            Row::Succession(succession) => successions.push(succession),
            Row::Grant(grant) => grants.push(grant),
            Row::Conflict(conflict) => conflicts.push(conflict),
            Row::Submission(part) => submissions.push(part),
            Row::Booking(booking) => bookings.push(booking),
            Row::Places(ledger) => ledgers.push(ledger),
        }
    }
    let mut inserts = bulk::Inserts::on(tx.get_database_backend());
    inserts.add::<documents::entity::Model>(&revisions);
    inserts.add::<documents::link::Model>(&links);
    inserts.add::<organizations::entity::Model>(&organizations);
    inserts.add(&successions);
    inserts.add(&grants);
    inserts.add(&conflicts);
    inserts.add(&submissions);
    inserts.add(&bookings);
    inserts.add(&ledgers);
    inserts.add(&batch.entries.iter().collect::<Vec<_>>());
    inserts.add(&batch.requests.iter().collect::<Vec<_>>());
    advance(tx, inserts, &batch.partition).await
}

async fn advance(
    tx: &DatabaseTransaction,
    inserts: bulk::Inserts,
    partition: &partition::Model,
) -> Result<(), DbErr> {
    // Announced with the commit, and to nobody without it.
    let announce = if tx.get_database_backend() == DbBackend::Postgres {
        " RETURNING pg_notify('styrkedja_head', position::text)"
    } else {
        ""
    };
    let update = |first: usize| {
        format!(
            "UPDATE partitions SET position = ${first}, chain_hash = ${} WHERE partition = ${}{announce}",
            first + 1,
            first + 2
        )
    };
    let values: [Value; 3] = [
        partition.position.into(),
        partition.chain_hash.clone().into(),
        partition.partition.into(),
    ];
    inserts.and_then(tx, update, values).await
}

async fn end(tx: &DatabaseTransaction, superseded: &[Superseded]) -> Result<(), DbErr> {
    for target in Target::ALL {
        let values: Vec<Vec<Value>> = superseded
            .iter()
            .filter(|superseded| superseded.key.target == target)
            .map(|s| {
                vec![
                    s.key.owner.into(),
                    s.key.id.into(),
                    s.revision.into(),
                    s.until.into(),
                ]
            })
            .collect();
        let (table, named) = match target {
            Target::Document => (
                "revisions",
                "r.owner_id = k.owner AND r.document_id = k.id AND r.revision = k.revision",
            ),
            Target::Organization => ("organizations", "r.id = k.id AND r.revision = k.revision"),
            Target::Grant => (
                "grants",
                "r.organization_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Conflict => (
                "conflicts",
                "r.owner_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Submission => (
                "submissions",
                "r.owner_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Booking => (
                "bookings",
                "r.owner_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Places => (
                "places",
                "r.owner_id = k.owner AND r.id = k.id AND r.revision = k.revision",
            ),
            Target::Succession => continue,
        };
        bulk::end(
            tx,
            &["owner", "id", "revision", "until"],
            &values,
            table,
            named,
        )
        .await?;
    }
    Ok(())
}
