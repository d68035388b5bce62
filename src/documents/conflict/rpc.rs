//! How the conflict service is spoken. Translates between requests and operations, and decides nothing.

use prost::Message;
use tonic::{Request, Response, Status};

use super::{
    operations::{self, Listed, Resolution, Settled},
    store::Filter,
    wire,
};
use crate::{
    access::caller_of,
    contract::Violation,
    documents::{
        request::{self, Common, Pushed},
        wire::document,
    },
    error::{Error, Result},
    exchange::Exchange,
    page::{self, Listing},
    proto::v1::{
        self, conflict_service_server::ConflictService,
        resolve_conflict_request::Resolution as Asked,
    },
};

const DEFAULT_PAGE: u32 = 50;

/// The conflict service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

#[tonic::async_trait]
impl ConflictService for Rpc {
    async fn list_conflicts(
        &self,
        request: Request<v1::ListConflictsRequest>,
    ) -> Result<Response<v1::ListConflictsResponse>, Status> {
        let caller = caller_of(&request)?;
        let mut request = request.into_inner();
        let filter = Filter {
            owner: request::optional_id("owner_id", &request.owner_id)?,
            document: request::optional_id("document_id", &request.document_id)?,
            resolved_too: request.include_resolved,
        };
        let (size, token) = (
            page::size(request.page_size, DEFAULT_PAGE),
            std::mem::take(&mut request.page_token),
        );
        request.page_size = 0;
        let filters = request.encode_to_vec();
        let listing = Listing {
            method: "/styrkedja.v1.ConflictService/ListConflicts",
            subject: caller.subject(),
            filters: &filters,
        };
        let Listed { conflicts, next } =
            operations::list(&self.0, &caller, filter, listing, size, &token).await?;
        let conflicts = conflicts
            .into_iter()
            .map(|(conflict, roles)| wire::conflict(conflict, &roles));
        Ok(Response::new(v1::ListConflictsResponse {
            conflicts: conflicts.collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn get_conflict(
        &self,
        request: Request<v1::GetConflictRequest>,
    ) -> Result<Response<v1::GetConflictResponse>, Status> {
        let caller = caller_of(&request)?;
        let id = request::id("id", &request.get_ref().id)?;
        let told = operations::get(&self.0, &caller, id).await?;
        let (conflict, document) = wire::told(told)?;
        Ok(Response::new(v1::GetConflictResponse {
            conflict: Some(conflict),
            document: Some(document),
        }))
    }

    async fn resolve_conflict(
        &self,
        request: Request<v1::ResolveConflictRequest>,
    ) -> Result<Response<v1::ResolveConflictResponse>, Status> {
        let caller = caller_of(&request)?;
        let request = request.into_inner();
        let mut asked = request.clone();
        asked.validate_only = false;
        asked.request_id.clear();
        let call = Common {
            caller,
            method: "/styrkedja.v1.ConflictService/ResolveConflict",
            request_id: &request.request_id,
            validate_only: request.validate_only,
        }
        .known_by(&[&asked.encode_to_vec()])?;
        let id = request::id("id", &request.id)?;
        let resolution = resolution(request.resolution)?;
        let Settled {
            conflict,
            roles,
            document: after,
            findings,
        } = operations::resolve(&self.0, &call, id, &request.etag, resolution).await?;
        Ok(Response::new(v1::ResolveConflictResponse {
            conflict: Some(wire::conflict(conflict, &roles)),
            document: Some(document(after)?),
            findings,
        }))
    }
}

fn resolution(asked: Option<Asked>) -> Result<Resolution> {
    Ok(match asked {
        Some(Asked::KeepTheirs(_)) => Resolution::KeepTheirs,
        Some(Asked::TakeYours(_)) => Resolution::TakeYours,
        Some(Asked::TakeBoth(document)) => {
            let pushed = request::pushed(document).and_then(must_be_bare);
            Resolution::TakeBoth(Box::new(pushed.map_err(in_its_field)?))
        }
        None => {
            return Err(Error::fault(anyhow::anyhow!(
                "a resolution came past its rules"
            )));
        }
    })
}

fn must_be_bare(pushed: Pushed) -> Result<Pushed> {
    let named = [
        ("id", pushed.id.is_some()),
        ("owner_id", pushed.owner.is_some()),
    ];
    let named = named.into_iter().filter(|(_, named)| *named);
    let violations: Vec<_> = named.map(|(field, _)| request::not_yours(field)).collect();
    if violations.is_empty() {
        Ok(pushed)
    } else {
        Err(Error::Fields(violations))
    }
}

/// The document stands in a field of another name here.
fn in_its_field(refusal: Error) -> Error {
    let renamed = |violation: Violation| Violation {
        field: violation.field.replacen("document", "take_both", 1),
        ..violation
    };
    if let Error::Fields(violations) = refusal {
        Error::Fields(violations.into_iter().map(renamed).collect())
    } else {
        refusal
    }
}
