//! The register as an import finds it: every organization in force, by id and by identity.

use std::collections::HashMap;

use uuid::Uuid;

use crate::organizations::{
    codes::Date,
    model::{Identity, Organization, Reference, Succession},
};

/// Every organization in force, and every succession.
#[derive(Debug, Default)]
pub struct Register {
    organizations: HashMap<Uuid, Organization>,
    known: HashMap<Identity, Uuid>,
    successions: HashMap<(Uuid, Uuid), Date>,
}

impl Register {
    pub fn new(organizations: Vec<Organization>, successions: Vec<Succession>) -> Self {
        let mut register = Self::default();
        for organization in organizations {
            register.put(organization);
        }
        for succession in successions {
            register.follow(succession);
        }
        register
    }

    pub fn get(&self, id: Uuid) -> Option<&Organization> {
        self.organizations.get(&id)
    }

    pub fn find(&self, reference: &Reference) -> Option<&Organization> {
        match reference {
            Reference::Id(id) => self.get(*id),
            Reference::Known(identity) => self.known.get(identity).and_then(|id| self.get(*id)),
        }
    }

    /// On which day the one followed the other, if it did.
    pub fn followed(&self, predecessor: Uuid, successor: Uuid) -> Option<Date> {
        self.successions.get(&(predecessor, successor)).copied()
    }

    /// Every succession, as predecessor and successor.
    pub fn successions(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.successions.keys().copied()
    }

    fn put(&mut self, organization: Organization) {
        for identity in organization.facts.identities() {
            self.known.insert(identity, organization.id);
        }
        self.organizations.insert(organization.id, organization);
    }

    fn follow(&mut self, succession: Succession) {
        self.successions.insert(
            (succession.predecessor, succession.successor),
            succession.date,
        );
    }
}
