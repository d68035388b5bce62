//! Rows and what they say: between `entity` and `model`. Every column is named in both directions.

use anyhow::{Context, anyhow};
use prost::Message;
use uuid::Uuid;

use super::Found;
use crate::{
    clock::Time,
    documents::{
        entity, link,
        model::{Level, Revision},
    },
    error::{Error, Result},
    kinds::{Link, Target},
    proto::v1::{self, DocumentKind, DocumentState, WithdrawReason},
};

/// The row of a revision. Its content is in the row only where the revision wrote it.
pub fn row(revision: &Revision) -> entity::Model {
    let Revision {
        owner,
        document,
        number,
        kind,
        state,
        level,
        round,
        period,
        external_id,
        author,
        author_organization,
        created_at,
        updated_at,
        content,
        content_revision,
        content_hash,
        review,
        justifications,
        withdraw_reason,
        withdrawn: _,
    } = revision;
    entity::Model {
        owner_id: *owner,
        document_id: *document,
        revision: *number,
        kind: small((*kind).into()),
        state: small((*state).into()),
        level: *level as i16,
        round: round.clone(),
        period_start: period.as_ref().map(|period| period.start_date.clone()),
        period_end: period.as_ref().map(|period| period.end_date.clone()),
        external_scheme: external_id.as_ref().map(|id| id.scheme.clone()),
        external_value: external_id.as_ref().map(|id| id.value.clone()),
        author: author.clone(),
        author_organization_id: *author_organization,
        created_at: created_at.micros(),
        updated_at: updated_at.micros(),
        content: content.clone().filter(|_| content_revision == number),
        content_revision: *content_revision,
        content_hash: content_hash.clone(),
        review: review.as_ref().map(Message::encode_to_vec),
        justifications: encode(justifications),
        withdraw_reason: small((*withdraw_reason).into()),
        position: 0,
        until_position: None,
    }
}

/// The rows of the links to other documents, kept with the revision that wrote the content. `owner_of` says who owns
/// another document. Links inside the document are in its content, and nobody looks for them from elsewhere.
pub fn links(
    revision: &Revision,
    links: Vec<Link>,
    owner_of: impl Fn(Uuid) -> Option<Uuid>,
) -> Vec<link::Model> {
    let rows = links.into_iter().zip(0..).filter_map(|(link, ordinal)| {
        let Target::Other {
            document_id,
            revision: number,
            item,
        } = link.to
        else {
            return None;
        };
        let number = number.and_then(|number| i32::try_from(number).ok());
        Some(link::Model {
            owner_id: revision.owner,
            document_id: revision.document,
            revision: revision.number,
            ordinal,
            from_item: link.from_item,
            relation: link.relation as i16,
            to_owner_id: owner_of(document_id)?,
            to_document_id: document_id,
            to_revision: number.unwrap_or_default(),
            to_item: item,
        })
    });
    rows.collect()
}

impl TryFrom<Found> for Revision {
    type Error = Error;

    fn try_from(found: Found) -> Result<Self> {
        let document = found.row.document_id;
        read(found)
            .with_context(|| format!("document {document} can not be read"))
            .map_err(Error::fault)
    }
}

fn read(found: Found) -> anyhow::Result<Revision> {
    let withdrawn = found.state_now == small(DocumentState::Withdrawn.into());
    let entity::Model {
        owner_id,
        document_id,
        revision,
        kind,
        state,
        level,
        round,
        period_start,
        period_end,
        external_scheme,
        external_value,
        author,
        author_organization_id,
        created_at,
        updated_at,
        content,
        content_revision,
        content_hash,
        review,
        justifications,
        withdraw_reason,
        position: _,
        until_position: _,
    } = found.row;
    let period = period_start
        .zip(period_end)
        .map(|(start_date, end_date)| v1::Period {
            start_date,
            end_date,
        });
    let external_id = external_scheme
        .zip(external_value)
        .map(|(scheme, value)| v1::ExternalId { scheme, value });
    let review = review
        .map(|bytes| v1::Review::decode(bytes.as_slice()))
        .transpose()?;
    Ok(Revision {
        owner: owner_id,
        document: document_id,
        number: revision,
        kind: DocumentKind::try_from(i32::from(kind))?,
        state: DocumentState::try_from(i32::from(state))?,
        level: level_of(level)?,
        round,
        period,
        external_id,
        author,
        author_organization: author_organization_id,
        created_at: Time::from_micros(created_at),
        updated_at: Time::from_micros(updated_at),
        content: content.filter(|_| !withdrawn),
        content_revision,
        content_hash,
        review: review.filter(|_| !withdrawn),
        justifications: if withdrawn {
            Vec::new()
        } else {
            decode(justifications.as_deref())?
        },
        withdraw_reason: WithdrawReason::try_from(i32::from(withdraw_reason))?,
        withdrawn,
    })
}

fn level_of(number: i16) -> anyhow::Result<Level> {
    let levels = [Level::Draft, Level::Submitted, Level::Accepted];
    levels
        .into_iter()
        .find(|&level| level as i16 == number)
        .ok_or_else(|| anyhow!("there is no level {number}"))
}

/// Justifications as the field of a document has them.
fn encode(justifications: &[v1::Justification]) -> Option<Vec<u8>> {
    let holder = v1::Document {
        justifications: justifications.to_vec(),
        ..v1::Document::default()
    };
    (!justifications.is_empty()).then(|| holder.encode_to_vec())
}

fn decode(bytes: Option<&[u8]>) -> Result<Vec<v1::Justification>, prost::DecodeError> {
    Ok(v1::Document::decode(bytes.unwrap_or_default())?.justifications)
}

/// The number of an enum of the contract, as columns keep it. Their numbers are small.
pub fn small(number: i32) -> i16 {
    i16::try_from(number).unwrap_or_default()
}
