//! Which documents a copy holds, as a test on facts and as an SQL condition.

use prost::Message;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::facts::Facts;
use crate::{
    contract::Violation,
    documents::entity::Column,
    error::{Error, Result},
    proto::v1,
};

/// Which documents a copy holds. Every part that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Empty: all.
    kinds: Vec<i16>,
    round: Option<String>,
    owner: Option<Uuid>,
    /// What cursors are bound to: the same for filters that mean the same.
    bytes: Vec<u8>,
}

impl Filter {
    pub fn of(wire: Option<v1::SyncFilter>) -> Result<Self> {
        let mut wire = wire.unwrap_or_default();
        wire.kinds.sort_unstable();
        wire.kinds.dedup();
        let owner = match wire.owner_id.as_str() {
            "" => None,
            text => Some(Uuid::try_parse(text).map_err(|_| no_id())?),
        };
        wire.owner_id = owner.map(|owner| owner.to_string()).unwrap_or_default();
        Ok(Self {
            kinds: wire
                .kinds
                .iter()
                .filter_map(|&kind| i16::try_from(kind).ok())
                .collect(),
            round: Some(wire.round.clone()).filter(|round| !round.is_empty()),
            owner,
            bytes: wire.encode_to_vec(),
        })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn takes(&self, facts: &Facts) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&facts.kind))
            && (self.round.is_none() || self.round == facts.round)
            && self.owner.is_none_or(|owner| owner == facts.owner)
    }

    /// The rows of `revisions` that the filter takes.
    pub fn condition(&self) -> Condition {
        let kinds = self.kinds.iter().copied();
        Condition::all()
            .add_option((!self.kinds.is_empty()).then(|| Column::Kind.is_in(kinds)))
            .add_option(self.round.as_deref().map(|round| Column::Round.eq(round)))
            .add_option(self.owner.map(|owner| Column::OwnerId.eq(owner)))
    }
}

fn no_id() -> Error {
    Error::field(Violation::new(
        "filter.owner_id",
        "string.uuid",
        "Must be a UUID.",
        "Måste vara ett UUID.",
    ))
}
