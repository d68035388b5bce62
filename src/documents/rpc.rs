//! How the document service is spoken. Translates between requests and operations, and decides nothing.

use prost::Message;
use tonic::{Request, Response, Status};

use super::{
    operations::{self, Answer, Listed},
    request::{self, Common},
    wire,
};
use crate::{
    access::caller_of,
    error::Result,
    exchange::Exchange,
    page::{self, Listing},
    proto::v1::{self, document_service_server::DocumentService},
};

const DEFAULT_PAGE: u32 = 50;

/// The document service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

/// What the requests that change something have in common, under the names that the contract gives it.
macro_rules! common {
    ($request:expr, $method:literal) => {
        Common {
            caller: caller_of(&$request)?,
            method: concat!("/styrkedja.v1.DocumentService/", $method),
            request_id: &$request.get_ref().request_id,
            validate_only: $request.get_ref().validate_only,
        }
    };
}

/// What a request that changes something asks for, whichever way it asks: tried or in earnest, under whatever id.
macro_rules! body {
    ($request:expr) => {{
        let mut asked = $request.get_ref().clone();
        asked.validate_only = false;
        asked.request_id.clear();
        asked.encode_to_vec()
    }};
}

#[tonic::async_trait]
impl DocumentService for Rpc {
    async fn create_document(
        &self,
        mut request: Request<v1::CreateDocumentRequest>,
    ) -> Result<Response<v1::CreateDocumentResponse>, Status> {
        let mut document = request.get_mut().document.take().unwrap_or_default();
        let new = request::new_document(&mut document)?;
        // The content is encoded and hashed once: to be kept, and to be known again.
        let kind = [new.content.kind() as u8];
        let envelope = document.encode_to_vec();
        let call =
            common!(request, "CreateDocument").known_by(&[&kind, &envelope, &new.encoded.hash])?;
        let Answer { shown, findings } = operations::create(&self.0, &call, new).await?;
        Ok(Response::new(v1::CreateDocumentResponse {
            document: Some(wire::document(shown)),
            findings,
        }))
    }

    async fn update_document(
        &self,
        request: Request<v1::UpdateDocumentRequest>,
    ) -> Result<Response<v1::UpdateDocumentResponse>, Status> {
        let call = common!(request, "UpdateDocument").known_by(&[&body!(request)])?;
        let change = request::change(request.into_inner())?;
        let Answer { shown, findings } = operations::update(&self.0, &call, change).await?;
        Ok(Response::new(v1::UpdateDocumentResponse {
            document: Some(wire::document(shown)),
            findings,
        }))
    }

    async fn get_document(
        &self,
        request: Request<v1::GetDocumentRequest>,
    ) -> Result<Response<v1::GetDocumentResponse>, Status> {
        let caller = caller_of(&request)?;
        let v1::GetDocumentRequest { id, revision } = request.into_inner();
        let revision = (revision > 0).then_some(revision);
        let shown = operations::get(&self.0, &caller, request::id("id", &id)?, revision).await?;
        Ok(Response::new(v1::GetDocumentResponse {
            document: Some(wire::document(shown)),
        }))
    }

    async fn list_documents(
        &self,
        request: Request<v1::ListDocumentsRequest>,
    ) -> Result<Response<v1::ListDocumentsResponse>, Status> {
        let caller = caller_of(&request)?;
        let request = request.into_inner();
        let filter = request::filter(&caller, &request)?;
        let filters = request::filters_of(&request);
        let listing = Listing {
            method: "/styrkedja.v1.DocumentService/ListDocuments",
            subject: caller.subject(),
            filters: &filters,
        };
        let size = page::size(request.page_size, DEFAULT_PAGE);
        let Listed { shown, next } = operations::list(
            &self.0,
            &caller,
            &filter,
            listing,
            size,
            &request.page_token,
        )
        .await?;
        Ok(Response::new(v1::ListDocumentsResponse {
            documents: shown.into_iter().map(wire::document).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn submit_document(
        &self,
        request: Request<v1::SubmitDocumentRequest>,
    ) -> Result<Response<v1::SubmitDocumentResponse>, Status> {
        let call = common!(request, "SubmitDocument").known_by(&[&body!(request)])?;
        let v1::SubmitDocumentRequest {
            id,
            etag,
            justifications,
            ..
        } = request.into_inner();
        let id = request::id("id", &id)?;
        let Answer { shown, findings } =
            operations::submit(&self.0, &call, id, &etag, justifications).await?;
        Ok(Response::new(v1::SubmitDocumentResponse {
            document: Some(wire::document(shown)),
            findings,
        }))
    }

    async fn review_document(
        &self,
        request: Request<v1::ReviewDocumentRequest>,
    ) -> Result<Response<v1::ReviewDocumentResponse>, Status> {
        let call = common!(request, "ReviewDocument").known_by(&[&body!(request)])?;
        let decision = request::decision(request.into_inner())?;
        let Answer { shown, findings: _ } = operations::review(&self.0, &call, decision).await?;
        Ok(Response::new(v1::ReviewDocumentResponse {
            document: Some(wire::document(shown)),
        }))
    }

    async fn withdraw_document(
        &self,
        request: Request<v1::WithdrawDocumentRequest>,
    ) -> Result<Response<v1::WithdrawDocumentResponse>, Status> {
        let call = common!(request, "WithdrawDocument").known_by(&[&body!(request)])?;
        let request = request.into_inner();
        let id = request::id("id", &request.id)?;
        let answer =
            operations::withdraw(&self.0, &call, id, &request.etag, request.reason()).await?;
        Ok(Response::new(v1::WithdrawDocumentResponse {
            document: Some(wire::document(answer.shown)),
        }))
    }

    async fn list_revisions(
        &self,
        request: Request<v1::ListRevisionsRequest>,
    ) -> Result<Response<v1::ListRevisionsResponse>, Status> {
        let caller = caller_of(&request)?;
        let v1::ListRevisionsRequest {
            id,
            page_size,
            page_token,
        } = request.into_inner();
        let id = request::id("id", &id)?;
        let listing = Listing {
            method: "/styrkedja.v1.DocumentService/ListRevisions",
            subject: caller.subject(),
            filters: id.as_bytes(),
        };
        let size = page::size(page_size, DEFAULT_PAGE);
        let Listed { shown, next } =
            operations::revisions(&self.0, &caller, id, listing, size, &page_token).await?;
        Ok(Response::new(v1::ListRevisionsResponse {
            revisions: shown.into_iter().map(wire::document).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }

    async fn compare_revisions(
        &self,
        request: Request<v1::CompareRevisionsRequest>,
    ) -> Result<Response<v1::CompareRevisionsResponse>, Status> {
        let caller = caller_of(&request)?;
        let v1::CompareRevisionsRequest {
            id,
            from_revision,
            to_revision,
        } = request.into_inner();
        let id = request::id("id", &id)?;
        let differences =
            operations::compare(&self.0, &caller, id, from_revision, to_revision).await?;
        Ok(Response::new(v1::CompareRevisionsResponse { differences }))
    }
}
