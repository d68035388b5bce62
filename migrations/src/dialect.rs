//! One wording of the schema for both databases: PostgreSQL's column types, put into SQLite's words where it runs on SQLite.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DatabaseBackend},
};

/// PostgreSQL's word for a column type, and SQLite's. STRICT tables know no other words.
const WORDS: [(&str, &str); 4] = [
    ("UUID", "BLOB"),
    ("BYTEA", "BLOB"),
    ("BIGINT", "INTEGER"),
    ("SMALLINT", "INTEGER"),
];

/// Keeps a table in the order of its primary key, where a database can.
const WITHOUT_ROWID: &str = " WITHOUT ROWID";

/// Runs statements in order.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let sqlite = manager.get_database_backend() == DatabaseBackend::Sqlite;
    for statement in statements {
        let sql = if sqlite {
            for_sqlite(statement)
        } else {
            statement.trim_end_matches(WITHOUT_ROWID).to_owned()
        };
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Runs what only PostgreSQL has: how it lays out rows.
pub async fn lay_out(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        run(manager, statements).await?;
    }
    Ok(())
}

fn for_sqlite(statement: &str) -> String {
    let mut sql = statement.to_owned();
    for (theirs, ours) in WORDS {
        sql = sql.replace(theirs, ours);
    }
    if sql.ends_with(WITHOUT_ROWID) {
        sql.push_str(", STRICT");
    } else if sql.starts_with("CREATE TABLE") {
        sql.push_str(" STRICT");
    }
    sql
}
