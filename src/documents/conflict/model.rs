//! What is true of conflicts. Knows neither gRPC nor SQL, and nothing of what contents mean.

use prost::Message;
use uuid::{Builder, Uuid};

use crate::{
    clock::Time,
    documents::request,
    journal::sha256,
    proto::v1::{ConflictResolution, Document, DocumentKind, ExternalId, Period},
};

/// A pushed change that could not be merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Of the change, see `id_after`. Nil until it is known whether the change made a conflict before.
    pub id: Uuid,
    pub owner: Uuid,
    pub document: Uuid,
    pub kind: DocumentKind,
    /// Paths of the fields that both sides changed.
    pub fields: Vec<String>,
    /// The revision that both sides began from.
    pub base: i32,
    /// The revision that stood when the change was pushed.
    pub theirs: i32,
    pub yours: Yours,
    /// Who pushed it.
    pub author: String,
    pub created_at: Time,
    /// None: it is open.
    pub resolved: Option<Resolved>,
}

impl Conflict {
    /// Whether it is of the same change by the same author, against the same revision.
    pub fn is_of_same_change(&self, other: &Self) -> bool {
        let Yours {
            external_id,
            round,
            period,
            content: _,
            content_hash,
        } = &self.yours;
        let same_document = (self.owner, self.document) == (other.owner, other.document);
        same_document
            && (self.base, self.theirs) == (other.base, other.theirs)
            && self.author == other.author
            && *content_hash == other.yours.content_hash
            && *external_id == other.yours.external_id
            && *round == other.yours.round
            && *period == other.yours.period
    }

    /// The id of a conflict whose change made so many before that are resolved. Whoever pushes the same change at the same
    /// instant comes to the same id, and the journal takes one of them.
    pub fn id_after(&self, resolved: usize) -> Uuid {
        let Yours {
            external_id,
            round,
            period,
            content: _,
            content_hash,
        } = &self.yours;
        let envelope = Document {
            id: self.document.to_string(),
            owner_id: self.owner.to_string(),
            external_id: external_id.clone(),
            round: round.clone().unwrap_or_default(),
            period: period.clone(),
            ..Document::default()
        };
        let change = request::body_of(&[
            b"styrkedja conflict",
            &envelope.encode_to_vec(),
            content_hash,
            &self.base.to_be_bytes(),
            &self.theirs.to_be_bytes(),
            self.author.as_bytes(),
            &(resolved as u64).to_be_bytes(),
        ]);
        let mut id = [0; 16];
        id.copy_from_slice(&sha256(&change)[..16]);
        Builder::from_custom_bytes(id).into_uuid()
    }
}

/// A document as it was pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct Yours {
    pub external_id: Option<ExternalId>,
    pub round: Option<String>,
    pub period: Option<Period>,
    /// The encoded content, where it was asked for.
    pub content: Option<Vec<u8>>,
    pub content_hash: Vec<u8>,
}

/// How a conflict was resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub how: ConflictResolution,
    pub by: String,
    pub at: Time,
    /// The revision that was written for it.
    pub revision: Option<i32>,
}
