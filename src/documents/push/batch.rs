//! What batches have in common, whether their items are each decided for themselves or all together: how outcomes become
//! answers, and how what was answered before is found again.

use std::collections::VecDeque;

use super::{
    again::again,
    answer::{Answer, Ready},
    decide::{Asking, Decided, Outcome, What},
    item::{Asked, Place},
    keep,
};
use crate::{
    error::{Error, Result},
    journal::{self, Refusal, RequestKey, Written},
};

/// Items of a batch that is written together. Those that are each decided for themselves are cut into smaller ones.
pub const MAX_ITEMS: usize = 1000;
/// What a batch may weigh that is written together, as it was sent and as it is merged.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// How often an item is decided anew when somebody else was faster.
const TRIES: u32 = 5;

/// How the items of a batch are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meant {
    pub together: bool,
    pub dry_run: bool,
}

/// The answers to items, told in the order of the items.
#[derive(Default)]
pub struct Ledger {
    /// Of those that are not told yet.
    answers: VecDeque<(Place, Option<Ready>)>,
    told: usize,
}

impl Ledger {
    /// Of a batch, whose items have their places in it.
    pub fn of(places: impl IntoIterator<Item = Place>) -> Self {
        let mut ledger = Self::default();
        for place in places {
            ledger.add(place);
        }
        ledger
    }

    /// Takes in another item, and says where its answer goes.
    pub fn add(&mut self, place: Place) -> usize {
        self.answers.push_back((place, None));
        self.told + self.answers.len() - 1
    }

    /// The next answer in order, once it is there.
    pub fn next(&mut self) -> Option<(Place, Ready)> {
        let (place, ready) = self.answers.pop_front()?;
        let Some(ready) = ready else {
            self.answers.push_front((place, None));
            return None;
        };
        self.told += 1;
        Some((place, ready))
    }

    /// A fault where an item has no answer though all is decided.
    pub fn must_be_told(&self) -> Result<()> {
        if self.answers.is_empty() {
            Ok(())
        } else {
            Err(Error::fault(anyhow::anyhow!("an item went unanswered")))
        }
    }

    pub fn tell(&mut self, at: usize, ready: Ready) {
        let untold = at.checked_sub(self.told);
        if let Some((_, answer)) = untold.and_then(|at| self.answers.get_mut(at)) {
            *answer = Some(ready);
        }
    }

    /// The items that are not told of yet, and their answers where they are there.
    pub fn untold(&self) -> impl ExactSizeIterator<Item = (&Place, Option<&Ready>)> {
        let answers = self.answers.iter();
        answers.map(|(place, ready)| (place, ready.as_ref()))
    }
}

/// Items that are decided together, and where their answers go.
pub struct Batch<'a> {
    pub asking: Asking<'a>,
    pub dry_run: bool,
    pub ledger: &'a mut Ledger,
    /// What was noted of items that were answered before.
    pub noted: Vec<(usize, Vec<u8>)>,
}

impl<'a> Batch<'a> {
    pub fn of(asking: Asking<'a>, dry_run: bool, ledger: &'a mut Ledger) -> Self {
        Self {
            asking,
            dry_run,
            ledger,
            noted: Vec::new(),
        }
    }

    pub fn tell(&mut self, at: usize, answer: Answer) {
        self.ledger.tell(at, Ready::Whole(answer));
    }

    pub fn journal(&self) -> &journal::Journal {
        &self.asking.exchange.journal
    }

    pub fn write(&self, asked: &Asked, decided: &Decided) -> Option<journal::Write> {
        keep::write(self.asking.caller, asked, decided, self.dry_run)
    }

    /// The request under whichever home an earlier try may be noted.
    pub fn key(&self, asked: &Asked) -> RequestKey {
        keep::any_key(self.asking.caller, asked)
    }

    /// Gives those that were answered before their first answers.
    pub async fn finish(self) -> Result<()> {
        let Asking {
            exchange, caller, ..
        } = self.asking;
        for (at, ready) in again(exchange, caller, self.noted).await? {
            self.ledger.tell(at, ready);
        }
        Ok(())
    }

    /// What was written, or is known from before.
    pub fn written(
        &mut self,
        at: usize,
        decided: Decided,
        outcome: Result<Written, Refusal>,
    ) -> Result<()> {
        let ready = match outcome {
            Ok(Written::Now { position }) => self.now(decided.outcome, position)?,
            Ok(Written::Before { answer }) => {
                self.noted.push((at, answer));
                return Ok(());
            }
            // Others write to it faster than it can be decided on.
            Err(Refusal::Outdated { .. }) => Ready::Whole(Answer::refused(Error::try_again())),
            Err(refusal) => Ready::Whole(Answer::refused(refusal.into())),
        };
        self.ledger.tell(at, ready);
        Ok(())
    }

    fn now(&self, outcome: Outcome, position: i64) -> Result<Ready> {
        let position = if self.dry_run { 0 } else { position };
        Ok(match outcome {
            // It can not be read again.
            Outcome::Write(writing) if self.dry_run && matches!(writing.what, What::Merged(_)) => {
                Ready::Whole(Answer::written(self.asking.caller, *writing, position))
            }
            Outcome::Write(writing) => Ready::written(self.asking.caller, *writing, position),
            Outcome::Conflict {
                conflict,
                head,
                known,
            } => {
                let position = if known { 0 } else { position };
                Ready::Whole(Answer::conflict(&conflict, &head, !self.dry_run, position))
            }
            // The record alone was written.
            outcome @ (Outcome::Stands { .. }
            | Outcome::Contained(_)
            | Outcome::Refused(_)
            | Outcome::Later) => unwritten(outcome)?,
        })
    }

    /// Of those that write nothing, some may have been answered before: then the first answer is given.
    pub async fn answer_others(&mut self, others: Vec<(usize, RequestKey, Decided)>) -> Result<()> {
        for (at, decided) in self.not_answered_before(others).await? {
            self.ledger.tell(at, unwritten(decided.outcome)?);
        }
        Ok(())
    }

    /// Notes what was answered before, and refuses what comes under the id of another request. Returns the rest.
    pub async fn not_answered_before<T>(
        &mut self,
        items: Vec<(usize, RequestKey, T)>,
    ) -> Result<Vec<(usize, T)>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = items.iter().map(|(_, key, _)| key).collect();
        let before = self.journal().answers_to(&keys).await?;
        let mut rest = Vec::new();
        for ((at, _, one), before) in items.into_iter().zip(before) {
            match before {
                Ok(Some(note)) => self.noted.push((at, note)),
                Ok(None) => rest.push((at, one)),
                Err(refusal) => self.tell(at, Answer::refused(refusal.into())),
            }
        }
        Ok(rest)
    }
}

/// The answer to an item that writes nothing.
pub fn unwritten(outcome: Outcome) -> Result<Ready> {
    Ok(match outcome {
        Outcome::Stands { revision, .. } => Ready::Whole(Answer::unchanged(&revision)),
        Outcome::Contained(revision) => Ready::contained(&revision),
        Outcome::Refused(refusal) => Ready::Whole(Answer::refused(refusal)),
        Outcome::Conflict { conflict, head, .. } => {
            Ready::Whole(Answer::conflict(&conflict, &head, false, 0))
        }
        Outcome::Write(_) | Outcome::Later => {
            return Err(Error::fault(anyhow::anyhow!("an item was left unwritten")));
        }
    })
}

/// Whether an earlier try may have been let through: what is seen no more may have been renamed since.
pub fn may_have_been_answered(decided: &Decided) -> bool {
    decided.grant.is_some() || matches!(decided.outcome, Outcome::Refused(Error::NotFound))
}

/// How often it is worth to decide anew after a refusal: somebody else may have written between our reading and our writing.
pub fn tries_after(refusal: &Refusal) -> u32 {
    match refusal {
        Refusal::Outdated { .. } | Refusal::ExpectedOtherwise => TRIES,
        // Who holds it may be out of sight, and then is so the next time as well.
        Refusal::ExternalIdTaken { .. } => 1,
        Refusal::CodeTaken { .. }
        | Refusal::RegisterChanged
        | Refusal::RequestIdConflict
        | Refusal::Together
        | Refusal::NoRoom
        | Refusal::Unavailable(_) => 0,
    }
}

pub fn too_large() -> Error {
    Error::BatchTooLarge {
        max_items: MAX_ITEMS,
        max_bytes: MAX_BYTES,
    }
}
