//! How the sync service is spoken. Translates between messages and the feed, and decides nothing.

use std::pin::Pin;

use futures::{Stream, StreamExt, stream};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{
    answer::Answer,
    digests::{self, Digest, IdRange},
    filter::Filter,
    operations::{Call, Told},
};
use crate::{
    access::caller_of,
    contract::Violation,
    documents,
    error::Error,
    exchange::Exchange,
    proto::{answering::sync_service_server::SyncService, v1},
};

/// The sync service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

type Answers = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;

#[tonic::async_trait]
impl SyncService for Rpc {
    type PushStream = documents::Pushed;
    type PullStream = Answers;
    type WatchStream = Answers;

    async fn push(
        &self,
        request: Request<tonic::Streaming<v1::PushRequest>>,
    ) -> Result<Response<Self::PushStream>, Status> {
        let caller = caller_of(&request)?;
        let answers = documents::push(&self.0, &caller, request.into_inner());
        Ok(Response::new(answers))
    }

    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        let caller = caller_of(&request)?;
        let v1::PullRequest { cursor, filter } = request.into_inner();
        let call = Call::begin(&self.0, &caller, Filter::of(filter)?, &cursor).await?;
        Ok(Response::new(answers(call.pull())))
    }

    async fn watch(
        &self,
        request: Request<v1::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let caller = caller_of(&request)?;
        let v1::WatchRequest { cursor, filter } = request.into_inner();
        let call = Call::begin(&self.0, &caller, Filter::of(filter)?, &cursor).await?;
        Ok(Response::new(answers(call.watch())))
    }

    async fn get_digests(
        &self,
        request: Request<v1::GetDigestsRequest>,
    ) -> Result<Response<v1::GetDigestsResponse>, Status> {
        let caller = caller_of(&request)?;
        let v1::GetDigestsRequest {
            cursor,
            filter,
            ranges,
            with_versions,
        } = request.into_inner();
        let ranges: Vec<_> = ranges
            .iter()
            .enumerate()
            .map(range)
            .collect::<Result<_, _>>()?;
        let filter = Filter::of(filter)?;
        let digests =
            digests::digests(&self.0, &caller, &filter, &cursor, &ranges, with_versions).await?;
        Ok(Response::new(v1::GetDigestsResponse {
            documents: digests.documents.into_iter().map(digest).collect(),
            organizations: Some(digest(digests.organizations)),
        }))
    }
}

fn range((number, range): (usize, &v1::IdRange)) -> Result<IdRange, Error> {
    let id = |text: &str, name| {
        Uuid::try_parse(text).map_err(|_| {
            Error::field(Violation::new(
                format!("ranges[{number}].{name}"),
                "string.uuid",
                "Must be a UUID.",
                "Måste vara ett UUID.",
            ))
        })
    };
    Ok(IdRange {
        from: match range.from.as_str() {
            "" => Uuid::nil(),
            text => id(text, "from")?,
        },
        to: match range.to.as_str() {
            "" => None,
            text => Some(id(text, "to")?),
        },
    })
}

fn digest(digest: Digest) -> v1::Digest {
    let Digest {
        count,
        sha256,
        versions,
    } = digest;
    let versions = versions.into_iter().map(|version| v1::Version {
        id: version.id.to_string(),
        etag: version.etag,
        revision: version.revision.unsigned_abs(),
    });
    v1::Digest {
        count,
        sha256: sha256.into(),
        versions: versions.collect(),
    }
}

/// Answers as they come, then the status of the call.
fn answers(Told { answers, end }: Told) -> Answers {
    let answers = ReceiverStream::new(answers).map(|answer| Ok(*answer));
    let end = stream::once(async {
        // A call that ended without a word must not look as if all were told.
        let silent = |_| {
            Some(Error::fault(anyhow::anyhow!(
                "a call of the feed was cut off"
            )))
        };
        end.await.unwrap_or_else(silent)
    });
    let end = end.filter_map(async |error| error.map(|error| Err(Status::from(error))));
    Box::pin(answers.chain(end))
}
