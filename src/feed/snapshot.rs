//! Tells everything that a caller sees at one position, for a copy that begins or begins anew.

use std::sync::Arc;

use sea_orm::Condition;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    answer::Telling,
    cursor::Stage,
    follow::{FRESH, Follower, ahead},
    revision::Revision,
    store,
};
use crate::{
    error::Result,
    exchange::Exchange,
    proto::v1::{self, event::What},
};

/// Organizations read at a time.
const ORGANIZATIONS: usize = 200;

impl Follower {
    /// Tells a snapshot at the follower's position, from the beginning.
    pub async fn begin_snapshot(&mut self) -> Result<()> {
        self.outlet
            .push(What::SnapshotBegin(v1::SnapshotBegin {}))
            .await?;
        self.go_on_with_snapshot(Stage::Organizations(Uuid::nil()))
            .await
    }

    /// Tells the rest of a snapshot. At a stage that is not of a snapshot there is none.
    pub async fn go_on_with_snapshot(&mut self, stage: Stage) -> Result<()> {
        self.outlet.progress().head = self.position.unsigned_abs();
        let documents_from = match stage {
            Stage::Changes => return Ok(()),
            Stage::Organizations(from) => {
                self.all_organizations(from).await?;
                Uuid::nil()
            }
            Stage::Documents(from) => from,
        };
        self.all_documents(documents_from).await?;
        self.outlet
            .push(What::SnapshotEnd(v1::SnapshotEnd {}))
            .await?;
        self.outlet.whole(self.cursor(Stage::Changes)).await?;
        self.outlet.send().await?;
        self.outlet.progress().told = 0;
        Ok(())
    }

    async fn all_organizations(&mut self, mut from: Uuid) -> Result<()> {
        loop {
            self.renew(self.position).await?;
            let recent = self.recent();
            let turn = recent.turn().await;
            let rows = store::organizations_at(
                self.exchange.database.reader(),
                self.position,
                self.then.organizations.organizations(),
                from,
                ORGANIZATIONS as u64,
            )
            .await?;
            drop(turn);
            let last_page = rows.len() < ORGANIZATIONS;
            for row in rows {
                from = row.id;
                self.show_organization(row).await?;
                self.outlet.progress().told += 1;
                self.outlet
                    .whole(self.cursor(Stage::Organizations(from)))
                    .await?;
            }
            if last_page {
                return Ok(());
            }
        }
    }

    async fn all_documents(&mut self, from: Uuid) -> Result<()> {
        let condition = self.filter.condition();
        let reading = Arc::new(Reading {
            exchange: self.exchange.clone(),
            position: self.position,
            seen: condition.add(self.then.documents.condition()),
        });
        let mut page = reading.page(from, store::FIRST).await?;
        loop {
            self.renew(self.position).await?;
            let next = page.next().map(|(after, limit)| {
                let reading = Arc::clone(&reading);
                ahead(async move { reading.page(after, limit).await })
            });
            page = match (self.tell_page(page).await?, next) {
                (Told::All, Some(next)) => next.await?,
                (Told::All, None) => return Ok(()),
                (Told::UpTo(from), _) => reading.page(from, store::FIRST).await?,
            };
        }
    }

    async fn tell_page(&mut self, page: Page) -> Result<Told> {
        let mut from = page.after;
        for revision in page.revisions {
            if page.read_at.elapsed() > FRESH {
                return Ok(Told::UpTo(from));
            }
            from = revision.document();
            self.show(revision, Telling::Upsert).await?;
            self.outlet.progress().told += 1;
            self.outlet
                .whole(self.cursor(Stage::Documents(from)))
                .await?;
        }
        Ok(Told::All)
    }
}

/// How much of a page was told.
enum Told {
    All,
    /// Up to this document. Of the rest it was not known any more what has become of it.
    UpTo(Uuid),
}

/// Documents that are to be told.
struct Page {
    after: Uuid,
    revisions: Vec<Revision>,
    /// How many to read after them. None: there are no more.
    next: Option<usize>,
    read_at: Instant,
}

/// Reads the documents of a snapshot, each page while the one before it is sent.
struct Reading {
    exchange: Exchange,
    position: i64,
    seen: Condition,
}

impl Reading {
    async fn page(&self, after: Uuid, limit: usize) -> Result<Page> {
        let _turn = self.exchange.feed.recent.turn().await;
        let reader = self.exchange.database.reader();
        let seen = self.seen.clone();
        let store::Page { revisions, next } =
            store::documents_at(reader, self.position, seen, after, limit).await?;
        Ok(Page {
            after,
            revisions,
            next,
            read_at: Instant::now(),
        })
    }
}

impl Page {
    /// The last document, and how many to read after it. None: there are no more.
    fn next(&self) -> Option<(Uuid, usize)> {
        let last = self.revisions.last().map(Revision::document);
        last.zip(self.next)
    }
}
