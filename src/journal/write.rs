//! What goes into the journal, and what it answers.

use aws_lc_rs::digest;
use uuid::Uuid;

use super::decide::Key;
use crate::{
    access, documents, offers,
    organizations::{self, succession},
};

/// The verified caller of a write.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who calls.
    pub subject: String,
    /// Whom the caller acts for.
    pub organization: Uuid,
    /// In what role, `v1::Role`.
    pub role: i16,
    /// By which grant.
    pub grant: Option<Uuid>,
}

/// Names one request of a caller.
#[derive(Clone, Debug)]
pub struct RequestKey {
    /// The home of the grant that lets the call through. The request is noted under it.
    pub organization: Uuid,
    /// The caller's other homes: an earlier try may be noted there, if another grant let it through.
    pub others: Vec<Uuid>,
    /// The id that the caller gave the request.
    pub id: Uuid,
    /// SHA-256 of the request.
    pub digest: [u8; 32],
}

impl RequestKey {
    /// Of a request in its wire form. The method counts too: the same bytes may mean something else to another.
    pub fn new(organization: Uuid, id: Uuid, method: &str, request: &[u8]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&(method.len() as u64).to_be_bytes());
        hash.update(method.as_bytes());
        hash.update(request);
        let mut digest = [0; 32];
        digest.copy_from_slice(hash.finish().as_ref());
        Self {
            organization,
            others: Vec::new(),
            id,
            digest,
        }
    }

    /// Where the request may be noted.
    pub(super) fn homes(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.organization).chain(self.others.iter().copied())
    }
}

/// One row to be written. Revision r goes in only on top of revision r-1; the journal gives positions.
#[derive(Clone, Debug)]
pub enum Row {
    /// A revision of a document, with the links of its content where it changed the content.
    Document {
        revision: documents::entity::Model,
        links: Vec<documents::link::Model>,
    },
    /// A revision of an organization.
    Organization(organizations::entity::Model),
    /// That one organization took over from another.
    Succession(succession::Model),
    /// A revision of a grant.
    Grant(access::entity::Model),
    /// A conflict, or its resolution.
    Conflict(documents::conflict::entity::Model),
    /// A part of the report of a submission.
    Submission(offers::submission::entity::Model),
    /// A revision of a booking.
    Booking(offers::places::booking::Model),
    /// How the places of an offer are taken, after one more change.
    Places(offers::places::ledger::Model),
}

/// What an entry of the journal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Target {
    Document = 1,
    Organization = 2,
    Grant = 3,
    /// The successor is the target, the predecessor its owner.
    Succession = 4,
    // 5 is `ANSWER`.
    Conflict = 6,
    Submission = 7,
    Booking = 8,
    Places = 9,
}

impl Target {
    /// All that rows are written of.
    pub(super) const ALL: [Self; 8] = [
        Self::Document,
        Self::Organization,
        Self::Grant,
        Self::Succession,
        Self::Conflict,
        Self::Submission,
        Self::Booking,
        Self::Places,
    ];

    /// Where its rows are kept.
    pub(super) fn kept(self) -> Kept {
        let by_id = |table| Kept {
            table,
            owner: "owner_id",
            id: "id",
            revision: "r.revision",
        };
        match self {
            Self::Document => Kept {
                id: "document_id",
                ..by_id("revisions")
            },
            Self::Organization => Kept {
                owner: "id",
                ..by_id("organizations")
            },
            Self::Grant => Kept {
                owner: "organization_id",
                ..by_id("grants")
            },
            Self::Succession => Kept {
                owner: "predecessor_id",
                id: "successor_id",
                revision: "1",
                ..by_id("successions")
            },
            Self::Conflict => by_id("conflicts"),
            Self::Submission => by_id("submissions"),
            Self::Booking => by_id("bookings"),
            Self::Places => by_id("places"),
        }
    }

    /// Whether its rows end where the next revision begins.
    pub(super) fn has_spans(self) -> bool {
        self != Self::Succession
    }
}

/// A table, and what of its rows `r` is the owner, the id and the revision of their key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub table: &'static str,
    /// A column.
    pub owner: &'static str,
    /// A column.
    pub id: &'static str,
    /// An expression.
    pub revision: &'static str,
}

impl Kept {
    /// What holds of the row that the keys `k` name.
    pub fn is_named(&self) -> String {
        let Self { owner, id, .. } = self;
        format!("r.{owner} = k.owner AND r.{id} = k.id")
    }
}

/// The target of an entry that speaks of a request which wrote no row: its id, owned by its organization.
pub(super) const ANSWER: i16 = 5;

/// A head that a write rests on without writing to it. Made by [`Key::at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    pub(super) key: Key,
    pub(super) revision: i32,
}

impl Expected {
    pub(super) fn key(&self) -> Key {
        self.key
    }
}

/// Rows that are written together or not at all.
#[derive(Clone, Debug)]
pub struct Write {
    pub actor: Actor,
    /// The method called, as in the contract.
    pub method: &'static str,
    /// None: the write can not be repeated safely.
    pub request: Option<RequestKey>,
    /// The position that the register of organizations was read at: refused when others have changed it since, or are
    /// about to in the same group. None: the write does not rest on what others are.
    pub register_unchanged_since: Option<i64>,
    /// Heads that must stand as they were read: refused when one of them does not.
    pub expects: Vec<Expected>,
    /// Do everything and keep nothing.
    pub dry_run: bool,
    /// What a repetition of the request is answered.
    pub answer: Vec<u8>,
    pub rows: Vec<Row>,
}

impl Write {
    /// How many entries it makes: one for each row, and one for a mere answer.
    pub(super) fn entries(&self) -> usize {
        self.rows.len().max(usize::from(self.request.is_some()))
    }
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is written, its last row at this position. Of a dry run: where it would have been.
    Now { position: i64 },
    /// The same request was answered before, with this.
    Before { answer: Vec<u8> },
}

/// Why nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("row {row} does not follow the current revision {current:?}")]
    Outdated { row: usize, current: Option<i32> },
    #[error("the external id of row {row} is taken")]
    ExternalIdTaken { row: usize },
    #[error("a code of row {row} is taken")]
    CodeTaken { row: usize },
    #[error("the register of organizations has changed since it was read")]
    RegisterChanged,
    #[error("what the write rests on stands otherwise than it was read")]
    ExpectedOtherwise,
    #[error("the request id was used for another request")]
    RequestIdConflict,
    #[error("another write was refused that it was to be written together with")]
    Together,
    /// Nothing was written, or it is not known; repeating the request with its id is safe.
    #[error("{0}")]
    Unavailable(&'static str),
    /// Nothing was written, for want of room; repeating the request with its id is safe.
    #[error("there is no room left to write")]
    NoRoom,
}

impl Row {
    pub(super) fn revision(&self) -> i32 {
        match self {
            Self::Document { revision, .. } => revision.revision,
            Self::Organization(organization) => organization.revision,
            Self::Succession(_) => 1,
            Self::Grant(grant) => grant.revision,
            Self::Conflict(conflict) => conflict.revision,
            Self::Submission(part) => part.revision,
            Self::Booking(booking) => booking.revision,
            Self::Places(ledger) => ledger.revision,
        }
    }

    /// Whether it changes the register of organizations.
    pub(super) fn is_of_register(&self) -> bool {
        matches!(self, Self::Organization(_) | Self::Succession(_))
    }

    /// Puts the row in its place in time.
    pub(super) fn set_span(&mut self, from: i64, until: Option<i64>) {
        match self {
            Self::Document { revision, .. } => {
                (revision.position, revision.until_position) = (from, until);
            }
            Self::Organization(organization) => {
                (organization.position, organization.until_position) = (from, until);
            }
            Self::Succession(succession) => succession.position = from,
            Self::Grant(grant) => {
                (grant.position, grant.until_position) = (from, until);
            }
            Self::Conflict(conflict) => {
                (conflict.position, conflict.until_position) = (from, until);
            }
            Self::Submission(part) => {
                (part.position, part.until_position) = (from, until);
            }
            Self::Booking(booking) => {
                (booking.position, booking.until_position) = (from, until);
            }
            Self::Places(ledger) => {
                (ledger.position, ledger.until_position) = (from, until);
            }
        }
    }

    /// Roughly what it weighs, for the size of a group.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Document { revision, links } => {
                revision.content.as_ref().map_or(0, Vec::len) + 500 + links.len() * 150
            }
            Self::Organization(organization) => {
                organization.belongings.len() + organization.school_forms.len() + 300
            }
            Self::Succession(_) => 100,
            Self::Grant(_) => 250,
            Self::Conflict(conflict) => conflict.content.as_ref().map_or(0, Vec::len) + 500,
            Self::Submission(part) => part.content.as_ref().map_or(0, Vec::len) + 200,
            Self::Booking(_) => 300,
            Self::Places(_) => 200,
        }
    }
}
