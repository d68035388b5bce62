//! Calls on documents, one by one and pushed, and on conflicts.

use prost_types::FieldMask;
use styrkedja::{
    access::matrix::{About, Cell, OTHER_ROUND, ROUND, Relation},
    clock,
    proto::v1::{
        ActionPlan, Analysis, CompareRevisionsRequest, Conflict, CreateDocumentRequest, Document,
        DocumentKind, ExternalId, FollowUpReport, GetConflictRequest, GetDocumentRequest,
        KeepTheirs, ListRevisionsRequest, Period, PushHeader, ResolveConflictRequest,
        ReviewDocumentRequest, SubmitDocumentRequest, UpdateDocumentRequest,
        WithdrawDocumentRequest, WithdrawReason, document::Content, push_response::Outcome,
        resolve_conflict_request::Resolution,
    },
};
use tonic::Status;

use super::super::{documents::acceptance, nation::Nation};
use crate::{
    push,
    world::{Caller, request_id},
};

pub async fn on_documents(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let mut client = caller.documents();
    let (request_id, validate_only) = (request_id(), true);
    if let About::NewDocument(kind) = cell.about {
        let document = Some(new_document(nation, cell, kind));
        let request = CreateDocumentRequest {
            request_id,
            validate_only,
            document,
        };
        return client.create_document(request).await.map(drop);
    }
    let document = document(nation, cell);
    let (id, etag) = (document.id.clone(), document.etag.clone());
    match cell.method.name.as_str() {
        "GetDocument" => client
            .get_document(GetDocumentRequest { id, revision: 0 })
            .await
            .map(drop),
        "ListRevisions" => {
            let request = ListRevisionsRequest {
                id,
                ..ListRevisionsRequest::default()
            };
            client.list_revisions(request).await.map(drop)
        }
        "CompareRevisions" => {
            let request = CompareRevisionsRequest {
                id,
                // Earlier revisions may have been drafts, which not all see who see this one.
                from_revision: document.revision,
                to_revision: document.revision,
            };
            client.compare_revisions(request).await.map(drop)
        }
        "UpdateDocument" => {
            let period = Some(Period {
                start_date: "2019-07-01".to_owned(),
                end_date: "2020-06-30".to_owned(),
            });
            let document = Some(Document {
                id,
                period,
                ..Document::default()
            });
            let update_mask = Some(FieldMask {
                paths: vec!["period".to_owned()],
            });
            let request = UpdateDocumentRequest {
                request_id,
                validate_only,
                document,
                update_mask,
                etag,
            };
            client.update_document(request).await.map(drop)
        }
        "SubmitDocument" => {
            let request = SubmitDocumentRequest {
                request_id,
                validate_only,
                id,
                etag,
                justifications: Vec::new(),
            };
            client.submit_document(request).await.map(drop)
        }
        "ReviewDocument" => {
            let request = ReviewDocumentRequest {
                validate_only,
                ..acceptance(&document)
            };
            client.review_document(request).await.map(drop)
        }
        "WithdrawDocument" => {
            let reason = WithdrawReason::Mistake.into();
            let request = WithdrawDocumentRequest {
                request_id,
                validate_only,
                id,
                etag,
                reason,
            };
            client.withdraw_document(request).await.map(drop)
        }
        other => panic!("there is no call for {other}"),
    }
}

pub async fn on_conflicts(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let mut client = caller.conflicts();
    let Conflict {
        id, document_id, ..
    } = conflict(nation, cell);
    if cell.method.name == "GetConflict" {
        return client
            .get_conflict(GetConflictRequest { id })
            .await
            .map(drop);
    }
    // Whoever does not see the document learns no etag of it, and is refused before it is asked for.
    let request = GetDocumentRequest {
        id: document_id,
        revision: 0,
    };
    let seen = caller.documents().get_document(request).await;
    let etag = seen.map_or("unseen".to_owned(), |answer| {
        answer.into_inner().document.unwrap_or_default().etag
    });
    let request = ResolveConflictRequest {
        request_id: request_id(),
        validate_only: true,
        id,
        etag,
        resolution: Some(Resolution::KeepTheirs(KeepTheirs {})),
    };
    client.resolve_conflict(request).await.map(drop)
}

/// The conflict of the cell, or what could be one and is not.
pub fn conflict(nation: &Nation, cell: &Cell<'_>) -> Conflict {
    let About::Conflict(kind) = cell.about else {
        panic!("{:?} is no conflict", cell.about)
    };
    let other_round = cell.relation == Relation::OtherRound;
    let missing = || Conflict {
        id: clock::new_id().to_string(),
        document_id: clock::new_id().to_string(),
        ..Conflict::default()
    };
    let known = cell
        .spot
        .map(|spot| nation.conflicts[&(kind, spot, other_round)].clone());
    known.unwrap_or_else(missing)
}

/// One item, tried and not written.
pub async fn on_push(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let item = if let About::NewDocument(kind) = cell.about {
        let external_id = ExternalId {
            scheme: "matrix".to_owned(),
            value: "newcomer".to_owned(),
        };
        push::new(&Document {
            external_id: Some(external_id),
            ..new_document(nation, cell, kind)
        })
    } else {
        let document = document(nation, cell);
        let changed = Document {
            id: document.id.clone(),
            round: document.round.clone(),
            period: Some(Period {
                start_date: "2019-07-02".to_owned(),
                end_date: "2020-06-30".to_owned(),
            }),
            content: document
                .content
                .or_else(|| Some(Content::Analysis(Analysis::default()))),
            ..Document::default()
        };
        push::changed(&changed, &document.etag)
    };
    let header = PushHeader {
        together: false,
        validate_only: true,
    };
    let mut answers = push::push(caller, header, &[item]).await?;
    match answers.pop().and_then(|answer| answer.outcome) {
        Some(Outcome::Refused(status)) => Err(push::status(&status)),
        Some(_) => Ok(()),
        None => panic!("an item went unanswered"),
    }
}

fn new_document(nation: &Nation, cell: &Cell<'_>, kind: DocumentKind) -> Document {
    let content = match kind {
        DocumentKind::Analysis => Content::Analysis(Analysis::default()),
        DocumentKind::ActionPlan => Content::ActionPlan(ActionPlan::default()),
        DocumentKind::FollowUpReport => Content::FollowUpReport(FollowUpReport::default()),
        DocumentKind::CourseOffer => Content::CourseOffer(Box::default()),
        DocumentKind::Unspecified => panic!("no document is of no kind"),
    };
    Document {
        owner_id: nation.id(cell.spot),
        round: if cell.relation == Relation::OtherRound {
            OTHER_ROUND
        } else {
            ROUND
        }
        .to_owned(),
        period: Some(Period {
            start_date: "2019-07-01".to_owned(),
            end_date: "2020-06-30".to_owned(),
        }),
        content: Some(content),
        ..Document::default()
    }
}

/// The document of the cell, or what could be one and is not.
pub fn document(nation: &Nation, cell: &Cell<'_>) -> Document {
    let About::Document(kind, stage) = cell.about else {
        panic!("{:?} is no document", cell.about)
    };
    let other_round = cell.relation == Relation::OtherRound;
    match cell.spot {
        Some(spot) => nation.documents[&(kind, spot, stage, other_round)].clone(),
        None => Document {
            id: clock::new_id().to_string(),
            etag: "missing".to_owned(),
            revision: 1,
            content_hash: vec![0; 32].into(),
            ..Document::default()
        },
    }
}
