//! What callers of the stories do with documents, in the fewest words.

use styrkedja::proto::v1::{
    CompareRevisionsRequest, CreateDocumentRequest, CreateDocumentResponse, Difference, Document,
    Finding, Findings, GetDocumentRequest, ListDocumentsRequest, ListDocumentsResponse,
    ListRevisionsRequest, ReviewDecision, ReviewDocumentRequest, ReviewReason,
    SubmitDocumentRequest, SubmitDocumentResponse, UpdateDocumentRequest, WithdrawDocumentRequest,
    WithdrawReason,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::world::{Caller, request_id};

pub type Answered<T> = Result<T, Status>;

pub fn creation(document: &Document) -> CreateDocumentRequest {
    CreateDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        document: Some(document.clone()),
    }
}

/// A change of the fields that the paths name to what the document says.
pub fn change(document: &Document, paths: &[&str]) -> UpdateDocumentRequest {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    UpdateDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        document: Some(document.clone()),
        update_mask: Some(prost_types::FieldMask { paths }),
        etag: document.etag.clone(),
    }
}

pub fn submission(document: &Document) -> SubmitDocumentRequest {
    SubmitDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        id: document.id.clone(),
        etag: document.etag.clone(),
        justifications: Vec::new(),
    }
}

pub fn acceptance(document: &Document) -> ReviewDocumentRequest {
    ReviewDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        id: document.id.clone(),
        etag: document.etag.clone(),
        revision: document.revision,
        content_hash: document.content_hash.clone(),
        decision: ReviewDecision::Accept.into(),
        reason: ReviewReason::MeetsRequirements.into(),
        text: "Analysen håller ihop.".to_owned(),
        comments: Vec::new(),
    }
}

pub fn returning(document: &Document) -> ReviewDocumentRequest {
    ReviewDocumentRequest {
        decision: ReviewDecision::Return.into(),
        reason: ReviewReason::ProblemUnclear.into(),
        text: "Problemet behöver preciseras.".to_owned(),
        ..acceptance(document)
    }
}

pub fn withdrawal(document: &Document) -> WithdrawDocumentRequest {
    WithdrawDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        id: document.id.clone(),
        etag: document.etag.clone(),
        reason: WithdrawReason::Mistake.into(),
    }
}

impl Caller {
    pub async fn creates(&self, document: &Document) -> Answered<CreateDocumentResponse> {
        Ok(self
            .documents()
            .create_document(creation(document))
            .await?
            .into_inner())
    }

    /// Creates a document that is taken without question.
    pub async fn draft(&self, document: &Document) -> Document {
        self.creates(document)
            .await
            .expect("the draft is taken")
            .document
            .expect("a document")
    }

    pub async fn updates(&self, request: UpdateDocumentRequest) -> Answered<Document> {
        Ok(self
            .documents()
            .update_document(request)
            .await?
            .into_inner()
            .document
            .expect("a document"))
    }

    pub async fn submits(&self, document: &Document) -> Answered<Document> {
        self.hands_in(submission(document))
            .await
            .map(|answer| answer.document.expect("a document"))
    }

    pub async fn hands_in(
        &self,
        request: SubmitDocumentRequest,
    ) -> Answered<SubmitDocumentResponse> {
        Ok(self
            .documents()
            .submit_document(request)
            .await?
            .into_inner())
    }

    pub async fn reviews(&self, request: ReviewDocumentRequest) -> Answered<Document> {
        Ok(self
            .documents()
            .review_document(request)
            .await?
            .into_inner()
            .document
            .expect("a document"))
    }

    pub async fn withdraws(&self, document: &Document) -> Answered<Document> {
        let answer = self
            .documents()
            .withdraw_document(withdrawal(document))
            .await?;
        Ok(answer.into_inner().document.expect("a document"))
    }

    pub async fn gets(&self, id: &str, revision: u32) -> Answered<Document> {
        let request = GetDocumentRequest {
            id: id.to_owned(),
            revision,
        };
        Ok(self
            .documents()
            .get_document(request)
            .await?
            .into_inner()
            .document
            .expect("a document"))
    }

    pub async fn lists(&self, request: ListDocumentsRequest) -> Answered<ListDocumentsResponse> {
        Ok(self.documents().list_documents(request).await?.into_inner())
    }

    /// Every document that the caller sees, page by page.
    pub async fn all(&self, mut request: ListDocumentsRequest) -> Vec<Document> {
        let mut all = Vec::new();
        loop {
            let page = self
                .lists(request.clone())
                .await
                .expect("the page is given");
            all.extend(page.documents);
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The numbers of the revisions that the caller sees.
    pub async fn revisions(&self, id: &str) -> Answered<Vec<u32>> {
        let request = ListRevisionsRequest {
            id: id.to_owned(),
            ..ListRevisionsRequest::default()
        };
        let answer = self.documents().list_revisions(request).await?.into_inner();
        Ok(answer
            .revisions
            .iter()
            .map(|revision| revision.revision)
            .collect())
    }

    pub async fn compares(
        &self,
        id: &str,
        from_revision: u32,
        to_revision: u32,
    ) -> Answered<Vec<Difference>> {
        let request = CompareRevisionsRequest {
            id: id.to_owned(),
            from_revision,
            to_revision,
        };
        Ok(self
            .documents()
            .compare_revisions(request)
            .await?
            .into_inner()
            .differences)
    }
}

/// Why a call was refused, as programs read it.
pub fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

/// One word of what goes with the reason.
pub fn metadata(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info();
    info.and_then(|info| info.metadata.get(key).cloned())
        .unwrap_or_default()
}

/// The fields at fault, in order.
pub fn fields(status: &Status) -> Vec<String> {
    let faults = status
        .get_details_bad_request()
        .map(|details| details.field_violations)
        .unwrap_or_default();
    faults.into_iter().map(|fault| fault.field).collect()
}

/// The findings of a refusal.
pub fn findings(status: &Status) -> Vec<Finding> {
    use prost::{Message, Name};
    let details = tonic_types::Status::decode(status.details()).expect("details");
    let any = details
        .details
        .iter()
        .find(|any| any.type_url.ends_with(&Findings::full_name()));
    any.map(|any| Findings::decode(&*any.value).expect("findings").findings)
        .unwrap_or_default()
}

/// Rules and fields of findings, as `rule field`.
pub fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{} {}", finding.rule, finding.field))
        .collect()
}

/// The refusal of a call for this reason, told as an invalid argument.
pub fn refused(answer: Answered<impl std::fmt::Debug>, expected: &str) -> Status {
    let status = answer.expect_err("it is refused");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, expected),
        "{status:?}"
    );
    status
}
