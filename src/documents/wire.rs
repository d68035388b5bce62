//! How a document is told on the wire. Every field of the message is named, so that a new one must be decided on.

use super::{model::Revision, operations::Shown};
use crate::{contract, proto::v1};

/// The document without what its caller may not see; the paths of that are listed.
pub fn document(shown: Shown) -> v1::Document {
    let Shown {
        revision,
        content,
        roles,
    } = shown;
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
    let mut document = v1::Document {
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
        content: content.filter(|_| !withdrawn).map(Into::into),
    };
    document.hidden_fields = contract::redact(&mut document, &roles);
    document
}
