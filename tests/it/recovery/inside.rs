//! What is looked at, and set, past the program: in the database and among the tools of PostgreSQL.

use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use sea_orm::{ConnectionTrait, Statement};

use crate::world::Place;

/// A `pg_restore` that stops before the first table, and says so, until whoever reads it is gone.
pub fn halting_tool(folder: &Path) {
    let script = r#"#!/bin/sh
real=$(PATH="${PATH#*:}" command -v pg_restore || ls /usr/lib/postgresql/*/bin/pg_restore | sort -V | tail -1)
"$real" "$@" | sed '/^CREATE TABLE/,$d'
touch "${0%/*}/halted"
while kill -0 "$PPID" 2>/dev/null; do sleep 0.1; done
"#;
    std::fs::create_dir(folder).expect("it can be made");
    let tool = folder.join("pg_restore");
    std::fs::write(&tool, script).expect("it can be written");
    std::fs::set_permissions(&tool, Permissions::from_mode(0o755)).expect("it is ours");
}

/// Waits until psql waits for more, or until it is gone.
pub async fn feeding(place: &Place, is_fed: bool) {
    let connection = sea_orm::Database::connect(place.url())
        .await
        .expect("it connects");
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'psql' AND (state = 'idle in transaction' OR NOT $1)";
    let backend = connection.get_database_backend();
    loop {
        let statement = Statement::from_sql_and_values(backend, sql, [is_fed.into()]);
        let row = connection.query_one_raw(statement).await;
        let row = row.expect("it can be read").expect("a count");
        let count: i64 = row.try_get_by_index(0).expect("a number");
        if (count > 0) == is_fed {
            return connection.close().await.expect("it closes");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The epoch of a database.
pub async fn epoch_of(place: &Place) -> uuid::Uuid {
    let connection = sea_orm::Database::connect(place.url())
        .await
        .expect("it connects");
    let sql = "SELECT epoch FROM partitions";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection
        .query_one_raw(statement)
        .await
        .expect("it can be read");
    let epoch = row
        .expect("a partition")
        .try_get_by_index(0)
        .expect("an id");
    connection.close().await.expect("it closes");
    epoch
}

/// Puts another in its place.
pub async fn put_epoch(place: &Place, epoch: uuid::Uuid) {
    let connection = sea_orm::Database::connect(place.url())
        .await
        .expect("it connects");
    let sql = "UPDATE partitions SET epoch = $1";
    let statement =
        Statement::from_sql_and_values(connection.get_database_backend(), sql, [epoch.into()]);
    connection
        .execute_raw(statement)
        .await
        .expect("it is written");
    connection.close().await.expect("it closes");
}
