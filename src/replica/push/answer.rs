//! What an answer to a pushed document does to the replica, and how a refusal is kept beside the row it is of.

use std::collections::BTreeMap;

use prost::Message;
use serde::{Deserialize, Serialize};
use sqlx::{Sqlite, Transaction};
use tonic::{Code, Status};
use tonic_types::{StatusExt, pb};

use crate::{
    clock, json,
    proto::v1::{
        Document, DocumentState, Findings, PushedDocument, SyncFilter, push_response::Outcome,
    },
    replica::{
        Result,
        apply::{Kept, put_document},
        file::standing,
        outbox::{self, Outgoing},
        rows::kind_of,
    },
};

/// What is kept beside a row that stays in the outbox.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Answer {
    /// As `ErrorReason` names it, or `CONFLICT`.
    pub reason: String,
    pub message: String,
    /// What the exchange says besides: the current etag, or the number of bytes that are allowed.
    pub metadata: BTreeMap<String, String>,
    /// Of each field at fault, what is wrong.
    pub fields: BTreeMap<String, String>,
    /// `Findings` as protobuf JSON.
    pub findings: Option<serde_json::Value>,
    /// Of a conflict.
    pub conflict_id: String,
    pub document_id: String,
}

impl Answer {
    pub fn unreadable(message: String) -> Self {
        Self {
            reason: "UNREADABLE".to_owned(),
            message,
            ..Self::default()
        }
    }

    pub fn to_json(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    fn refused(refusal: &pb::Status) -> anyhow::Result<Self> {
        let status = status_of(refusal);
        let details = status.get_error_details();
        let info = details.error_info().cloned();
        let violations = details
            .bad_request()
            .map(|bad| bad.field_violations.clone());
        let findings = refusal
            .details
            .iter()
            .find(|detail| detail.type_url.ends_with("/styrkedja.v1.Findings"))
            .and_then(|detail| Findings::decode(detail.value.as_slice()).ok());
        Ok(Self {
            reason: info
                .as_ref()
                .map(|info| info.reason.clone())
                .unwrap_or_default(),
            message: refusal.message.clone(),
            metadata: info.into_iter().flat_map(|info| info.metadata).collect(),
            fields: violations
                .into_iter()
                .flatten()
                .map(|one| (one.field, one.description))
                .collect(),
            findings: match findings {
                Some(findings) => Some(serde_json::from_str(&json::line(&findings)?)?),
                None => None,
            },
            ..Self::default()
        })
    }
}

/// Does what an answer says: the row goes, or stays with what was answered. What was written at the position is put in.
pub(super) async fn take_in(
    transaction: &mut Transaction<'_, Sqlite>,
    sent: &Outgoing,
    outcome: Outcome,
    position: i64,
) -> Result<()> {
    match outcome {
        Outcome::Created(written) | Outcome::Updated(written) => {
            outbox::clear(transaction, &sent.item.request_id).await?;
            outbox::rebase(transaction, sent, &written.etag).await?;
            put_written(transaction, sent, &written, position).await
        }
        Outcome::Unchanged(written) => {
            outbox::clear(transaction, &sent.item.request_id).await?;
            outbox::rebase(transaction, sent, &written.etag).await
        }
        Outcome::Merged(merged) => {
            outbox::clear(transaction, &sent.item.request_id).await?;
            match merged.document {
                Some(document) => put_ahead(transaction, &document, position).await,
                None => Ok(()),
            }
        }
        Outcome::Conflict(conflict) => {
            let answer = Answer {
                reason: "CONFLICT".to_owned(),
                message: conflict.fields.join(", "),
                metadata: BTreeMap::from([("etag".to_owned(), conflict.etag)]),
                conflict_id: conflict.conflict_id,
                document_id: conflict.document_id,
                ..Answer::default()
            };
            outbox::keep(
                transaction,
                &sent.item.request_id,
                "conflict",
                &answer.to_json()?,
            )
            .await
        }
        Outcome::Refused(refusal) => {
            let answer = Answer::refused(&refusal)?.to_json()?;
            outbox::keep(transaction, &sent.item.request_id, "refused", &answer).await
        }
    }
}

/// What was written, as far as it is known before the feed tells of it.
async fn put_written(
    transaction: &mut Transaction<'_, Sqlite>,
    sent: &Outgoing,
    written: &PushedDocument,
    position: i64,
) -> Result<()> {
    let held: Option<(Vec<u8>,)> = sqlx::query_as("SELECT bytes FROM documents WHERE id = $1")
        .bind(&written.id)
        .fetch_optional(&mut **transaction)
        .await?;
    let held = held.and_then(|(bytes,)| Document::decode(bytes.as_slice()).ok());
    if held.is_none() && sent.base_etag.is_some() {
        // It left the scope meanwhile, or was never pulled.
        return Ok(());
    }
    let held = held.unwrap_or_else(|| Document {
        state: DocumentState::Draft.into(),
        owner_id: sent.document.owner_id.clone(),
        create_time: Some(clock::now().into()),
        ..Document::default()
    });
    let document = Document {
        id: written.id.clone(),
        kind: kind_of(&sent.document).into(),
        external_id: written.external_id.clone(),
        round: sent.document.round.clone(),
        period: sent.document.period.clone(),
        revision: written.revision,
        etag: written.etag.clone(),
        update_time: Some(clock::now().into()),
        content_hash: written.content_hash.clone(),
        content: sent.document.content.clone(),
        ..held
    };
    put_ahead(transaction, &document, position).await
}

/// Puts in what was written at a position that the cursor has not reached. Of what it has passed the feed has told, and
/// maybe that it is gone since: an answer comes late, or again (position 0).
pub(in crate::replica) async fn put_ahead(
    transaction: &mut Transaction<'_, Sqlite>,
    document: &Document,
    position: i64,
) -> Result<()> {
    let standing = standing(transaction).await?;
    if position <= standing.position || !holds(&standing.filter, document) {
        return Ok(());
    }
    let kept = Kept::Ahead(position);
    put_document(transaction, document, standing.snapshot, kept).await
}

/// Whether a document is one of those that the replica holds. Of others the feed tells nothing.
fn holds(filter: &SyncFilter, document: &Document) -> bool {
    (filter.kinds.is_empty() || filter.kinds.contains(&document.kind))
        && (filter.round.is_empty() || filter.round == document.round)
        && (filter.owner_id.is_empty() || filter.owner_id == document.owner_id)
}

/// A refusal that is worth another try.
pub(super) fn passes(refusal: &pb::Status) -> Option<Status> {
    let code = Code::from_i32(refusal.code);
    matches!(code, Code::Unavailable | Code::DeadlineExceeded).then(|| status_of(refusal))
}

fn status_of(refusal: &pb::Status) -> Status {
    let details = refusal.encode_to_vec().into();
    Status::with_details(Code::from_i32(refusal.code), &refusal.message, details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::DocumentKind;

    #[test]
    fn every_filter_that_is_set_must_hold() {
        let document = Document {
            kind: DocumentKind::ActionPlan.into(),
            round: "sbs-2026-1".to_owned(),
            owner_id: "a".to_owned(),
            ..Document::default()
        };
        let filter = |kinds: &[DocumentKind], round: &str, owner_id: &str| SyncFilter {
            kinds: kinds.iter().map(|&kind| kind.into()).collect(),
            round: round.to_owned(),
            owner_id: owner_id.to_owned(),
        };
        let (plan, analysis) = (DocumentKind::ActionPlan, DocumentKind::Analysis);
        for holding in [
            filter(&[], "", ""),
            filter(&[analysis, plan], "", ""),
            filter(&[], "sbs-2026-1", ""),
            filter(&[], "", "a"),
            filter(&[plan], "sbs-2026-1", "a"),
        ] {
            assert!(holds(&holding, &document), "{holding:?}");
        }
        for other in [
            filter(&[analysis], "sbs-2026-1", "a"),
            filter(&[plan], "sbs-2023-1", "a"),
            filter(&[plan], "sbs-2026-1", "b"),
        ] {
            assert!(!holds(&other, &document), "{other:?}");
        }
    }
}
