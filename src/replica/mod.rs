//! A copy of what a caller may see, in an SQLite file, as a municipality would keep it: the reference of how it is done.
//! Applies what it is told and stores the cursor in one transaction; sends what waits in its outbox under request ids that
//! were stored before; compares itself with the exchange. Knows the contract and its own file, and nothing of the server.

mod apply;
mod conflicts;
mod file;
mod link;
mod outbox;
mod pull;
mod push;
mod rows;
mod status;
mod verify;

pub use apply::{Applied, Batch};
pub use conflicts::{conflict, open_conflicts, resolve};
pub use file::{Replica, Standing};
pub use link::{Link, Token};
pub use outbox::Queued;
pub use pull::{Seen, Waiting, pull, watch, watch_and_push};
pub use push::{Answer, Pushed, push};
pub use status::{OutboxRow, Status, Tally};
pub use verify::{Verified, verify};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a replica does not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the exchange refuses: {}", .0.message())]
    Refused(Box<tonic::Status>),
    #[error(
        "the token is no longer accepted, and there is nothing here to renew it with: give a new one and run this again; \
         it goes on where it was"
    )]
    TokenEnded,
    #[error(
        "the replica is the copy of {subject}, and the token is of {caller}: give a token of {subject}, or name another \
         replica"
    )]
    AnotherCaller { subject: String, caller: String },
    #[error("the replica holds nothing yet: pull first")]
    NothingPulled,
    #[error("the replica holds no document {id}, and the file names no etag that it was made from")]
    NotHeld { id: String },
    #[error(
        "a new document needs an owner and an external id, so that it is known again; a changed one needs its id"
    )]
    NoIdentity,
    #[error(
        "what the replica stands on is no longer told; pull first, which begins anew with a snapshot"
    )]
    SnapshotNeeded,
    #[error("another process has gone on with this replica; let only one at a time pull")]
    MovedByAnother,
    #[error(
        "the file holds a replica of version {version}, which this program does not keep: push what waits in it with the \
         program that made it, and pull into another file"
    )]
    Version { version: i64 },
    #[error(
        "nothing came of {tries} tries in a row, the last of which ended so: {}. What was taken in and what was answered is \
         stored: run this again when the exchange can be reached, and it goes on where it was", .last.message()
    )]
    GaveUp {
        tries: u32,
        last: Box<tonic::Status>,
    },
    #[error("the replica's file can not be used: {0}")]
    File(#[from] sqlx::Error),
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(status))
    }
}
