//! Items that are written together: all or none.

use std::collections::HashSet;

use super::{
    answer::{Answer, Ready},
    batch::{Batch, Ledger, may_have_been_answered, tries_after, unwritten},
    decide::{Asking, Decisions, Outcome, decide},
    each::Earlier,
    item::{Asked, Item},
    known::Heads,
    weigh::named_before,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    journal::Refusal,
    proto::v1::push_response::Outcome as Told,
};

/// An item, and where it stands in the batch.
type At = (usize, Asked);

/// Decides and writes the items.
pub async fn answer(
    exchange: &Exchange,
    caller: &Caller,
    dry_run: bool,
    items: Vec<Item>,
) -> Result<Ledger> {
    let mut ledger = Ledger::of(items.iter().map(|item| item.place.clone()));
    let asking = Asking {
        exchange,
        caller,
        together: true,
        merges: usize::MAX,
    };
    let mut batch = Batch::of(asking, dry_run, &mut ledger);
    let (mut readable, mut rooms) = (Vec::with_capacity(items.len()), Vec::new());
    for (at, item) in items.into_iter().enumerate() {
        // Until all are answered.
        rooms.push(item.room);
        match item.asked {
            Ok(asked) => readable.push((at, asked)),
            Err(refusal) => batch.tell(at, Answer::refused(refusal)),
        }
    }
    batch.together(&readable).await?;
    batch.finish().await?;
    Ok(ledger)
}

impl Batch<'_> {
    async fn together(&mut self, items: &[At]) -> Result<()> {
        let mut earlier = Earlier::default();
        for (at, asked) in items {
            if !earlier.takes(asked, None) {
                self.tell(*at, Answer::refused(Error::field(named_before())));
            }
        }
        for tries in 0.. {
            if self.try_together(items, tries).await? {
                break;
            }
        }
        self.recall(items).await?;
        self.refuse_the_rest();
        Ok(())
    }

    fn some_are_answered(&self) -> bool {
        self.ledger.untold().any(|(_, ready)| ready.is_some())
    }

    /// The items that have no answer yet.
    fn unanswered(&self) -> HashSet<usize> {
        let untold = self.ledger.untold().enumerate();
        let open = untold.filter(|(_, (_, ready))| ready.is_none());
        open.map(|(at, _)| at).collect()
    }

    /// What an earlier try wrote stands, whatever becomes of the others.
    async fn recall(&mut self, items: &[At]) -> Result<()> {
        let noted: HashSet<usize> = self.noted.iter().map(|(at, _)| *at).collect();
        let open = self.unanswered();
        let open: Vec<_> = items
            .iter()
            .filter(|(at, _)| open.contains(at) && !noted.contains(at))
            .map(|(at, asked)| (*at, self.key(asked), ()))
            .collect();
        self.not_answered_before(open).await.map(drop)
    }

    /// Whether it is settled: written, or refused for some item.
    async fn try_together(&mut self, items: &[At], tries: u32) -> Result<bool> {
        if self.some_are_answered() {
            return Ok(true);
        }
        let asked: Vec<&Asked> = items.iter().map(|(_, asked)| asked).collect();
        let heads = Heads::read(self.asking.exchange, self.asking.caller, &asked).await?;
        let Decisions {
            decided,
            turn: _turn,
        } = decide(self.asking, &asked, &heads).await?;
        let (mut writes, mut writing, mut others, mut standing) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ((at, asked), decided) in items.iter().zip(decided) {
            let write = self.write(asked, &decided);
            match (&decided.outcome, write) {
                (
                    Outcome::Write(_) | Outcome::Stands { .. } | Outcome::Contained(_),
                    Some(write),
                ) => {
                    writes.push(write);
                    writing.push((*at, decided));
                }
                (Outcome::Stands { .. }, _) => standing.push((*at, self.key(asked), decided)),
                _ if may_have_been_answered(&decided) => {
                    others.push((*at, self.key(asked), decided));
                }
                _ => self.ledger.tell(*at, unwritten(decided.outcome)?),
            }
        }
        self.answer_others(others).await?;
        // Before anything is written: under the id of another request, they are refused, and with them all.
        let standing = self.not_answered_before(standing).await?;
        if self.some_are_answered() {
            return Ok(true);
        }
        let outcomes = self.journal().write_all(writes, true).await;
        let refusals = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        if refusals.map(tries_after).any(|most| tries < most) {
            self.noted.clear();
            return Ok(false);
        }
        let failed = outcomes.iter().any(Result::is_err);
        for ((at, decided), outcome) in writing.into_iter().zip(outcomes) {
            if outcome != Err(Refusal::Together) {
                self.written(at, decided, outcome)?;
            }
        }
        if !failed {
            for (at, decided) in standing {
                self.ledger.tell(at, unwritten(decided.outcome)?);
            }
        }
        Ok(true)
    }

    /// Where an item was refused, all that were not are, but for those that were written before.
    fn refuse_the_rest(&mut self) {
        let noted: HashSet<usize> = self.noted.iter().map(|(at, _)| *at).collect();
        let refused = |ready: Option<&Ready>| {
            let Some(Ready::Whole(answer)) = ready else {
                return false;
            };
            matches!(answer.told, Told::Refused(_) | Told::Conflict(_))
        };
        let first = self
            .ledger
            .untold()
            .find_map(|(place, ready)| refused(ready).then_some(place.index));
        let Some(index) = first else { return };
        for at in self.unanswered().difference(&noted) {
            self.tell(*at, Answer::refused(Error::BatchRefused { index }));
        }
    }
}
