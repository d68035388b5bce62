//! Rows and what they say: between `entity` and `model`. Every column is named in both directions.

use anyhow::Context;
use prost::Message;
use prost_types::FieldMask;

use crate::{
    clock::Time,
    documents::{
        conflict::{Conflict, Resolved, Yours, entity},
        store::small,
    },
    error::{Error, Result},
    proto::v1::{ConflictResolution, ConflictState, DocumentKind, ExternalId, Period},
};

/// The row of a conflict as it stands now. The content is in the first row only.
pub fn row(conflict: &Conflict) -> entity::Model {
    let Conflict {
        id,
        owner,
        document,
        kind,
        fields,
        base,
        theirs,
        yours,
        author,
        created_at,
        resolved,
    } = conflict;
    let Yours {
        external_id,
        round,
        period,
        content,
        content_hash,
    } = yours;
    let state = if resolved.is_some() {
        ConflictState::Resolved
    } else {
        ConflictState::Open
    };
    let how = resolved.as_ref().map(|resolved| resolved.how);
    let fields = FieldMask {
        paths: fields.clone(),
    };
    entity::Model {
        owner_id: *owner,
        id: *id,
        revision: if resolved.is_some() { 2 } else { 1 },
        document_id: *document,
        kind: small((*kind).into()),
        state: small(state.into()),
        fields: fields.encode_to_vec(),
        base_revision: *base,
        their_revision: *theirs,
        round: round.clone(),
        period_start: period.as_ref().map(|period| period.start_date.clone()),
        period_end: period.as_ref().map(|period| period.end_date.clone()),
        external_scheme: external_id.as_ref().map(|id| id.scheme.clone()),
        external_value: external_id.as_ref().map(|id| id.value.clone()),
        content: content.clone().filter(|_| resolved.is_none()),
        content_hash: content_hash.clone(),
        author: author.clone(),
        created_at: created_at.micros(),
        resolution: small(how.unwrap_or_default().into()),
        resolver: resolved.as_ref().map(|resolved| resolved.by.clone()),
        resolved_at: resolved.as_ref().map(|resolved| resolved.at.micros()),
        resolved_revision: resolved
            .as_ref()
            .and_then(|resolved| resolved.revision)
            .unwrap_or_default(),
        position: 0,
        until_position: None,
    }
}

/// A conflict, with its content where the row was read with it.
pub fn conflict(row: entity::Model) -> Result<Conflict> {
    let id = row.id;
    read(row)
        .with_context(|| format!("conflict {id} can not be read"))
        .map_err(Error::fault)
}

fn read(row: entity::Model) -> anyhow::Result<Conflict> {
    let entity::Model {
        owner_id,
        id,
        revision: _,
        document_id,
        kind,
        state: _,
        fields,
        base_revision,
        their_revision,
        round,
        period_start,
        period_end,
        external_scheme,
        external_value,
        content,
        content_hash,
        author,
        created_at,
        resolution,
        resolver,
        resolved_at,
        resolved_revision,
        position: _,
        until_position: _,
    } = row;
    let period = period_start.zip(period_end);
    let external_id = external_scheme.zip(external_value);
    let how = ConflictResolution::try_from(i32::from(resolution))?;
    let resolved = resolver.zip(resolved_at).map(|(by, at)| Resolved {
        how,
        by,
        at: Time::from_micros(at),
        revision: Some(resolved_revision).filter(|number| *number > 0),
    });
    Ok(Conflict {
        id,
        owner: owner_id,
        document: document_id,
        kind: DocumentKind::try_from(i32::from(kind))?,
        fields: FieldMask::decode(fields.as_slice())?.paths,
        base: base_revision,
        theirs: their_revision,
        yours: Yours {
            external_id: external_id.map(|(scheme, value)| ExternalId { scheme, value }),
            round,
            period: period.map(|(start_date, end_date)| Period {
                start_date,
                end_date,
            }),
            content,
            content_hash,
        },
        author,
        created_at: Time::from_micros(created_at),
        resolved,
    })
}
