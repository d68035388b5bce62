//! The floor: as many rows of 2 KB read from the same database by position, page by page, with nothing around it.

use prost::Message;
use sqlx::{Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::Mutex;

use super::exchange::analysis;

const PAGE: i64 = 500;

enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub struct Side(Mutex<Raw>);

impl Side {
    /// Makes a table of so many rows.
    pub async fn fill(url: &str, rows: usize) -> Self {
        let mut raw = if let Some(file) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(file.replace(".db", "-keyset.db"))
                .create_if_missing(true);
            Raw::Sqlite(
                SqliteConnection::connect_with(&options)
                    .await
                    .expect("it connects"),
            )
        } else {
            Raw::Postgres(PgConnection::connect(url).await.expect("it connects"))
        };
        raw.execute("BEGIN").await;
        let blob = if matches!(raw, Raw::Sqlite(_)) {
            "BLOB"
        } else {
            "BYTEA"
        };
        let table =
            format!("CREATE TABLE keyset (position BIGINT PRIMARY KEY, content {blob} NOT NULL)");
        raw.execute(&table).await;
        for position in 1..=i64::try_from(rows).expect("a number") {
            raw.insert(position, &analysis().encode_to_vec()).await;
        }
        raw.execute("COMMIT").await;
        Self(Mutex::new(raw))
    }

    /// Reads so many rows.
    pub async fn read(&self, rows: usize) -> usize {
        let mut raw = self.0.lock().await;
        let (mut read, mut after) = (0, 0);
        while read < rows {
            let limit = PAGE.min(i64::try_from(rows - read).expect("a number"));
            let page = raw.page(after, limit).await;
            let Some((last, _)) = page.last() else { break };
            (read, after) = (read + page.len(), *last);
        }
        read
    }
}

impl Raw {
    async fn execute(&mut self, sql: &str) {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(raw) => drop(sqlx::raw_sql(sql).execute(raw).await.expect("it runs")),
            Self::Postgres(raw) => drop(sqlx::raw_sql(sql).execute(raw).await.expect("it runs")),
        }
    }

    async fn insert(&mut self, position: i64, content: &[u8]) {
        let sql = "INSERT INTO keyset VALUES ($1, $2)";
        match self {
            Self::Sqlite(raw) => {
                let insert = sqlx::query(sql).bind(position).bind(content);
                insert.execute(raw).await.expect("it is inserted");
            }
            Self::Postgres(raw) => {
                let insert = sqlx::query(sql).bind(position).bind(content);
                insert.execute(raw).await.expect("it is inserted");
            }
        }
    }

    async fn page(&mut self, after: i64, limit: i64) -> Vec<(i64, Vec<u8>)> {
        let sql =
            "SELECT position, content FROM keyset WHERE position > $1 ORDER BY position LIMIT $2";
        match self {
            Self::Sqlite(raw) => {
                sqlx::query_as(sql)
                    .bind(after)
                    .bind(limit)
                    .fetch_all(raw)
                    .await
            }
            Self::Postgres(raw) => {
                sqlx::query_as(sql)
                    .bind(after)
                    .bind(limit)
                    .fetch_all(raw)
                    .await
            }
        }
        .expect("it is read")
    }
}
