//! Whether the register of organizations has changed since writers read it.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement, Value};

use super::super::{
    PARTITION,
    write::{Target, Write},
};

/// The last position at which the register changed, where any of the writes must know. 0: it has not changed for them.
pub async fn changed_at(tx: &DatabaseTransaction, writes: &[Write]) -> Result<i64, DbErr> {
    let Some(since) = writes
        .iter()
        .filter_map(|write| write.register_unchanged_since)
        .min()
    else {
        return Ok(0);
    };
    let sql = "SELECT max(position) FROM entries WHERE partition = $1 AND position > $2 AND target IN ($3, $4)";
    let values: [Value; 4] = [
        PARTITION.into(),
        since.into(),
        (Target::Organization as i16).into(),
        (Target::Succession as i16).into(),
    ];
    let row = tx
        .query_one_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    let last: Option<i64> = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .flatten();
    Ok(last.unwrap_or_default())
}
