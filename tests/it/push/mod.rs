//! Pushes: many documents in one stream, each with its own answer.

mod again;
mod batches;
mod conflicts;
pub mod cut;
mod faulty;
pub mod flow;
mod idle;
mod links;
mod lost;
mod memory;
mod outcomes;
mod room;
mod turns;

use prost::Message;
use styrkedja::proto::v1::{
    Document, ExternalId, MustNotExist, PushCommit, PushHeader, PushItem, PushRequest,
    PushResponse, push_item::Precondition, push_request::Part, push_response::Outcome,
};
use tonic::Status;

use crate::{
    documents::papers,
    world::{Caller, request_id},
};

/// How items are meant that each stand for themselves.
pub const EACH: PushHeader = PushHeader {
    together: false,
    validate_only: false,
};
/// How items are meant that stand or fall together.
pub const TOGETHER: PushHeader = PushHeader {
    together: true,
    validate_only: false,
};

/// An analysis that its author's system knows by this name.
fn known_as(value: &str, owner_id: &str) -> Document {
    Document {
        external_id: Some(ExternalId {
            scheme: "stories".to_owned(),
            value: value.to_owned(),
        }),
        ..papers::analysis(owner_id)
    }
}

/// An item for a document that is new.
pub fn new(document: &Document) -> PushItem {
    item(document, Precondition::MustNotExist(MustNotExist {}))
}

/// An item for a document that was changed since it had the etag.
pub fn changed(document: &Document, etag: &str) -> PushItem {
    item(document, Precondition::Etag(etag.to_owned()))
}

fn item(document: &Document, precondition: Precondition) -> PushItem {
    PushItem {
        request_id: request_id(),
        document: Some(document.clone()),
        precondition: Some(precondition),
    }
}

fn part(part: Part) -> PushRequest {
    PushRequest { part: Some(part) }
}

pub fn header(header: PushHeader) -> PushRequest {
    part(Part::Header(header))
}

pub fn sent(item: &PushItem) -> PushRequest {
    part(Part::Item(item.encode_to_vec().into()))
}

pub fn commit() -> PushRequest {
    part(Part::Commit(PushCommit {}))
}

/// Pushes the items as one batch, and collects the answers.
pub async fn push(
    caller: &Caller,
    meant: PushHeader,
    items: &[PushItem],
) -> Result<Vec<PushResponse>, Status> {
    let mut parts = vec![header(meant)];
    parts.extend(items.iter().map(sent));
    parts.push(commit());
    stream(caller, parts).await
}

/// Sends the parts, and collects the answers.
async fn stream(caller: &Caller, parts: Vec<PushRequest>) -> Result<Vec<PushResponse>, Status> {
    let requests = tokio_stream::iter(parts);
    let mut answers = caller.sync().push(requests).await?.into_inner();
    let mut told = Vec::new();
    while let Some(answer) = answers.message().await? {
        told.push(answer);
    }
    Ok(told)
}

/// Pushes one item, and gives its answer.
pub async fn push_one(caller: &Caller, item: PushItem) -> Outcome {
    let mut answers = push(caller, EACH, &[item]).await.expect("it is answered");
    assert_eq!(answers.len(), 1);
    let answer = answers.remove(0);
    answer.outcome.expect("an answer says something")
}

/// What became of each item, in a word, with the reason of a refusal.
fn words(answers: &[PushResponse]) -> Vec<String> {
    let outcomes = answers.iter().map(|answer| answer.outcome.as_ref());
    outcomes
        .map(|outcome| word(outcome.expect("an answer says something")))
        .collect()
}

pub fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Created(_) => "created".to_owned(),
        Outcome::Updated(_) => "updated".to_owned(),
        Outcome::Unchanged(_) => "unchanged".to_owned(),
        Outcome::Merged(_) => "merged".to_owned(),
        Outcome::Conflict(_) => "conflict".to_owned(),
        Outcome::Refused(status) => reason(status),
    }
}

/// The reason of a refusal.
fn reason(status: &tonic_types::pb::Status) -> String {
    info(status).reason
}

pub fn info(status: &tonic_types::pb::Status) -> tonic_types::pb::ErrorInfo {
    let info = status.details.first().expect("a refusal has details");
    tonic_types::pb::ErrorInfo::decode(&*info.value).expect("the first detail is the reason")
}

/// A refusal of an item as a call would have been refused.
pub fn status(refused: &tonic_types::pb::Status) -> Status {
    let code = tonic::Code::from_i32(refused.code);
    Status::with_details(
        code,
        refused.message.clone(),
        refused.encode_to_vec().into(),
    )
}
