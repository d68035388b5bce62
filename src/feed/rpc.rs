//! How the sync service is spoken. Translates between messages and the feed, and decides nothing.

use std::pin::Pin;

use futures::{Stream, StreamExt, stream};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{
    filter::Filter,
    operations::{Call, Told},
    outlet::Message,
};
use crate::{
    access::caller_of,
    error::Error,
    exchange::Exchange,
    proto::v1::{self, sync_service_server::SyncService},
};

/// The sync service of an exchange.
#[derive(Clone)]
pub struct Rpc(Exchange);

impl Rpc {
    pub fn new(exchange: &Exchange) -> Self {
        Self(exchange.clone())
    }
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl SyncService for Rpc {
    type PullStream = Answers<v1::PullResponse>;
    type WatchStream = Answers<v1::WatchResponse>;

    async fn pull(
        &self,
        request: Request<v1::PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        let caller = caller_of(&request)?;
        let v1::PullRequest { cursor, filter } = request.into_inner();
        let call = Call::begin(&self.0, &caller, Filter::of(filter)?, &cursor).await?;
        let answers = answers(call.pull(), |message| v1::PullResponse {
            events: message.events,
            cursor: message.cursor,
            progress: Some(message.progress),
        });
        Ok(Response::new(answers))
    }

    async fn watch(
        &self,
        request: Request<v1::WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let caller = caller_of(&request)?;
        let v1::WatchRequest { cursor, filter } = request.into_inner();
        let call = Call::begin(&self.0, &caller, Filter::of(filter)?, &cursor).await?;
        let answers = answers(call.watch(), |message| v1::WatchResponse {
            events: message.events,
            cursor: message.cursor,
            progress: Some(message.progress),
        });
        Ok(Response::new(answers))
    }
}

/// Messages as they come, then the status of the call.
fn answers<T: Send + 'static>(
    told: Told,
    answer: impl Fn(Message) -> T + Send + 'static,
) -> Answers<T> {
    let Told { messages, end } = told;
    let messages = ReceiverStream::new(messages).map(move |message| Ok(answer(message)));
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
    Box::pin(messages.chain(end))
}
