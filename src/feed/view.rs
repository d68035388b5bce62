//! What a caller sees in one state of the register.

use std::{collections::BTreeSet, sync::OnceLock};

use uuid::Uuid;

use super::facts::Facts;
use crate::{
    access::{Caller, Scope, Sight},
    proto::v1::{Act, Role},
};

/// What a caller sees in one state of the register, at one moment.
#[derive(Clone, Debug)]
pub struct View {
    pub caller: Caller,
    pub documents: Scope,
    pub organizations: Scope,
    sight: OnceLock<Sight>,
}

impl View {
    pub fn of(caller: Caller) -> Self {
        Self {
            documents: caller.scope(Act::ReadDocuments),
            organizations: caller.scope(Act::ReadOrganizations),
            sight: OnceLock::new(),
            caller,
        }
    }

    /// The rights by which the caller sees.
    pub fn sight(&self) -> Sight {
        *self.sight.get_or_init(|| self.caller.sight())
    }

    pub fn sees(&self, facts: &Facts) -> bool {
        !self.roles_on(facts).is_empty()
    }

    pub fn roles_on(&self, facts: &Facts) -> BTreeSet<Role> {
        self.documents.roles_on(&facts.target())
    }

    pub fn sees_organization(&self, id: Uuid) -> bool {
        self.organizations.sees_organization(id)
    }

    /// Whether time has ended none of the grants that acted in the other view of the same state.
    pub fn acts_as<'a>(&'a self, other: &'a Self) -> bool {
        let ids = |view: &'a Self| view.caller.grants_now().map(|grant| grant.id);
        ids(self).eq(ids(other))
    }
}
