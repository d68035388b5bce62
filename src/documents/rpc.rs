//! How the document service is spoken. Translates between requests and operations, and decides nothing.

use prost::Message;
use tonic::{Request, Response, Status};

use super::{
    operations::{self, Answer, Listed, Shown},
    reply::{Many, One},
    request::{self, Common},
    wire,
};
use crate::{
    access::caller_of,
    error::Result,
    exchange::Exchange,
    page::{self, Listing},
    proto::{
        answering::document_service_server::DocumentService,
        v1::{self, Finding},
    },
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

fn one(shown: Shown, findings: Vec<Finding>) -> Result<Response<One>, Status> {
    Ok(Response::new(One {
        document: Some(wire::encoded(shown)?),
        findings,
    }))
}

fn many(shown: Vec<Shown>, next: Option<String>) -> Result<Response<Many>, Status> {
    let documents = shown.into_iter().map(wire::encoded);
    Ok(Response::new(Many {
        documents: documents.collect::<Result<_>>()?,
        next_page_token: next.unwrap_or_default(),
    }))
}

#[tonic::async_trait]
impl DocumentService for Rpc {
    async fn create_document(
        &self,
        mut request: Request<v1::CreateDocumentRequest>,
    ) -> Result<Response<One>, Status> {
        let mut document = request.get_mut().document.take().unwrap_or_default();
        let new = request::new_document(&mut document)?;
        // The content is encoded and hashed once: to be kept, and to be known again.
        let kind = [new.content.kind() as u8];
        let envelope = document.encode_to_vec();
        let call =
            common!(request, "CreateDocument").known_by(&[&kind, &envelope, &new.encoded.hash])?;
        let Answer { shown, findings } = operations::create(&self.0, &call, new).await?;
        one(shown, findings)
    }

    async fn update_document(
        &self,
        request: Request<v1::UpdateDocumentRequest>,
    ) -> Result<Response<One>, Status> {
        let call = common!(request, "UpdateDocument").known_by(&[&body!(request)])?;
        let change = request::change(request.into_inner())?;
        let Answer { shown, findings } = operations::update(&self.0, &call, change).await?;
        one(shown, findings)
    }

    async fn get_document(
        &self,
        request: Request<v1::GetDocumentRequest>,
    ) -> Result<Response<One>, Status> {
        let caller = caller_of(&request)?;
        let v1::GetDocumentRequest { id, revision } = request.into_inner();
        let revision = (revision > 0).then_some(revision);
        let shown = operations::get(&self.0, &caller, request::id("id", &id)?, revision).await?;
        one(shown, Vec::new())
    }

    async fn list_documents(
        &self,
        request: Request<v1::ListDocumentsRequest>,
    ) -> Result<Response<Many>, Status> {
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
        many(shown, next)
    }

    async fn submit_document(
        &self,
        request: Request<v1::SubmitDocumentRequest>,
    ) -> Result<Response<One>, Status> {
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
        one(shown, findings)
    }

    async fn review_document(
        &self,
        request: Request<v1::ReviewDocumentRequest>,
    ) -> Result<Response<One>, Status> {
        let call = common!(request, "ReviewDocument").known_by(&[&body!(request)])?;
        let decision = request::decision(request.into_inner())?;
        let Answer { shown, findings: _ } = operations::review(&self.0, &call, decision).await?;
        one(shown, Vec::new())
    }

    async fn withdraw_document(
        &self,
        request: Request<v1::WithdrawDocumentRequest>,
    ) -> Result<Response<One>, Status> {
        let call = common!(request, "WithdrawDocument").known_by(&[&body!(request)])?;
        let request = request.into_inner();
        let id = request::id("id", &request.id)?;
        let answer =
            operations::withdraw(&self.0, &call, id, &request.etag, request.reason()).await?;
        one(answer.shown, Vec::new())
    }

    async fn list_revisions(
        &self,
        request: Request<v1::ListRevisionsRequest>,
    ) -> Result<Response<Many>, Status> {
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
        many(shown, next)
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
