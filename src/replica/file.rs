//! The replica's file: opened, begun, and where it stands. One transaction for each step, so that it can end anywhere.

use std::{path::Path, time::Duration};

use anyhow::Context;
use sqlx::{
    Connection, Sqlite, SqliteConnection, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Error, Result};
use crate::{clock, json, proto::v1::SyncFilter};

const SCHEMA: &str = include_str!("schema.sql");
/// Of the tables. Another is made into a new file: what it holds can be pulled again.
const VERSION: i64 = 1;
/// How long another program may hold the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A copy of what one caller may see, in a file.
#[derive(Debug)]
pub struct Replica {
    pub(super) connection: SqliteConnection,
    /// Whose copy it is.
    pub subject: String,
    /// Which documents it holds. None: all in scope.
    pub filter: Option<SyncFilter>,
}

/// Where a replica stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Empty: nothing was pulled yet.
    pub cursor: String,
    pub cursor_time: String,
    pub position: i64,
    pub snapshot: i64,
    pub in_snapshot: bool,
    /// Which documents it holds.
    pub filter: SyncFilter,
}

impl Replica {
    /// Opens a replica. None: there is none in the file.
    pub async fn open(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let mut connection = connect(path, false).await?;
        let is_there = "SELECT 1 FROM sqlite_schema WHERE name = 'replica'";
        let is_there = sqlx::query(is_there).fetch_optional(&mut connection).await;
        if is_there?.is_none() {
            return Ok(None);
        }
        let about = "SELECT version, subject, filter FROM replica";
        let (version, subject, filter): (i64, String, String) =
            sqlx::query_as(about).fetch_one(&mut connection).await?;
        if version != VERSION {
            return Err(Error::Version { version });
        }
        let filter: SyncFilter = json::read(&filter)?;
        Ok(Some(Self {
            connection,
            subject,
            filter: Some(filter).filter(|filter| *filter != SyncFilter::default()),
        }))
    }

    /// Begins a replica in a file that holds none.
    pub async fn create(path: &Path, subject: &str, filter: Option<SyncFilter>) -> Result<Self> {
        let mut connection = connect(path, true).await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await?;
        let begin = "INSERT INTO replica VALUES (1, $1, $2, $3, '', '', 0, 0, 0)";
        sqlx::query(begin)
            .bind(VERSION)
            .bind(subject)
            .bind(json::line(&filter.clone().unwrap_or_default())?)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Self {
            connection,
            subject: subject.to_owned(),
            filter,
        })
    }

    pub async fn standing(&mut self) -> Result<Standing> {
        standing(&mut self.connection).await
    }

    /// A transaction that writes. Others wait for it.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>> {
        Ok(self.connection.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Lets go of the file.
    pub async fn close(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

/// Where it stands, as the connection or its transaction sees it.
pub(super) async fn standing(connection: &mut SqliteConnection) -> Result<Standing> {
    let standing =
        "SELECT cursor, cursor_time, position, snapshot, in_snapshot, filter FROM replica";
    let (cursor, cursor_time, position, snapshot, in_snapshot, filter): (
        String,
        String,
        i64,
        i64,
        bool,
        String,
    ) = sqlx::query_as(standing).fetch_one(connection).await?;
    Ok(Standing {
        cursor,
        cursor_time,
        position,
        snapshot,
        in_snapshot,
        filter: json::read(&filter)?,
    })
}

async fn connect(path: &Path, create: bool) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT);
    let connection = SqliteConnection::connect_with(&options).await;
    Ok(connection.with_context(|| path.display().to_string())?)
}

/// Puts the cursor in the place of the one that a step began with. Refuses where another process has gone on meanwhile:
/// what this one was told is then older than what the replica holds.
pub(super) async fn move_cursor(
    transaction: &mut Transaction<'_, Sqlite>,
    from: &str,
    to: &str,
    position: i64,
) -> Result<()> {
    let moving =
        "UPDATE replica SET cursor = $2, cursor_time = $3, position = $4 WHERE cursor = $1";
    let moved = sqlx::query(moving)
        .bind(from)
        .bind(to)
        .bind(clock::now().to_string())
        .bind(position)
        .execute(&mut **transaction)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(Error::MovedByAnother);
    }
    Ok(())
}
