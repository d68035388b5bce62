//! A copy as a municipality would keep it: events are applied in order, and the cursor is stored with them.

use std::collections::{BTreeMap, HashSet};

use styrkedja::proto::v1::{
    Document, Event, Organization, PullResponse, SyncFilter, WatchResponse, event::What,
};
use tonic::Status;

use super::pull;
use crate::world::Caller;

/// What a copy was told, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Upsert(String, u32),
    Entered(String, u32),
    Tombstone(String),
    Left(String),
    Organization(String),
    OrganizationLeft(String),
    SnapshotBegin,
    SnapshotEnd,
}

/// A copy of what one caller may see.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    pub documents: BTreeMap<String, Document>,
    pub organizations: BTreeMap<String, Organization>,
    pub cursor: String,
    pub filter: Option<SyncFilter>,
    /// Does not listen to what enters and leaves the scope. To show that it is needed.
    pub is_deaf: bool,
    /// What came since a snapshot began.
    pub fresh: HashSet<String>,
}

impl Replica {
    /// Pulls to the end and applies everything. Tells what it was told.
    pub async fn pull(&mut self, caller: &Caller) -> Result<Vec<Told>, Status> {
        let messages = pull(caller, &self.cursor, self.filter.clone()).await?;
        Ok(messages
            .into_iter()
            .flat_map(|message| self.take(message))
            .collect())
    }

    pub fn take(&mut self, message: impl Into<Message>) -> Vec<Told> {
        let Message { events, cursor } = message.into();
        let told = events.into_iter().map(|event| self.apply(event)).collect();
        if !cursor.is_empty() {
            self.cursor = cursor;
        }
        told
    }

    fn apply(&mut self, event: Event) -> Told {
        match event.what.expect("an event says what") {
            What::Upsert(document) => {
                let told = Told::Upsert(document.id.clone(), document.revision);
                self.put(document);
                told
            }
            What::Entered(document) => {
                let told = Told::Entered(document.id.clone(), document.revision);
                if !self.is_deaf {
                    self.put(document);
                }
                told
            }
            What::Tombstone(tombstone) => {
                self.documents.remove(&tombstone.id);
                Told::Tombstone(tombstone.id)
            }
            What::Left(left) => {
                if !self.is_deaf {
                    self.documents.remove(&left.id);
                }
                Told::Left(left.id)
            }
            What::Organization(organization) => {
                let told = Told::Organization(organization.display_name.clone());
                self.fresh.insert(organization.id.clone());
                self.organizations
                    .insert(organization.id.clone(), organization);
                told
            }
            What::OrganizationLeft(left) => {
                self.organizations.remove(&left.id);
                Told::OrganizationLeft(left.id)
            }
            What::SnapshotBegin(_) => {
                self.fresh.clear();
                Told::SnapshotBegin
            }
            What::SnapshotEnd(_) => {
                self.documents.retain(|id, _| self.fresh.contains(id));
                self.organizations.retain(|id, _| self.fresh.contains(id));
                Told::SnapshotEnd
            }
        }
    }

    fn put(&mut self, document: Document) {
        self.fresh.insert(document.id.clone());
        self.documents.insert(document.id.clone(), document);
    }
}

/// What both methods send.
pub struct Message {
    events: Vec<Event>,
    cursor: String,
}

impl From<PullResponse> for Message {
    fn from(response: PullResponse) -> Self {
        Self {
            events: response.events,
            cursor: response.cursor,
        }
    }
}

impl From<WatchResponse> for Message {
    fn from(response: WatchResponse) -> Self {
        Self {
            events: response.events,
            cursor: response.cursor,
        }
    }
}
