//! The peer: etcd's `Range` by pages, and its `Watch`, with JWT and RBAC.

use futures::StreamExt;
use http::uri::PathAndQuery;
use prost::{Message, bytes::Bytes};
use tonic::{Request, Streaming, client::Grpc, metadata::AsciiMetadataValue, transport::Channel};
use tonic_prost::ProstCodec;

use super::etcd::Etcd;

const PAGE: usize = 500;
const FROM: &[u8] = b"documents/";
const UNTIL: &[u8] = b"documents0";

/// Somebody who lists and watches, on a connection of its own.
pub struct Lister {
    channel: Channel,
    token: AsciiMetadataValue,
}

impl Lister {
    pub async fn of(etcd: &Etcd) -> Self {
        let (channel, token) = etcd.connection().await;
        Self { channel, token }
    }

    /// Lists so many values, page by page.
    pub async fn list(&self, values: usize) -> usize {
        let (mut key, mut listed) = (FROM.to_vec(), 0);
        while listed < values {
            let limit = PAGE.min(values - listed);
            let range = Range {
                key,
                until: UNTIL.to_vec(),
                limit: i64::try_from(limit).expect("a page"),
            };
            let mut grpc = Grpc::new(self.channel.clone());
            grpc.ready().await.expect("the connection stands");
            let path = PathAndQuery::from_static("/etcdserverpb.KV/Range");
            let codec = ProstCodec::<Range, Listed>::default();
            let answer = grpc.unary(self.with_token(range), path, codec).await;
            let page = answer.expect("it is listed").into_inner().kvs;
            let Some(last) = page.last() else { break };
            listed += page.len();
            key = [last.key.as_ref(), b"\0"].concat();
        }
        listed
    }

    /// Watches what is put.
    pub async fn watch(&self) -> Streaming<Watched> {
        let create = Watch {
            create: Some(Create {
                key: FROM.to_vec(),
                until: UNTIL.to_vec(),
            }),
        };
        let requests = tokio_stream::iter([create]).chain(futures::stream::pending());
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.expect("the connection stands");
        let path = PathAndQuery::from_static("/etcdserverpb.Watch/Watch");
        let codec = ProstCodec::<Watch, Watched>::default();
        let answer = grpc.streaming(self.with_token(requests), path, codec).await;
        answer.expect("it is watched").into_inner()
    }

    fn with_token<T>(&self, asked: T) -> Request<T> {
        let mut request = Request::new(asked);
        request.metadata_mut().insert("token", self.token.clone());
        request
    }
}

#[derive(Clone, PartialEq, Message)]
struct Range {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    until: Vec<u8>,
    #[prost(int64, tag = "3")]
    limit: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Listed {
    #[prost(message, repeated, tag = "2")]
    kvs: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    value: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct Watch {
    #[prost(message, optional, tag = "1")]
    create: Option<Create>,
}

#[derive(Clone, PartialEq, Message)]
struct Create {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    until: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Watched {
    #[prost(bytes = "bytes", repeated, tag = "11")]
    pub events: Vec<Bytes>,
}
