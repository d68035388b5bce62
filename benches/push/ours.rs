//! Ours: a principal pushes new analyses over one stream, and takes the answers of a batch before it sends the next.

use prost::Message;
use styrkedja::{
    client::Client,
    clock,
    proto::v1::{
        Document, ExternalId, MustNotExist, PushCommit, PushHeader, PushItem, PushRequest,
        PushResponse, WhoAmIRequest, document::Content, push_item::Precondition,
        push_request::Part, push_response::Outcome,
    },
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::exchange::{Exchange, analysis};

/// What may be on its way to the server.
const WAITING: usize = 64;

pub struct Side {
    owner: String,
    requests: mpsc::Sender<PushRequest>,
    answers: Streaming<PushResponse>,
}

impl Side {
    pub async fn open(exchange: &Exchange) -> Self {
        let (channel, token) = exchange.connection("principal-0").await;
        let mut client = Client::new(&channel, Some(&token)).expect("the token can be sent");
        let known = client.access.who_am_i(WhoAmIRequest {}).await;
        let grants = known.expect("it is known").into_inner().grants;
        let (requests, queue) = mpsc::channel(WAITING);
        let begin = Part::Header(PushHeader::default());
        requests.send(request(begin)).await.expect("it is taken");
        let answers = client.sync.push(ReceiverStream::new(queue)).await;
        Self {
            owner: grants[0].organization_id.clone(),
            requests,
            answers: answers.expect("it may push").into_inner(),
        }
    }

    pub async fn push(&mut self, batch: usize) {
        let (requests, owner) = (self.requests.clone(), self.owner.clone());
        let sending = tokio::spawn(async move {
            for _ in 0..batch {
                let item = Part::Item(item(&owner).encode_to_vec().into());
                requests.send(request(item)).await.expect("it is taken");
            }
            let commit = Part::Commit(PushCommit {});
            requests.send(request(commit)).await.expect("it is taken");
        });
        for _ in 0..batch {
            let answer = self.answers.message().await.expect("it goes on");
            let outcome = answer.and_then(|answer| answer.outcome);
            assert!(matches!(outcome, Some(Outcome::Created(_))), "{outcome:?}");
        }
        sending.await.expect("all is sent");
    }
}

fn request(part: Part) -> PushRequest {
    PushRequest { part: Some(part) }
}

fn item(owner: &str) -> PushItem {
    let id = clock::new_id().to_string();
    let document = Document {
        owner_id: owner.to_owned(),
        external_id: Some(ExternalId {
            scheme: "bench".to_owned(),
            value: id.clone(),
        }),
        content: Some(Content::Analysis(analysis())),
        ..Document::default()
    };
    PushItem {
        request_id: id,
        document: Some(document),
        precondition: Some(Precondition::MustNotExist(MustNotExist {})),
    }
}
