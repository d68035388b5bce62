//! From what each record says that its organization came.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    Register,
    draft::{Draft, Drafts, Target},
    rules,
};
use crate::organizations::{findings::Saying, model::Succession, record::Predecessor};

/// Names the predecessors of every record, or says why they can not be so.
pub(super) fn name_predecessors(drafts: &mut Drafts, register: &Register) {
    for index in 0..drafts.list.len() {
        let named: Vec<_> = match drafts.list.get(index) {
            Some(
                draft @ Draft {
                    record: Some(record),
                    ..
                },
            ) => {
                let name = |predecessor| name(draft, record.kind, predecessor, drafts, register);
                record.predecessors.iter().map(name).collect()
            }
            _ => continue,
        };
        let Some(draft) = drafts.list.get_mut(index) else {
            continue;
        };
        for (place, named) in named.into_iter().enumerate() {
            match named {
                Ok(succession) => draft.successions.extend(succession),
                Err((field, saying)) => draft.say(format!("predecessors[{place}].{field}"), saying),
            }
        }
    }
}

/// Refuses what would come from a refused record or by way of others from itself. Tells whether there was any such.
pub(super) fn refuse_what_hangs(drafts: &mut Drafts, register: &Register) -> bool {
    if drafts
        .list
        .iter()
        .all(|draft| draft.successions.is_empty() || draft.refused)
    {
        return false;
    }
    let origins = origins(drafts, register);
    let fault = |draft: &Draft| {
        if draft.refused || draft.successions.is_empty() {
            return None;
        }
        if draft
            .successions
            .iter()
            .any(|succession| drafts.is_lost(succession.predecessor, register))
        {
            return Some(rules::predecessor_refused());
        }
        comes_from_itself(draft.id, &origins).then(rules::predecessor_cycle)
    };
    let faults: Vec<_> = drafts.list.iter().map(fault).collect();
    let mut any = false;
    for (draft, fault) in drafts.list.iter_mut().zip(faults) {
        if let Some(fault) = fault {
            draft.say("predecessors", fault);
            any = true;
        }
    }
    any
}

/// The succession that a predecessor means, or none where it is registered already.
fn name(
    draft: &Draft,
    kind: crate::proto::v1::OrganizationType,
    predecessor: &Predecessor,
    drafts: &Drafts,
    register: &Register,
) -> Result<Option<Succession>, (&'static str, Saying)> {
    let id = match drafts.resolve(&predecessor.organization, register) {
        Target::Found { id, .. } if id == draft.id => {
            return Err((
                "organization",
                crate::organizations::record::rules::own_predecessor(),
            ));
        }
        Target::Found { id, kind: theirs } if theirs == kind => id,
        Target::Found { .. } => return Err(("organization", rules::predecessor_type())),
        Target::Refused => return Err(("organization", rules::predecessor_refused())),
        Target::Unknown => return Err(("organization", rules::predecessor_unknown())),
    };
    let their_facts = drafts.of(id).and_then(|draft| draft.facts.as_ref());
    let their_facts =
        their_facts.or_else(|| register.get(id).map(|organization| &organization.facts));
    if their_facts.and_then(|facts| facts.start_date) >= Some(predecessor.date) {
        return Err(("date", rules::predecessor_too_young()));
    }
    match register.followed(id, draft.id) {
        None => Ok(Some(Succession {
            predecessor: id,
            successor: draft.id,
            date: predecessor.date,
        })),
        Some(day) if day == predecessor.date => Ok(None),
        Some(_) => Err(("date", rules::predecessor_day())),
    }
}

/// What each organization came from, after the import.
fn origins(drafts: &Drafts, register: &Register) -> HashMap<Uuid, Vec<Uuid>> {
    let mut origins: HashMap<_, Vec<_>> = HashMap::new();
    for (predecessor, successor) in register.successions() {
        origins.entry(successor).or_default().push(predecessor);
    }
    for draft in drafts.list.iter().filter(|draft| !draft.refused) {
        for succession in &draft.successions {
            origins
                .entry(draft.id)
                .or_default()
                .push(succession.predecessor);
        }
    }
    origins
}

fn comes_from_itself(id: Uuid, origins: &HashMap<Uuid, Vec<Uuid>>) -> bool {
    let mut passed = HashSet::new();
    let mut ahead = vec![id];
    while let Some(next) = ahead.pop() {
        for origin in origins.get(&next).into_iter().flatten() {
            if *origin == id {
                return true;
            }
            if passed.insert(*origin) {
                ahead.push(*origin);
            }
        }
    }
    false
}
