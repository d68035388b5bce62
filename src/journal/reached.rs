//! How far the journal has come, and which rows stood at a position: what every read that is pinned begins with.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait};

use super::{PARTITION, partition};

/// The last position written by any server process.
pub async fn position(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    #[expect(
        clippy::disallowed_methods,
        reason = "how far the journal has come is no secret of anybody"
    )]
    let partition = partition::Entity::find_by_id(PARTITION).one(db).await?;
    Ok(partition.map_or(0, |partition| partition.position))
}

/// The rows that stood at a position, by the columns that say from where and until where each is in force.
pub fn standing_at(position: i64, from: impl ColumnTrait, until: impl ColumnTrait) -> Condition {
    let ended_later = Condition::any()
        .add(until.is_null())
        .add(until.gt(position));
    Condition::all().add(from.lte(position)).add(ended_later)
}
