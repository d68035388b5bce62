//! What an organization came from and what became of it, as far as the caller sees.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::get;
use crate::{
    access::Caller,
    error::Result,
    exchange::Exchange,
    organizations::{
        model::{Organization, Reference, Succession},
        store,
    },
    proto::v1::Act,
};

/// Organizations that are followed, at most. No school has so many forebears; a register gone wrong may.
const MOST: usize = 1000;

/// Organizations that are linked, and the links between them.
#[derive(Debug)]
pub struct Lineage {
    /// In order of start date; those whose start is not known first.
    pub organizations: Vec<Organization>,
    /// Oldest first.
    pub successions: Vec<Succession>,
}

/// Follows the links from an organization both ways, and stops where the caller sees no further.
pub async fn lineage(
    exchange: &Exchange,
    caller: &Caller,
    reference: &Reference,
) -> Result<Lineage> {
    let scope = caller.scope(Act::ReadOrganizations);
    let reader = exchange.database.reader();
    let start = get(exchange, caller, reference).await?;
    let mut newest = vec![start.id];
    let mut found = HashMap::from([(start.id, start)]);
    let mut links: HashMap<(Uuid, Uuid), Succession> = HashMap::new();
    while !newest.is_empty() && found.len() < MOST {
        let touching = store::successions(reader, &newest).await?;
        let ends = touching
            .iter()
            .flat_map(|link| [link.predecessor, link.successor]);
        let unknown: HashSet<_> = ends.filter(|id| !found.contains_key(id)).collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        let seen = store::find_all(reader, &scope, &unknown).await?;
        newest = seen.iter().map(|organization| organization.id).collect();
        found.extend(
            seen.into_iter()
                .map(|organization| (organization.id, organization)),
        );
        links.extend(
            touching
                .into_iter()
                .map(|link| ((link.predecessor, link.successor), link)),
        );
    }
    let mut successions: Vec<_> = links
        .into_values()
        .filter(|link| found.contains_key(&link.predecessor) && found.contains_key(&link.successor))
        .collect();
    successions.sort_by_key(|link| (link.date, link.predecessor, link.successor));
    let mut organizations: Vec<_> = found.into_values().collect();
    organizations.sort_by_key(|organization| (organization.facts.start_date, organization.id));
    Ok(Lineage {
        organizations,
        successions,
    })
}
