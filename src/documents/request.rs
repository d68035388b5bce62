//! Requests as the wire brings them, read into what operations take. Names every field at fault that the rules of the
//! contract can not judge alone.

use prost::Message;
use uuid::Uuid;

use super::{
    operations::{Call, Change, Decision, NewDocument},
    store::Filter,
};
use crate::{
    access::Caller,
    clock::Time,
    contract::Violation,
    error::{Error, Result},
    kinds::Content,
    proto::v1::{self, DocumentKind, DocumentState, ReviewDecision, ReviewReason},
};

/// What all requests that change something have in common.
#[derive(Debug)]
pub struct Common<'a> {
    pub caller: Caller,
    pub method: &'static str,
    pub request_id: &'a str,
    pub validate_only: bool,
}

impl Common<'_> {
    /// The call, known again by these parts. Who calls counts too: an answer is for the eyes of one.
    pub fn known_by(self, parts: &[&[u8]]) -> Result<Call> {
        let request_id = id("request_id", self.request_id)?;
        let subject = self.caller.subject().as_bytes();
        let parts = [&[subject], parts].concat();
        Ok(Call {
            method: self.method,
            request: request_id,
            body: body_of(&parts),
            dry_run: self.validate_only,
            caller: self.caller,
        })
    }
}

/// Each part with its length before it, so that no two requests have the same body.
pub fn body_of(parts: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        body.extend((part.len() as u64).to_be_bytes());
        body.extend_from_slice(part);
    }
    body
}

/// A document as it was pushed.
#[derive(Debug)]
pub struct Pushed {
    pub id: Option<Uuid>,
    pub owner: Option<Uuid>,
    pub external_id: Option<v1::ExternalId>,
    pub round: Option<String>,
    pub period: Option<v1::Period>,
    pub content: Content,
}

/// The document that is pushed. What the exchange gives must be empty.
pub fn pushed(document: v1::Document) -> Result<Pushed> {
    let (id, owner) = (
        optional_id("document.id", &document.id),
        optional_id("document.owner_id", &document.owner_id),
    );
    let mut violations = given_by_exchange(&document);
    violations.retain(|violation| violation.field != "document.id");
    if document.content.is_none() {
        violations.push(required("document.content"));
    }
    let faulty = [id.as_ref().err(), owner.as_ref().err()];
    for error in faulty.into_iter().flatten() {
        if let Error::Fields(faults) = error {
            violations.extend(faults.iter().cloned());
        }
    }
    match (id, owner, document.content) {
        (Ok(id), Ok(owner), Some(content)) if violations.is_empty() => Ok(Pushed {
            id,
            owner,
            external_id: document.external_id,
            round: round(&document.round),
            period: document.period,
            content: content.into(),
        }),
        _ => Err(Error::Fields(violations)),
    }
}

/// An id that the contract has found to be a UUID.
pub fn id(field: &str, text: &str) -> Result<Uuid> {
    let written_out = Some(text).filter(|text| text.len() == 36);
    written_out
        .and_then(|text| Uuid::try_parse(text).ok())
        .ok_or_else(|| malformed_id(field).into())
}

/// The same, of an id that may be left out.
pub fn optional_id(field: &str, text: &str) -> Result<Option<Uuid>> {
    (!text.is_empty()).then(|| id(field, text)).transpose()
}

/// The document to be made. What the exchange gives must be empty. The content leaves the message.
pub fn new_document(document: &mut v1::Document) -> Result<NewDocument> {
    let mut violations = given_by_exchange(document);
    let owner = match document.owner_id.as_str() {
        "" => Err(required("document.owner_id").into()),
        owner => id("document.owner_id", owner),
    };
    let content = document
        .content
        .take()
        .ok_or_else(|| Error::from(required("document.content")));
    match (owner, content) {
        (Ok(owner), Ok(content)) if violations.is_empty() => {
            let content = Content::from(content);
            Ok(NewDocument {
                owner,
                external_id: document.external_id.clone(),
                round: round(&document.round),
                period: document.period.clone(),
                encoded: content.encode().into(),
                content,
            })
        }
        (owner, content) => {
            for error in [owner.err(), content.err()].into_iter().flatten() {
                if let Error::Fields(faults) = error {
                    violations.extend(faults);
                }
            }
            Err(Error::Fields(violations))
        }
    }
}

pub fn change(request: v1::UpdateDocumentRequest) -> Result<Change> {
    let document = request.document.unwrap_or_default();
    Ok(Change {
        document: id("document.id", &document.id)?,
        etag: request.etag,
        paths: request.update_mask.unwrap_or_default().paths,
        external_id: document.external_id,
        round: round(&document.round),
        period: document.period,
        content: document.content.map(Content::from),
    })
}

pub fn decision(request: v1::ReviewDocumentRequest) -> Result<Decision> {
    let (verdict, reason) = (request.decision(), request.reason());
    let accepts = verdict == ReviewDecision::Accept;
    if accepts != (reason == ReviewReason::MeetsRequirements) {
        return Err(reason_does_not_fit().into());
    }
    Ok(Decision {
        document: id("id", &request.id)?,
        etag: request.etag,
        revision: request.revision,
        content_hash: request.content_hash.into(),
        verdict,
        reason,
        text: request.text,
        comments: request.comments,
    })
}

pub fn filter(caller: &Caller, request: &v1::ListDocumentsRequest) -> Result<Filter> {
    let owners = match (request.owner_id.as_str(), request.include_below) {
        ("", false) => None,
        ("", true) => return Err(below_what().into()),
        (owner, false) => Some(vec![id("owner_id", owner)?]),
        (owner, true) => Some(caller.organizations_from(id("owner_id", owner)?)),
    };
    Ok(Filter {
        owners,
        kinds: request
            .kinds()
            .filter(|&kind| kind != DocumentKind::Unspecified)
            .collect(),
        states: request
            .states()
            .filter(|&state| state != DocumentState::Unspecified)
            .collect(),
        round: round(&request.round),
        external_id: request.external_id.clone(),
        updated_after: request.updated_after.map(Time::from),
    })
}

/// The request as a page token is bound to it: whatever page is asked for, and however large.
pub fn filters_of(request: &v1::ListDocumentsRequest) -> Vec<u8> {
    v1::ListDocumentsRequest {
        page_size: 0,
        page_token: String::new(),
        ..request.clone()
    }
    .encode_to_vec()
}

fn round(round: &str) -> Option<String> {
    (!round.is_empty()).then(|| round.to_owned())
}

fn given_by_exchange(document: &v1::Document) -> Vec<Violation> {
    let v1::Document {
        id,
        kind,
        owner_id: _,
        external_id: _,
        round: _,
        period: _,
        state,
        revision,
        etag,
        create_time,
        update_time,
        author,
        content_hash,
        justifications,
        review,
        withdraw_reason,
        hidden_fields,
        content: _,
    } = document;
    let given = [
        ("id", !id.is_empty()),
        ("kind", *kind != 0),
        ("state", *state != 0),
        ("revision", *revision != 0),
        ("etag", !etag.is_empty()),
        ("create_time", create_time.is_some()),
        ("update_time", update_time.is_some()),
        ("author", !author.is_empty()),
        ("content_hash", !content_hash.is_empty()),
        ("justifications", !justifications.is_empty()),
        ("review", review.is_some()),
        ("withdraw_reason", *withdraw_reason != 0),
        ("hidden_fields", !hidden_fields.is_empty()),
    ];
    given
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(field, _)| not_yours(field))
        .collect()
}

pub fn not_yours(field: &str) -> Violation {
    Violation::new(
        format!("document.{field}"),
        "document.given_by_exchange",
        "The field is given by the exchange; leave it empty.",
        "Fältet sätts av tjänsten; lämna det tomt.",
    )
}

fn required(field: &str) -> Violation {
    Violation::new(
        field,
        "required",
        "The field is required.",
        "Fältet måste anges.",
    )
}

fn malformed_id(field: &str) -> Violation {
    Violation::new(
        field,
        "string.uuid",
        "The id is a UUID, written as 8-4-4-4-12 hexadecimal digits.",
        "Id:t är ett UUID, skrivet med 8-4-4-4-12 hexadecimala siffror.",
    )
}

fn reason_does_not_fit() -> Violation {
    Violation::new(
        "reason",
        "review.reason",
        "To accept, the reason is `REVIEW_REASON_MEETS_REQUIREMENTS`; to return, it is any other.",
        "Skälet att godta är `REVIEW_REASON_MEETS_REQUIREMENTS`; skälet att återlämna är något annat.",
    )
}

fn below_what() -> Violation {
    Violation::new(
        "owner_id",
        "list.below",
        "`include_below` needs an `owner_id` to look below.",
        "`include_below` kräver ett `owner_id` att söka under.",
    )
}
