//! One call for every method, made to be let through where access alone decides.

mod documents;
mod explained;

use styrkedja::{
    access::matrix::{About, Cell, Verdict},
    clock,
    proto::v1::{
        CreateGrantRequest, ExplainAccessRequest, GetLineageRequest, GetOrganizationRequest,
        ImportHeader, ImportOrganizationsRequest, ListGrantsRequest, OrganizationRef,
        RevokeGrantRequest, WhoAmIRequest, import_organizations_request::Part,
        organization_ref::Identity,
    },
};
use tonic::{Code, Status};

use super::{
    nation::{self, Nation},
    offers,
};
use crate::world::{Caller, request_id};
pub use documents::document;
use documents::{conflict, on_conflicts, on_documents, on_push};
pub use explained::explain;

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
