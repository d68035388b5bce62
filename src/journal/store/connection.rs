//! The connection that the writer keeps for itself. A pool asks a connection whether it lives before each use and after it,
//! and each question costs as much as a statement.

use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, QueryResult, RuntimeErr, Statement,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Postgres, Sqlite, pool::PoolConnection};

use crate::database::trouble::driver_error;

/// A connection that is closed when it is dropped, with whatever transaction it may be in.
#[derive(Debug)]
pub enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    /// Takes one of the pool for good.
    pub async fn of(pool: &DatabaseConnection) -> Result<Self, DbErr> {
        let taken = |error| {
            if matches!(error, sqlx::Error::PoolTimedOut) {
                DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
            } else {
                DbErr::Conn(RuntimeErr::SqlxError(error.into()))
            }
        };
        Ok(if pool.get_database_backend() == DbBackend::Postgres {
            let mut connection = pool
                .get_postgres_connection_pool()
                .acquire()
                .await
                .map_err(taken)?;
            connection.close_on_drop();
            Self::Postgres(connection)
        } else {
            let mut connection = pool
                .get_sqlite_connection_pool()
                .acquire()
                .await
                .map_err(taken)?;
            connection.close_on_drop();
            Self::Sqlite(connection)
        })
    }

    pub fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// Runs a statement, which the connection keeps prepared. On SQLite it may be several in one text.
    pub async fn run(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let values = SqlxValues(
            statement
                .values
                .unwrap_or_else(|| sea_orm::Values(Vec::new())),
        );
        let text = AssertSqlSafe(statement.sql);
        let found = match self {
            Self::Sqlite(connection) => sqlx::query_with(text, values)
                .fetch_all(&mut **connection)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
            Self::Postgres(connection) => sqlx::query_with(text, values)
                .fetch_all(&mut **connection)
                .await
                .map(|rows| rows.into_iter().map(QueryResult::from).collect()),
        };
        found.map_err(said)
    }

    /// Runs a statement and takes it back, on PostgreSQL.
    pub async fn try_out(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.plainly("BEGIN").await?;
        let found = self.run(statement).await?;
        self.plainly("ROLLBACK").await?;
        Ok(found)
    }

    /// Runs statements without values, one after another.
    pub async fn plainly(&mut self, text: &'static str) -> Result<(), DbErr> {
        let ran = match self {
            Self::Sqlite(connection) => sqlx::raw_sql(text)
                .execute(&mut **connection)
                .await
                .map(drop),
            Self::Postgres(connection) => sqlx::raw_sql(text)
                .execute(&mut **connection)
                .await
                .map(drop),
        };
        ran.map_err(said)
    }

    pub async fn commit(&mut self) -> Result<(), DbErr> {
        self.plainly("COMMIT").await
    }

    /// Takes back what was begun, if anything was.
    pub async fn abandon(&mut self) -> Result<(), DbErr> {
        let taken_back = self.plainly("ROLLBACK").await;
        match (&*self, taken_back) {
            // SQLite takes back by itself where a disk fails, and complains then.
            (Self::Sqlite(_), Err(error)) if driver_refused(&error) => Ok(()),
            (_, taken_back) => taken_back,
        }
    }
}

fn driver_refused(error: &DbErr) -> bool {
    matches!(driver_error(error), Some(sqlx::Error::Database(_)))
}

fn said(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
