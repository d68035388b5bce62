//! The small nation that the access matrix plays in, and who holds which grant where.

use uuid::Uuid;

use super::ROUND;
use crate::{
    access::{model::Grant, tree::Tree},
    clock::Time,
    contract::Contract,
    proto::v1::{OrganizationType, Role},
};

/// An organization of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    Agency,
    University,
    OtherUniversity,
    Organizer,
    Administration,
    OtherAdministration,
    Area,
    OtherArea,
    Unit,
    OtherUnit,
    Preschool,
    ForeignOrganizer,
    ForeignUnit,
}

impl Spot {
    /// Each after the one above it.
    pub const ALL: [Self; 13] = [
        Self::Agency,
        Self::University,
        Self::OtherUniversity,
        Self::Organizer,
        Self::Administration,
        Self::OtherAdministration,
        Self::Area,
        Self::OtherArea,
        Self::Unit,
        Self::OtherUnit,
        Self::Preschool,
        Self::ForeignOrganizer,
        Self::ForeignUnit,
    ];

    pub fn kind(self) -> OrganizationType {
        match self {
            Self::Agency => OrganizationType::NationalAgency,
            Self::University | Self::OtherUniversity => OrganizationType::University,
            Self::Organizer | Self::ForeignOrganizer => OrganizationType::Organizer,
            Self::Administration | Self::OtherAdministration => OrganizationType::Administration,
            Self::Area | Self::OtherArea => OrganizationType::Area,
            Self::Unit | Self::OtherUnit | Self::ForeignUnit => OrganizationType::SchoolUnit,
            Self::Preschool => OrganizationType::Preschool,
        }
    }

    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Agency
            | Self::University
            | Self::OtherUniversity
            | Self::Organizer
            | Self::ForeignOrganizer => None,
            Self::Administration | Self::OtherAdministration => Some(Self::Organizer),
            Self::Area | Self::OtherArea => Some(Self::Administration),
            Self::Unit | Self::OtherUnit | Self::Preschool => Some(Self::Area),
            Self::ForeignUnit => Some(Self::ForeignOrganizer),
        }
    }

    /// Its id in the matrix itself.
    pub(super) fn id(self) -> Uuid {
        Uuid::from_u128(self as u128 + 1)
    }

    fn child(self) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|spot| spot.parent() == Some(self))
    }

    fn sibling(self) -> Option<Self> {
        let above = self.parent()?;
        Self::ALL
            .into_iter()
            .rev()
            .find(|spot| *spot != self && spot.parent() == Some(above))
    }
}

pub(super) fn tree() -> Tree {
    let mut tree = Tree::default();
    for spot in Spot::ALL {
        tree.put(spot.id(), spot.kind(), spot.parent().map(Spot::id));
    }
    tree
}

/// Where something lies, as seen from a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// In the holder's home organization.
    Own,
    Below,
    /// In the organization that an assignment is for.
    Assigned,
    Above,
    Sibling,
    Foreign,
    /// As own or assigned, but in another round than the grant's.
    OtherRound,
    University,
    Agency,
    Missing,
}

impl Relation {
    pub const ALL: [Self; 10] = [
        Self::Own,
        Self::Below,
        Self::Assigned,
        Self::Above,
        Self::Sibling,
        Self::Foreign,
        Self::OtherRound,
        Self::University,
        Self::Agency,
        Self::Missing,
    ];
}

/// Somebody with one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    pub role: Role,
    /// Where the role is granted.
    pub at: Spot,
}

impl Holder {
    /// One for each role at each type of organization where it can be granted.
    pub fn all(contract: &Contract) -> impl Iterator<Item = Self> {
        contract.roles().flat_map(|(role, rule)| {
            let spots = rule
                .granted_at
                .iter()
                .filter_map(|kind| Spot::ALL.into_iter().find(|spot| spot.kind() == *kind));
            spots.map(move |at| Self { role, at }).collect::<Vec<_>>()
        })
    }

    /// The organization that the holder belongs to: of an assignment, one from where its role comes.
    pub fn home(self, contract: &Contract) -> Spot {
        let rule = contract.role(self.role);
        let fits = |spot: &Spot| rule.home_at.contains(&spot.kind());
        let mut elsewhere = Spot::ALL.into_iter().filter(|spot| *spot != self.at);
        let home = elsewhere.find(fits);
        home.filter(|_| rule.assigned).unwrap_or(self.at)
    }

    /// The organization that stands in a relation to the grant, where there is one.
    pub(super) fn spot(self, contract: &Contract, relation: Relation) -> Option<Spot> {
        let rule = contract.role(self.role);
        match relation {
            Relation::Own => Some(self.home(contract)),
            Relation::Below => self.at.child(),
            Relation::Assigned => rule.assigned.then_some(self.at),
            Relation::Above => self.at.parent(),
            Relation::Sibling => self.at.sibling(),
            Relation::Foreign => Some(Spot::ForeignUnit),
            Relation::OtherRound => rule.round_required.then_some(self.at),
            Relation::University => Some(Spot::OtherUniversity),
            Relation::Agency => Some(Spot::Agency),
            Relation::Missing => None,
        }
    }

    pub(super) fn grant(self, contract: &Contract, subject: &str) -> Grant {
        let rule = contract.role(self.role);
        Grant {
            id: Uuid::nil(),
            revision: 1,
            subject: subject.to_owned(),
            role: self.role,
            organization: self.at.id(),
            home: self.home(contract).id(),
            round: rule.round_required.then(|| ROUND.to_owned()),
            not_after: None,
            created_at: Time::from_micros(0),
            revoked_at: None,
        }
    }
}
