//! Ends a submission. What a catalogue does not name is withdrawn first, a page at a time.

use std::vec;

use uuid::Uuid;

use super::{Submitting, batch::Named, grant_at};
use crate::{
    access::Caller,
    clock,
    error::{Error, Result},
    journal::Refusal,
    offers::submission::{item::Asked, model::may_withdraw, store},
    proto::v1::{Act, SubmissionMode, SubmissionOutcome, SubmissionRow},
};

/// Offers that are looked at, and withdrawn, at a time.
const PAGE: usize = 500;

/// Where the end of a submission stands.
pub struct Ending {
    /// What is still to be withdrawn, in order, and nothing else. What is published after it was counted stays: nobody agreed
    /// to that.
    missing: vec::IntoIter<Uuid>,
    withheld: u64,
}

impl Submitting {
    /// Begins the end: nothing more comes, and what is missing is counted.
    pub async fn begin_end(&mut self) -> Result<Ending> {
        if self.submission.mode != SubmissionMode::Catalogue {
            return Ok(Ending {
                missing: Vec::new().into_iter(),
                withheld: 0,
            });
        }
        self.recall().await?;
        let (mut missing, mut standing) = (Vec::new(), 0);
        let mut after = Uuid::nil();
        loop {
            let page = self.standing_after(after).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            standing += page.len() as u64;
            let unseen = page.into_iter().filter(|(_, id)| !self.seen.has(id));
            missing.extend(unseen.map(|(document, _)| document));
        }
        let count = missing.len() as u64;
        let may = may_withdraw(count, standing, self.confirmed_withdrawals);
        let missing = if may { missing } else { Vec::new() };
        Ok(Ending {
            missing: missing.into_iter(),
            withheld: if may { 0 } else { count },
        })
    }

    /// Withdraws the next of what is missing, and tells it. None: nothing is left to withdraw.
    pub async fn withdraw_next(
        &mut self,
        caller: &Caller,
        ending: &mut Ending,
    ) -> Result<Option<Vec<SubmissionRow>>> {
        loop {
            let next: Vec<Uuid> = ending.missing.by_ref().take(PAGE).collect();
            if next.is_empty() {
                return Ok(None);
            }
            // Ids may have changed since they were counted, and one that was named stays.
            let (db, numbering) = (self.exchange.database.reader(), self.submission.numbering());
            let scope = caller.scope(Act::ReadDocuments);
            let stands = numbering.ids_of(db, &scope, &next).await?.into_iter();
            let missing = stands.filter(|(_, id)| !self.seen.has(id));
            // Another may have the id of one by the time that it is withdrawn.
            let missing = missing.map(|(document, id)| Named {
                id,
                asked: Ok(Asked::StandNoLonger),
                only: Some(document),
            });
            let missing: Vec<_> = missing.collect();
            if !missing.is_empty() {
                return self.settle(caller, missing).await.map(Some);
            }
        }
    }

    /// Closes the report.
    pub async fn close(&mut self, caller: &Caller, ending: &Ending) -> Result<()> {
        let grant = grant_at(caller, self.submission.owner)?;
        let withheld = i64::try_from(ending.withheld).unwrap_or(i64::MAX);
        let ended = self.submission.ended(withheld, clock::now());
        let kept = self.keep(grant, ended, &[], Vec::new(), Vec::new()).await;
        if let Err(Refusal::Outdated { .. }) = kept {
            return Err(Error::SubmissionOvertaken);
        }
        Ok(kept?)
    }

    /// Recalls what earlier streams of the submission named, from its report.
    async fn recall(&mut self) -> Result<()> {
        let (mut parts, db) = (0, self.exchange.database.reader());
        while let Some(part) = store::part_after(db, &self.submission, parts, 0).await? {
            if part.number > self.taken_up_at {
                break;
            }
            parts = part.number;
            // What it withdrew, it withdrew because nobody had named it.
            for row in part.rows {
                if row.outcome() != SubmissionOutcome::Withdrawn {
                    self.seen.takes(&row.id)?;
                }
            }
        }
        Ok(())
    }

    async fn standing_after(&self, after: Uuid) -> Result<Vec<(Uuid, String)>> {
        let numbering = self.submission.numbering();
        let db = self.exchange.database.reader();
        numbering.published(db, after, PAGE as u64).await
    }
}
