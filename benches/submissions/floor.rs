//! The floor: single rows of the same size straight into the database, each in a durable transaction of its own.

use std::{sync::Arc, time::Duration};

use prost::Message;
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use styrkedja::clock;

use super::exchange::analysis;

const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

#[derive(Clone)]
pub struct Side {
    pool: Pool,
    content: Arc<Vec<u8>>,
}

impl Side {
    pub async fn open(url: &str, connections: usize) -> Self {
        let pool = if let Some(file) = url.strip_prefix("sqlite:") {
            sqlite(&file.replace(".db", "-floor.db")).await
        } else {
            postgres(url, connections).await
        };
        Self {
            pool,
            content: Arc::new(analysis().encode_to_vec()),
        }
    }

    pub fn submit(&self) -> impl Future<Output = ()> + Send + use<> {
        let side = self.clone();
        async move {
            let id = clock::new_id();
            match &side.pool {
                Pool::Sqlite(pool) => {
                    let insert = sqlx::query("INSERT INTO floor (id, content) VALUES (?, ?)")
                        .bind(id)
                        .bind(side.content.as_slice());
                    insert.execute(pool).await.expect("it is inserted");
                }
                Pool::Postgres(pool) => {
                    let insert = sqlx::query("INSERT INTO floor (id, content) VALUES ($1, $2)")
                        .bind(id)
                        .bind(side.content.as_slice());
                    insert.execute(pool).await.expect("it is inserted");
                }
            }
        }
    }
}

async fn sqlite(file: &str) -> Pool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .expect("it connects");
    let table = sqlx::query(
        "CREATE TABLE IF NOT EXISTS floor (id BLOB PRIMARY KEY, content BLOB NOT NULL)",
    );
    table.execute(&pool).await.expect("the table is made");
    Pool::Sqlite(pool)
}

async fn postgres(url: &str, connections: usize) -> Pool {
    let connections = u32::try_from(connections).expect("a few");
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        .acquire_timeout(PATIENCE);
    let pool = pool.connect(url).await.expect("it connects");
    let table = sqlx::query(
        "CREATE TABLE IF NOT EXISTS floor (id UUID PRIMARY KEY, content BYTEA NOT NULL)",
    );
    table.execute(&pool).await.expect("the table is made");
    Pool::Postgres(pool)
}
