//! Where each record puts its organization in the tree, and what the organization is then.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    Register,
    draft::{Draft, Drafts, Target},
    rules,
};
use crate::{
    organizations::{
        belongings::{Belongings, MoveFault},
        findings::Saying,
        model::{Facts, is_legal_body, may_belong},
        record::{self, Record},
    },
    proto::v1::{OrganizationType, OrganizerType},
};

/// Works out the facts of every organization, or says why they can not be so.
pub(super) fn settle_places(drafts: &mut Drafts, register: &Register) {
    for index in 0..drafts.list.len() {
        let settled = drafts
            .list
            .get(index)
            .map(|draft| settle(draft, drafts, register));
        let (Some(Some(settled)), Some(draft)) = (settled, drafts.list.get_mut(index)) else {
            continue;
        };
        match settled {
            Ok(facts) => draft.facts = Some(facts),
            Err(sayings) => {
                for (field, saying) in sayings {
                    draft.say(field, saying);
                }
            }
        }
    }
}

/// Refuses what would lie below a refused record or below itself. Tells whether there was any such.
pub(super) fn refuse_what_hangs(drafts: &mut Drafts, register: &Register) -> bool {
    let fault = |draft: &Draft| {
        let parent = draft
            .facts
            .as_ref()
            .filter(|_| !draft.refused)?
            .belongings
            .parent()?;
        if drafts.is_lost(parent, register) {
            return Some(rules::parent_refused());
        }
        is_below_itself(draft, parent, drafts, register).then(rules::cycle)
    };
    let faults: Vec<_> = drafts.list.iter().map(fault).collect();
    let mut any = false;
    for (draft, fault) in drafts.list.iter_mut().zip(faults) {
        if let Some(fault) = fault {
            draft.say("parent", fault);
            any = true;
        }
    }
    any
}

type Said = Vec<(&'static str, Saying)>;

/// The facts of a record that is right so far. None: it is refused already.
fn settle(draft: &Draft, drafts: &Drafts, register: &Register) -> Option<Result<Facts, Said>> {
    let record = draft.record.as_ref().filter(|_| !draft.refused)?;
    let registered = register
        .get(draft.id)
        .map(|organization| &organization.facts);
    let mut said = Said::new();
    if registered.is_some_and(|registered| registered.kind != record.kind) {
        said.push(("type", rules::type_changed()));
    }
    let belongings = belongings(record, registered, drafts, register).unwrap_or_else(|fault| {
        said.push(fault);
        Belongings::default()
    });
    let facts = merged(record, registered, belongings);
    if facts.kind == OrganizationType::Organizer
        && facts.organizer_type == OrganizerType::Unspecified
    {
        said.push(("organizer_type", rules::organizer_type_missing()));
    }
    if facts.end_date.is_some() && facts.end_date < facts.start_date {
        said.push(("end_date", record::rules::end_before_start()));
    }
    let since = record.parent_since;
    if since.is_some()
        && (since < facts.start_date || facts.end_date.is_some() && since > facts.end_date)
    {
        said.push(("parent_since", rules::parent_since_outside()));
    }
    Some(if said.is_empty() {
        Ok(facts)
    } else {
        Err(said)
    })
}

/// Where it belongs after the record.
fn belongings(
    record: &Record,
    registered: Option<&Facts>,
    drafts: &Drafts,
    register: &Register,
) -> Result<Belongings, (&'static str, Saying)> {
    let before = registered
        .map(|facts| facts.belongings.clone())
        .unwrap_or_default();
    let Some(reference) = &record.parent else {
        let needs_one = !is_legal_body(record.kind) && before.parent().is_none();
        return if needs_one {
            Err(("parent", rules::parent_missing()))
        } else {
            Ok(before)
        };
    };
    match drafts.resolve(reference, register) {
        Target::Found { kind, .. } if !may_belong(record.kind, kind) => {
            Err(("parent", rules::parent_type()))
        }
        Target::Found { id, .. } => {
            before
                .below(id, record.parent_since)
                .map_err(|fault| match fault {
                    MoveFault::NoDay => ("parent_since", rules::move_without_day()),
                    MoveFault::TooEarly => ("parent_since", rules::move_too_early()),
                })
        }
        Target::Refused => Err(("parent", rules::parent_refused())),
        Target::Unknown => Err(("parent", rules::parent_unknown())),
    }
}

/// What is said now, on top of what is registered: what a record leaves open stays, but for the last day, which is
/// open when the record says none.
fn merged(record: &Record, registered: Option<&Facts>, belongings: Belongings) -> Facts {
    let Record {
        kind,
        display_name,
        number,
        unit_code,
        municipality,
        organizer_type,
        school_forms,
        external_id,
        parent: _,
        parent_since: _,
        start_date,
        end_date,
        predecessors: _,
    } = record.clone();
    let mut facts = Facts {
        kind,
        display_name,
        number,
        unit_code,
        municipality,
        organizer_type,
        school_forms,
        external_id,
        belongings,
        start_date,
        end_date,
    };
    let Some(registered) = registered else {
        return facts;
    };
    facts.number = facts.number.or_else(|| registered.number.clone());
    facts.unit_code = facts.unit_code.or_else(|| registered.unit_code.clone());
    facts.municipality = facts
        .municipality
        .or_else(|| registered.municipality.clone());
    facts.external_id = facts.external_id.or_else(|| registered.external_id.clone());
    facts.start_date = facts.start_date.or(registered.start_date);
    if facts.organizer_type == OrganizerType::Unspecified {
        facts.organizer_type = registered.organizer_type;
    }
    if facts.school_forms.is_empty() {
        facts.school_forms.clone_from(&registered.school_forms);
    }
    facts
}

/// Whether the way up from a parent leads back. Only areas may lie below their like.
fn is_below_itself(draft: &Draft, parent: Uuid, drafts: &Drafts, register: &Register) -> bool {
    let mut passed = HashSet::new();
    let mut above = Some(parent);
    while let Some(id) = above.filter(|id| passed.insert(*id)) {
        if id == draft.id {
            return true;
        }
        let of_draft = drafts
            .of(id)
            .filter(|draft| !draft.refused)
            .and_then(|draft| draft.facts.as_ref());
        let facts = of_draft.or_else(|| register.get(id).map(|organization| &organization.facts));
        above = facts.and_then(|facts| facts.belongings.parent());
    }
    false
}
