//! Somebody who calls the exchange: a name, a token, and the calls that the story needs, over real gRPC.
//! Knows no other way to the exchange than the wire.

use tonic::{Status, transport::Channel};
use uuid::Uuid;

use crate::{
    client::{Client, Wire},
    clock,
    proto::v1::{
        CreateDocumentRequest, CreateDocumentResponse, CreateGrantRequest, Document,
        GetDocumentRequest, Grant, Justification, ListDocumentsRequest, ReviewComment,
        ReviewDecision, ReviewDocumentRequest, ReviewReason, SubmitDocumentRequest,
        SubmitDocumentResponse, UpdateDocumentRequest, UpdateDocumentResponse,
        WithdrawDocumentRequest, WithdrawReason, access_service_client::AccessServiceClient,
        course_offer_service_client::CourseOfferServiceClient,
        document_service_client::DocumentServiceClient,
        organization_service_client::OrganizationServiceClient,
    },
};

/// A subject with a token. Clients are cheap to clone, so calls need no exclusive caller.
#[derive(Clone)]
pub struct Caller {
    pub name: &'static str,
    pub access: AccessServiceClient<Wire>,
    pub organizations: OrganizationServiceClient<Wire>,
    pub documents: DocumentServiceClient<Wire>,
    pub offers: CourseOfferServiceClient<Wire>,
}

/// What a reviewer says of a document.
pub struct Verdict<'a> {
    pub decision: ReviewDecision,
    pub reason: ReviewReason,
    pub text: &'a str,
    pub comments: Vec<ReviewComment>,
}

impl Caller {
    /// A caller with a token, or without.
    pub fn new(name: &'static str, token: Option<&str>, channel: &Channel) -> anyhow::Result<Self> {
        let Client {
            organizations,
            access,
            documents,
            offers,
            conflicts: _,
            sync: _,
        } = Client::new(channel, token)?;
        Ok(Self {
            name,
            access,
            organizations,
            documents,
            offers,
        })
    }

    pub async fn grant(&self, request: CreateGrantRequest) -> Result<Grant, Status> {
        let request = CreateGrantRequest {
            request_id: new_request(),
            ..request
        };
        let answer = self
            .access
            .clone()
            .create_grant(request)
            .await?
            .into_inner();
        answer.grant.ok_or_else(empty)
    }

    pub async fn create(&self, document: Document) -> Result<CreateDocumentResponse, Status> {
        self.create_as(new_request(), document).await
    }

    pub async fn create_as(
        &self,
        request_id: String,
        document: Document,
    ) -> Result<CreateDocumentResponse, Status> {
        let request = CreateDocumentRequest {
            request_id,
            validate_only: false,
            document: Some(document),
        };
        Ok(self
            .documents
            .clone()
            .create_document(request)
            .await?
            .into_inner())
    }

    /// Changes the fields of the mask, on the state that the document's etag names.
    pub async fn update(
        &self,
        document: Document,
        mask: &[&str],
    ) -> Result<UpdateDocumentResponse, Status> {
        let paths = mask.iter().map(|&path| path.to_owned()).collect();
        let request = UpdateDocumentRequest {
            request_id: new_request(),
            validate_only: false,
            etag: document.etag.clone(),
            document: Some(Document {
                id: document.id,
                content: document.content,
                ..Document::default()
            }),
            update_mask: Some(prost_types::FieldMask { paths }),
        };
        Ok(self
            .documents
            .clone()
            .update_document(request)
            .await?
            .into_inner())
    }

    pub async fn submit(
        &self,
        document: &Document,
        justifications: Vec<Justification>,
    ) -> Result<SubmitDocumentResponse, Status> {
        let request = SubmitDocumentRequest {
            request_id: new_request(),
            validate_only: false,
            id: document.id.clone(),
            etag: document.etag.clone(),
            justifications,
        };
        Ok(self
            .documents
            .clone()
            .submit_document(request)
            .await?
            .into_inner())
    }

    /// Decides on the document as the caller has read it.
    pub async fn review(
        &self,
        document: &Document,
        verdict: Verdict<'_>,
    ) -> Result<Document, Status> {
        let request = ReviewDocumentRequest {
            request_id: new_request(),
            validate_only: false,
            id: document.id.clone(),
            etag: document.etag.clone(),
            revision: document.revision,
            content_hash: document.content_hash.clone(),
            decision: verdict.decision.into(),
            reason: verdict.reason.into(),
            text: verdict.text.to_owned(),
            comments: verdict.comments,
        };
        let answer = self
            .documents
            .clone()
            .review_document(request)
            .await?
            .into_inner();
        answer.document.ok_or_else(empty)
    }

    pub async fn accept(&self, document: &Document, text: &str) -> Result<Document, Status> {
        let verdict = Verdict {
            decision: ReviewDecision::Accept,
            reason: ReviewReason::MeetsRequirements,
            text,
            comments: Vec::new(),
        };
        self.review(document, verdict).await
    }

    pub async fn withdraw(
        &self,
        document: &Document,
        reason: WithdrawReason,
    ) -> Result<Document, Status> {
        let request = WithdrawDocumentRequest {
            request_id: new_request(),
            validate_only: false,
            id: document.id.clone(),
            etag: document.etag.clone(),
            reason: reason.into(),
        };
        let answer = self
            .documents
            .clone()
            .withdraw_document(request)
            .await?
            .into_inner();
        answer.document.ok_or_else(empty)
    }

    pub async fn get(&self, id: &str) -> Result<Document, Status> {
        let request = GetDocumentRequest {
            id: id.to_owned(),
            revision: 0,
        };
        let answer = self
            .documents
            .clone()
            .get_document(request)
            .await?
            .into_inner();
        answer.document.ok_or_else(empty)
    }

    /// All documents that the caller sees, page after page.
    pub async fn list(&self, mut request: ListDocumentsRequest) -> Result<Vec<Document>, Status> {
        let mut documents = Vec::new();
        loop {
            let page = self
                .documents
                .clone()
                .list_documents(request.clone())
                .await?
                .into_inner();
            documents.extend(page.documents);
            if page.next_page_token.is_empty() {
                return Ok(documents);
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// An id that makes trying again safe.
pub fn new_request() -> String {
    let id: Uuid = clock::new_id();
    id.to_string()
}

/// The contract promises what the answer lacks.
fn empty() -> Status {
    Status::internal("the answer is empty")
}
