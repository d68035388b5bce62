//! What items are answered, and what is noted of it for those who ask again.

use prost::Message;

use super::{
    again::with_document,
    decide::{What, Writing},
    item::Place,
};
use crate::{
    access::Caller,
    documents::{conflict::Conflict, model::Revision, operations::Shown, wire},
    error::{Error, Result},
    exchange::Exchange,
    kinds::{self, Content},
    proto::v1::{
        Document, Finding, PushConflict, PushMerged, PushResponse, PushedDocument,
        push_response::Outcome as Told,
    },
};

/// An answer that waits to be told. It is small, whatever it says, but for a merge that was only tried.
pub enum Ready {
    Whole(Answer),
    /// It shows a document, which is read when it is told.
    Merged {
        noted: PushResponse,
        position: i64,
    },
}

impl Ready {
    /// What was noted of an item of which all was in the document already.
    pub fn contained(revision: &Revision) -> Self {
        Self::Merged {
            noted: contained(revision),
            position: 0,
        }
    }

    /// Of a write that was made.
    pub fn written(caller: &Caller, writing: Writing, position: i64) -> Self {
        if matches!(writing.what, What::Merged(_)) {
            let noted = noted(&writing);
            Self::Merged { noted, position }
        } else {
            Self::Whole(Answer::written(caller, writing, position))
        }
    }

    /// The answer to the item that came there.
    pub async fn told(
        self,
        exchange: &Exchange,
        caller: &Caller,
        place: &Place,
    ) -> Result<PushResponse> {
        let answer = match self {
            Self::Whole(answer) => answer,
            Self::Merged { noted, position } => Answer {
                position,
                ..with_document(exchange, caller, noted).await?
            },
        };
        Ok(answer.to(place))
    }
}

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

    pub fn unchanged(revision: &Revision) -> Self {
        Self::of(Told::Unchanged(pushed(revision)))
    }

    /// Of a conflict that is not kept, the id is not told.
    pub fn conflict(conflict: &Conflict, head: &Revision, kept: bool, position: i64) -> Self {
        let id = conflict.id.to_string();
        let told = Told::Conflict(PushConflict {
            conflict_id: if kept { id } else { String::new() },
            document_id: conflict.document.to_string(),
            etag: head.etag(),
            fields: conflict.fields.clone(),
        });
        Self {
            position,
            ..Self::of(told)
        }
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
        document: Some(wire::with_content(
            Shown::of(caller, revision),
            Some(content),
        )),
        fields,
    }
}

/// What is noted of a write: everything else is read again from the revision, which does not change.
pub fn note(writing: &Writing) -> Vec<u8> {
    noted(writing).encode_to_vec()
}

fn noted(writing: &Writing) -> PushResponse {
    let told = match &writing.what {
        What::Created => Told::Created(named(&writing.revision)),
        What::Updated => Told::Updated(named(&writing.revision)),
        What::Merged(fields) => merged(&writing.revision, fields.clone()),
    };
    let findings = writing.findings.iter();
    PushResponse {
        findings: findings.map(kinds::without_words).collect(),
        ..answered(told)
    }
}

/// What is noted of an item whose document stood like that.
pub fn note_standing(revision: &Revision) -> Vec<u8> {
    answered(Told::Unchanged(named(revision))).encode_to_vec()
}

/// What is noted of an item of which all was in the document already.
pub fn note_contained(revision: &Revision) -> Vec<u8> {
    contained(revision).encode_to_vec()
}

fn contained(revision: &Revision) -> PushResponse {
    answered(merged(revision, Vec::new()))
}

/// What is noted of a conflict: all that was answered.
pub fn note_conflict(conflict: &Conflict, head: &Revision) -> Vec<u8> {
    answered(Answer::conflict(conflict, head, true, 0).told).encode_to_vec()
}

fn answered(told: Told) -> PushResponse {
    PushResponse {
        outcome: Some(told),
        ..PushResponse::default()
    }
}

fn named(revision: &Revision) -> PushedDocument {
    PushedDocument {
        id: revision.document.to_string(),
        revision: revision.number.unsigned_abs(),
        ..PushedDocument::default()
    }
}

fn merged(revision: &Revision, fields: Vec<String>) -> Told {
    let document = Document {
        id: revision.document.to_string(),
        revision: revision.number.unsigned_abs(),
        ..Document::default()
    };
    Told::Merged(PushMerged {
        document: Some(document),
        fields,
    })
}
