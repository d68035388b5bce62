//! What stands of the documents that items name.

use std::collections::HashMap;

use uuid::Uuid;

use super::item::{Asked, Known, Named};
use crate::{
    access::Caller,
    documents::{model::Revision, store},
    error::Result,
    exchange::Exchange,
    proto::v1::{Act, ExternalId},
};

/// The newest revisions that the caller sees, without their contents.
pub struct Heads {
    outside: HashMap<(Uuid, Known), Revision>,
    here: HashMap<Uuid, Revision>,
}

impl Heads {
    pub async fn read(exchange: &Exchange, caller: &Caller, items: &[&Asked]) -> Result<Self> {
        let scope = caller.scope(Act::ReadDocuments);
        let reader = exchange.database.reader();
        let (mut known, mut ids): (Vec<(Uuid, _, ExternalId)>, Vec<Uuid>) = (vec![], vec![]);
        for asked in items {
            match &asked.named {
                Named::Outside { owner, external_id } => {
                    known.push((*owner, asked.kind(), external_id.external_id()));
                }
                Named::Here { id, .. } => ids.push(*id),
            }
        }
        let names: Vec<_> = known
            .iter()
            .map(|(owner, kind, id)| (*owner, *kind, id))
            .collect();
        let outside = store::heads_known_as(reader, &scope, &names).await?;
        let here = store::heads_of(reader, &scope, &ids).await?;
        let known_as = |head: Revision| {
            let ExternalId { scheme, value } = head.external_id.clone()?;
            let kind = head.kind.into();
            let known = Known {
                kind,
                scheme,
                value,
            };
            Some(((head.owner, known), head))
        };
        Ok(Self {
            outside: outside.into_iter().filter_map(known_as).collect(),
            here: here.into_iter().map(|head| (head.document, head)).collect(),
        })
    }

    pub fn of(&self, asked: &Asked) -> Option<&Revision> {
        match &asked.named {
            Named::Outside { owner, external_id } => {
                self.outside.get(&(*owner, external_id.clone()))
            }
            Named::Here { id, .. } => self.here.get(id),
        }
    }
}
