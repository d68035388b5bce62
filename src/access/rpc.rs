//! Access as it is spoken: translates between the contract and what callers can do. Decides nothing.

mod wire;

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    caller_of,
    explain::{self, About},
    operations,
    store::Part,
};
use crate::{
    contract,
    error::Result,
    exchange::Exchange,
    journal,
    page::{self, Listing, Place, Standing},
    proto::v1::{self, access_service_server::AccessService},
};
use wire::encoded;

const CREATE: &str = "/styrkedja.v1.AccessService/CreateGrant";
const REVOKE: &str = "/styrkedja.v1.AccessService/RevokeGrant";
const LIST: &str = "/styrkedja.v1.AccessService/ListGrants";
/// How many grants a page holds where nothing is asked.
const PAGE: u32 = 100;

/// The service over an exchange.
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

#[tonic::async_trait]
impl AccessService for Rpc {
    async fn create_grant(
        &self,
        request: Request<v1::CreateGrantRequest>,
    ) -> Result<Response<v1::CreateGrantResponse>, Status> {
        let caller = caller_of(&request)?;
        let message = request.into_inner();
        let asked = wire::asked(CREATE, &message.request_id, message.validate_only, &message)?;
        let new = wire::new_grant(message)?;
        let answer = operations::create(&self.0, &caller, new, asked, |grant| {
            encoded(&v1::CreateGrantResponse {
                grant: Some(grant.into()),
            })
        });
        Ok(Response::new(wire::decoded(&answer.await?)?))
    }

    async fn revoke_grant(
        &self,
        request: Request<v1::RevokeGrantRequest>,
    ) -> Result<Response<v1::RevokeGrantResponse>, Status> {
        let caller = caller_of(&request)?;
        let message = request.into_inner();
        let asked = wire::asked(REVOKE, &message.request_id, message.validate_only, &message)?;
        let id = wire::id("id", &message.id)?;
        let answer = operations::revoke(&self.0, &caller, id, asked, |grant| {
            encoded(&v1::RevokeGrantResponse {
                grant: Some(grant.into()),
            })
        });
        Ok(Response::new(wire::decoded(&answer.await?)?))
    }

    async fn list_grants(
        &self,
        request: Request<v1::ListGrantsRequest>,
    ) -> Result<Response<v1::ListGrantsResponse>, Status> {
        let caller = caller_of(&request)?;
        let mut message = request.into_inner();
        let token = std::mem::take(&mut message.page_token);
        let size = page::size(std::mem::take(&mut message.page_size), PAGE);
        let filters = encoded(&message);
        let listing = Listing {
            method: LIST,
            subject: caller.subject(),
            filters: &filters,
        };
        let part = self.part(listing, &token, size).await?;
        let filter = wire::filter(message, caller.at())?;
        let mut grants = operations::list(&self.0, &caller, &filter, part).await?;
        let more = grants.len() > size;
        grants.truncate(size);
        let last = grants.last().filter(|_| more);
        let next = last.map(|last| Place {
            at: part.at,
            after: last.id.as_bytes().to_vec(),
        });
        Ok(Response::new(v1::ListGrantsResponse {
            grants: grants.iter().map(v1::Grant::from).collect(),
            next_page_token: next
                .map(|place| self.0.pages.seal(listing, &place))
                .unwrap_or_default(),
        }))
    }

    async fn explain_access(
        &self,
        request: Request<v1::ExplainAccessRequest>,
    ) -> Result<Response<v1::ExplainAccessResponse>, Status> {
        use v1::explain_access_request::Target;
        let caller = caller_of(&request)?;
        let message = request.into_inner();
        let path = format!("/{}", message.method.trim_start_matches('/'));
        let method = contract::get()
            .method(&path)
            .ok_or_else(wire::unknown_method)?;
        let kind = message.kind();
        let about = match &message.target {
            Some(Target::DocumentId(id)) => About::Document(wire::id("document_id", id)?),
            Some(Target::OrganizationId(id)) => {
                About::Organization(wire::id("organization_id", id)?)
            }
            None => About::Nothing,
        };
        let acts = (method.act, method.also.as_slice());
        let explanation = explain::explain(&self.0, &caller, acts, about, kind).await?;
        Ok(Response::new(explanation.into()))
    }

    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        let caller = caller_of(&request)?;
        Ok(Response::new(v1::WhoAmIResponse {
            subject: caller.subject().to_owned(),
            grants: caller
                .grants_now()
                .map(|grant| v1::Grant::from(&**grant))
                .collect(),
            token_expire_time: Some(caller.token_end().into()),
        }))
    }
}

impl Rpc {
    /// Which part of a listing is asked for.
    async fn part(&self, listing: Listing<'_>, token: &str, size: usize) -> Result<Part> {
        let now = journal::reached(self.0.database.reader()).await?;
        let Standing { at, after } = self.0.pages.standing(listing, token, now)?;
        Ok(Part {
            at,
            after: after.map(Uuid::from_bytes),
            limit: u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1),
        })
    }
}
