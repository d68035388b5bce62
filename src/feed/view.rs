//! What a caller sees in one state of the register.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use uuid::Uuid;

use super::facts::Facts;
use crate::{
    access::{Caller, Scope, Sight},
    contract::Visibility,
    proto::v1::{Act, Role},
};

/// Decisions kept of one view.
const KEPT: usize = 1000;

/// What a caller sees in one state of the register, at one moment.
#[derive(Clone, Debug)]
pub struct View {
    pub caller: Caller,
    pub documents: Scope,
    pub organizations: Scope,
    sight: OnceLock<Sight>,
    /// What was decided of what has the same facts: most documents have those of others.
    shown: Arc<Mutex<HashMap<Facts, Option<Arc<Shown>>>>>,
}

/// What is shown of a document that is seen.
#[derive(Debug)]
pub struct Shown {
    pub roles: BTreeSet<Role>,
    pub visibility: Visibility,
}

impl View {
    pub fn of(caller: Caller) -> Self {
        Self {
            documents: caller.scope(Act::ReadDocuments),
            organizations: caller.scope(Act::ReadOrganizations),
            sight: OnceLock::new(),
            shown: Arc::default(),
            caller,
        }
    }

    /// The rights by which the caller sees.
    pub fn sight(&self) -> Sight {
        *self.sight.get_or_init(|| self.caller.sight())
    }

    pub fn sees(&self, facts: &Facts) -> bool {
        self.shown(facts).is_some()
    }

    /// What is shown of what has the facts. None: it is not seen.
    pub fn shown(&self, facts: &Facts) -> Option<Arc<Shown>> {
        let mut known = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shown) = known.get(facts) {
            return shown.clone();
        }
        let roles = self.documents.roles_on(&facts.target());
        let shown = (!roles.is_empty()).then(|| {
            let visibility = Visibility::of(&roles);
            Arc::new(Shown { roles, visibility })
        });
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(facts.clone(), shown.clone());
        shown
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
