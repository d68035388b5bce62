//! How a document is told on the wire. Every field of the message is named, so that a new one must be decided on.

use prost::{Message, bytes::Bytes, encoding};

use super::{
    model::Revision,
    operations::{Shown, content_of},
};
use crate::{contract, error::Result, kinds::Content, proto::v1};

/// The document without what its caller may not see; the paths of that are listed.
pub fn document(shown: Shown) -> Result<v1::Document> {
    let content = content_of(&shown.revision)?;
    Ok(with_content(shown, content))
}

/// The same, of a revision whose content is at hand.
pub fn with_content(shown: Shown, content: Option<Content>) -> v1::Document {
    let Shown { revision, roles } = shown;
    let content = content.filter(|_| !revision.withdrawn);
    let mut document = envelope(revision);
    document.content = content.map(Into::into);
    document.hidden_fields = contract::redact(&mut document, &roles);
    document
}

/// The same, encoded. Where nothing is left out of it, the content goes in as it is kept.
pub fn encoded(mut shown: Shown) -> Result<Bytes> {
    let contract = contract::get();
    if !contract.shows_everything_to(&shown.roles) {
        return Ok(document(shown)?.encode_to_vec().into());
    }
    let content = shown
        .revision
        .content
        .take()
        .filter(|_| !shown.revision.withdrawn);
    let field = contract.kind(shown.revision.kind).number;
    let envelope = envelope(shown.revision);
    let room = content.as_ref().map_or(0, |content| content.len() + 8);
    let mut document = Vec::with_capacity(envelope.encoded_len() + room);
    envelope.encode_raw(&mut document);
    if let Some(content) = content {
        encoding::bytes::encode(field, &content, &mut document);
    }
    Ok(document.into())
}

/// All but the content.
fn envelope(revision: Revision) -> v1::Document {
    let etag = revision.etag();
    let Revision {
        owner,
        document,
        number,
        kind,
        state,
        level: _,
        round,
        period,
        external_id,
        author,
        author_organization: _,
        created_at,
        updated_at,
        content: _,
        content_revision: _,
        content_hash,
        review,
        justifications,
        withdraw_reason,
        withdrawn,
    } = revision;
    v1::Document {
        id: document.to_string(),
        kind: kind.into(),
        owner_id: owner.to_string(),
        external_id,
        round: round.unwrap_or_default(),
        period,
        state: state.into(),
        revision: number.unsigned_abs(),
        etag,
        create_time: Some(created_at.into()),
        update_time: Some(updated_at.into()),
        author,
        // Of what is no longer given out, a hash would still tell those who guess.
        content_hash: if withdrawn { Vec::new() } else { content_hash }.into(),
        justifications,
        review,
        withdraw_reason: withdraw_reason.into(),
        hidden_fields: Vec::new(),
        content: None,
    }
}
