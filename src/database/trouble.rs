//! What an error of a database means, whichever of the two it is. Knows nothing of what was asked.

use sea_orm::{DbErr, RuntimeErr};

/// What the database said, where it said anything.
pub fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
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

/// Serialization failures and deadlocks, races with other servers, locks not got in time, connections lost: the same may go
/// well when it is tried again.
pub fn is_passing(error: &DbErr) -> bool {
    const POSTGRES: [&str; 7] = [
        "40001", "40P01", "23505", "55P03", "57P01", "57P02", "57P03",
    ];
    // SQLITE_BUSY, _RECOVERY, _SNAPSHOT, SQLITE_LOCKED, _SHAREDCACHE.
    const SQLITE: [&str; 5] = ["5", "261", "517", "6", "262"];
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return true;
    }
    match driver_error(error) {
        Some(sqlx::Error::Database(_)) => has_code(error, &POSTGRES) || has_code(error, &SQLITE),
        Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed) => true,
        _ => false,
    }
}

/// Whether a statement took longer than it may.
pub fn is_too_slow(error: &DbErr) -> bool {
    has_code(error, &["57014"])
}

/// Whether there is no room left to write: what is kept can still be read.
pub fn is_full(error: &DbErr) -> bool {
    // disk_full of PostgreSQL; SQLITE_FULL, and SQLITE_IOERR_WRITE, which is how a limit on files shows.
    has_code(error, &["53100", "13", "778"])
}

fn has_code(error: &DbErr, codes: &[&str]) -> bool {
    match driver_error(error) {
        Some(sqlx::Error::Database(error)) => {
            error.code().is_some_and(|code| codes.contains(&&*code))
        }
        _ => false,
    }
}
