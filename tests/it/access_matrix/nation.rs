//! The small nation of the matrix, registered, granted and written in a real exchange.

mod listed;
mod register;

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, stream};
use prost_types::Timestamp;
use styrkedja::{
    access::matrix::{self, Holder, Spot},
    clock, contract,
    proto::v1::{Conflict, CreateGrantRequest, Document, DocumentKind, GetDocumentRequest, Role},
};

use super::{
    documents::{self, Documents},
    offers::Offers,
};
use crate::world::{Caller, World, request_id};
use listed::{Listed, digested, listed, pulled, watched};
use register::register;

/// Everything that a cell may be about, by its place in the matrix.
pub struct Nation {
    pub ids: HashMap<Spot, String>,
    pub documents: Documents,
    /// An open conflict, by kind, place and whether it is of the other round.
    pub conflicts: HashMap<(DocumentKind, Spot, bool), Conflict>,
    pub offers: Offers,
    /// A grant to revoke, by role and place.
    pub grants: HashMap<(Role, Spot), String>,
    callers: HashMap<Holder, Caller>,
    listed: HashMap<Holder, Listed>,
    /// What each holder is told by the methods of the feed, by id.
    copied: HashMap<(Holder, String), HashSet<String>>,
    /// How what does not exist is answered.
    pub absent: (String, Vec<u8>),
}

impl Nation {
    pub async fn new(world: &World) -> Self {
        let ids = register(world).await;
        let (operator, officer) = (world.operator(), world.officer().await);
        let grantor = |role: Role| {
            if role == Role::Operator {
                &operator
            } else {
                &officer
            }
        };
        let mut callers = HashMap::new();
        for holder in Holder::all(contract::get()) {
            let subject = format!("exchange:{}", name("holder", holder.role, holder.at));
            grant(grantor(holder.role), &ids, &subject, holder).await;
            callers.insert(holder, world.somebody(&subject));
        }
        let mut grants = HashMap::new();
        for holder in everywhere() {
            let subject = format!("exchange:{}", name("other", holder.role, holder.at));
            let id = grant(grantor(holder.role), &ids, &subject, holder).await;
            grants.insert((holder.role, holder.at), id);
        }
        let (documents, conflicts, offers) = documents::write(world, &ids, &officer).await;
        let listed = stream::iter(&callers)
            .map(|(holder, caller)| async move { (*holder, listed(caller).await) })
            .buffer_unordered(8)
            .collect()
            .await;
        let copied = stream::iter(&callers)
            .map(|(holder, caller)| async move {
                let pulled = ((*holder, "Pull".to_owned()), pulled(caller).await);
                let watched = ((*holder, "Watch".to_owned()), watched(caller).await);
                let digested = ((*holder, "GetDigests".to_owned()), digested(caller).await);
                stream::iter([pulled, watched, digested])
            })
            .buffer_unordered(8)
            .flatten()
            .collect()
            .await;
        Self {
            ids,
            documents,
            conflicts,
            offers,
            grants,
            callers,
            listed,
            copied,
            absent: absent(&officer).await,
        }
    }

    pub fn caller(&self, holder: Holder) -> &Caller {
        &self.callers[&holder]
    }

    pub fn lists(&self, holder: Holder, id: &str) -> bool {
        let listed = &self.listed[&holder];
        listed.organizations.contains(id)
            || listed.documents.contains_key(id)
            || listed.conflicts.contains(id)
    }

    /// The document as the holder's listing shows it.
    pub fn listed(&self, holder: Holder, id: &str) -> Option<&Document> {
        self.listed[&holder].documents.get(id)
    }

    /// What a method of the feed tells a holder.
    pub fn copies(&self, holder: Holder, method: &str) -> &HashSet<String> {
        &self.copied[&(holder, method.to_owned())]
    }

    /// The id of a place, or one that nothing has.
    pub fn id(&self, spot: Option<Spot>) -> String {
        spot.map_or_else(
            || clock::new_id().to_string(),
            |spot| self.ids[&spot].clone(),
        )
    }
}

/// What a grant of a role needs, at a place.
pub fn grant_request(
    ids: &HashMap<Spot, String>,
    subject: &str,
    role: Role,
    at: String,
) -> CreateGrantRequest {
    let needs = contract::get().role(role);
    let month = Timestamp::from(clock::now().plus_seconds(30 * 86_400));
    let home = Spot::ALL
        .into_iter()
        .find(|spot| needs.home_at.contains(&spot.kind()));
    CreateGrantRequest {
        request_id: request_id(),
        validate_only: false,
        subject: subject.to_owned(),
        role: role.into(),
        organization_id: at,
        home_organization_id: home.map_or_else(String::new, |home| ids[&home].clone()),
        round: if needs.round_required {
            matrix::ROUND.to_owned()
        } else {
            String::new()
        },
        not_after: needs.end_required.then_some(month),
    }
}

async fn grant(by: &Caller, ids: &HashMap<Spot, String>, subject: &str, holder: Holder) -> String {
    let request = grant_request(ids, subject, holder.role, ids[&holder.at].clone());
    let answer = by
        .access()
        .create_grant(request)
        .await
        .expect("the role is granted");
    answer.into_inner().grant.expect("the grant is answered").id
}

/// Every role at every place where it can be granted.
fn everywhere() -> impl Iterator<Item = Holder> {
    contract::get().roles().flat_map(|(role, rule)| {
        let spots = Spot::ALL
            .into_iter()
            .filter(|spot| rule.granted_at.contains(&spot.kind()));
        spots.map(move |at| Holder { role, at })
    })
}

fn name(prefix: &str, role: Role, at: Spot) -> String {
    format!("{prefix}-{}-{at:?}", role.as_str_name())
}

async fn absent(caller: &Caller) -> (String, Vec<u8>) {
    let missing = GetDocumentRequest {
        id: clock::new_id().to_string(),
        revision: 0,
    };
    let status = caller
        .documents()
        .get_document(missing)
        .await
        .expect_err("it does not exist");
    (status.message().to_owned(), status.details().to_vec())
}
