//! Where a scope and a later one of the same caller may differ. Decides on nothing: whoever asks looks there again.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Grant, RoleRule, Scope, reach_of};
use crate::proto::v1::{Act, Reach, Role};

/// Where two scopes of one caller may differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shift {
    Anywhere,
    /// Only at these organizations. Empty: nowhere.
    At(BTreeSet<Uuid>),
}

/// What a grant reaches.
#[derive(PartialEq, Eq)]
enum Territory {
    Nation,
    Within(BTreeSet<Uuid>),
}

impl Scope {
    /// Where this scope and another of the same caller and act may differ.
    pub fn shift(&self, other: &Self) -> Shift {
        // What is published is seen wherever it lies, in the roles of those who see it.
        if self.published_roles() != other.published_roles() {
            return Shift::Anywhere;
        }
        let (mut here, there) = (self.territories(), other.territories());
        // Universities and agencies are known to whoever reads organizations at all.
        if self.act == Act::ReadOrganizations && here.is_empty() != there.is_empty() {
            return Shift::Anywhere;
        }
        let mut places = BTreeSet::new();
        for (grant, there) in there {
            match (here.remove(&grant), there) {
                (Some(Territory::Nation), Territory::Nation) => {}
                (Some(Territory::Within(here)), Territory::Within(there)) => {
                    places.extend(here.symmetric_difference(&there));
                }
                (None, Territory::Within(only)) => places.extend(only),
                (_, Territory::Nation) | (Some(Territory::Nation), _) => return Shift::Anywhere,
            }
        }
        for only in here.into_values() {
            match only {
                Territory::Within(only) => places.extend(only),
                Territory::Nation => return Shift::Anywhere,
            }
        }
        Shift::At(places)
    }

    /// The acting roles that read anything published.
    fn published_roles(&self) -> BTreeSet<Role> {
        self.acting()
            .map(|(grant, _)| grant.role)
            .filter(|role| self.published_kinds(*role).next().is_some())
            .collect()
    }

    fn territories(&self) -> BTreeMap<Uuid, Territory> {
        self.acting()
            .map(|(grant, rule)| (grant.id, self.territory(grant, rule)))
            .collect()
    }

    fn territory(&self, grant: &Grant, rule: &RoleRule) -> Territory {
        let tree = self.caller.ground().tree;
        let mut within = BTreeSet::new();
        match reach_of(rule, self.act) {
            Reach::Nation => return Territory::Nation,
            Reach::Unspecified => {}
            Reach::Own => within.extend([grant.organization]),
            Reach::OwnAndBelow => within.extend(tree.with_descendants(grant.organization)),
        }
        if self.act == Act::ReadOrganizations {
            within.extend(tree.above(grant.organization));
        }
        Territory::Within(within)
    }
}
