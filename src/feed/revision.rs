//! A revision as it is told: encoded once for all who are shown the same of it.

use std::sync::{Arc, Mutex, PoisonError};

use prost::bytes::Bytes;
use uuid::Uuid;

use super::{
    answer::Telling,
    facts::Facts,
    view::{Shown, View},
};
use crate::{
    contract::Visibility,
    documents::{self, Found, entity},
    error::Result,
    proto::v1::{self, DocumentState, event::What},
};

/// A revision with what its document has become since, as far as is known. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Revision {
    written: Arc<Written>,
    /// Whoever is shown the revision must see all of this.
    since: Vec<Facts>,
}

/// What was written, and how it has been told so far.
#[derive(Debug)]
struct Written {
    found: Found,
    facts: Facts,
    told: Mutex<Vec<(Way, Bytes)>>,
}

/// A way of being told: the same event for all who are told it so.
#[derive(Debug, PartialEq, Eq)]
struct Way {
    telling: Telling,
    visibility: Visibility,
    is_withdrawn: bool,
}

impl Revision {
    pub fn new(found: Found, head: Facts) -> Self {
        let facts = Facts::from(&found.row);
        let told = Mutex::default();
        Self {
            written: Arc::new(Written { found, facts, told }),
            since: vec![head],
        }
    }

    pub fn document(&self) -> Uuid {
        self.row().document_id
    }

    /// Where it was written.
    pub fn position(&self) -> i64 {
        self.row().position
    }

    pub fn facts(&self) -> &Facts {
        &self.written.facts
    }

    #[cfg(test)]
    pub fn since(&self) -> &[Facts] {
        &self.since
    }

    /// Learns what its document has become.
    pub fn became(&mut self, facts: &Facts) {
        if !self.since.contains(facts) {
            self.since.push(facts.clone());
        }
    }

    /// What it weighs in memory, about: its content as it is kept, and as it is told.
    pub fn bytes(&self) -> usize {
        2 * self.row().content.as_ref().map_or(0, Vec::len)
    }

    /// Whether the caller is shown it: it sees the revision, and what became of it.
    pub fn is_seen_in(&self, view: &View) -> bool {
        self.shown_to(view).is_some()
    }

    /// Its number, and what tells it from others.
    pub fn version(&self) -> (i32, String) {
        let row = self.row();
        let etag = documents::etag(row.document_id, row.revision, &row.content_hash);
        (row.revision, etag)
    }

    /// The event that shows it, unless the caller can not see it, or what became of it. Kept for others, where there are any.
    pub fn shown_in(self, view: &View, telling: Telling) -> Result<Option<Bytes>> {
        let Some(shown) = self.shown_to(view) else {
            return Ok(None);
        };
        let way = self.way(&shown, telling);
        let event = match Arc::try_unwrap(self.written) {
            Ok(alone) => event_of(alone.found, &shown, &way),
            Err(shared) => shared.told(&shown, way),
        };
        event.map(Some)
    }

    /// What remains of it where it withdrew its document. To whoever can not see it any more, nothing but the id.
    pub fn tombstone_in(&self, view: &View) -> What {
        let row = self.row();
        let id = row.document_id.to_string();
        if !self.is_seen_since(view) {
            return What::Left(v1::DocumentLeft { id });
        }
        let external_id = row.external_scheme.clone().zip(row.external_value.clone());
        What::Tombstone(v1::Tombstone {
            id,
            kind: row.kind.into(),
            owner_id: row.owner_id.to_string(),
            external_id: external_id.map(|(scheme, value)| v1::ExternalId { scheme, value }),
            reason: row.withdraw_reason.into(),
            revision: row.revision.unsigned_abs(),
        })
    }

    fn row(&self) -> &entity::Model {
        &self.written.found.row
    }

    fn is_seen_since(&self, view: &View) -> bool {
        self.since.iter().all(|facts| view.sees(facts))
    }

    /// What is shown of it. None: the caller can not see it, or what became of it.
    fn shown_to(&self, view: &View) -> Option<Arc<Shown>> {
        let shown = view.shown(self.facts())?;
        // Mostly nothing has become of it.
        let mut since = self.since.iter().filter(|facts| *facts != self.facts());
        since.all(|facts| view.sees(facts)).then_some(shown)
    }

    fn way(&self, shown: &Shown, telling: Telling) -> Way {
        Way {
            telling,
            visibility: shown.visibility.clone(),
            is_withdrawn: self.since.iter().any(Facts::is_withdrawn),
        }
    }
}

impl Written {
    fn told(&self, shown: &Shown, way: Way) -> Result<Bytes> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, event)) = told.iter().find(|(known, _)| *known == way) {
            return Ok(event.clone());
        }
        let event = event_of(self.found.clone(), shown, &way)?;
        told.push((way, event.clone()));
        Ok(event)
    }
}

/// The event that tells it so.
fn event_of(mut found: Found, shown: &Shown, way: &Way) -> Result<Bytes> {
    if way.is_withdrawn {
        found.state_now = DocumentState::Withdrawn as i16;
    }
    documents::told(way.telling as u32, &shown.roles, found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;

    use super::*;
    use crate::proto::v1::{Analysis, Role, document::Content};

    fn revision() -> Revision {
        let content = Analysis {
            present_state: "Läsförståelsen sjunker.".to_owned(),
            ..Analysis::default()
        };
        let row = entity::Model {
            content: Some(content.encode_to_vec()),
            ..entity::tests::draft()
        };
        let head = Facts::from(&row);
        let state_now = row.state;
        Revision::new(Found { row, state_now }, head)
    }

    fn told(revision: &Revision, role: Role, telling: Telling) -> Bytes {
        let roles = BTreeSet::from([role]);
        let visibility = Visibility::of(&roles);
        let shown = Shown { roles, visibility };
        let way = revision.way(&shown, telling);
        revision.written.told(&shown, way).unwrap()
    }

    #[test]
    fn a_revision_is_encoded_once_for_all_who_see_alike() {
        let revision = revision();
        let principal = told(&revision, Role::Principal, Telling::Upsert);
        let head = told(&revision.clone(), Role::OrganizerHead, Telling::Upsert);
        assert_eq!(principal.as_ptr(), head.as_ptr());
        assert_ne!(told(&revision, Role::Observer, Telling::Upsert), principal);
        assert_ne!(
            told(&revision, Role::Principal, Telling::Entered),
            principal
        );
    }

    #[test]
    fn what_is_withdrawn_is_told_without_its_content() {
        let mut revision = revision();
        let content = |event: Bytes| {
            let event = v1::Event::decode(event).unwrap();
            let Some(What::Upsert(document)) = event.what else {
                panic!("it is told")
            };
            document.content
        };
        let before = content(told(&revision, Role::Principal, Telling::Upsert));
        assert!(matches!(before, Some(Content::Analysis(_))));
        revision.became(&Facts {
            state: DocumentState::Withdrawn as i16,
            ..revision.facts().clone()
        });
        let since = content(told(&revision, Role::Principal, Telling::Upsert));
        assert_eq!(since, None);
    }
}
