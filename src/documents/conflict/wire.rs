//! How a conflict is told on the wire. Every field of the message is named, so that a new one must be decided on.

use std::collections::BTreeSet;

use super::{Conflict, Resolved, Yours, operations::Told};
use crate::{
    contract,
    documents::wire,
    error::{Error, Result},
    kinds::Content,
    proto::v1::{self, ConflictState, Role},
};

/// The conflict, without the documents and without what its reader may not see.
pub fn conflict(conflict: Conflict, roles: &BTreeSet<Role>) -> v1::Conflict {
    let Conflict {
        id,
        owner,
        document,
        kind,
        fields,
        base,
        theirs,
        yours: _,
        author,
        created_at,
        resolved,
    } = conflict;
    let name = |subject: String| {
        if names_authors(roles) {
            subject
        } else {
            String::new()
        }
    };
    let state = if resolved.is_some() {
        ConflictState::Resolved
    } else {
        ConflictState::Open
    };
    let mut told = v1::Conflict {
        id: id.to_string(),
        document_id: document.to_string(),
        owner_id: owner.to_string(),
        kind: kind.into(),
        state: state.into(),
        fields,
        base_revision: base.unsigned_abs(),
        their_revision: theirs.unsigned_abs(),
        author: name(author),
        create_time: Some(created_at.into()),
        resolution: 0,
        resolver: String::new(),
        resolve_time: None,
        resolved_revision: 0,
        base: None,
        theirs: None,
        yours: None,
    };
    if let Some(Resolved {
        how,
        by,
        at,
        revision,
    }) = resolved
    {
        told.resolution = how.into();
        told.resolver = name(by);
        told.resolve_time = Some(at.into());
        told.resolved_revision = revision.unwrap_or_default().unsigned_abs();
    }
    told
}

/// The conflict with the documents, and the document as it stands. Once it is withdrawn, its content is no longer given out.
pub fn told(told: Told) -> Result<(v1::Conflict, v1::Document)> {
    let Told {
        conflict: one,
        roles,
        base,
        theirs,
        head,
    } = told;
    let withdrawn = head.revision.withdrawn;
    let yours = if withdrawn {
        None
    } else {
        Some(yours(&one, &roles)?)
    };
    let shown = |shown: Option<_>| {
        let shown = shown.filter(|_| !withdrawn);
        shown.map(wire::document).transpose()
    };
    let conflict = v1::Conflict {
        base: shown(base)?,
        theirs: shown(theirs)?,
        yours,
        ..conflict(one, &roles)
    };
    Ok((conflict, wire::document(head)?))
}

fn yours(conflict: &Conflict, roles: &BTreeSet<Role>) -> Result<v1::Document> {
    let Yours {
        external_id,
        round,
        period,
        content,
        content_hash,
    } = conflict.yours.clone();
    let content = content
        .map(|bytes| Content::decode(conflict.kind, &bytes))
        .transpose()
        .map_err(Error::fault)?;
    let mut document = v1::Document {
        id: conflict.document.to_string(),
        kind: conflict.kind.into(),
        owner_id: conflict.owner.to_string(),
        external_id,
        round: round.unwrap_or_default(),
        period,
        author: conflict.author.clone(),
        content_hash: content_hash.into(),
        content: content.map(Into::into),
        ..v1::Document::default()
    };
    document.hidden_fields = contract::redact(&mut document, roles);
    Ok(document)
}

/// Whether these roles are told who wrote a document.
fn names_authors(roles: &BTreeSet<Role>) -> bool {
    contract::get()
        .narrowed_fields("styrkedja.v1.Document")
        .iter()
        .filter(|field| field.name == "author")
        .all(|field| field.is_visible_to(roles))
}
