//! Clients that write over the wire until their server is gone, and remember all that they sent.

use prost::Message;
use styrkedja::proto::v1::{
    CreateDocumentRequest, CreateDocumentResponse, CreateGrantRequest, ExternalId, ImportHeader,
    ImportOrganizationsRequest, OrganizationRecord, OrganizationRef, OrganizationType, Role,
    SubmitDocumentRequest, import_organizations_request::Part, organization_ref::Identity,
};
use tonic::Status;

use crate::{
    documents::{
        acts::{creation, submission},
        papers::analysis,
    },
    world::{Caller, request_id},
};

/// What the names of imported areas begin with.
pub const AREA: &str = "Prövat område";

/// What somebody writes on and on.
#[derive(Clone, Debug)]
pub enum Writer {
    /// Documents of a unit, each drafted and handed in.
    Principal { unit: String },
    /// Grants at a unit, each to another teacher.
    Officer { unit: String },
    /// Areas, one an import.
    Operator,
}

#[derive(Clone, Debug)]
pub enum Call {
    Create(Box<CreateDocumentRequest>),
    Submit(SubmitDocumentRequest),
    Grant(CreateGrantRequest),
    Import(Vec<ImportOrganizationsRequest>),
}

/// A call with its request id, and what was answered, if anything was.
#[derive(Debug)]
pub struct Sent {
    pub caller: usize,
    pub call: Call,
    pub answer: Option<Vec<u8>>,
}

/// Writes until a call is not answered, which is the last.
pub async fn write_until_it_ends(number: usize, caller: Caller, writer: Writer) -> Vec<Sent> {
    let mut sent: Vec<Sent> = Vec::new();
    loop {
        let call = writer.next(sent.last());
        let answer = call.send(&caller).await;
        if let Err(status) = &answer {
            assert!(status.details().is_empty(), "it was refused: {status:?}");
        }
        let goes_on = answer.is_ok();
        sent.push(Sent {
            caller: number,
            call,
            answer: answer.ok(),
        });
        if !goes_on {
            return sent;
        }
    }
}

impl Writer {
    fn next(&self, last: Option<&Sent>) -> Call {
        let drafted = last.and_then(Sent::drafted);
        match (self, drafted) {
            (Self::Principal { .. }, Some(drafted)) => {
                Call::Submit(submission(&drafted.document.expect("a document")))
            }
            (Self::Principal { unit }, None) => Call::Create(Box::new(creation(&analysis(unit)))),
            (Self::Officer { unit }, _) => Call::Grant(CreateGrantRequest {
                request_id: request_id(),
                subject: format!("exchange:teacher-{}", request_id()),
                role: Role::Teacher.into(),
                organization_id: unit.clone(),
                ..CreateGrantRequest::default()
            }),
            (Self::Operator, _) => Call::Import(area(&request_id())),
        }
    }
}

impl Sent {
    /// The answer to a creation.
    pub fn drafted(&self) -> Option<CreateDocumentResponse> {
        let answer = self.answer.as_deref()?;
        let created = matches!(self.call, Call::Create(_));
        created.then(|| CreateDocumentResponse::decode(answer).expect("it can be read"))
    }
}

impl Call {
    /// Sends it, as often as one likes.
    pub async fn send(&self, caller: &Caller) -> Result<Vec<u8>, Status> {
        Ok(match self.clone() {
            Self::Create(request) => {
                let answer = caller.documents().create_document(*request).await?;
                answer.into_inner().encode_to_vec()
            }
            Self::Submit(request) => {
                let answer = caller.documents().submit_document(request).await?;
                answer.into_inner().encode_to_vec()
            }
            Self::Grant(request) => {
                let answer = caller.access().create_grant(request).await?;
                answer.into_inner().encode_to_vec()
            }
            Self::Import(parts) => {
                let parts = tokio_stream::iter(parts);
                let answer = caller.organizations().import_organizations(parts).await?;
                answer.into_inner().encode_to_vec()
            }
        })
    }
}

fn area(id: &str) -> Vec<ImportOrganizationsRequest> {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "A trial".to_owned(),
    };
    let record = OrganizationRecord {
        key: id.to_owned(),
        r#type: OrganizationType::Area.into(),
        display_name: format!("{AREA} {id}"),
        external_id: Some(ExternalId {
            scheme: "trial".to_owned(),
            value: id.to_owned(),
        }),
        parent: Some(OrganizationRef {
            identity: Some(Identity::OrganizationNumber("2120002502".to_owned())),
        }),
        ..OrganizationRecord::default()
    };
    [Part::Header(header), Part::Record(record)]
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .to_vec()
}
