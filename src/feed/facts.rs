//! What decides on who sees a revision of a document.

use uuid::Uuid;

use crate::{
    access::Target,
    documents::entity,
    proto::v1::{DocumentKind, DocumentState},
};

/// A revision as far as sight and filters ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    pub owner: Uuid,
    /// `v1::DocumentKind`.
    pub kind: i16,
    pub round: Option<String>,
    /// The highest stage reached.
    pub level: i16,
    /// `v1::DocumentState`.
    pub state: i16,
}

impl Facts {
    pub fn target(&self) -> Target<'_> {
        Target::Document {
            kind: DocumentKind::try_from(i32::from(self.kind)).unwrap_or_default(),
            owner: self.owner,
            round: self.round.as_deref(),
            level: self.level,
        }
    }

    pub fn is_withdrawn(&self) -> bool {
        i32::from(self.state) == i32::from(DocumentState::Withdrawn)
    }
}

impl From<&entity::Model> for Facts {
    fn from(row: &entity::Model) -> Self {
        Self {
            owner: row.owner_id,
            kind: row.kind,
            round: row.round.clone(),
            level: row.level,
            state: row.state,
        }
    }
}
