//! Follows the journal for one caller from where its copy stands. What the caller saw at each position decides what it is
//! told of, and what it sees now decides what of that is shown.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
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
    store::{Entry, What, Written},
    view::View,
};
use crate::{
    error::{Error, Result},
    exchange::Exchange,
    organizations::{self, entity},
    proto::v1::{self, Act, event},
};

/// Items told at a time, and what the documents that are read for them may weigh, but for the last.
const PART: usize = 400;
const PART_BYTES: usize = 256 * 1024;
/// How long what was read is told: it may have been withdrawn since, or have left the caller's sight. As long holds what
/// is known of the head and of what the caller may do.
pub(super) const FRESH: Duration = Duration::from_secs(2);

/// A caller on its way through the feed.
pub struct Follower {
    pub(super) exchange: Exchange,
    pub(super) filter: Filter,
    pub(super) epoch: Uuid,
    /// Everything up to here is told.
    pub(super) position: i64,
    /// How far the exchange had come when that was last looked at: what became of documents up to there counts.
    pub(super) known: i64,
    pub(super) known_at: Instant,
    /// What the caller saw at the position.
    pub(super) then: View,
    /// What the caller sees now.
    pub(super) now: View,
    pub(super) outlet: Outlet,
}

impl Follower {
    /// Tells what was written up to the head, which is the end of a write.
    pub async fn follow(&mut self, head: i64) -> Result<()> {
        self.outlet.progress().head = head.unsigned_abs();
        if self.position < head {
            self.renew(head).await?;
        }
        let recent = self.recent();
        let mut next = None;
        while self.position < head {
            self.keep_up().await?;
            let writes = match next.take() {
                Some(writes) => writes.await?,
                None => recent.writes(self.position, head).await?,
            };
            let first = writes.first().and_then(|write| write.first());
            if first.map(|entry| entry.position) != Some(self.position + 1) {
                return Err(Error::fault(anyhow::anyhow!(
                    "the entry after {} is not there",
                    self.position
                )));
            }
            let last = writes.last().and_then(|write| write.last());
            let last = last.map_or(head, |entry| entry.position);
            next = (last < head).then(|| {
                let recent = Arc::clone(&recent);
                ahead(async move { recent.writes(last, head).await })
            });
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

    /// As `renew`, as of now, where it is some time ago that the follower looked. To be called wherever telling takes
    /// time: whoever takes answers slowly must not be told by what held long ago.
    pub(super) async fn keep_up(&mut self) -> Result<()> {
        if self.known_at.elapsed() > FRESH {
            self.look_anew().await?;
        }
        Ok(())
    }

    async fn look_anew(&mut self) -> Result<()> {
        self.learn(self.exchange.feed.reached());
        self.renew(self.known).await
    }

    /// Learns how far the exchange has come just now.
    pub(super) fn learn(&mut self, reached: i64) {
        self.known = self.known.max(reached);
        self.known_at = Instant::now();
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

    /// Tells items in order. What some of them say is read while those before them are told.
    pub(super) async fn tell(&mut self, items: &[Item]) -> Result<()> {
        let recent = self.recent();
        let mut parts = parts(items);
        let mut next = parts.next();
        self.keep_up().await?;
        let mut said = Said::read(&recent, next.unwrap_or_default(), self.known).await?;
        while let Some(part) = next {
            next = parts.next();
            self.keep_up().await?;
            let reading = next.map(|next| {
                let (recent, next, known) = (Arc::clone(&recent), next.to_vec(), self.known);
                ahead(async move { Said::read(&recent, &next, known).await })
            });
            self.tell_part(part, said).await?;
            said = match reading {
                Some(reading) => reading.await?,
                None => return Ok(()),
            };
        }
        Ok(())
    }

    /// Tells a part, and reads the rest of it again wherever what was read of it has become too old.
    async fn tell_part(&mut self, items: &[Item], mut said: Said) -> Result<()> {
        for (number, item) in items.iter().enumerate() {
            self.keep_up().await?;
            if said.at.elapsed() > FRESH {
                // Up to where the exchange is now: a ring that nobody takes further would give what it gave before.
                self.look_anew().await?;
                said = Said::read(&self.recent(), &items[number..], self.known).await?;
            }
            self.tell_item(*item, &mut said).await?;
        }
        Ok(())
    }

    async fn tell_item(&mut self, item: Item, said: &mut Said) -> Result<()> {
        match item {
            Item::Document { written, entered } => {
                let telling = if entered {
                    Telling::Entered
                } else {
                    Telling::Upsert
                };
                self.show(said.revision(written)?, telling).await
            }
            Item::Tombstone(written) => {
                let tombstone = said.revision(written)?.tombstone_in(&self.now);
                self.outlet.push(tombstone).await
            }
            Item::Organization { position, .. } => {
                let row = said.organizations.remove(&position).ok_or_else(missing)?;
                self.show_organization(row).await
            }
            Item::DocumentLeft(id) => self.outlet.push(left(id)).await,
            Item::OrganizationLeft(id) => self.outlet.push(organization_left(id)).await,
            Item::End(position) => {
                self.position = position;
                self.outlet.whole(self.cursor(Stage::Changes)).await
            }
        }
    }

    /// Shows a revision, unless the caller can not see it, or what became of it, any more: then it is told to leave when
    /// it comes to that.
    pub(super) async fn show(&mut self, revision: Revision, telling: Telling) -> Result<()> {
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

/// Reads in a task of its own from now on, while what was read before is told. Stops where nobody waits for it any more.
pub(super) fn ahead<T, E>(
    reading: impl Future<Output = Result<T, E>> + Send + 'static,
) -> impl Future<Output = Result<T>>
where
    T: Send + 'static,
    E: Into<Error> + Send + 'static,
{
    let reading = AbortOnDropHandle::new(tokio::spawn(reading));
    async move { reading.await.map_err(Error::fault)?.map_err(Into::into) }
}

/// What items say, as it was read.
struct Said {
    revisions: HashMap<i64, Revision>,
    organizations: HashMap<i64, entity::Model>,
    at: Instant,
}

impl Said {
    /// Reads what items say. What became of documents up to a position counts.
    async fn read(recent: &Recent, items: &[Item], until: i64) -> Result<Self> {
        let documents: Vec<_> = items.iter().filter_map(document_of).collect();
        let places: Vec<_> = items.iter().filter_map(organization_of).collect();
        Ok(Self {
            revisions: recent.revisions(&documents, until).await?,
            organizations: recent.organizations(&places).await?,
            at: Instant::now(),
        })
    }

    /// Gives out a revision, once.
    fn revision(&mut self, written: Written) -> Result<Revision> {
        self.revisions.remove(&written.position).ok_or_else(missing)
    }
}

/// Items in parts that are few and light enough to be held in memory.
fn parts(items: &[Item]) -> impl Iterator<Item = &[Item]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |item: &&Item| {
            let before = bytes;
            bytes += document_of(item).map_or(0, |written| written.bytes);
            before < PART_BYTES
        };
        let count = rest.iter().take(PART).take_while(fits).count();
        let (part, others) = rest.split_at(count);
        rest = others;
        (!part.is_empty()).then_some(part)
    })
}

fn document_of(item: &Item) -> Option<Written> {
    match *item {
        Item::Document { written, .. } | Item::Tombstone(written) => Some(written),
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
        | Item::Tombstone(_)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn items(weights: &[usize]) -> Vec<Item> {
        let item = |(&bytes, position): (&usize, i64)| {
            let id = Uuid::from_u128(position.unsigned_abs().into());
            let written = Written {
                id,
                owner: id,
                revision: 1,
                position,
                bytes,
            };
            [Item::Tombstone(written), Item::End(position)]
        };
        weights.iter().zip(1..).flat_map(item).collect()
    }

    #[test]
    fn parts_are_few_and_light_and_leave_nothing_out() {
        let (small, large) = (2_000, 128 * 1024);
        let mixed: Vec<usize> = (0..2_000)
            .map(|number| if number % 300 < 20 { large } else { small })
            .collect();
        for weights in [&mixed[..], &[], &[10 * PART_BYTES, 1, 10 * PART_BYTES]] {
            let items = items(weights);
            let parts: Vec<&[Item]> = parts(&items).collect();
            assert_eq!(parts.concat(), items);
            for part in parts {
                let documents = part.iter().filter_map(document_of);
                let bytes: Vec<usize> = documents.map(|written| written.bytes).collect();
                let but_the_last = bytes.iter().rev().skip(1).sum::<usize>();
                assert!(!part.is_empty() && part.len() <= PART);
                assert!(but_the_last < PART_BYTES, "{but_the_last}");
            }
        }
    }
}
