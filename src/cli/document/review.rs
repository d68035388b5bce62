//! `styrkedja document review` and `withdraw`.

use clap::Args;

use super::envelope;
use crate::{
    cli::{choice, failure::Failure, output, remote::Remote, writing::Writing},
    proto::v1::{
        Document, GetDocumentRequest, ReviewComment, ReviewDecision, ReviewDocumentRequest,
        ReviewReason, WithdrawDocumentRequest, WithdrawReason,
    },
};

#[derive(Args, Debug)]
pub struct Review {
    /// Id of the document.
    id: String,
    /// The etag of the state that was reviewed. The decision is pinned to its revision and content.
    #[arg(long)]
    etag: String,
    /// `accept` or `return`.
    #[arg(long, value_parser = choice("REVIEW_DECISION_", ReviewDecision::from_str_name))]
    decision: ReviewDecision,
    /// To accept: `meets-requirements`. To return: for example `evidence-insufficient` or `goals-not-measurable`.
    #[arg(long, value_parser = choice("REVIEW_REASON_", ReviewReason::from_str_name))]
    reason: ReviewReason,
    /// The reason in words.
    #[arg(long)]
    text: String,
    /// Comment on a field. Any number.
    #[arg(long = "comment", value_name = "FIELD=TEXT", value_parser = comment)]
    comments: Vec<ReviewComment>,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Args, Debug)]
pub struct Withdraw {
    /// Id of the document.
    id: String,
    /// The etag of the state that was seen.
    #[arg(long)]
    etag: String,
    /// `mistake`, `replaced`, `participation-ended`, `unlawful-content` or `no-longer-offered`.
    #[arg(long, value_parser = choice("WITHDRAW_REASON_", WithdrawReason::from_str_name))]
    reason: WithdrawReason,
    #[command(flatten)]
    writing: Writing,
}

impl Review {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let mut client = remote.connect().await?.documents;
        // What the etag stands for. Should it be another by now, the exchange refuses the etag.
        let seen = remote
            .answer(client.get_document(GetDocumentRequest {
                id: self.id.clone(),
                revision: 0,
            }))
            .await?;
        let seen = seen.document.unwrap_or_default();
        let request = ReviewDocumentRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            id: self.id,
            etag: self.etag,
            revision: seen.revision,
            content_hash: seen.content_hash,
            decision: self.decision.into(),
            reason: self.reason.into(),
            text: self.text,
            comments: self.comments,
        };
        let answer = remote.answer(client.review_document(request)).await?;
        show(remote, &self.writing, &answer.document.unwrap_or_default())
    }
}

impl Withdraw {
    pub async fn run(self, remote: &Remote) -> Result<(), Failure> {
        let request = WithdrawDocumentRequest {
            request_id: self.writing.request_id(),
            validate_only: self.writing.dry_run,
            id: self.id,
            etag: self.etag,
            reason: self.reason.into(),
        };
        let mut client = remote.connect().await?.documents;
        let answer = remote.answer(client.withdraw_document(request)).await?;
        show(remote, &self.writing, &answer.document.unwrap_or_default())
    }
}

fn comment(text: &str) -> Result<ReviewComment, String> {
    let (field, text) = text.split_once('=').ok_or("give a field, `=` and a text")?;
    Ok(ReviewComment {
        field: field.to_owned(),
        text: text.to_owned(),
    })
}

fn show(remote: &Remote, writing: &Writing, document: &Document) -> Result<(), Failure> {
    Ok(output::show(remote.output, document, |one| {
        writing.noted(envelope(one))
    })?)
}
