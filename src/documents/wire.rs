//! How a document is told on the wire. Every field of the message is named, so that a new one must be decided on.

use prost::{
    Message,
    bytes::Bytes,
    encoding::{self, WireType},
};

use super::{
    model::Revision,
    operations::{Shown, content_of},
};
use crate::{contract, error::Result, kinds::Content, proto::v1};

/// Room for the key of a field, and the length of what it holds.
const KEY_AND_LENGTH: usize = 10;

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

/// The same, encoded. Where nothing is left out of the content, it goes in as it is kept.
pub fn encoded(shown: Shown) -> Result<Bytes> {
    let parts = Parts::of(shown)?;
    let mut document = Vec::with_capacity(parts.len());
    parts.put(&mut document);
    Ok(document.into())
}

/// The same, as a field of another message.
pub fn encoded_as(field: u32, shown: Shown) -> Result<Bytes> {
    let parts = Parts::of(shown)?;
    let length = parts.len();
    let mut message = Vec::with_capacity(length + KEY_AND_LENGTH);
    encoding::encode_key(field, WireType::LengthDelimited, &mut message);
    encoding::encode_varint(length as u64, &mut message);
    parts.put(&mut message);
    Ok(message.into())
}

/// A document on its way to its encoding.
struct Parts {
    document: v1::Document,
    /// Its content as it is kept, and the field that holds it. None: it has none, or it is in the document.
    content: Option<(u32, Vec<u8>)>,
}

impl Parts {
    fn of(mut shown: Shown) -> Result<Self> {
        let kind = contract::get().kind(shown.revision.kind);
        if !kind.shows_content_to(&shown.roles) {
            return Ok(Self {
                document: document(shown)?,
                content: None,
            });
        }
        let content = shown.revision.content.take();
        let content = content.filter(|_| !shown.revision.withdrawn);
        Ok(Self {
            document: with_content(shown, None),
            content: content.map(|content| (kind.number, content)),
        })
    }

    fn len(&self) -> usize {
        let content = self.content.as_ref();
        let content = content.map(|(field, content)| encoding::bytes::encoded_len(*field, content));
        self.document.encoded_len() + content.unwrap_or_default()
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        self.document.encode_raw(bytes);
        if let Some((field, content)) = &self.content {
            encoding::bytes::encode(*field, content, bytes);
        }
    }
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
