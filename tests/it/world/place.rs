//! Where a story plays: a fresh database on one of the engines, and a folder of its own.

use std::{path::Path, sync::Arc};

use sea_orm::{
    ConnectionTrait, Database, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tempfile::TempDir;

use super::postgres::cluster;

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database and a folder.
#[derive(Clone, Debug)]
pub struct Place {
    engine: Engine,
    url: String,
    folder: Arc<TempDir>,
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        let folder = TempDir::with_prefix("styrkedja-it-").expect("a folder can be made");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("styrkedja.db").display()),
            Engine::Postgres => cluster().create().await,
        };
        Self {
            engine,
            url,
            folder: Arc::new(folder),
        }
    }

    /// A database elsewhere, which is not cleared away.
    pub fn elsewhere(engine: Engine, url: String) -> Self {
        let folder = TempDir::with_prefix("styrkedja-it-").expect("a folder can be made");
        Self {
            engine,
            url,
            folder: Arc::new(folder),
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The database, empty at first.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database: of its file, or as PostgreSQL names it.
    pub fn name(&self) -> &str {
        let path = self.url.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder, empty at first but for an SQLite database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Holds the lock under which the journal writes: until it is rolled back others read, and nobody writes.
    pub async fn hold(&self) -> DatabaseTransaction {
        let connection = Database::connect(&self.url).await.expect("it connects");
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let held = connection
            .begin_with_options(options)
            .await
            .expect("it begins");
        held.execute_unprepared("UPDATE partitions SET position = position")
            .await
            .expect("it is locked");
        held
    }

    /// Drops the database. The folder goes with the last who holds the place.
    pub async fn clear(self) {
        if self.engine == Engine::Postgres {
            cluster().drop(&self.url).await;
        }
    }
}
