//! Follows the journal for one caller from where its copy stands. What the caller saw at each position decides what it is
//! told of, and what it sees now decides what of that is shown.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    answer::Telling,
    changes::{self, Item},
    cursor::{Cursor, Stage},
    filter::Filter,
    outlet::Outlet,
    recent::Recent,
    revision::Revision,
    ring::Write,
    shift,
    store::{self, Entry, What},
    view::View,
};
use crate::{
    error::{Error, Result},
    exchange::Exchange,
    organizations::{self, entity},
    proto::v1::{self, Act, event},
};

/// Items told at a time: of each a document may be read.
const AT_ONCE: usize = 25;

/// A caller on its way through the feed.
pub struct Follower {
    pub(super) exchange: Exchange,
    pub(super) filter: Filter,
    pub(super) epoch: Uuid,
    /// Everything up to here is told.
    pub(super) position: i64,
    /// Where it is on its way to.
    pub(super) head: i64,
    /// What the caller saw at the position.
    pub(super) then: View,
    /// What the caller sees now.
    pub(super) now: View,
    pub(super) outlet: Outlet,
}

impl Follower {
    /// Tells what was written up to the head, which is the end of a write.
    pub async fn follow(&mut self, head: i64) -> Result<()> {
        self.head = head;
        self.outlet.progress().head = head.unsigned_abs();
        while self.position < head {
            self.renew(head).await?;
            let writes = self.recent().writes(self.position, head).await?;
            let first = writes.first().and_then(|write| write.first());
            if first.map(|entry| entry.position) != Some(self.position + 1) {
                return Err(Error::fault(anyhow::anyhow!(
                    "the entry after {} is not there",
                    self.position
                )));
            }
            self.tell_writes(&writes).await?;
        }
        self.outlet.flush().await
    }

    /// Looks anew at what the caller may do. Refuses whoever may no longer call, and whoever sees otherwise for a reason
    /// that has no position: what time ends can not be told.
    pub async fn renew(&mut self, head: i64) -> Result<()> {
        let access = &self.exchange.access;
        let now = View::of(access.renewed(&self.now.caller, head).await?);
        now.caller.must(Act::ReadDocuments)?;
        let then = View::of(self.then.caller.at_moment(now.caller.at()));
        if !then.acts_as(&self.then) {
            return Err(Error::SnapshotRequired);
        }
        (self.now, self.then) = (now, then);
        Ok(())
    }

    /// What all who follow read in common.
    pub(super) fn recent(&self) -> Arc<Recent> {
        Arc::clone(&self.exchange.feed.recent)
    }

    async fn tell_writes(&mut self, writes: &[Write]) -> Result<()> {
        let mut items = Vec::new();
        for write in writes {
            if self.may_shift(write) {
                self.tell(&std::mem::take(&mut items)).await?;
                shift::tell(self, write).await?;
            } else {
                items.extend(changes::of_write(
                    write,
                    &self.then,
                    &self.then,
                    &self.filter,
                ));
            }
            items.extend(write.last().map(|last| Item::End(last.position)));
        }
        self.tell(&items).await
    }

    /// Whether the write may change what the caller sees besides what it wrote.
    fn may_shift(&self, write: &[Entry]) -> bool {
        write.iter().any(|entry| match &entry.what {
            What::Grant { subject } => subject == self.now.caller.subject(),
            What::Organization { .. } => true,
            What::Document { .. } | What::Other => false,
        })
    }

    /// Tells items in order.
    pub(super) async fn tell(&mut self, items: &[Item]) -> Result<()> {
        for items in items.chunks(AT_ONCE) {
            let documents: Vec<_> = items.iter().filter_map(document_of).collect();
            let mut revisions = self.recent().revisions(&documents, self.head).await?;
            let reader = self.exchange.database.reader();
            let places: Vec<_> = items.iter().filter_map(organization_of).collect();
            let mut rows = store::organizations(reader, &places).await?;
            for item in items {
                match *item {
                    Item::Document {
                        position, entered, ..
                    } => {
                        let revision = revisions.remove(&position).ok_or_else(missing)?;
                        let telling = if entered {
                            Telling::Entered
                        } else {
                            Telling::Upsert
                        };
                        self.show(&revision, telling).await?;
                    }
                    Item::Tombstone { position, .. } => {
                        let revision = revisions.remove(&position).ok_or_else(missing)?;
                        self.outlet.push(revision.tombstone_in(&self.now)).await?;
                    }
                    Item::Organization { position, .. } => {
                        let row = rows.remove(&position).ok_or_else(missing)?;
                        self.show_organization(row).await?;
                    }
                    Item::DocumentLeft(id) => self.outlet.push(left(id)).await?,
                    Item::OrganizationLeft(id) => {
                        self.outlet.push(organization_left(id)).await?;
                    }
                    Item::End(position) => {
                        self.position = position;
                        self.outlet.whole(self.cursor(Stage::Changes)).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Shows a revision, unless the caller can not see it, or what became of it, any more: then it is told to leave when
    /// it comes to that.
    pub(super) async fn show(&mut self, revision: &Revision, telling: Telling) -> Result<()> {
        match revision.shown_in(&self.now, telling)? {
            Some(event) => self.outlet.push_encoded(event).await,
            None => Ok(()),
        }
    }

    pub(super) async fn show_organization(&mut self, row: entity::Model) -> Result<()> {
        if !self.now.sees_organization(row.id) {
            return Ok(());
        }
        let organization = organizations::told(&self.now.caller, row)?;
        self.outlet
            .push(event::What::Organization(organization))
            .await
    }

    /// Where the copy stands when all is told so far.
    pub(super) fn cursor(&self, stage: Stage) -> Cursor {
        Cursor {
            epoch: self.epoch,
            sight: self.then.sight(),
            position: self.position,
            stage,
        }
    }
}

pub(super) fn left(id: Uuid) -> event::What {
    let id = id.to_string();
    event::What::Left(v1::DocumentLeft { id })
}

pub(super) fn organization_left(id: Uuid) -> event::What {
    let id = id.to_string();
    event::What::OrganizationLeft(v1::OrganizationLeft { id })
}

fn document_of(item: &Item) -> Option<(Uuid, i64)> {
    match *item {
        Item::Document { id, position, .. } | Item::Tombstone { id, position } => {
            Some((id, position))
        }
        Item::DocumentLeft(_)
        | Item::Organization { .. }
        | Item::OrganizationLeft(_)
        | Item::End(_) => None,
    }
}

fn organization_of(item: &Item) -> Option<i64> {
    match *item {
        Item::Organization { position, .. } => Some(position),
        Item::Document { .. }
        | Item::Tombstone { .. }
        | Item::DocumentLeft(_)
        | Item::OrganizationLeft(_)
        | Item::End(_) => None,
    }
}

fn missing() -> Error {
    Error::fault(anyhow::anyhow!(
        "what an entry says was written is not there"
    ))
}
