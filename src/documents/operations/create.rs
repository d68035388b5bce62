//! Creates a draft.

use uuid::Uuid;

use super::{
    Answer, Call,
    judge::judge,
    write::{Decided, write},
};
use crate::{
    access::{Grant, Target},
    clock,
    contract::Violation,
    documents::model::{Encoded, Revision},
    error::{Error, Result},
    exchange::Exchange,
    kinds::Content,
    proto::v1::{Act, ExternalId, Period},
};

/// A document to be made.
#[derive(Clone, Debug)]
pub struct NewDocument {
    pub owner: Uuid,
    pub external_id: Option<ExternalId>,
    pub round: Option<String>,
    pub period: Option<Period>,
    pub content: Content,
    pub encoded: Encoded,
}

pub async fn create(exchange: &Exchange, call: &Call, new: NewDocument) -> Result<Answer> {
    let kind = new.content.kind();
    let target = Target::NewDocument {
        kind,
        owner: new.owner,
        round: new.round.as_deref(),
    };
    let grant = call
        .caller
        .grant_for(Act::CreateDocuments, &target)?
        .clone();
    let decided = decide(exchange, call, &grant, new).await;
    write(exchange, call, &grant, decided).await
}

async fn decide(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    new: NewDocument,
) -> Result<Decided> {
    let NewDocument {
        owner,
        external_id,
        round,
        period,
        content,
        encoded,
    } = new;
    if call.caller.organization_has_ended(owner) {
        return Err(Error::field(owner_has_ended()));
    }
    let now = clock::now();
    let author = call.caller.subject().to_owned();
    let revision = Revision {
        round,
        period,
        external_id,
        ..Revision::draft(owner, content.kind(), author, grant.home, now, encoded)
    };
    let mut judgement = judge(exchange, &call.caller, &revision, &content)
        .await?
        .must_be_fit_to_keep()?;
    let links = judgement.links(&revision);
    Ok(Decided {
        revision,
        links,
        findings: judgement.findings,
        expects: Vec::new(),
    })
}

pub fn owner_has_ended() -> Violation {
    Violation::new(
        "document.owner_id",
        "owner.ended",
        "The owner has ended; name its successor as the owner.",
        "Ägaren har upphört; ange dess efterträdare som ägare.",
    )
}
