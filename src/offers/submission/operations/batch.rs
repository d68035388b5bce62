//! A batch of items: decided with a few reads, and written together with their part of the report, so that the report holds
//! exactly what was done.

use std::collections::{HashMap, HashSet};

use tonic_types::pb::Status;
use uuid::Uuid;

use super::{Submitting, grant_at};
use crate::{
    access::{Caller, Grant},
    clock,
    contract::Violation,
    documents::publish::{Became, Published, Publisher, Standing},
    error::{Error, Result},
    intake,
    journal::{Expected, Key, Refusal, Row, Write},
    offers::{
        places::{self, Taken},
        submission::{
            METHOD,
            item::{Asked, Item, Offer},
            model::Submission,
            store,
        },
    },
    proto::v1::{Act, Finding, SubmissionOutcome, SubmissionRow},
};

/// How often a batch is decided anew when somebody else was faster.
const TRIES: u32 = 5;

/// What items rest on.
struct Ground {
    standing: HashMap<String, Standing>,
    /// Places that are held and confirmed, by document.
    taken: HashMap<Uuid, Taken>,
}

/// What is asked for under an id.
pub(super) struct Named {
    pub id: String,
    pub asked: Result<Asked, Status>,
    /// It is asked for this document alone, and not for another that has the id by now.
    pub only: Option<Uuid>,
}

/// What is to become of an item.
struct Decided {
    row: SubmissionRow,
    writes: Vec<Row>,
    /// The places that must be taken as they were when it was decided.
    expects: Option<Expected>,
}

impl Ground {
    /// Whether the document that alone is asked for has the id.
    fn has(&self, one: &Named) -> bool {
        one.only.is_none_or(|document| {
            let standing = self.standing.get(&one.id);
            standing.is_some_and(|standing| standing.document() == document)
        })
    }
}

impl Submitting {
    /// Decides and writes items as they came, and answers each. The answers weigh what the items have taken room for: it is
    /// to be kept until they are told.
    pub async fn take(
        &mut self,
        caller: &Caller,
        mut items: Vec<Item>,
    ) -> Result<(Vec<SubmissionRow>, Vec<intake::Taken>)> {
        let mut rooms = Vec::with_capacity(items.len());
        for item in &mut items {
            rooms.extend(item.room.take());
            // What has no id was not named.
            if !item.id.is_empty() && !self.seen.takes(&item.id)? && item.asked.is_ok() {
                item.asked = Err(Error::field(named_before()).into());
            }
        }
        let named = items.into_iter().map(|item| Named {
            id: item.id,
            asked: item.asked,
            only: None,
        });
        let rows = self.settle(caller, named.collect()).await?;
        Ok((rows, rooms))
    }

    /// Decides and writes what is asked for, and answers each. What is asked for a document that does not have the id any
    /// more is left out.
    pub(super) async fn settle(
        &mut self,
        caller: &Caller,
        mut named: Vec<Named>,
    ) -> Result<Vec<SubmissionRow>> {
        let grant = grant_at(caller, self.submission.owner)?;
        let (mut tries, mut held_by_others) = (0, HashSet::new());
        while tries < TRIES {
            let ground = self.ground(caller, &named).await?;
            named.retain(|one| ground.has(one));
            if named.is_empty() {
                return Ok(Vec::new());
            }
            let decided = self.decide(grant, &named, &ground).await;
            let sizes: Vec<usize> = decided.iter().map(|one| one.writes.len()).collect();
            match self.write(grant, decided).await {
                Ok(rows) => return Ok(rows),
                Err(Refusal::Outdated { row: 0, .. }) if !self.dry_run => {
                    return Err(Error::SubmissionOvertaken);
                }
                Err(Refusal::ExternalIdTaken { row }) => {
                    let at = self.item_of(row, &sizes)?;
                    // Whoever was faster is seen the next time. Otherwise the caller does not see who has it.
                    if !held_by_others.insert(at) {
                        let taken = Error::ExternalIdTaken { etag: None };
                        named[at].asked = Err(taken.into());
                    }
                }
                Err(Refusal::Outdated { .. } | Refusal::ExpectedOtherwise) => tries += 1,
                Err(refusal) => return Err(refusal.into()),
            }
        }
        // Others write to the same offers faster than they can be decided on.
        Err(Error::try_again())
    }

    /// The item that a written row is of, where items have so many rows each.
    fn item_of(&self, row: usize, sizes: &[usize]) -> Result<usize> {
        let mut end = usize::from(!self.dry_run);
        let found = sizes.iter().position(|size| {
            end += size;
            row < end
        });
        found.ok_or_else(|| Error::fault(anyhow::anyhow!("row {row} is of no item")))
    }

    async fn ground(&self, caller: &Caller, named: &[Named]) -> Result<Ground> {
        let db = self.exchange.database.reader();
        let scope = caller.scope(Act::ReadDocuments);
        let ids = named.iter().filter(|one| one.asked.is_ok());
        let ids = ids.map(|one| one.id.as_str());
        let numbering = self.submission.numbering();
        let standing = numbering.standing(db, &scope, ids).await?;
        let documents: Vec<Uuid> = standing.values().map(Standing::document).collect();
        let owner = self.submission.owner;
        let taken = places::taken(&self.exchange, owner, &documents, self.dry_run).await?;
        Ok(Ground { standing, taken })
    }

    async fn decide(&self, grant: &Grant, named: &[Named], ground: &Ground) -> Vec<Decided> {
        let publisher = Publisher {
            grant,
            at: clock::now(),
        };
        let mut decided = Vec::with_capacity(named.len());
        for (count, Named { id, asked, .. }) in named.iter().enumerate() {
            // Many offers are much work, and others wait for their turn.
            if count % 64 == 63 {
                tokio::task::yield_now().await;
            }
            let became = match asked {
                Ok(asked) => self.decide_one(publisher, id, asked, ground),
                Err(status) => Ok(Decided::refused(status.clone())),
            };
            let mut one = became.unwrap_or_else(|refusal| Decided::refused(refusal.into()));
            one.row.id.clone_from(id);
            one.row.index = self.submission.rows.unsigned_abs() + count as u64;
            decided.push(one);
        }
        decided
    }

    fn decide_one(
        &self,
        publisher: Publisher<'_>,
        id: &str,
        asked: &Asked,
        ground: &Ground,
    ) -> Result<Decided> {
        let before = ground.standing.get(id);
        let standing = before.filter(|standing| !standing.is_withdrawn());
        let places = standing.and_then(|standing| ground.taken.get(&standing.document()).copied());
        let places = places.unwrap_or_default();
        let taken = places.places;
        let mut decided = match asked {
            Asked::Stand(offer) if offer.is_refused() => return Ok(Decided::found(offer)),
            Asked::Stand(offer) if offer.capacity < taken => {
                return Err(Error::CapacityTaken { taken });
            }
            Asked::Stand(offer) => {
                let numbering = self.submission.numbering();
                let content = offer.encoded.clone();
                let written = publisher.publish(&numbering, id, before, content)?;
                Decided::published(written, offer.findings.clone())
            }
            // Places are not taken from people in silence: the offer can be submitted as cancelled.
            Asked::StandNoLonger if taken > 0 => return Err(Error::CapacityTaken { taken }),
            Asked::StandNoLonger => {
                let written = publisher.withdraw(before.ok_or(Error::NotFound)?)?;
                Decided::published(written, Vec::new())
            }
        };
        let written = standing.filter(|_| !decided.writes.is_empty());
        decided.expects =
            written.and_then(|standing| self.places_kept(standing, &places, asked.gives()));
        Ok(decided)
    }

    /// That no place is taken meanwhile, where one more could be one too many. Otherwise those who take places would keep
    /// a submission from coming to its end.
    fn places_kept(&self, standing: &Standing, taken: &Taken, gives: u32) -> Option<Expected> {
        let hurt = taken.may_outgrow(gives, standing.revision());
        let places = Key::places(self.submission.owner, standing.document());
        hurt.then(|| places.at(taken.revision))
    }

    /// Writes what was decided with its part of the report, which comes first.
    async fn write(
        &mut self,
        grant: &Grant,
        decided: Vec<Decided>,
    ) -> Result<Vec<SubmissionRow>, Refusal> {
        let (mut rows, mut writes) = (Vec::with_capacity(decided.len()), Vec::new());
        let mut expects = Vec::new();
        for one in decided {
            rows.push(one.row);
            writes.extend(one.writes);
            expects.extend(one.expects);
        }
        let after = self.submission.with(&rows, clock::now());
        self.keep(grant, after, &rows, writes, expects).await?;
        Ok(rows)
    }

    /// Writes a part of the report, and what it tells of.
    pub(super) async fn keep(
        &mut self,
        grant: &Grant,
        after: Submission,
        rows: &[SubmissionRow],
        mut writes: Vec<Row>,
        expects: Vec<Expected>,
    ) -> Result<(), Refusal> {
        if !self.dry_run {
            writes.insert(0, Row::Submission(store::row(&after, rows)));
        }
        if !writes.is_empty() {
            let write = Write {
                actor: grant.actor(),
                method: METHOD,
                // The report itself says what was done before.
                request: None,
                register_unchanged_since: None,
                expects,
                dry_run: self.dry_run,
                answer: Vec::new(),
                rows: writes,
            };
            self.exchange.journal.write(write).await?;
        }
        self.submission = after;
        Ok(())
    }
}

impl Decided {
    fn refused(refusal: Status) -> Self {
        let row = SubmissionRow {
            outcome: SubmissionOutcome::Refused.into(),
            refusal: Some(refusal),
            ..SubmissionRow::default()
        };
        Self {
            row,
            writes: Vec::new(),
            expects: None,
        }
    }

    /// Refused for what was found.
    fn found(offer: &Offer) -> Self {
        let row = SubmissionRow {
            outcome: SubmissionOutcome::Refused.into(),
            findings: offer.findings.clone(),
            ..SubmissionRow::default()
        };
        Self {
            row,
            writes: Vec::new(),
            expects: None,
        }
    }

    fn published(published: Published, findings: Vec<Finding>) -> Self {
        let outcome = match published.became {
            Became::Created => SubmissionOutcome::Created,
            Became::Updated => SubmissionOutcome::Updated,
            Became::Unchanged => SubmissionOutcome::Unchanged,
            Became::Withdrawn => SubmissionOutcome::Withdrawn,
        };
        let row = SubmissionRow {
            outcome: outcome.into(),
            document_id: published.document.to_string(),
            revision: published.revision,
            findings,
            ..SubmissionRow::default()
        };
        Self {
            row,
            writes: published.rows,
            expects: None,
        }
    }
}

fn named_before() -> Violation {
    Violation::new(
        "id",
        "submission.id_twice",
        "The id came before in the stream; send each offer once, as it shall stand.",
        "Id:t har redan kommit i strömmen; skicka varje erbjudande en gång, så som det ska stå.",
    )
}
