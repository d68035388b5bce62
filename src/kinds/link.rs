//! The chain from problem to effect: items, and the links between them, in one document and across documents.
//! Does not know whether the other end of a link across documents exists.

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
}

/// An item of a document that can be linked to by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub kind: ItemKind,
    pub id: &'a str,
    /// The path of the item, for example `analysis.problems[0]`.
    pub field: String,
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
                    field: format!("{list}[{index}]"),
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
}

impl Relation {
    pub const ALL: [Self; 13] = [
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
    /// The path of the link, for example `action_plan.goals[0].development_areas[1]`.
    pub field: String,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

    pub fn own(&mut self, relation: Relation, field: &str, ids: &[String]) -> &mut Self {
        for (index, id) in ids.iter().enumerate() {
            self.push(
                relation,
                Target::Own(id.clone()),
                &format!("{field}[{index}]"),
            );
        }
        self
    }

    pub fn others(
        &mut self,
        relation: Relation,
        field: &str,
        links: &[v1::DocumentLink],
    ) -> &mut Self {
        for (index, link) in links.iter().enumerate() {
            self.other(relation, &format!("{field}[{index}]"), link);
        }
        self
    }

    pub fn other(&mut self, relation: Relation, field: &str, link: &v1::DocumentLink) -> &mut Self {
        // The contract lets no other document id than a UUID in.
        if let Ok(document_id) = Uuid::parse_str(&link.document_id) {
            let revision = (link.revision > 0).then_some(link.revision);
            let to = Target::Other {
                document_id,
                revision,
                item: link.item_id.clone(),
            };
            self.push(relation, to, field);
        }
        self
    }

    fn push(&mut self, relation: Relation, to: Target, field: &str) {
        let from_item = self.at.key.to_owned();
        self.into.push(Link {
            from_item,
            relation,
            to,
            field: self.at.field(field),
        });
    }
}
