//! Rows as tuples. Statements come in a few fixed lengths only, so that each is parsed once and then kept by its connection.

use sea_orm::{DbBackend, EntityName, EntityTrait, IdenStatic, ModelTrait, Statement, Value};

/// Rows in one statement, at most: with 25 columns well below the 32,766 parameters that SQLite takes.
const LONGEST: usize = 256;

/// The rows of one insertion. OR FAIL: whatever fails ends the whole transaction, so that SQLite need not keep a way back to
/// the begin of the statement.
pub fn insert<M: ModelTrait>(
    columns: &[<M::Entity as EntityTrait>::Column],
    models: &[&M],
) -> Vec<Statement> {
    let names = columns
        .iter()
        .map(|column| format!("\"{}\"", column.as_str()))
        .collect::<Vec<_>>()
        .join(", ");
    let table = <M::Entity as Default>::default();
    let mut statements = Vec::new();
    let mut rest = models;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(step(rest.len()));
        rest = after;
        let rows = tuples(chunk.len(), columns.len());
        let sql = format!(
            "INSERT OR FAIL INTO \"{}\" ({names}) VALUES {rows}",
            table.table_name()
        );
        let values = chunk
            .iter()
            .flat_map(|model| columns.iter().map(|column| model.get(*column)));
        statements.push(Statement::from_sql_and_values(
            DbBackend::Sqlite,
            sql,
            values,
        ));
    }
    statements
}

/// Statements over keys. Fills the last one up with its last key, so that statements keep to the fixed lengths.
pub fn over_keys(columns: &[&str], keys: &[Vec<Value>], sql: &str) -> Vec<Statement> {
    let statement = |chunk: &[Vec<Value>]| {
        let length = chunk.len().next_power_of_two();
        let rows = tuples(length, columns.len());
        let filled = chunk
            .iter()
            .chain(std::iter::repeat_n(chunk.last()?, length - chunk.len()));
        let sql = format!("WITH k ({}) AS (VALUES {rows}) {sql}", columns.join(", "));
        Some(Statement::from_sql_and_values(
            DbBackend::Sqlite,
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

fn tuples(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}
