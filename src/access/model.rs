//! Grants, and what calls are about. Knows neither gRPC nor SQL.

use uuid::Uuid;

use super::entity;
use crate::{
    clock::Time,
    journal,
    proto::v1::{DocumentKind, Role},
};

/// A role that a subject has at an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: Uuid,
    pub revision: i32,
    pub subject: String,
    pub role: Role,
    /// Where the role reaches from.
    pub organization: Uuid,
    /// Where the subject belongs, and for whom it acts.
    pub home: Uuid,
    /// Only documents of this round.
    pub round: Option<String>,
    pub not_after: Option<Time>,
    pub created_at: Time,
    pub revoked_at: Option<Time>,
}

impl Grant {
    pub fn has_ended(&self, now: Time) -> bool {
        self.revoked_at.is_some() || self.not_after.is_some_and(|end| end <= now)
    }

    /// Its subject as the one who acts by it.
    pub fn actor(&self) -> journal::Actor {
        journal::Actor {
            subject: self.subject.clone(),
            organization: self.home,
            role: number(self.role),
            grant: Some(self.id),
        }
    }
}

/// A role as rows keep it.
pub fn number(role: Role) -> i16 {
    i16::try_from(i32::from(role)).unwrap_or_default()
}

impl From<entity::Model> for Grant {
    fn from(row: entity::Model) -> Self {
        let entity::Model {
            organization_id,
            id,
            revision,
            subject,
            role,
            home_organization_id,
            round,
            not_after,
            created_at,
            revoked_at,
            position: _,
            until_position: _,
        } = row;
        Self {
            id,
            revision,
            subject,
            // A role of a newer program may do nothing here.
            role: Role::try_from(i32::from(role)).unwrap_or(Role::Unspecified),
            organization: organization_id,
            home: home_organization_id,
            round,
            not_after: not_after.map(Time::from_micros),
            created_at: Time::from_micros(created_at),
            revoked_at: revoked_at.map(Time::from_micros),
        }
    }
}

/// What a call is about, as far as access is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Nothing in particular.
    Anything,
    /// Some document of a kind.
    Kind(DocumentKind),
    /// Documents of an owner, without regard to round and stage.
    DocumentsOf {
        kind: DocumentKind,
        owner: Uuid,
    },
    /// A document that is yet to be made.
    NewDocument {
        kind: DocumentKind,
        owner: Uuid,
        round: Option<&'a str>,
    },
    Document {
        kind: DocumentKind,
        owner: Uuid,
        round: Option<&'a str>,
        /// The highest stage reached: 1 draft, 2 submitted or returned, 3 accepted.
        level: i16,
    },
    Organization(Uuid),
    /// A grant that is yet to be made.
    NewGrant {
        role: Role,
        organization: Uuid,
        round: Option<&'a str>,
    },
    Grant {
        role: Role,
        organization: Uuid,
        round: Option<&'a str>,
    },
    /// What does not exist, or is not known to.
    Missing,
}
