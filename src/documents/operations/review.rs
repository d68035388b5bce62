//! Accepts or returns a submitted document. Never by its authors or their organizations; there is no way around it.

use uuid::Uuid;

use super::{
    Answer, Call, target_of,
    write::{Decided, must_act_on, must_allow, must_be_seen, write},
};
use crate::{
    access::Grant,
    clock,
    contract::Violation,
    documents::{
        model::{Revision, Step, writers},
        shape, store,
    },
    error::{Error, Result},
    exchange::Exchange,
    kinds,
    proto::v1::{Act, Review, ReviewComment, ReviewDecision, ReviewReason},
};

/// What a reviewer has decided, and on what.
#[derive(Clone, Debug)]
pub struct Decision {
    pub document: Uuid,
    pub etag: String,
    pub revision: u32,
    pub content_hash: Vec<u8>,
    pub verdict: ReviewDecision,
    pub reason: ReviewReason,
    pub text: String,
    pub comments: Vec<ReviewComment>,
}

pub async fn review(exchange: &Exchange, call: &Call, decision: Decision) -> Result<Answer> {
    let (head, grant) =
        must_act_on(exchange, call, Act::ReviewDocuments, decision.document).await?;
    let impartial = impartial_grant(exchange, call, &head).await?;
    let decided = match impartial {
        Some(grant) => decide(call, grant, &head, decision),
        None => Err(Error::OwnReview),
    };
    write(exchange, call, impartial.unwrap_or(grant), decided).await
}

fn decide(call: &Call, grant: &Grant, head: &Revision, decision: Decision) -> Result<Decided> {
    must_comment_on_fields(head, &decision.comments)?;
    must_single_nobody_out(&decision)?;
    let current = head.number.unsigned_abs();
    if (decision.revision, &decision.content_hash) != (current, &head.content_hash) {
        return Err(Error::ReviewOutdated { revision: current });
    }
    must_be_seen(head, &decision.etag)?;
    let step = match decision.verdict {
        ReviewDecision::Accept => Step::Accept,
        ReviewDecision::Return | ReviewDecision::Unspecified => Step::Return,
    };
    let state = must_allow(head, step)?;
    let mut revision = head.next(
        state,
        call.caller.subject().to_owned(),
        grant.home,
        clock::now(),
    );
    revision.review = Some(Review {
        decision: decision.verdict.into(),
        reason: decision.reason.into(),
        text: decision.text,
        comments: decision.comments,
        revision: decision.revision,
        content_hash: decision.content_hash.into(),
        organization_id: grant.home.to_string(),
        create_time: Some(revision.updated_at.into()),
    });
    Ok(Decided {
        revision,
        links: Vec::new(),
        findings: Vec::new(),
        expects: Vec::new(),
    })
}

/// A grant in which the caller reviews, if it has no part in the document: it neither wrote it, nor acts, by this grant or
/// any other, for its owner or for an organization that wrote it.
async fn impartial_grant<'a>(
    exchange: &Exchange,
    call: &'a Call,
    head: &Revision,
) -> Result<Option<&'a Grant>> {
    let caller = &call.caller;
    let writers = writers(store::history(exchange.database.reader(), head.document).await?);
    let has_part = |organization| {
        organization == head.owner || writers.iter().any(|(_, writer)| *writer == organization)
    };
    let wrote = writers
        .iter()
        .any(|(subject, _)| subject == caller.subject());
    if wrote || caller.grants_now().any(|grant| has_part(grant.home)) {
        return Ok(None);
    }
    let target = target_of(head);
    let reviewing = caller.grants_now().find(|grant| {
        caller
            .stopped_at(grant, Act::ReviewDocuments, &target)
            .is_none()
    });
    Ok(reviewing.map(|grant| &**grant))
}

fn must_comment_on_fields(head: &Revision, comments: &[ReviewComment]) -> Result<()> {
    let content = shape::content_field(head.kind)?;
    let faulty = comments
        .iter()
        .enumerate()
        .filter(|(_, comment)| !shape::has_path(&content, &comment.field));
    let violations: Vec<_> = faulty.map(|(index, _)| no_such_field(index)).collect();
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Error::Fields(violations))
    }
}

fn must_single_nobody_out(decision: &Decision) -> Result<()> {
    let comments = decision.comments.iter().enumerate();
    let comments =
        comments.map(|(index, comment)| (format!("comments[{index}].text"), comment.text.as_str()));
    let text = ("text".to_owned(), decision.text.as_str());
    let findings = kinds::personal_data(std::iter::once(text).chain(comments));
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Error::Findings(findings))
    }
}

fn no_such_field(index: usize) -> Violation {
    Violation::new(
        format!("comments[{index}].field"),
        "comment.unknown_field",
        "The kind of document has no such field; write its path as findings do, for example `analysis.problems[0].statement`.",
        "Dokumentslaget har inget sådant fält; skriv sökvägen som i anmärkningar, till exempel `analysis.problems[0].statement`.",
    )
}
