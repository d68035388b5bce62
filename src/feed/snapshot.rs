//! Tells everything that a caller sees at one position, for a copy that begins or begins anew.

use uuid::Uuid;

use super::{answer::Telling, cursor::Stage, follow::Follower, store};
use crate::{
    error::Result,
    proto::v1::{self, event::What},
};

/// Rows read at a time.
const DOCUMENTS: usize = 25;
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

    async fn all_documents(&mut self, mut from: Uuid) -> Result<()> {
        let condition = self.filter.condition();
        loop {
            self.renew(self.position).await?;
            let recent = self.recent();
            let turn = recent.turn().await;
            let found = store::documents_at(
                self.exchange.database.reader(),
                self.position,
                condition.clone().add(self.then.documents.condition()),
                from,
                DOCUMENTS as u64,
            )
            .await?;
            drop(turn);
            let last_page = found.len() < DOCUMENTS;
            for revision in found {
                from = revision.document();
                self.show(&revision, Telling::Upsert).await?;
                self.outlet.progress().told += 1;
                self.outlet
                    .whole(self.cursor(Stage::Documents(from)))
                    .await?;
            }
            if last_page {
                return Ok(());
            }
        }
    }
}
