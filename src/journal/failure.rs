//! What a database error means for a group of writes: try again, give up, or not knowable.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Why a group was not written, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing was written, and it may go better at once.
    #[error(transparent)]
    Passing(DbErr),
    /// Nothing was written, and the same would happen again.
    #[error("{0}")]
    Lasting(String),
    /// The connection was lost over the commit: it may stand or not.
    #[error("the commit went unanswered: {0}")]
    Unknown(DbErr),
}

impl Failure {
    /// Of an error before the commit was asked for.
    pub fn before_commit(error: DbErr) -> Self {
        if is_passing(&error) {
            Self::Passing(error)
        } else {
            Self::Lasting(error.to_string())
        }
    }

    /// Of an error that the commit was answered with.
    pub fn at_commit(error: DbErr) -> Self {
        let refused = matches!(driver_error(&error), Some(sqlx::Error::Database(_)));
        if refused {
            Self::before_commit(error)
        } else {
            Self::Unknown(error)
        }
    }
}

impl Failure {
    /// Whether two rows clashed: a race with another server at first, and a fault of the write when it comes again.
    pub fn is_clash(error: &DbErr) -> bool {
        matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
    }
}

/// Serialization failures and deadlocks, races with other servers, locks not got in time, connections lost.
fn is_passing(error: &DbErr) -> bool {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    match driver_error(error) {
        Some(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| is_passing_code(&code))
        }
        Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed) => true,
        _ => false,
    }
}

fn is_passing_code(code: &str) -> bool {
    const POSTGRES: [&str; 7] = [
        "40001", "40P01", "23505", "55P03", "57P01", "57P02", "57P03",
    ];
    // SQLITE_BUSY, _RECOVERY, _SNAPSHOT, SQLITE_LOCKED, _SHAREDCACHE.
    const SQLITE: [&str; 5] = ["5", "261", "517", "6", "262"];
    POSTGRES.contains(&code) || SQLITE.contains(&code)
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all other errors arise above the driver"
    )]
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}
