//! Somebody who watches on and on, from the last cursor when it was cut off, and notes all that it was told.

use std::time::Duration;

use styrkedja::{
    client::{self, Client},
    proto::v1::{
        Document, Event, SyncFilter, WatchRequest, WatchResponse, document::Content, event::What,
    },
};
use tonic::{Code, Status, Streaming};

use super::faults::{Change, Step};

/// What the last document says. Watchers stop there.
pub const LAST: &str = "the last of all";

pub struct Watcher {
    /// Servers, by turns.
    addresses: Vec<String>,
    token: String,
    pub filter: Option<SyncFilter>,
    cursor: String,
    pub steps: Vec<Step>,
    /// How often it is still to cut itself off, and after how many changes.
    pub cuts_left: usize,
    pub patience: usize,
    /// How often the exchange ended a call.
    pub refusals: usize,
}

impl Watcher {
    pub fn new(addresses: &[String], token: &str, cursor: String) -> Self {
        Self {
            addresses: addresses.to_vec(),
            token: token.to_owned(),
            filter: None,
            cursor,
            steps: Vec::new(),
            cuts_left: 0,
            patience: 0,
            refusals: 0,
        }
    }

    /// Watches until the last of all.
    pub async fn watch(mut self) -> Self {
        loop {
            self.addresses.rotate_left(1);
            match self.listen().await {
                Ok(true) => return self,
                Ok(false) => self.cuts_left -= 1,
                // The exchange may be too busy, or the machine too slow to listen: it goes on from its cursor.
                Err(status)
                    if [Code::Unavailable, Code::ResourceExhausted].contains(&status.code()) =>
                {
                    self.refusals += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(status) => panic!("{status:?}"),
            }
        }
    }

    async fn stream(&self) -> Result<Streaming<WatchResponse>, Status> {
        let channel = client::connect(&self.addresses[0], None).await;
        let channel = channel.expect("the server listens");
        let client = Client::new(&channel, Some(&self.token)).expect("the token can be sent");
        let request = WatchRequest {
            cursor: self.cursor.clone(),
            filter: self.filter.clone(),
        };
        Ok(client.sync.clone().watch(request).await?.into_inner())
    }

    /// Listens until the last of all was told, or until it is out of patience. What came after the last cursor is forgotten.
    async fn listen(&mut self) -> Result<bool, Status> {
        let mut stream = self.stream().await?;
        let (mut step, mut heard, mut is_last) = (Step::default(), 0, false);
        while heard < self.patience || self.cuts_left == 0 {
            let message = stream.message().await?.expect("a watch does not end well");
            for event in message.events {
                is_last |= is_the_last(&event);
                step.told.push(told(event));
                heard += 1;
            }
            if !message.cursor.is_empty() {
                step.position = message.progress.expect("it comes along").position;
                self.steps.push(std::mem::take(&mut step));
                self.cursor = message.cursor;
                if is_last {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

fn is_the_last(event: &Event) -> bool {
    let Some(What::Upsert(document)) = &event.what else {
        return false;
    };
    matches!(&document.content, Some(Content::Analysis(analysis)) if analysis.present_state == LAST)
}

fn told(event: Event) -> Change {
    let what = event.what.expect("an event says what");
    if let What::Organization(organization) = what {
        let of = organization.display_name;
        return Change { of, revision: 1 };
    }
    let What::Upsert(document) = what else {
        panic!("nobody's scope changes, and nobody begins anew: {what:?}")
    };
    change_of(&document)
}

pub fn change_of(document: &Document) -> Change {
    Change {
        of: document.id.clone(),
        revision: document.revision,
    }
}
