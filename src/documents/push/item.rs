//! One item of a push: checked, read, and judged as far as it speaks for itself.

use bytes::Bytes;
use prost::Message;
use uuid::Uuid;

use super::METHOD;
use crate::{
    contract::{self, Violation},
    documents::{model::Encoded, request},
    error::{Error, Result},
    intake::Taken,
    journal::RequestKey,
    kinds::{self, Content, Link, Subject},
    proto::v1::{
        DocumentKind, ExternalId, Finding, Period, PushItem, push_item::Precondition as Stated,
    },
};

/// An item as it came.
#[derive(Debug)]
pub struct Item {
    pub place: Place,
    pub asked: Result<Asked>,
    /// What it weighs.
    pub bytes: usize,
    /// What it takes of the room for all pushes.
    pub room: Option<Taken>,
}

/// Which item of the stream it is.
#[derive(Clone, Debug)]
pub struct Place {
    pub index: u64,
    /// As far as it could be read.
    pub request_id: String,
}

/// An item of which only the id is read.
#[derive(Clone, PartialEq, prost::Message)]
struct OnlyId {
    #[prost(string, tag = "1")]
    request_id: String,
}

/// What an item asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Under no home yet.
    pub request: RequestKey,
    pub named: Named,
    pub precondition: Precondition,
    pub round: Option<String>,
    pub period: Option<Period>,
    pub content: Content,
    pub encoded: Encoded,
    pub links: Vec<Link>,
    /// What the rules of the kind say of it alone.
    pub findings: Vec<Finding>,
}

/// Which document is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    Outside {
        owner: Uuid,
        external_id: Known,
    },
    /// By the exchange's id. Its external id changes to this one, where one is given.
    Here {
        id: Uuid,
        external_id: Option<Known>,
    },
}

/// An external id, and the kind that it is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Known {
    pub kind: i32,
    pub scheme: String,
    pub value: String,
}

/// What the document was made from.
#[derive(Clone, Debug)]
pub enum Precondition {
    Etag(String),
    MustNotExist,
}

impl Item {
    /// Reads an item. Whatever is wrong with it is for its own answer.
    pub fn read(subject: &str, index: u64, bytes: &Bytes) -> Self {
        let checked = match contract::get().item(METHOD) {
            Some(rules) => rules.check(bytes),
            None => Err(Error::fault(anyhow::anyhow!("items have no rules"))),
        };
        // An id in a faulty item is told back where it can be found. Nothing else of it is read.
        let mut known = OnlyId::default();
        let _ = known.merge(bytes.clone());
        let request_id = known.request_id.chars().take(36).collect::<String>();
        let asked = checked
            .and_then(|()| PushItem::decode(bytes.clone()).map_err(|_| Error::Malformed))
            .and_then(|item| Asked::read(subject, item, bytes));
        Self {
            place: Place { index, request_id },
            asked,
            bytes: bytes.len(),
            room: None,
        }
    }
}

impl Asked {
    fn read(subject: &str, item: PushItem, bytes: &[u8]) -> Result<Self> {
        let PushItem {
            request_id,
            document,
            precondition,
        } = item;
        let request = request::id("request_id", &request_id)?;
        let request = RequestKey::new(Uuid::nil(), request, METHOD, &known_by(subject, bytes));
        let precondition = match precondition {
            Some(Stated::Etag(etag)) => Precondition::Etag(etag),
            Some(Stated::MustNotExist(_)) => Precondition::MustNotExist,
            None => return Err(Error::fault(anyhow::anyhow!("an item came past its rules"))),
        };
        let document = request::pushed(document.unwrap_or_default())?;
        let named = named(&document, &precondition)?;
        let encoded = Encoded::from(document.content.encode());
        let links = kinds::links(&document.content);
        let subject = Subject {
            period: document.period.as_ref(),
            round: document.round.as_deref().unwrap_or_default(),
            content: &document.content,
            encoded: &encoded.bytes,
        };
        let findings = kinds::findings(subject, &links);
        Ok(Self {
            request,
            named,
            precondition,
            round: document.round,
            period: document.period,
            links,
            content: document.content,
            encoded,
            findings,
        })
    }

    pub fn kind(&self) -> DocumentKind {
        self.content.kind()
    }
}

/// Who calls counts too: an answer is for the eyes of one.
fn known_by(subject: &str, bytes: &[u8]) -> Vec<u8> {
    request::body_of(&[subject.as_bytes(), bytes])
}

fn named(document: &request::Pushed, precondition: &Precondition) -> Result<Named> {
    let kind = document.content.kind().into();
    let external_id = document.external_id.clone().map(|id| Known {
        kind,
        scheme: id.scheme,
        value: id.value,
    });
    match (document.id, document.owner, external_id, precondition) {
        (Some(_), _, _, Precondition::MustNotExist) => Err(not_new().into()),
        (Some(id), None, external_id, Precondition::Etag(_)) => Ok(Named::Here { id, external_id }),
        (None, Some(owner), Some(external_id), _) => Ok(Named::Outside { owner, external_id }),
        _ => Err(Error::Fields(unnamed(document))),
    }
}

fn unnamed(document: &request::Pushed) -> Vec<Violation> {
    let mut missing = Vec::new();
    if document.id.is_some() {
        return vec![Violation::new(
            "document.owner_id",
            "push.named_twice",
            "The document is named by its id; leave the owner empty.",
            "Dokumentet anges med sitt id; lämna ägaren tom.",
        )];
    }
    if document.owner.is_none() {
        missing.push(Violation::new(
            "document.owner_id",
            "required",
            "The field is required.",
            "Fältet måste anges.",
        ));
    }
    if document.external_id.is_none() {
        missing.push(Violation::new(
            "document.external_id",
            "push.unnamed",
            "A pushed document is named by its owner and external id, or by its id.",
            "Ett dokument anges med sin ägare och sitt externa id, eller med sitt id.",
        ));
    }
    missing
}

fn not_new() -> Violation {
    Violation::new(
        "document.id",
        "push.id_of_new",
        "The exchange gives the id of a new document; name it by its owner and external id.",
        "Ett nytt dokument får sitt id av tjänsten; ange det med sin ägare och sitt externa id.",
    )
}

impl Known {
    pub fn external_id(&self) -> ExternalId {
        ExternalId {
            scheme: self.scheme.clone(),
            value: self.value.clone(),
        }
    }
}
