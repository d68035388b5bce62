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
    error::Result,
    exchange::Exchange,
    proto::v1::{Act, WithdrawReason},
};

pub async fn withdraw(
    exchange: &Exchange,
    call: &Call,
    document: Uuid,
    etag: &str,
    reason: WithdrawReason,
) -> Result<Answer> {
    let (head, grant) = must_act_on(exchange, call, Act::WithdrawDocuments, document).await?;
    let decided = decide(call, grant, &head, etag, reason);
    write(exchange, call, grant, decided).await
}

fn decide(
    call: &Call,
    grant: &Grant,
    head: &Revision,
    etag: &str,
    reason: WithdrawReason,
) -> Result<Decided> {
    must_be_seen(head, etag)?;
    let state = must_allow(head, Step::Withdraw)?;
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
        findings: Vec::new(),
    })
}
