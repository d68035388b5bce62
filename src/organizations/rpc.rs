//! How the organization service is spoken. Translates between requests and operations, and decides nothing.

use prost::Message;
use tonic::{Request, Response, Status, Streaming};

use super::{
    operations::{self, Import, Listed},
    wire::{self, View},
};
use crate::{
    access::caller_of,
    contract::Violation,
    error::{Error, Result},
    exchange::Exchange,
    page::{self, Listing},
    proto::v1::{
        self, import_organizations_request::Part, organization_service_server::OrganizationService,
    },
};

const DEFAULT_PAGE: u32 = 100;
/// Records in one import, at most. The national register has 8,616.
const MOST_RECORDS: usize = 200_000;
/// What the records of one import may weigh.
const MOST_BYTES: u32 = 128 * 1024 * 1024;

/// The organization service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

#[tonic::async_trait]
impl OrganizationService for Rpc {
    async fn get_organization(
        &self,
        request: Request<v1::GetOrganizationRequest>,
    ) -> Result<Response<v1::GetOrganizationResponse>, Status> {
        let caller = caller_of(&request)?;
        let v1::GetOrganizationRequest { organization, date } = request.into_inner();
        let view = View::on(&caller, &date)?;
        let found = operations::get(&self.0, &caller, &wire::reference(organization)?).await?;
        Ok(Response::new(v1::GetOrganizationResponse {
            organization: Some(view.organization(&found)),
        }))
    }

    async fn list_organizations(
        &self,
        request: Request<v1::ListOrganizationsRequest>,
    ) -> Result<Response<v1::ListOrganizationsResponse>, Status> {
        let caller = caller_of(&request)?;
        let mut request = request.into_inner();
        let search = wire::search(&request)?;
        let size = page::size(std::mem::take(&mut request.page_size), DEFAULT_PAGE);
        let token = std::mem::take(&mut request.page_token);
        let filters = request.encode_to_vec();
        let listing = Listing {
            method: "/styrkedja.v1.OrganizationService/ListOrganizations",
            subject: caller.subject(),
            filters: &filters,
        };
        let Listed {
            organizations,
            next,
        } = operations::list(&self.0, &caller, &search, listing, size, &token).await?;
        let view = View::today(&caller);
        Ok(Response::new(v1::ListOrganizationsResponse {
            organizations: organizations
                .iter()
                .map(|one| view.organization(one))
                .collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn import_organizations(
        &self,
        request: Request<Streaming<v1::ImportOrganizationsRequest>>,
    ) -> Result<Response<v1::ImportOrganizationsResponse>, Status> {
        let caller = caller_of(&request)?;
        let import = collect(request.into_inner()).await?;
        Ok(Response::new(
            operations::import(&self.0, &caller, import).await?,
        ))
    }

    async fn get_lineage(
        &self,
        request: Request<v1::GetLineageRequest>,
    ) -> Result<Response<v1::GetLineageResponse>, Status> {
        let caller = caller_of(&request)?;
        let reference = wire::reference(request.into_inner().organization)?;
        let lineage = operations::lineage(&self.0, &caller, &reference).await?;
        Ok(Response::new(View::today(&caller).lineage(&lineage)))
    }
}

/// Takes in a whole import: a record may name any other, wherever it comes in the stream.
async fn collect(mut stream: Streaming<v1::ImportOrganizationsRequest>) -> Result<Import, Status> {
    let header = match stream.message().await?.and_then(|first| first.part) {
        Some(Part::Header(header)) => header,
        Some(Part::Record(_)) | None => {
            return Err(
                header_violation("The header comes first.", "Huvudet kommer först.").into(),
            );
        }
    };
    let mut import = Import {
        request_id: wire::uuid("header.request_id", &header.request_id)?,
        validate_only: header.validate_only,
        source: header.source,
        records: Vec::new(),
    };
    let mut bytes = 0;
    while let Some(message) = stream.message().await? {
        bytes += message.encoded_len();
        match message.part {
            Some(Part::Record(record)) => import.records.push(record),
            Some(Part::Header(_)) => {
                return Err(
                    header_violation("The header comes once.", "Huvudet kommer en gång.").into(),
                );
            }
            None => return Err(no_record().into()),
        }
        if import.records.len() > MOST_RECORDS || bytes > MOST_BYTES as usize {
            return Err(Error::TooLarge {
                max_request_bytes: MOST_BYTES,
            }
            .into());
        }
    }
    Ok(import)
}

fn header_violation(en: &str, sv: &str) -> Error {
    Error::field(Violation::new("header", "header", en, sv))
}

fn no_record() -> Error {
    Error::field(Violation::new(
        "part",
        "required",
        "Send a record.",
        "Skicka en post.",
    ))
}
