//! What items are answered, and what is noted of it for those who ask again.

use prost::Message;

use super::{
    decide::{What, Writing},
    item::Place,
};
use crate::{
    access::Caller,
    documents::{conflict::Conflict, model::Revision, operations::Shown, wire},
    error::{Error, Result},
    kinds::{self, Content},
    proto::v1::{
        Document, Finding, PushConflict, PushMerged, PushResponse, PushedDocument,
        push_response::Outcome as Told,
    },
};

/// An answer that does not know yet which item it is for.
pub struct Answer {
    pub told: Told,
    pub findings: Vec<Finding>,
    pub position: i64,
}

impl Answer {
    pub fn of(told: Told) -> Self {
        Self {
            told,
            findings: Vec::new(),
            position: 0,
        }
    }

    pub fn refused(refusal: Error) -> Self {
        Self::of(Told::Refused(refusal.into()))
    }

    pub fn written(caller: &Caller, writing: Writing, position: i64) -> Self {
        let Writing {
            what,
            revision,
            merged,
            links: _,
            findings,
        } = writing;
        let told = match (what, merged) {
            (What::Created, _) => Told::Created(pushed(&revision)),
            (What::Merged(fields), Some(content)) => {
                Told::Merged(shown(caller, revision, content, fields))
            }
            (What::Updated | What::Merged(_), _) => Told::Updated(pushed(&revision)),
        };
        Self {
            told,
            findings,
            position,
        }
    }

    /// The change is in the document already.
    pub fn contained(caller: &Caller, revision: Revision) -> Result<Self> {
        let document = wire::document(Shown::read(caller, revision)?);
        Ok(Self::of(Told::Merged(PushMerged {
            document: Some(document),
            fields: Vec::new(),
        })))
    }

    pub fn unchanged(revision: &Revision) -> Self {
        Self::of(Told::Unchanged(pushed(revision)))
    }

    /// Of a conflict that is not kept, the id is not told.
    pub fn conflict(conflict: &Conflict, head: &Revision, kept: bool) -> Self {
        let id = conflict.id.to_string();
        Self::of(Told::Conflict(PushConflict {
            conflict_id: if kept { id } else { String::new() },
            document_id: conflict.document.to_string(),
            etag: head.etag(),
            fields: conflict.fields.clone(),
        }))
    }

    pub fn to(self, place: &Place) -> PushResponse {
        PushResponse {
            request_id: place.request_id.clone(),
            index: place.index,
            outcome: Some(self.told),
            findings: self.findings,
            position: self.position.unsigned_abs(),
        }
    }
}

fn pushed(revision: &Revision) -> PushedDocument {
    PushedDocument {
        id: revision.document.to_string(),
        external_id: revision.external_id.clone(),
        etag: revision.etag(),
        revision: revision.number.unsigned_abs(),
        content_hash: revision.content_hash.clone().into(),
    }
}

fn shown(caller: &Caller, revision: Revision, content: Content, fields: Vec<String>) -> PushMerged {
    PushMerged {
        document: Some(wire::document(Shown::with(caller, revision, Some(content)))),
        fields,
    }
}

/// What is noted of a write: everything else is read again from the revision, which does not change.
pub fn note(writing: &Writing) -> Vec<u8> {
    let (id, revision) = (
        writing.revision.document.to_string(),
        writing.revision.number.unsigned_abs(),
    );
    let pushed = PushedDocument {
        id: id.clone(),
        revision,
        ..PushedDocument::default()
    };
    let told = match &writing.what {
        What::Created => Told::Created(pushed),
        What::Updated => Told::Updated(pushed),
        What::Merged(fields) => Told::Merged(PushMerged {
            document: Some(Document {
                id,
                revision,
                ..Document::default()
            }),
            fields: fields.clone(),
        }),
    };
    encode(told, &writing.findings)
}

/// What is noted of an item whose document stood like that.
pub fn note_standing(revision: &Revision) -> Vec<u8> {
    let pushed = PushedDocument {
        id: revision.document.to_string(),
        revision: revision.number.unsigned_abs(),
        ..PushedDocument::default()
    };
    encode(Told::Unchanged(pushed), &[])
}

/// What is noted of an item of which all was in the document already.
pub fn note_contained(revision: &Revision) -> Vec<u8> {
    let document = Document {
        id: revision.document.to_string(),
        revision: revision.number.unsigned_abs(),
        ..Document::default()
    };
    let merged = PushMerged {
        document: Some(document),
        fields: Vec::new(),
    };
    encode(Told::Merged(merged), &[])
}

/// What is noted of a conflict: all that was answered.
pub fn note_conflict(conflict: &Conflict, head: &Revision) -> Vec<u8> {
    encode(Answer::conflict(conflict, head, true).told, &[])
}

fn encode(told: Told, findings: &[Finding]) -> Vec<u8> {
    PushResponse {
        outcome: Some(told),
        findings: findings.iter().cloned().map(kinds::without_words).collect(),
        ..PushResponse::default()
    }
    .encode_to_vec()
}
