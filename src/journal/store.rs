//! How the journal is kept: the only SQL of the journal.

use sea_orm::{
    DatabaseConnection, DbBackend, DbErr, EntityTrait, IntoActiveModel, Value,
    sea_query::OnConflict,
};

use super::{
    batch::{Batch, Superseded},
    bulk::{self, Advance},
    chain,
    failure::Failure,
    partition,
    write::{Row, Target},
};
use crate::{clock, documents, organizations};

mod connection;
pub mod inspect;
mod standing;

pub use connection::Connection;
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

/// Takes the partition for this server until the end of a transaction that begins here. Only PostgreSQL has several servers.
pub async fn lock(connection: &mut Connection) -> Result<(), DbErr> {
    connection
        .plainly("BEGIN; SELECT 1 FROM partitions WHERE partition = 0 FOR UPDATE")
        .await
}

/// Writes a batch in a transaction, unless the journal has moved on since it was laid out: returns whether it had not. What
/// is superseded ends first, so that no two heads ever hold the same identity.
pub async fn write(
    connection: &mut Connection,
    batch: &Batch<'_>,
    keep: bool,
) -> Result<bool, Failure> {
    let mut writes = bulk::Writes::on(connection.backend());
    end(&mut writes, &batch.superseded);
    insert(&mut writes, batch);
    let to = Advance {
        partition: batch.partition.partition,
        from: batch.from,
        position: batch.partition.position,
        chain_hash: batch.partition.chain_hash.clone(),
    };
    let statement = writes.and_advance(to, keep);
    if connection.backend() == DbBackend::Sqlite {
        connection
            .run(statement)
            .await
            .map_err(Failure::at_commit)?;
        return Ok(true);
    }
    let moved = if keep {
        connection
            .run(statement)
            .await
            .map_err(Failure::at_commit)?
    } else {
        connection
            .try_out(statement)
            .await
            .map_err(Failure::before_commit)?
    };
    let moved: i64 = moved
        .first()
        .map_or(Ok(0), |row| row.try_get_by_index(0))
        .map_err(Failure::at_commit)?;
    Ok(moved == 1)
}

fn insert(writes: &mut bulk::Writes, batch: &Batch<'_>) {
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
    writes.insert::<documents::entity::Model>(&revisions);
    writes.insert::<documents::link::Model>(&links);
    writes.insert::<organizations::entity::Model>(&organizations);
    writes.insert(&successions);
    writes.insert(&grants);
    writes.insert(&conflicts);
    writes.insert(&submissions);
    writes.insert(&bookings);
    writes.insert(&ledgers);
    writes.insert(&batch.entries.iter().collect::<Vec<_>>());
    writes.insert(&batch.requests.iter().collect::<Vec<_>>());
}

fn end(writes: &mut bulk::Writes, superseded: &[Superseded]) {
    for target in Target::ALL.into_iter().filter(|target| target.has_spans()) {
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
        let kept = target.kept();
        let named = format!("{} AND r.revision = k.revision", kept.is_named());
        let columns = ["owner", "id", "revision", "until"];
        writes.end(&columns, &values, kept.table, &named);
    }
}
