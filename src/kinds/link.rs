//! The chain from problem to effect: items, and the links between them, in one document and across documents.
//! Does not know whether the other end of a link across documents exists.

use std::fmt;

use uuid::Uuid;

use super::rule::At;
use crate::proto::v1;

/// What an item of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    Evidence,
    Problem,
    Cause,
    Area,
    Goal,
    Measure,
    FollowUp,
    MeasureOutcome,
    GoalOutcome,
    Effect,
    Offering,
    ApplicationWindow,
}

/// An item of a document that can be linked to by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub kind: ItemKind,
    pub id: &'a str,
    pub list: &'static str,
    pub index: usize,
}

impl<'a> Item<'a> {
    pub(super) fn of_lists(
        lists: impl IntoIterator<Item = (ItemKind, &'static str, Vec<&'a str>)>,
    ) -> Vec<Self> {
        lists
            .into_iter()
            .flat_map(|(kind, list, ids)| {
                ids.into_iter().enumerate().map(move |(index, id)| Self {
                    kind,
                    id,
                    list,
                    index,
                })
            })
            .collect()
    }
}

/// What a link says: the item it starts from, and the item it leads to. The numbers are kept in rows and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum Relation {
    ProblemEvidence = 1,
    CauseProblem = 2,
    AreaCause = 3,
    GoalArea = 4,
    MeasureCause = 5,
    MeasureArea = 6,
    MeasureGoal = 7,
    FollowUpGoal = 8,
    FollowUpMeasure = 9,
    OutcomeMeasure = 10,
    OutcomeGoal = 11,
    EffectMeasure = 12,
    EffectGoal = 13,
    MeasureOffer = 14,
}

impl Relation {
    pub const ALL: [Self; 14] = [
        Self::ProblemEvidence,
        Self::CauseProblem,
        Self::AreaCause,
        Self::GoalArea,
        Self::MeasureCause,
        Self::MeasureArea,
        Self::MeasureGoal,
        Self::FollowUpGoal,
        Self::FollowUpMeasure,
        Self::OutcomeMeasure,
        Self::OutcomeGoal,
        Self::EffectMeasure,
        Self::EffectGoal,
        Self::MeasureOffer,
    ];

    /// What the link leads to.
    pub fn target(self) -> ItemKind {
        match self {
            Self::ProblemEvidence => ItemKind::Evidence,
            Self::CauseProblem => ItemKind::Problem,
            Self::AreaCause | Self::MeasureCause => ItemKind::Cause,
            Self::GoalArea | Self::MeasureArea => ItemKind::Area,
            Self::MeasureGoal | Self::FollowUpGoal | Self::OutcomeGoal | Self::EffectGoal => {
                ItemKind::Goal
            }
            Self::FollowUpMeasure | Self::OutcomeMeasure | Self::EffectMeasure => ItemKind::Measure,
            Self::MeasureOffer => ItemKind::Offering,
        }
    }
}

impl TryFrom<i16> for Relation {
    type Error = i16;

    fn try_from(number: i16) -> Result<Self, i16> {
        Self::ALL
            .into_iter()
            .find(|relation| *relation as i16 == number)
            .ok_or(number)
    }
}

/// A link from an item of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub from_item: String,
    pub relation: Relation,
    pub to: Target,
    pub place: Place,
}

/// Where a link stands, for example `action_plan.goals[0].development_areas[1]`. Spelled out only when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    list: &'static str,
    item: usize,
    field: &'static str,
    /// None: the field is no list.
    index: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            list, item, field, ..
        } = self;
        write!(to, "{list}[{item}].{field}")?;
        self.index.map_or(Ok(()), |index| write!(to, "[{index}]"))
    }
}

impl Link {
    /// The other document that it leads to, where it leads out of its own.
    pub fn document(&self) -> Option<Uuid> {
        match &self.to {
            Target::Own(_) => None,
            Target::Other { document_id, .. } => Some(*document_id),
        }
    }
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// An item of the same document.
    Own(String),
    /// An item of another document. Without a revision: its newest.
    Other {
        document_id: Uuid,
        revision: Option<u32>,
        item: String,
    },
}

/// Gathers the links of one item.
pub(super) struct Links<'a> {
    at: At<'a>,
    into: &'a mut Vec<Link>,
}

impl<'a> Links<'a> {
    pub fn from(at: At<'a>, into: &'a mut Vec<Link>) -> Self {
        Self { at, into }
    }

    pub fn own(&mut self, relation: Relation, field: &'static str, ids: &[String]) -> &mut Self {
        for (index, id) in ids.iter().enumerate() {
            self.push(relation, Target::Own(id.clone()), field, Some(index));
        }
        self
    }

    pub fn others(
        &mut self,
        relation: Relation,
        field: &'static str,
        links: &[v1::DocumentLink],
    ) -> &mut Self {
        for (index, link) in links.iter().enumerate() {
            self.lead(relation, field, Some(index), link);
        }
        self
    }

    pub fn other(
        &mut self,
        relation: Relation,
        field: &'static str,
        link: &v1::DocumentLink,
    ) -> &mut Self {
        self.lead(relation, field, None, link);
        self
    }

    fn lead(
        &mut self,
        relation: Relation,
        field: &'static str,
        index: Option<usize>,
        link: &v1::DocumentLink,
    ) {
        // The contract lets no other document id than a UUID in.
        if let Ok(document_id) = Uuid::parse_str(&link.document_id) {
            let revision = (link.revision > 0).then_some(link.revision);
            let to = Target::Other {
                document_id,
                revision,
                item: link.item_id.clone(),
            };
            self.push(relation, to, field, index);
        }
    }

    fn push(&mut self, relation: Relation, to: Target, field: &'static str, index: Option<usize>) {
        let place = Place {
            list: self.at.list,
            item: self.at.index,
            field,
            index,
        };
        self.into.push(Link {
            from_item: self.at.key.to_owned(),
            relation,
            to,
            place,
        });
    }
}
