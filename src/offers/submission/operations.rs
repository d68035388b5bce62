//! What callers can do with submissions. Knows who calls, what holds and what is kept; knows neither the wire nor SQL.

mod batch;
mod begin;
mod end;
mod report;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use begin::{Header, begin};
pub use report::{Listed, list, report};

use super::{model::Submission, seen::Seen, store::Universities};
use crate::{
    access::{Caller, Grant, Target},
    error::Result,
    exchange::Exchange,
    proto::v1::{Act, SubmissionMode},
};

/// A submission that a stream works on.
pub struct Submitting {
    exchange: Exchange,
    submission: Submission,
    /// Check everything and write nothing.
    dry_run: bool,
    confirmed_withdrawals: u32,
    /// What this stream has named.
    seen: Seen,
    /// How many parts the report had when this stream took it up.
    taken_up_at: i32,
}

impl Submitting {
    /// The submission as far as it has come.
    pub fn submission(&self) -> &Submission {
        &self.submission
    }

    /// Whether it names all that the university offers.
    pub fn is_catalogue(&self) -> bool {
        self.submission.mode == SubmissionMode::Catalogue
    }
}

/// The grant by which the caller submits for a university.
fn grant_at(caller: &Caller, owner: Uuid) -> Result<&Grant> {
    let grant = caller.grant_for(Act::SubmitOffers, &Target::Organization(owner));
    grant.map(|grant| &**grant)
}

/// Those that the caller submits for.
fn universities_of(caller: &Caller) -> Universities {
    let places = caller.grants_now().map(|grant| grant.organization);
    let places: BTreeSet<Uuid> = places.collect();
    let submits_for = |owner: &Uuid| grant_at(caller, *owner).is_ok();
    Universities(places.into_iter().filter(submits_for).collect())
}
