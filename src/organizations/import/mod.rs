//! What an import does to the register, worked out before anything is written: which organization each record is, what
//! it changes, and what is wrong. Knows neither streams nor tables.

mod draft;
mod lineage;
mod order;
mod place;
mod register;
pub mod rules;

use crate::{
    clock::Time,
    organizations::{
        codes::Date,
        model::{Organization, Succession},
    },
    proto::v1::{Finding, OrganizationRecord},
};
use draft::{Draft, Drafts};
pub use register::Register;

/// What one record does.
#[derive(Clone, Debug)]
pub struct Step {
    pub outcome: Outcome,
    /// The organization to write. None: it stands as it is, or the record is refused.
    pub organization: Option<Organization>,
    /// The successions to write.
    pub successions: Vec<Succession>,
    pub findings: Vec<Finding>,
}

/// What came of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    Refused,
}

/// Works out what the records do, one step a record, in the order in which they are to be written: what lies above
/// comes first. The order depends on the records alone.
pub fn plan(
    records: &[OrganizationRecord],
    register: &Register,
    today: Date,
    now: Time,
) -> Vec<Step> {
    let mut drafts = Drafts::gather(records, register, today);
    place::settle_places(&mut drafts, register);
    lineage::name_predecessors(&mut drafts, register);
    while place::refuse_what_hangs(&mut drafts, register)
        | lineage::refuse_what_hangs(&mut drafts, register)
    {}
    let order = order::writing_order(records);
    let mut steps: Vec<_> = drafts
        .list
        .into_iter()
        .map(|draft| Some(step(draft, register, now)))
        .collect();
    order
        .into_iter()
        .filter_map(|index| steps.get_mut(index).and_then(Option::take))
        .collect()
}

/// The key of a record: its own, or its number in the stream.
pub fn key_of(index: usize, record: &OrganizationRecord) -> String {
    if record.key.is_empty() {
        format!("#{}", index + 1)
    } else {
        record.key.clone()
    }
}

fn step(draft: Draft, register: &Register, now: Time) -> Step {
    let findings = draft.findings;
    let Some(facts) = draft.facts.filter(|_| !draft.refused) else {
        return Step {
            outcome: Outcome::Refused,
            organization: None,
            successions: Vec::new(),
            findings,
        };
    };
    let registered = register.get(draft.id);
    let changed = registered.is_none_or(|registered| registered.facts != facts);
    let outcome = match registered {
        None => Outcome::Created,
        Some(_) if changed || !draft.successions.is_empty() => Outcome::Updated,
        Some(_) => Outcome::Unchanged,
    };
    let organization = changed.then(|| Organization {
        id: draft.id,
        revision: registered.map_or(1, |registered| registered.revision + 1),
        facts,
        created_at: registered.map_or(now, |registered| registered.created_at),
        updated_at: now,
    });
    Step {
        outcome,
        organization,
        successions: draft.successions,
        findings,
    }
}

#[cfg(test)]
mod tests;
