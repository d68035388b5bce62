//! How far the journal has come, and which rows stood at a position: what every read that is pinned begins with.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Statement, Value};
use uuid::Uuid;

use super::{PARTITION, partition, store};
use crate::{clock, database::Database};

/// The channel on which positions are announced as they are committed, where the database can.
pub const ANNOUNCED_ON: &str = "styrkedja_head";

/// A point in a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Positions of another epoch are of another history.
    pub epoch: Uuid,
    pub position: i64,
}

/// The last position written by any server process.
pub async fn reached(db: &impl ConnectionTrait) -> Result<Reached, DbErr> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how far the journal has come is no secret of anybody"
    )]
    let partition = partition::Entity::find_by_id(PARTITION).one(db).await?;
    Ok(partition.map_or(Reached::default(), |partition| Reached {
        epoch: partition.epoch,
        position: partition.position,
    }))
}

/// Begins a new epoch: after a restore, positions that clients hold may be of a history that is no more.
pub async fn begin_epoch(database: &Database) -> Result<(), DbErr> {
    store::prepare(database.writer(), PARTITION).await?;
    let sql = "UPDATE partitions SET epoch = $1 WHERE partition = $2";
    let values: [Value; 2] = [clock::new_id().into(), PARTITION.into()];
    let update = Statement::from_sql_and_values(database.backend(), sql, values);
    database.writer().execute_raw(update).await.map(|_| ())
}

/// The same as an SQL statement, for those who bring a whole database back in a script.
pub fn new_epoch() -> String {
    let epoch = clock::new_id();
    format!("UPDATE public.partitions SET epoch = '{epoch}' WHERE partition = {PARTITION}")
}

/// The rows that stood at a position, by the columns that say from where and until where each is in force.
pub fn standing_at(position: i64, from: impl ColumnTrait, until: impl ColumnTrait) -> Condition {
    let ended_later = Condition::any()
        .add(until.is_null())
        .add(until.gt(position));
    Condition::all().add(from.lte(position)).add(ended_later)
}
