//! Ours: `Pull` and `Watch`, their answers taken apart into encoded events.

use http::uri::PathAndQuery;
use prost::{Message, bytes::Bytes};
use tonic::{
    Request, Streaming,
    client::Grpc,
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};
use tonic_prost::ProstCodec;

use super::exchange::Exchange;

const PULL: &str = "/styrkedja.v1.SyncService/Pull";
const WATCH: &str = "/styrkedja.v1.SyncService/Watch";

/// Somebody with a copy, on a connection of its own.
pub struct Puller {
    channel: Channel,
    token: MetadataValue<Ascii>,
}

impl Puller {
    pub async fn of(exchange: &Exchange, name: &str) -> Self {
        let (channel, token) = exchange.connection(name).await;
        let token = format!("Bearer {token}").parse().expect("a token is ASCII");
        Self { channel, token }
    }

    pub async fn watch(&self, cursor: &str) -> Streaming<Answer> {
        self.call(WATCH, cursor).await
    }

    /// How many events it is told from a cursor on.
    pub async fn pull(&self, cursor: &str) -> usize {
        let mut stream = self.call(PULL, cursor).await;
        let mut events = 0;
        while let Some(answer) = stream.message().await.expect("it goes on") {
            events += answer.events.len();
        }
        events
    }

    /// The cursor after so many documents of a snapshot, or a little later.
    pub async fn cursor_after(&self, documents: u64) -> String {
        let mut stream = self.call(PULL, "").await;
        while let Some(answer) = stream.message().await.expect("it goes on") {
            let told = answer.progress.map_or(0, |progress| progress.told);
            if !answer.cursor.is_empty() && told >= documents {
                return answer.cursor;
            }
        }
        panic!("a snapshot gives cursors")
    }

    async fn call(&self, path: &'static str, cursor: &str) -> Streaming<Answer> {
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.expect("the connection stands");
        let cursor = cursor.to_owned();
        let mut request = Request::new(Asked { cursor });
        let token = self.token.clone();
        request.metadata_mut().insert("authorization", token);
        let path = PathAndQuery::from_static(path);
        let codec = ProstCodec::<Asked, Answer>::default();
        let answer = grpc.server_streaming(request, path, codec).await;
        answer.expect("it may").into_inner()
    }
}

/// A cursor at the head.
pub async fn head(puller: &Puller) -> String {
    let mut stream = puller.call(PULL, "").await;
    let mut cursor = String::new();
    while let Some(answer) = stream.message().await.expect("it goes on") {
        cursor = answer.cursor;
    }
    cursor
}

#[derive(Clone, PartialEq, Message)]
pub struct Asked {
    #[prost(string, tag = "1")]
    cursor: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Answer {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub events: Vec<Bytes>,
    #[prost(string, tag = "2")]
    pub cursor: String,
    #[prost(message, optional, tag = "3")]
    pub progress: Option<Progress>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct Progress {
    #[prost(uint64, tag = "3")]
    pub told: u64,
}
