//! Items that are each decided for themselves, in runs: what is decided at once rests on nothing that is written with it, nor
//! on what the run before it is still writing.

use std::{
    collections::{BTreeMap, HashSet},
    pin::Pin,
};

use futures::{
    FutureExt,
    future::{BoxFuture, MaybeDone, maybe_done, pending},
};
use uuid::Uuid;

use super::{
    answer::{Answer, Ready},
    batch::{Batch, Ledger, may_have_been_answered, tries_after, unwritten},
    decide::{Asking, Decided, Decisions, MERGES, Outcome, decide, is_merge},
    item::{Asked, Item, Known, Named},
    known::Heads,
};
use crate::{
    access::Caller,
    error::Result,
    exchange::Exchange,
    intake::{Taken, Turn},
    journal::{Journal, Refusal, Write, Written},
    kinds::Link,
};

/// Items on their way to be decided, written and answered.
pub struct Each {
    pub ledger: Ledger,
    dry_run: bool,
    waiting: BTreeMap<usize, Waiting>,
    /// What stood when the last items came, of all that wait.
    heads: Option<Heads>,
    under_way: Option<UnderWay>,
}

struct Waiting {
    asked: Asked,
    /// The document that stands under its name, as far as is known.
    document: Option<Uuid>,
    /// Until it is answered.
    _room: Option<Taken>,
    /// How often it was decided.
    tries: u32,
    /// Whether it is to be merged, as far as is known.
    merges: bool,
}

/// Items that are decided and to be written at once.
pub struct Run {
    writes: Vec<Write>,
    items: Vec<(usize, Waiting, Decided)>,
    /// Of what is merged.
    turn: Turn,
}

/// A run that is being written.
struct UnderWay {
    items: Vec<(usize, Waiting, Decided)>,
    turn: Turn,
    outcomes: MaybeDone<BoxFuture<'static, Vec<Result<Written, Refusal>>>>,
}

impl Each {
    pub fn new(dry_run: bool) -> Self {
        Self {
            ledger: Ledger::default(),
            dry_run,
            waiting: BTreeMap::new(),
            heads: None,
            under_way: None,
        }
    }

    /// Looks at what stands of items, and decides nothing.
    pub async fn add(
        &mut self,
        exchange: &Exchange,
        caller: &Caller,
        items: Vec<Item>,
    ) -> Result<()> {
        for item in items {
            let at = self.ledger.add(item.place);
            match item.asked {
                Ok(asked) => {
                    let one = Waiting {
                        asked,
                        document: None,
                        _room: item.room,
                        tries: 0,
                        merges: false,
                    };
                    self.waiting.insert(at, one);
                }
                Err(refusal) => self.ledger.tell(at, Ready::Whole(Answer::refused(refusal))),
            }
        }
        let asked: Vec<_> = self.waiting.values().map(|one| &one.asked).collect();
        let heads = Heads::read(exchange, caller, &asked).await?;
        for one in self.waiting.values_mut() {
            one.document = match &one.asked.named {
                Named::Here { id, .. } => Some(*id),
                Named::Outside { .. } => heads.of(&one.asked).map(|head| head.document),
            };
            one.merges = is_merge(caller, &one.asked, &heads);
        }
        self.heads = Some(heads);
        Ok(())
    }

    /// Whether something waits to be decided.
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether all is decided and written.
    pub fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_none()
    }

    /// Decides what can be decided now, whatever becomes of what is being written. None: all that waits rests on that.
    pub async fn decide(&mut self, exchange: &Exchange, caller: &Caller) -> Result<Option<Run>> {
        let merges = self.merges();
        let run = self.take_run(merges);
        let heads = self.heads.take();
        if run.is_empty() {
            return Ok(None);
        }
        let asked: Vec<&Asked> = run.iter().map(|(_, one)| &one.asked).collect();
        let heads = match heads {
            Some(heads) => heads,
            None => Heads::read(exchange, caller, &asked).await?,
        };
        let asking = Asking {
            exchange,
            caller,
            together: false,
            merges,
        };
        let Decisions { decided, turn } = decide(asking, &asked, &heads).await?;
        let mut batch = Batch::of(asking, self.dry_run, &mut self.ledger);
        let (mut writes, mut items, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for ((at, mut one), decided) in run.into_iter().zip(decided) {
            if matches!(decided.outcome, Outcome::Later) {
                one.merges = true;
                self.waiting.insert(at, one);
            } else if let Some(write) = batch.write(&one.asked, &decided) {
                writes.push(write);
                items.push((at, one, decided));
            } else if may_have_been_answered(&decided) {
                others.push((at, batch.key(&one.asked), decided));
            } else {
                batch.ledger.tell(at, unwritten(decided.outcome)?);
            }
        }
        batch.answer_others(others).await?;
        batch.finish().await?;
        Ok(Some(Run {
            writes,
            items,
            turn,
        }))
    }

    /// Begins to write a run. The one before must be settled.
    pub fn write(&mut self, journal: &Journal, run: Run) {
        let Run {
            writes,
            items,
            turn,
        } = run;
        if !items.is_empty() {
            self.under_way = Some(UnderWay {
                items,
                turn,
                outcomes: maybe_done(journal.write_all(writes, false).boxed()),
            });
        }
    }

    /// Returns when what is being written is. Where nothing is, never.
    pub async fn written(&mut self) {
        match &mut self.under_way {
            Some(under_way) => (&mut under_way.outcomes).await,
            None => pending().await,
        }
    }

    /// Waits until what is being written is, for nobody.
    pub async fn leave(&mut self) {
        if self.under_way.is_some() {
            self.written().await;
        }
    }

    /// A fault where an item has no answer though all is decided and written.
    pub fn must_be_told(&self) -> Result<()> {
        if self.is_done() {
            self.ledger.must_be_told()
        } else {
            Ok(())
        }
    }

    /// Takes in what became of what was being written.
    pub async fn settle(&mut self, exchange: &Exchange, caller: &Caller) -> Result<()> {
        self.leave().await;
        let Some(mut under_way) = self.under_way.take() else {
            return Ok(());
        };
        let outcomes = Pin::new(&mut under_way.outcomes).take_output();
        let asking = Asking {
            exchange,
            caller,
            together: false,
            merges: 0,
        };
        let mut batch = Batch::of(asking, self.dry_run, &mut self.ledger);
        let outcomes = outcomes.unwrap_or_default();
        for ((at, mut one, decided), outcome) in under_way.items.into_iter().zip(outcomes) {
            match outcome {
                Err(refusal) if one.tries < tries_after(&refusal) => {
                    one.tries += 1;
                    self.waiting.insert(at, one);
                }
                outcome => batch.written(at, decided, outcome)?,
            }
        }
        batch.finish().await
    }

    /// How many may be merged now: whoever has a turn does not wait for another.
    fn merges(&self) -> usize {
        let turn = self.under_way.as_ref().map(|under_way| &under_way.turn);
        if turn.is_some_and(Option::is_some) {
            0
        } else {
            MERGES
        }
    }

    /// What can be decided at once: no document and no request comes twice, nothing leads to what an earlier item is still to
    /// write, and few are to be merged. What has to wait holds up what rests on it.
    fn take_run(&mut self, most_merges: usize) -> Vec<(usize, Waiting)> {
        let mut earlier = Earlier::default();
        let under_way = self.under_way.iter().flat_map(|under_way| &under_way.items);
        for (_, one, _) in under_way {
            earlier.takes(&one.asked, one.document);
        }
        let (mut run, mut merges) = (Vec::new(), 0);
        for (&at, one) in &self.waiting {
            // Of a dry run nothing is written that others could rest on.
            let rests = !self.dry_run && earlier.bear(&one.asked.links);
            let first = earlier.takes(&one.asked, one.document);
            let fits = !one.merges || merges < most_merges;
            if first && fits && !rests {
                merges += usize::from(one.merges);
                run.push(at);
            }
        }
        let taken = run.into_iter();
        taken
            .filter_map(|at| self.waiting.remove_entry(&at))
            .collect()
    }
}

/// What earlier items name.
#[derive(Default)]
pub struct Earlier<'i> {
    names: HashSet<&'i Named>,
    /// What documents shall be called that have another name so far.
    renamed: HashSet<&'i Known>,
    documents: HashSet<Uuid>,
    requests: HashSet<Uuid>,
}

impl<'i> Earlier<'i> {
    /// Whether it is the first to name its document and its request.
    pub fn takes(&mut self, asked: &'i Asked, document: Option<Uuid>) -> bool {
        let name = self.names.insert(&asked.named);
        let name = match &asked.named {
            Named::Outside { external_id, .. } => name && !self.renamed.contains(external_id),
            Named::Here { external_id, .. } => {
                self.renamed.extend(external_id);
                name
            }
        };
        let document = document.is_none_or(|document| self.documents.insert(document));
        let request = self.requests.insert(asked.request.id);
        name && document && request
    }

    /// Whether one of them may write to what a link leads to.
    fn bear(&self, links: &[Link]) -> bool {
        let mut leading_to = links.iter().filter_map(Link::document);
        leading_to.any(|document| self.documents.contains(&document))
    }
}
