//! SQLite: one file, one server, one writer.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
    sync::Arc,
    time::Duration,
};

use sea_orm::SqlxSqliteConnector;
use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Database, OpenError, Purpose, checkpoints::Checkpoints, migrate};

const READERS: u32 = 8;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// A page holds a few documents. Of a new file only.
const PAGE_BYTES: u32 = 8192;
/// Pages in the log from which on the writer moves what the checkpoints beside it have left, and begins the log anew.
const WAL_PAGES: &str = "4000";
/// KiB of pages kept, negative by SQLite's convention. The writer's indexes must fit.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-8192";

/// Keeps other servers off the file for as long as it lives, and frees it however the process ends.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "the lock is held by the open file")] File);

pub async fn open(path: &str, purpose: Purpose) -> Result<Database, OpenError> {
    // Two names of one file are one database.
    let path = fs::canonicalize(path).map_or_else(
        |_| path.to_owned(),
        |path| path.to_string_lossy().into_owned(),
    );
    let lock = match purpose {
        Purpose::Serve => Some(Arc::new(take(&path)?)),
        Purpose::Inspect if Path::new(&path).exists() => None,
        Purpose::Inspect => return Err(OpenError::Missing { file: path }),
    };
    let writer = connect(&path, 1, purpose == Purpose::Inspect).await?;
    if purpose == Purpose::Serve {
        migrate(&SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.clone())).await?;
    }
    let checkpoints = match purpose {
        Purpose::Serve => Some(Checkpoints::begin(connect(&path, 1, false).await?)),
        Purpose::Inspect => None,
    };
    let reader = connect(&path, READERS, true).await?;
    Ok(Database {
        reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
        writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        checkpoints,
        lock,
    })
}

/// Takes a database, which may not be there yet, as a server does: none begins meanwhile.
pub fn lock_file(path: &Path) -> Result<FileLock, OpenError> {
    let whole = fs::canonicalize(path);
    take(&whole.as_deref().unwrap_or(path).to_string_lossy())
}

fn take(path: &str) -> Result<FileLock, OpenError> {
    let failed = |source| OpenError::Lock {
        file: format!("{path}.lock"),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(format!("{path}.lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(FileLock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            file: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn connect(
    path: &str,
    connections: u32,
    read_only: bool,
) -> Result<sqlx::SqlitePool, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE_BYTES)
        .create_if_missing(!read_only)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(512)
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma(
            "cache_size",
            if read_only {
                READER_CACHE
            } else {
                WRITER_CACHE
            },
        )
        .pragma("query_only", if read_only { "on" } else { "off" });
    Ok(SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // They live as long as the process does.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        // Where a commit fails for the disk, SQLite has rolled back by itself, and the driver takes the transaction for open
        // and the next for a part of it: what is written there would be acknowledged and never committed.
        .after_release(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await?)
}
