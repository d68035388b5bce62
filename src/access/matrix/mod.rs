//! The access matrix: what every role may do with every method, cell by cell, by the same decisions as on a real call.
//! A pure function of the contract; people review its text, and tests try each cell over the wire.

mod places;
mod text;

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{caller::Caller, model::Target, register::Snapshot};
use crate::{
    clock::Time,
    contract::{Contract, Method},
    error::Error,
    proto::v1::{Act, DocumentKind, OrganizationType, Role},
};
pub use places::{Holder, Relation, Spot};
pub use text::text;

/// The round of a grant that must have one, and of the documents that it is tried on.
pub const ROUND: &str = "sbs-2019-1";
/// A round that no grant is for.
pub const OTHER_ROUND: &str = "sbs-2020-1";

const SUBJECT: &str = "exchange:holder";
const NOW: Time = Time::from_micros(0);

/// How far a document has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Draft,
    Submitted,
    Accepted,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Submitted, Self::Accepted];

    fn level(self) -> i16 {
        match self {
            Self::Draft => 1,
            Self::Submitted => 2,
            Self::Accepted => 3,
        }
    }
}

/// What a call of a cell is about, besides where that lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    Document(DocumentKind, Stage),
    NewDocument(DocumentKind),
    /// A conflict of a draft.
    Conflict(DocumentKind),
    Organization,
    /// Grants of any role.
    Grants,
    Grant(Role),
    NewGrant(Role),
    /// Of a university's course offers.
    Submission,
    /// Of places for an organization.
    Booking,
    /// Nothing but the call itself.
    Call,
}

/// What access rules answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Let through. Rules of state and content come after.
    Allowed,
    /// Let through, and refused since the role can not be granted there.
    Misplaced,
    Denied,
    /// As what does not exist; left out of listings.
    Absent,
}

/// One case: somebody who holds one grant calls a method about something that stands in a relation to the grant.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    pub method: &'a Method,
    /// What the call does about it.
    pub act: Act,
    pub holder: Holder,
    pub about: About,
    pub relation: Relation,
    /// Where it lies. None: nowhere, it is missing.
    pub spot: Option<Spot>,
    pub verdict: Verdict,
}

/// Every cell that the contract has, in the order of the text.
pub fn cells(contract: &'static Contract) -> Vec<Cell<'static>> {
    cells_of(contract, |_| true)
}

fn cells_of(contract: &'static Contract, chosen: impl Fn(Holder) -> bool) -> Vec<Cell<'static>> {
    let play = Play::new(contract);
    let mut cells = Vec::new();
    for method in contract.methods() {
        for (act, about) in abouts(contract, method) {
            for (holder, caller) in play.callers.iter().filter(|(holder, _)| chosen(*holder)) {
                let what = (act, about);
                let cell = |relation| play.cell(method, *holder, caller, what, relation);
                cells.extend(Relation::ALL.into_iter().filter_map(cell));
            }
        }
    }
    cells
}

/// All holders as callers, and what there is for them to call about.
struct Play {
    contract: &'static Contract,
    callers: Vec<(Holder, Caller)>,
    /// Where documents of a kind can be. Where no role can author any, there is nothing to see.
    documents: BTreeSet<(DocumentKind, Spot)>,
}

impl Play {
    fn new(contract: &'static Contract) -> Self {
        let callers: Vec<_> = Holder::all(contract)
            .map(|holder| (holder, caller(contract, holder)))
            .collect();
        let authored = |kind: DocumentKind, spot: Spot| {
            let target = Target::NewDocument {
                kind,
                owner: spot.id(),
                round: Some(ROUND),
            };
            callers
                .iter()
                .any(|(_, caller)| caller.grant_for(Act::CreateDocuments, &target).is_ok())
        };
        let alike = |spot: Spot| {
            Spot::ALL
                .into_iter()
                .filter(move |other| other.kind() == spot.kind())
        };
        let documents = contract
            .kinds()
            .flat_map(|(kind, _)| Spot::ALL.map(|spot| (kind, spot)))
            .filter(|(kind, spot)| alike(*spot).any(|spot| authored(*kind, spot)))
            .collect();
        Self {
            contract,
            callers,
            documents,
        }
    }

    fn can_exist(&self, about: About, spot: Spot) -> bool {
        match about {
            About::Document(kind, _) | About::Conflict(kind) => {
                self.documents.contains(&(kind, spot))
            }
            About::Grant(role) => self.contract.role(role).granted_at.contains(&spot.kind()),
            About::Submission => spot.kind() == OrganizationType::University,
            About::Booking => !matches!(
                spot.kind(),
                OrganizationType::University | OrganizationType::NationalAgency
            ),
            About::NewDocument(_)
            | About::Organization
            | About::Grants
            | About::NewGrant(_)
            | About::Call => true,
        }
    }

    fn cell<'a>(
        &self,
        method: &'a Method,
        holder: Holder,
        caller: &Caller,
        (act, about): (Act, About),
        relation: Relation,
    ) -> Option<Cell<'a>> {
        let spot = match (about, relation) {
            (About::Call, Relation::Own) => None,
            (About::Call, _) => return None,
            (_, Relation::Missing) => None,
            (_, Relation::OtherRound) if !concerns_rounds(about) => return None,
            (_, relation) => Some(holder.spot(self.contract, relation)?),
        };
        if spot.is_some_and(|spot| !self.can_exist(about, spot)) {
            return None;
        }
        let verdict = verdict(self.contract, caller, act, about, relation, spot);
        Some(Cell {
            method,
            act,
            holder,
            about,
            relation,
            spot,
            verdict,
        })
    }
}

fn verdict(
    contract: &Contract,
    caller: &Caller,
    act: Act,
    about: About,
    relation: Relation,
    spot: Option<Spot>,
) -> Verdict {
    if matches!(act, Act::CallOpenly | Act::KnowOwnAccess) {
        return Verdict::Allowed;
    }
    let id = spot.map_or_else(Uuid::max, Spot::id);
    let round = Some(if relation == Relation::OtherRound {
        OTHER_ROUND
    } else {
        ROUND
    });
    let target = match about {
        About::Call => Target::Anything,
        About::NewDocument(kind) => Target::NewDocument {
            kind,
            owner: id,
            round,
        },
        About::NewGrant(role) => Target::NewGrant {
            role,
            organization: id,
            round,
        },
        About::Organization | About::Submission | About::Booking => Target::Organization(id),
        About::Document(..) | About::Conflict(_) | About::Grant(_) | About::Grants
            if spot.is_none() =>
        {
            Target::Missing
        }
        About::Document(kind, stage) => Target::Document {
            kind,
            owner: id,
            round,
            level: stage.level(),
        },
        About::Conflict(kind) => Target::Document {
            kind,
            owner: id,
            round,
            level: Stage::Draft.level(),
        },
        About::Grants => Target::Grant {
            role: Role::Unspecified,
            organization: id,
            round,
        },
        About::Grant(role) => Target::Grant {
            role,
            organization: id,
            round,
        },
    };
    match (caller.grant_for(act, &target), about, spot) {
        (Ok(_), About::NewGrant(role), Some(spot))
            if !contract.role(role).granted_at.contains(&spot.kind()) =>
        {
            Verdict::Misplaced
        }
        (Ok(_), ..) => Verdict::Allowed,
        // Whoever acts on none of an organization's does not learn that there are any.
        (Err(_), About::Submission | About::Booking, _) if caller.must(act).is_ok() => {
            Verdict::Absent
        }
        (Err(Error::NotFound), ..) => Verdict::Absent,
        (Err(_), ..) => Verdict::Denied,
    }
}

/// What calls of a method are about. A new act does not compile until it is decided here.
fn abouts(contract: &Contract, method: &Method) -> Vec<(Act, About)> {
    let acts = std::iter::once(method.act).chain(method.also.iter().copied());
    let about = |act| {
        let abouts = abouts_of(contract, method, act).into_iter();
        abouts.map(move |about| (act, about))
    };
    acts.flat_map(about).collect()
}

fn abouts_of(contract: &Contract, method: &Method, act: Act) -> Vec<About> {
    let kinds = || contract.kinds().map(|(kind, _)| kind);
    let roles = || contract.roles().map(|(role, _)| role);
    match act {
        Act::ReadDocuments | Act::EditDocuments if method.service.ends_with(".ConflictService") => {
            kinds().map(About::Conflict).collect()
        }
        Act::CreateDocuments => kinds().map(About::NewDocument).collect(),
        Act::ReadDocuments if method.service.ends_with(".CourseOfferService") => {
            vec![About::Call]
        }
        Act::ReadDocuments
        | Act::EditDocuments
        | Act::SubmitDocuments
        | Act::ReviewDocuments
        | Act::WithdrawDocuments => kinds()
            .flat_map(|kind| stages(contract, kind).map(move |stage| About::Document(kind, stage)))
            .collect(),
        Act::SubmitOffers if method.name.starts_with("Get") => vec![About::Submission],
        Act::TakePlaces if !method.name.starts_with("Hold") => vec![About::Booking],
        Act::SubmitOffers | Act::TakePlaces | Act::ReadOrganizations => vec![About::Organization],
        Act::ManageGrants if method.name.starts_with("Create") => {
            roles().map(About::NewGrant).collect()
        }
        Act::ManageGrants => roles().map(About::Grant).collect(),
        Act::ReadGrants => vec![About::Grants],
        Act::ImportOrganizations
        | Act::ReadUnmetNeeds
        | Act::Unspecified
        | Act::CallOpenly
        | Act::KnowOwnAccess => vec![About::Call],
    }
}

/// The stages that documents of a kind can come to: what nobody reviews is never accepted.
fn stages(contract: &Contract, kind: DocumentKind) -> impl Iterator<Item = Stage> {
    let reviewed = !contract.kind(kind).reviewers.is_empty();
    Stage::ALL
        .into_iter()
        .filter(move |stage| reviewed || *stage != Stage::Accepted)
}

fn concerns_rounds(about: About) -> bool {
    match about {
        About::Document(..) | About::NewDocument(_) | About::Conflict(_) => true,
        About::Organization
        | About::Submission
        | About::Booking
        | About::Grants
        | About::Grant(_)
        | About::NewGrant(_)
        | About::Call => false,
    }
}

fn caller(contract: &'static Contract, holder: Holder) -> Caller {
    let snapshot = Snapshot::of(places::tree(), [holder.grant(contract, SUBJECT)]);
    Caller::new(SUBJECT, NOW, NOW, contract, Arc::new(snapshot))
}

#[cfg(test)]
mod tests;
