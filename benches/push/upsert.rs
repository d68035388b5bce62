//! The floor: rows of as many bytes put straight into the database, a batch a durable transaction.

use sqlx::{
    Connection, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use styrkedja::clock;
use uuid::Uuid;

const TABLE: &str = "CREATE TABLE upserts (id BLOB PRIMARY KEY, content BLOB NOT NULL)";
const UPSERT: &str = "INSERT INTO upserts (id, content) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET content = excluded.content";
const TABLE_OF_POSTGRES: &str =
    "CREATE TABLE upserts (id UUID PRIMARY KEY, content BYTEA NOT NULL)";
const UPSERT_OF_POSTGRES: &str = "INSERT INTO upserts (id, content)
    SELECT * FROM unnest($1::uuid[], $2::bytea[])
    ON CONFLICT (id) DO UPDATE SET content = excluded.content";

pub enum Side {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Side {
    pub async fn open(url: &str) -> Self {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(file.replace(".db", "-upserts.db"))
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let connection = SqliteConnection::connect_with(&options).await;
            let mut connection = connection.expect("it connects");
            let made = sqlx::query(TABLE).execute(&mut connection).await;
            made.expect("the table is made");
            Self::Sqlite(connection)
        } else {
            let mut connection = PgConnection::connect(url).await.expect("it connects");
            let made = sqlx::query(TABLE_OF_POSTGRES)
                .execute(&mut connection)
                .await;
            made.expect("the table is made");
            Self::Postgres(connection)
        }
    }

    pub async fn upsert(&mut self, contents: impl Iterator<Item = Vec<u8>>) {
        let rows = contents.map(|content| (clock::new_id(), content));
        match self {
            Self::Sqlite(connection) => {
                let mut tx = connection.begin().await.expect("it begins");
                for (id, content) in rows {
                    let upsert = sqlx::query(UPSERT).bind(id).bind(content);
                    upsert.execute(&mut *tx).await.expect("it is put in");
                }
                tx.commit().await.expect("it is committed");
            }
            Self::Postgres(connection) => {
                let (ids, contents): (Vec<Uuid>, Vec<Vec<u8>>) = rows.unzip();
                let upsert = sqlx::query(UPSERT_OF_POSTGRES).bind(ids).bind(contents);
                upsert.execute(connection).await.expect("it is put in");
            }
        }
    }
}
