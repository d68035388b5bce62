//! Clients that write over the wire until their server is gone, and remember all that they sent.

use prost::Message;
use styrkedja::proto::v1::{
    CreateDocumentRequest, CreateDocumentResponse, CreateGrantRequest, Document, ExternalId,
    ImportHeader, ImportOrganizationsRequest, OrganizationRecord, OrganizationRef,
    OrganizationType, PushHeader, PushItem, PushResponse, Role, SubmitDocumentRequest,
    import_organizations_request::Part, organization_ref::Identity, push_response::Outcome,
};
use tonic::Status;

use crate::{
    documents::{
        acts::{creation, submission},
        papers::analysis,
    },
    push::{self, EACH, TOGETHER},
    sync::trial::paper,
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
    /// Documents of a unit, three together, then a change of each, and one that comes too late.
    System { unit: String },
}

#[derive(Clone, Debug)]
pub enum Call {
    Create(Box<CreateDocumentRequest>),
    Submit(SubmitDocumentRequest),
    Grant(CreateGrantRequest),
    Import(Vec<ImportOrganizationsRequest>),
    Push(PushHeader, Vec<PushItem>),
}

/// A call with its request ids, and what was answered so far.
#[derive(Debug)]
pub struct Sent {
    pub caller: usize,
    pub call: Call,
    pub answers: Vec<Vec<u8>>,
    /// Nothing more will be answered.
    pub is_whole: bool,
}

/// Writes until a call is not answered, or not all of it, which is the last.
pub async fn write_until_it_ends(number: usize, caller: Caller, writer: Writer) -> Vec<Sent> {
    let mut sent: Vec<Sent> = Vec::new();
    loop {
        let call = writer.next(sent.last());
        let mut answers = Vec::new();
        let ended = call.send(&caller, &mut answers).await;
        if let Err(status) = &ended {
            assert!(status.details().is_empty(), "it was refused: {status:?}");
        }
        let is_whole = ended.is_ok();
        sent.push(Sent {
            caller: number,
            call,
            answers,
            is_whole,
        });
        if !is_whole {
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
            (Self::System { unit }, _) => {
                let made = last.map(Sent::created).unwrap_or_default();
                if made.is_empty() {
                    Call::Push(TOGETHER, three(unit))
                } else {
                    Call::Push(EACH, changes(&made))
                }
            }
        }
    }
}

impl Sent {
    /// The answer to a creation.
    pub fn drafted(&self) -> Option<CreateDocumentResponse> {
        let answer = self.answers.first()?;
        let created = matches!(self.call, Call::Create(_));
        created.then(|| CreateDocumentResponse::decode(&**answer).expect("it can be read"))
    }

    /// What became of the items of a push.
    pub fn pushed(&self) -> Vec<Outcome> {
        if !matches!(self.call, Call::Push(..)) {
            return Vec::new();
        }
        let outcome = |answer: &Vec<u8>| {
            let answer = PushResponse::decode(&**answer).expect("it can be read");
            answer.outcome.expect("it says something")
        };
        self.answers.iter().map(outcome).collect()
    }

    /// The ids and etags of the documents that a push created.
    fn created(&self) -> Vec<(String, String)> {
        let created = self
            .pushed()
            .into_iter()
            .filter_map(|outcome| match outcome {
                Outcome::Created(pushed) => Some((pushed.id, pushed.etag)),
                Outcome::Updated(_)
                | Outcome::Unchanged(_)
                | Outcome::Merged(_)
                | Outcome::Conflict(_)
                | Outcome::Refused(_) => None,
            });
        created.collect()
    }
}

impl Call {
    /// Sends it, as often as one likes, and keeps what is answered.
    pub async fn send(&self, caller: &Caller, answers: &mut Vec<Vec<u8>>) -> Result<(), Status> {
        let answer = match self.clone() {
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
            Self::Push(meant, items) => return send_all(caller, meant, &items, answers).await,
        };
        answers.push(answer);
        Ok(())
    }
}

async fn send_all(
    caller: &Caller,
    meant: PushHeader,
    items: &[PushItem],
    answers: &mut Vec<Vec<u8>>,
) -> Result<(), Status> {
    let mut parts = vec![push::header(meant)];
    parts.extend(items.iter().map(push::sent));
    parts.push(push::commit());
    let told = caller.sync().push(tokio_stream::iter(parts)).await?;
    let mut told = told.into_inner();
    while let Some(answer) = told.message().await? {
        // Where it was written is told the first time only.
        let answer = PushResponse {
            position: 0,
            ..answer
        };
        answers.push(answer.encode_to_vec());
    }
    Ok(())
}

/// Three new documents.
fn three(unit: &str) -> Vec<PushItem> {
    let named = |_| Document {
        external_id: Some(ExternalId {
            scheme: "trial".to_owned(),
            value: request_id(),
        }),
        ..paper(unit, "1")
    };
    (0..3).map(|number| push::new(&named(number))).collect()
}

/// A change of each, and another of the first from the same revision, which is in conflict.
fn changes(made: &[(String, String)]) -> Vec<PushItem> {
    let change = |(id, etag): &(String, String), text: &str| {
        let document = Document {
            id: id.clone(),
            ..paper("", text)
        };
        push::changed(&document, etag)
    };
    let changes = made.iter().map(|one| change(one, "2"));
    let late = made.first().map(|first| change(first, "3"));
    changes.chain(late).collect()
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
