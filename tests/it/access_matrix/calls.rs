//! One call for every method, made to be let through where access alone decides.

use prost_types::FieldMask;
use styrkedja::{
    access::matrix::{About, Cell, OTHER_ROUND, ROUND, Relation, Verdict},
    clock,
    proto::v1::{
        ActionPlan, Analysis, CompareRevisionsRequest, Conflict, CreateDocumentRequest,
        CreateGrantRequest, Document, DocumentKind, ExplainAccessRequest, ExternalId,
        FollowUpReport, GetConflictRequest, GetDocumentRequest, GetLineageRequest,
        GetOrganizationRequest, ImportHeader, ImportOrganizationsRequest, KeepTheirs,
        ListGrantsRequest, ListRevisionsRequest, OrganizationRef, Period, PushHeader,
        ResolveConflictRequest, ReviewDocumentRequest, RevokeGrantRequest, SubmitDocumentRequest,
        UpdateDocumentRequest, WhoAmIRequest, WithdrawDocumentRequest, WithdrawReason,
        document::Content, explain_access_request::Target, import_organizations_request::Part,
        organization_ref::Identity, push_response::Outcome, resolve_conflict_request::Resolution,
    },
};
use tonic::{Code, Status};

use super::{
    documents::acceptance,
    nation::{self, Nation},
    offers,
};
use crate::{
    push,
    world::{Caller, request_id},
};

/// What the method answers, or the status that access rules never give.
pub async fn call(nation: &Nation, cell: &Cell<'_>) -> Result<Verdict, Status> {
    let caller = nation.caller(cell.holder);
    let listed = |id: &str| {
        // Whom the act is not for gets no listing at all, which other cells of the method show.
        Ok(if nation.lists(cell.holder, id) {
            Verdict::Allowed
        } else {
            unlisted(cell)
        })
    };
    match (cell.method.service.as_str(), cell.about) {
        ("styrkedja.v1.OrganizationService", About::Organization)
            if cell.method.name == "ListOrganizations" =>
        {
            listed(&nation.id(cell.spot))
        }
        ("styrkedja.v1.DocumentService", About::Document(..))
            if cell.method.name == "ListDocuments" =>
        {
            listed(&document(nation, cell).id)
        }
        ("styrkedja.v1.ConflictService", _) if cell.method.name == "ListConflicts" => {
            listed(&conflict(nation, cell).id)
        }
        ("styrkedja.v1.ConflictService", _) => {
            verdict(nation, on_conflicts(nation, cell, caller).await)
        }
        ("styrkedja.v1.CourseOfferService", _) => {
            verdict(nation, offers::call(nation, cell, caller).await)
        }
        ("styrkedja.v1.SyncService", _) if cell.method.name == "Push" => {
            verdict(nation, on_push(nation, cell, caller).await)
        }
        ("styrkedja.v1.SyncService", _) => {
            let copied = nation.copies(cell.holder, &cell.method.name);
            Ok(if copied.contains(&document(nation, cell).id) {
                Verdict::Allowed
            } else {
                unlisted(cell)
            })
        }
        ("styrkedja.v1.OrganizationService", _) => {
            verdict(nation, on_organizations(nation, cell, caller).await)
        }
        ("styrkedja.v1.AccessService", _) => verdict(nation, on_access(nation, cell, caller).await),
        ("styrkedja.v1.DocumentService", _) => {
            verdict(nation, on_documents(nation, cell, caller).await)
        }
        (other, _) => panic!("there is no call for {other}"),
    }
}

fn unlisted(cell: &Cell<'_>) -> Verdict {
    if cell.verdict == Verdict::Denied {
        Verdict::Denied
    } else {
        Verdict::Absent
    }
}

/// Rules of state come after those of access; rules of fields as well, where a role is granted at the wrong place.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "no access rule gives any other status"
)]
fn verdict(nation: &Nation, answer: Result<(), Status>) -> Result<Verdict, Status> {
    let Err(status) = answer else {
        return Ok(Verdict::Allowed);
    };
    match status.code() {
        Code::FailedPrecondition => Ok(Verdict::Allowed),
        Code::InvalidArgument => Ok(Verdict::Misplaced),
        Code::PermissionDenied => Ok(Verdict::Denied),
        Code::NotFound
            if (status.message(), status.details())
                == (nation.absent.0.as_str(), &nation.absent.1) =>
        {
            Ok(Verdict::Absent)
        }
        _ => Err(status),
    }
}

async fn on_organizations(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let mut client = caller.organizations();
    let organization = Some(OrganizationRef {
        identity: Some(Identity::Id(nation.id(cell.spot))),
    });
    match cell.method.name.as_str() {
        "GetOrganization" => {
            let request = GetOrganizationRequest {
                organization,
                date: String::new(),
            };
            client.get_organization(request).await.map(drop)
        }
        "GetLineage" => client
            .get_lineage(GetLineageRequest { organization })
            .await
            .map(drop),
        "ImportOrganizations" => {
            let header = ImportHeader {
                request_id: request_id(),
                validate_only: true,
                source: "nothing".to_owned(),
            };
            let requests = [ImportOrganizationsRequest {
                part: Some(Part::Header(header)),
            }];
            client
                .import_organizations(tokio_stream::iter(requests))
                .await
                .map(drop)
        }
        other => panic!("there is no call for {other}"),
    }
}

async fn on_access(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
    let mut client = caller.access();
    match (cell.method.name.as_str(), cell.about) {
        ("CreateGrant", About::NewGrant(role)) => {
            let request = CreateGrantRequest {
                validate_only: true,
                ..nation::grant_request(
                    &nation.ids,
                    "exchange:newcomer",
                    role,
                    nation.id(cell.spot),
                )
            };
            client.create_grant(request).await.map(drop)
        }
        ("RevokeGrant", About::Grant(role)) => {
            let known = cell
                .spot
                .and_then(|spot| nation.grants.get(&(role, spot)).cloned());
            let request = RevokeGrantRequest {
                request_id: request_id(),
                validate_only: true,
                id: known.unwrap_or_else(|| clock::new_id().to_string()),
            };
            client.revoke_grant(request).await.map(drop)
        }
        ("ListGrants", About::Grants) => {
            let request = ListGrantsRequest {
                organization_id: nation.id(cell.spot),
                ..ListGrantsRequest::default()
            };
            let page = client.list_grants(request).await?.into_inner();
            let absent = || {
                Status::with_details(
                    Code::NotFound,
                    nation.absent.0.clone(),
                    nation.absent.1.clone().into(),
                )
            };
            if page.grants.is_empty() {
                Err(absent())
            } else {
                Ok(())
            }
        }
        ("ExplainAccess", _) => {
            let request = ExplainAccessRequest {
                method: "styrkedja.v1.DocumentService/GetDocument".to_owned(),
                ..ExplainAccessRequest::default()
            };
            client.explain_access(request).await.map(drop)
        }
        ("WhoAmI", _) => client.who_am_i(WhoAmIRequest {}).await.map(drop),
        (other, about) => panic!("there is no call for {other} on {about:?}"),
    }
}

async fn on_documents(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
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

async fn on_conflicts(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
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
fn conflict(nation: &Nation, cell: &Cell<'_>) -> Conflict {
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
async fn on_push(nation: &Nation, cell: &Cell<'_>, caller: &Caller) -> Result<(), Status> {
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

/// The methods whose calls are explained as well: one for each act on documents and organizations that differs.
const EXPLAINED: [&str; 5] = [
    "CreateDocument",
    "GetDocument",
    "ReviewDocument",
    "GetOrganization",
    "ImportOrganizations",
];

/// How the call is explained beforehand. None where explanations have no such target.
pub async fn explain(nation: &Nation, cell: &Cell<'_>) -> Option<String> {
    if !EXPLAINED.contains(&cell.method.name.as_str()) {
        return None;
    }
    let target = match cell.about {
        About::NewGrant(_)
        | About::Grant(_)
        | About::Grants
        | About::Conflict(_)
        | About::Submission
        | About::Booking => return None,
        About::NewDocument(_) if cell.relation == Relation::OtherRound => return None,
        About::Document(..) => Some(Target::DocumentId(document(nation, cell).id)),
        About::Organization | About::NewDocument(_) => {
            Some(Target::OrganizationId(nation.id(cell.spot)))
        }
        About::Call => None,
    };
    let kind = if let About::NewDocument(kind) = cell.about {
        kind
    } else {
        DocumentKind::Unspecified
    };
    let method = format!("{}/{}", cell.method.service, cell.method.name);
    let request = ExplainAccessRequest {
        method,
        target,
        kind: kind.into(),
    };
    let answer = nation
        .caller(cell.holder)
        .access()
        .explain_access(request)
        .await;
    Some(answer.expect("everybody may ask").into_inner().status)
}
