//! What a database error means for a group of writes: try again, give up, or not knowable.

use sea_orm::{DbErr, SqlErr};

use crate::database::trouble::{driver_error, is_full, is_passing};

/// Why a group was not written, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nothing was written, and it may go better at once.
    #[error(transparent)]
    Passing(DbErr),
    /// Nothing was written, for want of room.
    #[error(transparent)]
    Full(DbErr),
    /// Nothing was written: another server wrote since the group was decided.
    #[error("another server wrote meanwhile")]
    Outrun,
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
        } else if is_full(&error) {
            Self::Full(error)
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
