//! Opens the database, SQLite or PostgreSQL, with the settings that durability rests on, and brings its schema up to date.
//! Knows nothing of what is kept in it.

use std::{str::FromStr, sync::Arc};

use migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::MigratorTrait;

use checkpoints::Checkpoints;

mod checkpoints;
pub mod columns;
mod listener;
mod postgres;
mod secret;
mod sqlite;
pub mod trouble;

pub use postgres::SCHEMA_LOCK;
pub use sqlite::{FileLock, lock_file};

/// What the database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read and write. Brings the schema up to date; a SQLite file is taken for this process alone.
    Serve,
    /// To read beside a running server. Changes nothing.
    Inspect,
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    /// Of a SQLite file that is served.
    checkpoints: Option<Checkpoints>,
    lock: Option<Arc<sqlite::FileLock>>,
}

/// Why a database did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("database.url must start with sqlite:// or postgres://")]
    Scheme,
    #[error("database.url can not be read: {0}")]
    Url(String),
    #[error("{file} is in use by another server (it holds {file}.lock)")]
    InUse { file: String },
    #[error("{file} does not exist")]
    Missing { file: String },
    #[error("the lock {file} can not be taken: {source}")]
    Lock {
        file: String,
        source: std::io::Error,
    },
    #[error("PostgreSQL runs with {setting} = {value}; acknowledged writes would not be safe")]
    Unsafe {
        setting: &'static str,
        value: String,
    },
    #[error("the database can not be opened: {0}")]
    Connect(#[from] sqlx::Error),
    #[error("the schema can not be brought up to date: {0}")]
    Migrate(#[from] DbErr),
}

enum Location<'a> {
    Sqlite(&'a str),
    Postgres(Box<sqlx::postgres::PgConnectOptions>),
}

impl Database {
    /// Opens `sqlite://path` or `postgres://...`.
    pub async fn open(url: &str, purpose: Purpose) -> Result<Self, OpenError> {
        match locate(url)? {
            Location::Sqlite(path) => sqlite::open(path, purpose).await,
            Location::Postgres(options) => postgres::open(*options, purpose).await,
        }
    }

    /// Connections for reading: many at once, never waiting for the writer.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// The connection for writing. Only the journal uses it, and keeps it for as long as it is open.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Closes all connections, after the statements under way, and frees the file, which then holds everything.
    pub async fn close(self) {
        let owns_the_file = self.lock.is_some();
        if let Some(checkpoints) = self.checkpoints {
            checkpoints.end().await;
        }
        let reader = self.reader.close().await;
        let flushed = if owns_the_file {
            self.writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await
                .map(|_| ())
        } else {
            Ok(())
        };
        for result in [reader, flushed, self.writer.close().await] {
            if let Err(error) = result {
                tracing::warn!(%error, "closing the database failed");
            }
        }
    }
}

fn locate(url: &str) -> Result<Location<'_>, OpenError> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        if path.is_empty() || path.contains('?') {
            return Err(OpenError::Url(
                "expected sqlite:// and the path of a file".to_owned(),
            ));
        }
        return Ok(Location::Sqlite(path));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = sqlx::postgres::PgConnectOptions::from_str(url)
            .map_err(|error| OpenError::Url(error.to_string()))?;
        return Ok(Location::Postgres(Box::new(options)));
    }
    Err(OpenError::Scheme)
}

async fn migrate(connection: &DatabaseConnection) -> Result<(), OpenError> {
    Ok(Migrator::up(connection, None).await?)
}

#[cfg(test)]
mod tests;
