//! Rows as tuples. Statements come in a few fixed lengths only, so that each is parsed once and then kept by its connection.

use sea_orm::{DbBackend, EntityName, EntityTrait, IdenStatic, ModelTrait, Statement, Value};

use super::Advance;

/// Rows in one statement, at most: with 25 columns well below the 32,766 parameters that SQLite takes.
const LONGEST: usize = 256;

/// The rows of one insertion, filled up with empty ones that are left out, so that statements keep to the fixed lengths.
/// OR FAIL: whatever fails ends the whole transaction, so that SQLite need not keep a way back to the begin of the statement.
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
    let statement = |chunk: &[&M]| {
        let length = fixed_length(chunk.len());
        let sql = format!(
            "INSERT OR FAIL INTO \"{}\" ({names}) SELECT * FROM (VALUES {}) WHERE column1 IS NOT NULL",
            table.table_name(),
            tuples(length, columns.len())
        );
        let values = chunk
            .iter()
            .flat_map(|model| columns.iter().map(|column| model.get(*column)));
        let empty = (length - chunk.len()) * columns.len();
        let values = values.chain(std::iter::repeat_n(Value::Bool(None), empty));
        Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
    };
    models.chunks(LONGEST).map(statement).collect()
}

/// Several statements as one text, which the connection's thread runs one after another: each by itself would have to wait
/// for that thread, and for its own task again. Parameters of `?` are counted on over all of them.
pub fn at_once(statements: impl IntoIterator<Item = Statement>) -> Statement {
    let (mut text, mut values) = (String::new(), Vec::new());
    for statement in statements {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&statement.sql);
        values.extend(statement.values.into_iter().flat_map(|values| values.0));
    }
    Statement::from_sql_and_values(DbBackend::Sqlite, text, values)
}

pub fn plain(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

pub fn advance(to: Advance) -> Statement {
    let sql = "UPDATE partitions SET position = ?, chain_hash = ? WHERE partition = ?";
    let values: [Value; 3] = [
        to.position.into(),
        to.chain_hash.into(),
        to.partition.into(),
    ];
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

/// Statements over keys. The last one is filled up with keys of NULL, which name nothing, so that statements keep to the fixed
/// lengths.
pub fn over_keys(columns: &[&str], keys: &[Vec<Value>], sql: &str) -> Vec<Statement> {
    let nothing = vec![Value::Bool(None); columns.len()];
    let statement = |chunk: &[Vec<Value>]| {
        let length = fixed_length(chunk.len());
        let rows = tuples(length, columns.len());
        let filled = chunk
            .iter()
            .chain(std::iter::repeat_n(&nothing, length - chunk.len()));
        let sql = format!("WITH k ({}) AS (VALUES {rows}) {sql}", columns.join(", "));
        Statement::from_sql_and_values(DbBackend::Sqlite, sql, filled.flatten().cloned())
    };
    keys.chunks(LONGEST).map(statement).collect()
}

/// The next of the few lengths that statements have.
fn fixed_length(rows: usize) -> usize {
    match rows {
        0..=2 => rows,
        3..=64 => rows.next_multiple_of(8),
        _ => rows.next_multiple_of(64),
    }
}

fn tuples(rows: usize, columns: usize) -> String {
    let row = format!("({}), ", vec!["?"; columns].join(", "));
    row.repeat(rows).trim_end_matches(", ").to_owned()
}
