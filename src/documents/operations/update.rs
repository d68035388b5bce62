//! Changes the fields of a draft or a returned document that a mask names.

use prost_reflect::{DynamicMessage, FieldDescriptor};
use uuid::Uuid;

use super::{
    Answer, Call,
    judge::judge,
    present_content_of, target_of,
    write::{Decided, must_act_on, must_allow, must_be_seen, write},
};
use crate::{
    access::Grant,
    clock,
    contract::Violation,
    documents::{
        mask::Mask,
        model::{Revision, Step},
        shape,
    },
    error::{Error, Result},
    exchange::Exchange,
    kinds::Content,
    proto::v1::{Act, ExternalId, Period},
};

/// New values for the fields that the paths name.
#[derive(Clone, Debug)]
pub struct Change {
    pub document: Uuid,
    pub etag: String,
    pub paths: Vec<String>,
    pub external_id: Option<ExternalId>,
    pub round: Option<String>,
    pub period: Option<Period>,
    pub content: Option<Content>,
}

pub async fn update(exchange: &Exchange, call: &Call, change: Change) -> Result<Answer> {
    let (head, grant) = must_act_on(exchange, call, Act::EditDocuments, change.document).await?;
    let decided = decide(exchange, call, grant, &head, change).await;
    write(exchange, call, grant, decided).await
}

async fn decide(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    head: &Revision,
    change: Change,
) -> Result<Decided> {
    let field = shape::content_field(head.kind)?;
    let mask = read_mask(&field, &change)?;
    must_be_seen(head, &change.etag)?;
    let state = must_allow(head, Step::Update)?;
    let mut revision = head.next(
        state,
        call.caller.subject().to_owned(),
        grant.home,
        clock::now(),
    );
    let content = merge(&mask, &field, head, change.content)?;
    if mask.external_id {
        revision.external_id = change.external_id;
    }
    if mask.period {
        revision.period = change.period;
    }
    if mask.round {
        revision.round = change.round;
        // A role may be for one round only: what leaves it must not leave the author's reach.
        call.caller
            .grant_for(Act::EditDocuments, &target_of(&revision))?;
    }
    let encoded = content.encode();
    let writes_content = head.content.as_ref() != Some(&encoded);
    if writes_content {
        revision.write(encoded.into());
    }
    let mut judgement = judge(exchange, &call.caller, &revision, &content)
        .await?
        .must_be_fit_to_keep()?;
    let links = if writes_content {
        judgement.links(&revision)
    } else {
        Vec::new()
    };
    Ok(Decided {
        revision,
        links,
        findings: judgement.findings,
        expects: Vec::new(),
    })
}

fn read_mask(field: &FieldDescriptor, change: &Change) -> Result<Mask> {
    let mask = Mask::read(field, &change.paths).map_err(Error::Fields)?;
    match &change.content {
        Some(content) if mask.writes_content() && content.field() != field.name() => {
            Err(other_kind(content).into())
        }
        None if mask.writes_content() => Err(content_missing(field).into()),
        _ => Ok(mask),
    }
}

/// The content after the change.
fn merge(
    mask: &Mask,
    field: &FieldDescriptor,
    head: &Revision,
    given: Option<Content>,
) -> Result<Content> {
    let Some(given) = given.filter(|_| mask.writes_content()) else {
        return present_content_of(head);
    };
    if mask.replaces_content() {
        return Ok(given);
    }
    let read = |bytes: &[u8]| {
        DynamicMessage::decode(shape::message_of(field)?, bytes).map_err(Error::fault)
    };
    let mut kept = read(head.content.as_deref().unwrap_or_default())?;
    mask.apply(&mut kept, &read(&given.encode())?);
    Content::decode(head.kind, &prost::Message::encode_to_vec(&kept)).map_err(Error::fault)
}

pub fn other_kind(content: &Content) -> Violation {
    Violation::new(
        format!("document.{}", content.field()),
        "content.other_kind",
        "The document has content of another kind, and its kind never changes.",
        "Dokumentet har innehåll av ett annat slag, och slaget ändras aldrig.",
    )
}

fn content_missing(field: &FieldDescriptor) -> Violation {
    Violation::new(
        format!("document.{}", field.name()),
        "content.missing",
        "The mask names fields of the content, and no content is given.",
        "Masken anger fält i innehållet, men inget innehåll är med.",
    )
}
