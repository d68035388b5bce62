//! Withdraws a document: its identity and business keys remain, its content is no longer given out.

use uuid::Uuid;

use super::{
    Answer, Call,
    write::{Decided, must_act_on, must_allow, must_be_seen, write},
};
use crate::{
    access::Grant,
    clock,
    documents::model::{Revision, Step},
    error::{Error, Result},
    exchange::Exchange,
    journal::{Expected, Key},
    offers::places,
    proto::v1::{Act, DocumentKind, WithdrawReason},
};

pub async fn withdraw(
    exchange: &Exchange,
    call: &Call,
    document: Uuid,
    etag: &str,
    reason: WithdrawReason,
) -> Result<Answer> {
    let (head, grant) = must_act_on(exchange, call, Act::WithdrawDocuments, document).await?;
    let decided = decide(exchange, call, grant, &head, etag, reason).await;
    write(exchange, call, grant, decided).await
}

async fn decide(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    head: &Revision,
    etag: &str,
    reason: WithdrawReason,
) -> Result<Decided> {
    must_be_seen(head, etag)?;
    let state = must_allow(head, Step::Withdraw)?;
    let expects = must_leave_places(exchange, head, call.dry_run).await?;
    let revision = Revision {
        content: None,
        review: None,
        justifications: Vec::new(),
        withdraw_reason: reason,
        withdrawn: true,
        ..head.next(
            state,
            call.caller.subject().to_owned(),
            grant.home,
            clock::now(),
        )
    };
    Ok(Decided {
        revision,
        links: Vec::new(),
        expects,
        findings: Vec::new(),
    })
}

/// Places are not taken from people in silence: an offer with taken places stands, and nobody takes one meanwhile.
async fn must_leave_places(
    exchange: &Exchange,
    head: &Revision,
    dry_run: bool,
) -> Result<Vec<Expected>> {
    if head.kind != DocumentKind::CourseOffer {
        return Ok(Vec::new());
    }
    let (owner, id) = (head.owner, head.document);
    let taken = places::taken(exchange, owner, &[id], dry_run).await?;
    let taken = taken.get(&id).copied().unwrap_or_default();
    if taken.places > 0 {
        let taken = taken.places;
        return Err(Error::CapacityTaken { taken });
    }
    Ok(vec![Key::places(owner, id).at(taken.revision)])
}
