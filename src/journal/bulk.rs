//! Many rows in few statements, on both databases. Statements come in a few fixed lengths only, so that each is parsed
//! once and then kept by its connection.

use std::fmt::Write as _;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic,
    Iterable, ModelTrait, QueryResult, Statement, Value,
};

/// Rows in one statement, at most: with 25 columns well below the 32,766 parameters of SQLite and the 65,535 of PostgreSQL.
const LONGEST: usize = 256;

/// Inserts rows.
pub async fn insert<M: ModelTrait>(tx: &DatabaseTransaction, models: &[&M]) -> Result<(), DbErr> {
    let columns: Vec<_> = <M::Entity as EntityTrait>::Column::iter().collect();
    let names = columns
        .iter()
        .map(|column| format!("\"{}\"", column.as_str()))
        .collect::<Vec<_>>()
        .join(", ");
    let table = <M::Entity as Default>::default();
    let mut rest = models;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(step(rest.len()));
        rest = after;
        let rows = tuples(tx.get_database_backend(), chunk.len(), columns.len());
        let sql = format!(
            "INSERT INTO \"{}\" ({names}) VALUES {rows}",
            table.table_name()
        );
        let values = chunk
            .iter()
            .flat_map(|model| columns.iter().map(|column| model.get(*column)));
        tx.execute_raw(Statement::from_sql_and_values(
            tx.get_database_backend(),
            sql,
            values,
        ))
        .await?;
    }
    Ok(())
}

/// A query over many keys, which it sees as the table `k`. It must mind that a key may come more than once.
pub async fn select(
    tx: &DatabaseTransaction,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut found = Vec::new();
    for statement in over_keys(tx.get_database_backend(), columns, keys, sql) {
        found.extend(tx.query_all_raw(statement).await?);
    }
    Ok(found)
}

/// For each key the row `r` of a table that it names, by an index and in no other way.
///
/// Planners without statistics hold tables for tiny and would read them whole, and keep to that while they grow.
pub async fn find(
    tx: &DatabaseTransaction,
    columns: &[&str],
    keys: &[Vec<Value>],
    what: &str,
    table: &str,
    named: &str,
) -> Result<Vec<QueryResult>, DbErr> {
    let sql = if tx.get_database_backend() == DbBackend::Postgres {
        format!(
            "SELECT {what} FROM k CROSS JOIN LATERAL (SELECT * FROM {table} r WHERE {named} LIMIT 1) r"
        )
    } else {
        format!("SELECT {what} FROM k CROSS JOIN {table} r WHERE {named}")
    };
    select(tx, columns, keys, &sql).await
}

/// Ends for each key the row `r` of a table that it names at its `until`.
pub async fn end(
    tx: &DatabaseTransaction,
    columns: &[&str],
    keys: &[Vec<Value>],
    table: &str,
    named: &str,
) -> Result<(), DbErr> {
    let sql = if tx.get_database_backend() == DbBackend::Postgres {
        format!(
            ", found AS (SELECT r.place, k.until FROM k CROSS JOIN LATERAL
                 (SELECT r.ctid AS place FROM {table} r WHERE {named} LIMIT 1) r)
             UPDATE {table} SET until_position = found.until FROM found WHERE {table}.ctid = found.place"
        )
    } else {
        format!("UPDATE {table} AS r SET until_position = k.until FROM k WHERE {named}")
    };
    for statement in over_keys(tx.get_database_backend(), columns, keys, &sql) {
        tx.execute_raw(statement).await?;
    }
    Ok(())
}

/// Fills the last statement up with its last key, so that statements keep to the fixed lengths.
fn over_keys(
    backend: DbBackend,
    columns: &[&str],
    keys: &[Vec<Value>],
    sql: &str,
) -> Vec<Statement> {
    let statement = |chunk: &[Vec<Value>]| {
        let length = chunk.len().next_power_of_two();
        let rows = tuples(backend, length, columns.len());
        let filled = chunk
            .iter()
            .chain(std::iter::repeat_n(chunk.last()?, length - chunk.len()));
        let sql = format!("WITH k ({}) AS (VALUES {rows}) {sql}", columns.join(", "));
        Some(Statement::from_sql_and_values(
            backend,
            sql,
            filled.flatten().cloned(),
        ))
    };
    keys.chunks(LONGEST).filter_map(statement).collect()
}

/// The largest fixed length that fits.
fn step(rows: usize) -> usize {
    let power = 1 << rows.ilog2();
    power.min(LONGEST)
}

fn tuples(backend: DbBackend, rows: usize, columns: usize) -> String {
    let mut sql = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let comma = if column == 0 { "" } else { ", " };
            let written = if backend == DbBackend::Postgres {
                write!(sql, "{comma}${}", row * columns + column + 1)
            } else {
                write!(sql, "{comma}?")
            };
            debug_assert!(written.is_ok());
        }
        sql.push(')');
    }
    sql
}
