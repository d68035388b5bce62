//! The records of an import on their way to the register: which organization each is.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Register, key_of, rules};
use crate::{
    clock,
    organizations::{
        codes::Date,
        findings::{Saying, refuses},
        model::{Facts, Identity, Reference, Succession},
        record::{Faulty, Record},
    },
    proto::v1::{Finding, OrganizationRecord, OrganizationType},
};

/// One record on its way.
pub(super) struct Draft {
    pub(super) key: String,
    /// None: wrong by itself.
    pub(super) record: Option<Record>,
    /// The registered organization that it is, or a new id.
    pub(super) id: Uuid,
    pub(super) facts: Option<Facts>,
    /// Successions that are not registered.
    pub(super) successions: Vec<Succession>,
    pub(super) findings: Vec<Finding>,
    pub(super) refused: bool,
}

impl Draft {
    pub(super) fn say(&mut self, field: impl Into<String>, saying: Saying) {
        let finding = saying.at(field, self.key.clone());
        self.refused |= refuses(&finding);
        self.findings.push(finding);
    }
}

/// All records of an import, in their order, and where to find each.
pub(super) struct Drafts {
    pub(super) list: Vec<Draft>,
    known: HashMap<Identity, usize>,
    by_id: HashMap<Uuid, usize>,
}

/// What a reference leads to.
pub(super) enum Target {
    Found {
        id: Uuid,
        kind: OrganizationType,
    },
    /// Another record of the import, which is refused and not registered.
    Refused,
    Unknown,
}

impl Drafts {
    pub(super) fn gather(records: &[OrganizationRecord], register: &Register, today: Date) -> Self {
        let mut drafts = Self {
            list: Vec::with_capacity(records.len()),
            known: HashMap::new(),
            by_id: HashMap::new(),
        };
        for (index, wire) in records.iter().enumerate() {
            let key = key_of(index, wire);
            match Record::read(wire, &key, today) {
                Ok(record) => drafts.add(key, record, register),
                Err(faulty) => drafts.add_faulty(key, faulty),
            }
        }
        drafts
    }

    /// What a reference leads to: another record first, then what is registered.
    pub(super) fn resolve(&self, reference: &Reference, register: &Register) -> Target {
        let registered = register.find(reference);
        let draft = match reference {
            Reference::Id(id) => self.by_id.get(id),
            Reference::Known(identity) => self.known.get(identity),
        };
        match (draft.and_then(|index| self.list.get(*index)), registered) {
            (
                Some(Draft {
                    id,
                    record: Some(record),
                    refused: false,
                    ..
                }),
                _,
            ) => Target::Found {
                id: *id,
                kind: record.kind,
            },
            (_, Some(registered)) => Target::Found {
                id: registered.id,
                kind: registered.facts.kind,
            },
            (Some(_), None) => Target::Refused,
            (None, None) => Target::Unknown,
        }
    }

    /// The record that is the organization, if any.
    pub(super) fn of(&self, id: Uuid) -> Option<&Draft> {
        self.by_id.get(&id).and_then(|index| self.list.get(*index))
    }

    /// Whether the organization will not be there: a record of the import would have brought it, and is refused.
    pub(super) fn is_lost(&self, id: Uuid, register: &Register) -> bool {
        register.get(id).is_none() && self.of(id).is_none_or(|draft| draft.refused)
    }

    fn add(&mut self, key: String, record: Record, register: &Register) {
        let mut registered: Vec<Uuid> = record
            .identities()
            .filter_map(|identity| register.find(&Reference::Known(identity)))
            .map(|organization| organization.id)
            .collect();
        registered.dedup();
        let id = registered.first().copied().unwrap_or_else(clock::new_id);
        let mut draft = Draft {
            key,
            id,
            facts: None,
            successions: Vec::new(),
            findings: Vec::new(),
            refused: false,
            record: None,
        };
        if registered.len() > 1 {
            draft.say("", rules::identities_disagree());
        }
        let claimed = |identity: &Identity| self.known.contains_key(identity);
        if self.by_id.contains_key(&id) || record.identities().any(|identity| claimed(&identity)) {
            draft.say("", rules::twice_in_import());
        } else {
            self.by_id.insert(id, self.list.len());
            self.claim(record.identities());
        }
        draft.record = Some(record);
        self.list.push(draft);
    }

    fn add_faulty(&mut self, key: String, faulty: Faulty) {
        self.claim(faulty.identities.into_iter());
        self.list.push(Draft {
            key,
            record: None,
            id: clock::new_id(),
            facts: None,
            successions: Vec::new(),
            findings: faulty.findings,
            refused: true,
        });
    }

    /// Notes that the identities are those of the next record.
    fn claim(&mut self, identities: impl Iterator<Item = Identity>) {
        let index = self.list.len();
        for identity in identities {
            self.known.entry(identity).or_insert(index);
        }
    }
}
