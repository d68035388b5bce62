//! What callers can do with documents, one file a verb. Knows who calls, what holds and what is kept; knows neither the
//! wire's requests nor SQL.

mod compare;
mod create;
mod judge;
mod list;
mod read;
mod review;
mod submit;
mod update;
mod withdraw;
mod write;

use std::collections::BTreeSet;

use uuid::Uuid;

pub use compare::compare;
pub use create::{NewDocument, create, owner_has_ended};
pub use list::{Listed, list, revisions};
pub use read::{get, shown_at};
pub use review::{Decision, review};
pub use submit::submit;
pub use update::{Change, other_kind, update};
pub use withdraw::withdraw;

pub use judge::{Followed, Judgement, Other, judge, keeps_out};
pub use write::{must_allow, must_be_seen, rests_on_state};

use super::model::Revision;
use crate::{
    access::{Caller, Target},
    error::{Error, Result},
    kinds::Content,
    proto::v1::{self, Act, Role},
};

/// What all calls that change something have in common.
#[derive(Clone, Debug)]
pub struct Call {
    pub caller: Caller,
    /// As in the contract.
    pub method: &'static str,
    /// The id that the caller gave the request.
    pub request: Uuid,
    /// What the request is known again by.
    pub body: Vec<u8>,
    /// Check everything and change nothing.
    pub dry_run: bool,
}

/// A document, as its caller may be shown it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// With its content, where that is given out and was asked for.
    pub revision: Revision,
    /// The roles in which the caller sees it: what decides on narrowed fields.
    pub roles: BTreeSet<Role>,
}

/// The answer to a write.
#[derive(Clone, Debug)]
pub struct Answer {
    pub shown: Shown,
    pub findings: Vec<v1::Finding>,
}

impl Shown {
    /// Shows a revision to those who have the roles.
    pub(super) fn to(roles: &BTreeSet<Role>, revision: Revision) -> Self {
        Self {
            revision,
            roles: roles.clone(),
        }
    }

    pub(super) fn of(caller: &Caller, revision: Revision) -> Self {
        let target = target_of(&revision);
        let grants = caller.grants().iter();
        let seeing = grants.filter(|grant| {
            caller
                .stopped_at(grant, Act::ReadDocuments, &target)
                .is_none()
        });
        let roles = seeing.map(|grant| grant.role).collect();
        Self { revision, roles }
    }
}

pub(super) fn content_of(revision: &Revision) -> Result<Option<Content>> {
    let content = revision
        .content
        .as_deref()
        .map(|bytes| Content::decode(revision.kind, bytes));
    content.transpose().map_err(Error::fault)
}

/// The content of a revision that must have one.
pub(super) fn present_content_of(revision: &Revision) -> Result<Content> {
    content_of(revision)?.ok_or_else(|| {
        Error::fault(anyhow::anyhow!(
            "document {} has no content",
            revision.document
        ))
    })
}

/// What a document is to a decision on access.
pub(super) fn target_of(revision: &Revision) -> Target<'_> {
    Target::Document {
        kind: revision.kind,
        owner: revision.owner,
        round: revision.round.as_deref(),
        level: revision.level as i16,
    }
}
