//! Tells a caller whether a call would be let through, and why, by the same decisions that would be taken on it.
//! What the caller does not see is explained exactly as what does not exist.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    caller::Caller,
    model::{Grant, Target},
    store,
};
use crate::{
    error::{Error, Result},
    exchange::Exchange,
    proto::v1::{AccessStep, Act, DocumentKind},
};

/// What the caller asks about.
#[derive(Clone, Copy, Debug)]
pub enum About {
    Document(Uuid),
    Organization(Uuid),
    Nothing,
}

/// Whether a call would be let through, and what each grant says about it.
#[derive(Debug)]
pub struct Explanation {
    pub refusal: Option<Error>,
    pub grants: Vec<(Arc<Grant>, Option<AccessStep>)>,
}

/// Explains a call that does the act, and in parts the others.
pub async fn explain(
    exchange: &Exchange,
    caller: &Caller,
    (act, also): (Act, &[Act]),
    about: About,
    kind: DocumentKind,
) -> Result<Explanation> {
    if matches!(act, Act::CallOpenly | Act::KnowOwnAccess) {
        return Ok(Explanation {
            refusal: None,
            grants: Vec::new(),
        });
    }
    let document = match about {
        About::Document(id) => {
            let scope = caller.scope(Act::ReadDocuments);
            store::find_document(exchange.database.reader(), &scope, id).await?
        }
        About::Organization(_) | About::Nothing => None,
    };
    let target = |act| match (about, &document) {
        (About::Document(_), Some((kind, owner, round, level))) => Target::Document {
            kind: DocumentKind::try_from(i32::from(*kind)).unwrap_or(DocumentKind::Unspecified),
            owner: *owner,
            round: round.as_deref(),
            level: *level,
        },
        (About::Document(_), None) => Target::Missing,
        (About::Organization(id), _) if is_about_documents(act) => {
            Target::DocumentsOf { kind, owner: id }
        }
        (About::Organization(id), _) => Target::Organization(id),
        (About::Nothing, _) if is_about_documents(act) => Target::Kind(kind),
        (About::Nothing, _) => Target::Anything,
    };
    // What is there already is not created.
    let is_asked = |act: &Act| *act != Act::CreateDocuments || !matches!(about, About::Document(_));
    let also = also.iter().copied().filter(is_asked);
    let acts = std::iter::once(act).chain(also);
    let parts: Vec<_> = acts.map(|act| (act, target(act))).collect();
    Ok(on(caller, &parts))
}

/// A call goes through where each of its parts does.
fn on(caller: &Caller, parts: &[(Act, Target<'_>)]) -> Explanation {
    let stopped_at = |grant: &Arc<Grant>| {
        let mut parts = parts.iter();
        parts.find_map(|(act, target)| caller.stopped_at(grant, *act, target))
    };
    let refusal = |(act, target): &(Act, Target<'_>)| caller.grant_for(*act, target).err();
    Explanation {
        refusal: parts.iter().find_map(refusal),
        grants: caller
            .grants()
            .iter()
            .map(|grant| (Arc::clone(grant), stopped_at(grant)))
            .collect(),
    }
}

fn is_about_documents(act: Act) -> bool {
    match act {
        Act::ReadDocuments
        | Act::CreateDocuments
        | Act::EditDocuments
        | Act::SubmitDocuments
        | Act::ReviewDocuments
        | Act::WithdrawDocuments
        | Act::SubmitOffers => true,
        Act::Unspecified
        | Act::CallOpenly
        | Act::KnowOwnAccess
        | Act::ReadOrganizations
        | Act::ImportOrganizations
        | Act::ReadGrants
        | Act::ManageGrants
        | Act::TakePlaces
        | Act::ReadUnmetNeeds => false,
    }
}
