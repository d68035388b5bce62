//! The one decision: whether a grant lets a call through, and at which step it stops. The gate, actors, scopes,
//! explanations and the access matrix all rest on it.

use uuid::Uuid;

use super::{
    model::{Grant, Target},
    tree::Tree,
};
use crate::{
    clock::Time,
    contract::{Contract, RoleRule},
    proto::v1::{
        AccessStep as Step, Act, DocumentKind, DocumentState, OrganizationType, Reach, Role,
    },
};

/// What a decision rests on besides the grant.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    pub contract: &'a Contract,
    pub tree: &'a Tree,
    pub now: Time,
}

/// The first step at which the grant does not let the call through. None: it does.
pub fn stopped_at(
    ground: Ground<'_>,
    grant: &Grant,
    act: Act,
    target: &Target<'_>,
) -> Option<Step> {
    let rule = ground.contract.role(grant.role);
    let published = is_published(ground, act, target);
    let steps = [
        (Step::Ended, !grant.has_ended(ground.now)),
        (Step::Act, rule.acts.contains(&act)),
        (
            Step::Kind,
            takes_part(ground.contract, grant.role, act, target),
        ),
        (
            Step::Reach,
            published || reaches(ground.tree, rule, grant.organization, act, target),
        ),
        (Step::Round, published || is_of_round(rule, grant, target)),
        (
            Step::State,
            published || has_come_so_far(rule, grant.organization, target),
        ),
    ];
    steps
        .into_iter()
        .find(|(_, passes)| !passes)
        .map(|(step, _)| step)
}

fn takes_part(contract: &Contract, role: Role, act: Act, target: &Target<'_>) -> bool {
    match *target {
        Target::Kind(kind)
        | Target::DocumentsOf { kind, .. }
        | Target::NewDocument { kind, .. } => takes_part_in(contract, role, act, kind),
        // Of a kind that this program does not know, nobody sees anything.
        Target::Document { kind, .. } => contract.allows(role, act, kind),
        Target::NewGrant { role: other, .. } | Target::Grant { role: other, .. } => {
            act != Act::ManageGrants || contract.role(role).may_grant.contains(&other)
        }
        Target::Anything | Target::Organization(_) | Target::Missing => true,
    }
}

/// An unspecified kind stands for any.
fn takes_part_in(contract: &Contract, role: Role, act: Act, kind: DocumentKind) -> bool {
    if kind == DocumentKind::Unspecified {
        return contract
            .kinds()
            .any(|(kind, _)| contract.allows(role, act, kind));
    }
    contract.allows(role, act, kind)
}

fn reaches(tree: &Tree, rule: &RoleRule, granted: Uuid, act: Act, target: &Target<'_>) -> bool {
    match *target {
        Target::Anything | Target::Kind(_) => true,
        Target::Missing => false,
        Target::Organization(id) if act == Act::ReadOrganizations => {
            covers(tree, rule.read, granted, id)
                || is_known_to_all(tree, id)
                || tree.above(granted).any(|above| above == id)
        }
        Target::Organization(id)
        | Target::DocumentsOf { owner: id, .. }
        | Target::NewDocument { owner: id, .. }
        | Target::Document { owner: id, .. }
        | Target::NewGrant {
            organization: id, ..
        }
        | Target::Grant {
            organization: id, ..
        } => covers(tree, reach_of(rule, act), granted, id),
    }
}

/// Whether the target is read by all who take part in its kind.
fn is_published(ground: Ground<'_>, act: Act, target: &Target<'_>) -> bool {
    let Target::Document {
        kind, owner, level, ..
    } = *target
    else {
        return false;
    };
    act == Act::ReadDocuments
        && published_level(ground.contract, kind).is_some_and(|least| level >= least)
        && ground.tree.contains(owner)
}

/// The level column from which documents of the kind are published. None: they never are.
pub fn published_level(contract: &Contract, kind: DocumentKind) -> Option<i16> {
    contract.kind(kind).published_from.and_then(least_level)
}

/// How far a role reaches with an act.
pub fn reach_of(rule: &RoleRule, act: Act) -> Reach {
    match act {
        Act::CreateDocuments
        | Act::EditDocuments
        | Act::SubmitDocuments
        | Act::WithdrawDocuments
        | Act::SubmitOffers
        | Act::TakePlaces => rule.author,
        Act::ReviewDocuments => rule.review,
        Act::ReadDocuments
        | Act::ReadOrganizations
        | Act::ImportOrganizations
        | Act::ReadGrants
        | Act::ManageGrants
        | Act::ReadUnmetNeeds => rule.read,
        Act::Unspecified | Act::CallOpenly | Act::KnowOwnAccess => Reach::Unspecified,
    }
}

fn covers(tree: &Tree, reach: Reach, granted: Uuid, id: Uuid) -> bool {
    match reach {
        Reach::Unspecified => false,
        Reach::Own => granted == id && tree.contains(id),
        Reach::OwnAndBelow => tree.is_below_or_same(granted, id),
        Reach::Nation => tree.contains(id),
    }
}

/// Universities and national agencies are known to whoever may read organizations at all.
pub const KNOWN_TO_ALL: [OrganizationType; 2] = [
    OrganizationType::University,
    OrganizationType::NationalAgency,
];

fn is_known_to_all(tree: &Tree, id: Uuid) -> bool {
    tree.kind(id)
        .is_some_and(|kind| KNOWN_TO_ALL.contains(&kind))
}

fn is_of_round(rule: &RoleRule, grant: &Grant, target: &Target<'_>) -> bool {
    match *target {
        Target::NewDocument { round, .. }
        | Target::Document { round, .. }
        | Target::NewGrant { round, .. }
        | Target::Grant { round, .. } => match &grant.round {
            Some(own) => round == Some(own),
            None => !rule.round_required,
        },
        Target::Anything
        | Target::Kind(_)
        | Target::DocumentsOf { .. }
        | Target::Organization(_)
        | Target::Missing => true,
    }
}

fn has_come_so_far(rule: &RoleRule, granted: Uuid, target: &Target<'_>) -> bool {
    let Target::Document { owner, level, .. } = *target else {
        return true;
    };
    let from = if owner == granted {
        rule.sees_own_from
    } else {
        rule.sees_others_from
    };
    least_level(from).is_some_and(|least| level >= least)
}

/// The level column from which a document is seen. None: never.
pub fn least_level(from: DocumentState) -> Option<i16> {
    match from {
        DocumentState::Draft => Some(1),
        DocumentState::Submitted | DocumentState::Returned => Some(2),
        DocumentState::Accepted => Some(3),
        DocumentState::Unspecified | DocumentState::Withdrawn => None,
    }
}
