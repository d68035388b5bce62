//! Items that are each decided for themselves, in runs: what is decided at once rests on nothing that is written with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::{
    answer::{Answer, Ready},
    batch::{Batch, Ledger, may_have_been_answered, tries_after, unwritten},
    decide::{Asking, Decisions, MERGES, Outcome, decide, is_merge},
    item::{Asked, Item, Named},
    known::Heads,
};
use crate::{access::Caller, error::Result, exchange::Exchange, intake::Taken, kinds::Link};

/// Items on their way to be decided.
pub struct Each {
    pub ledger: Ledger,
    dry_run: bool,
    waiting: BTreeMap<usize, Waiting>,
    /// The documents that items name by what their authors call them.
    documents: HashMap<Named, Uuid>,
    /// What stood when the items came, for the first run.
    heads: Option<Heads>,
}

struct Waiting {
    asked: Asked,
    /// Until it is decided.
    _room: Option<Taken>,
    /// How often it was decided.
    tries: u32,
    /// Whether it is to be merged, as far as is known.
    merges: bool,
}

type Run = Vec<(usize, Waiting)>;

impl Each {
    /// Looks at what stands, and decides nothing.
    pub async fn of(
        exchange: &Exchange,
        caller: &Caller,
        dry_run: bool,
        items: Vec<Item>,
    ) -> Result<Self> {
        let mut ledger = Ledger::of(items.iter().map(|item| item.place.clone()).collect());
        let mut waiting = BTreeMap::new();
        for (at, item) in items.into_iter().enumerate() {
            match item.asked {
                Ok(asked) => {
                    let one = Waiting {
                        asked,
                        _room: item.room,
                        tries: 0,
                        merges: false,
                    };
                    waiting.insert(at, one);
                }
                Err(refusal) => ledger.tell(at, Ready::Whole(Answer::refused(refusal))),
            }
        }
        let asked: Vec<_> = waiting.values().map(|waiting| &waiting.asked).collect();
        let heads = Heads::read(exchange, caller, &asked).await?;
        for waiting in waiting.values_mut() {
            waiting.merges = is_merge(caller, &waiting.asked, &heads);
        }
        Ok(Self {
            ledger,
            dry_run,
            waiting,
            documents: heads.documents().collect(),
            heads: Some(heads),
        })
    }

    pub fn is_decided(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Decides and writes what can be decided at once.
    pub async fn run(&mut self, exchange: &Exchange, caller: &Caller) -> Result<()> {
        let run = self.take_run();
        let asked: Vec<&Asked> = run.iter().map(|(_, waiting)| &waiting.asked).collect();
        let heads = match self.heads.take() {
            Some(heads) => heads,
            None => Heads::read(exchange, caller, &asked).await?,
        };
        let asking = Asking {
            exchange,
            caller,
            together: false,
        };
        let Decisions {
            decided,
            turn: _turn,
        } = decide(asking, &asked, &heads).await?;
        let mut batch = Batch {
            asking,
            dry_run: self.dry_run,
            ledger: &mut self.ledger,
            noted: Vec::new(),
        };
        let (mut writes, mut writing, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for ((at, mut waiting), decided) in run.into_iter().zip(decided) {
            if matches!(decided.outcome, Outcome::Later) {
                waiting.merges = true;
                self.waiting.insert(at, waiting);
            } else if let Some(write) = batch.write(&waiting.asked, &decided) {
                writes.push(write);
                writing.push((at, waiting, decided));
            } else if may_have_been_answered(&decided) {
                others.push((at, batch.key(&waiting.asked), decided));
            } else {
                batch.ledger.tell(at, unwritten(decided.outcome)?);
            }
        }
        let outcomes = batch.journal().write_all(writes, false).await;
        for ((at, mut waiting, decided), outcome) in writing.into_iter().zip(outcomes) {
            match outcome {
                Err(refusal) if waiting.tries < tries_after(&refusal) => {
                    waiting.tries += 1;
                    self.waiting.insert(at, waiting);
                }
                outcome => batch.written(at, decided, outcome)?,
            }
        }
        batch.answer_others(others).await?;
        batch.finish().await
    }

    /// What can be decided at once: no document and no request comes twice, nothing leads to what an earlier item is still to
    /// write, and few are to be merged. What has to wait holds up what rests on it.
    fn take_run(&mut self) -> Run {
        let mut earlier = Earlier::default();
        let (mut run, mut merges) = (Vec::new(), 0);
        for (&at, waiting) in &self.waiting {
            let document = self.document_of(&waiting.asked);
            // Of a dry run nothing is written that others could rest on.
            let rests = !self.dry_run && earlier.bear(&waiting.asked.links);
            let first = earlier.takes(&waiting.asked, document);
            let fits = !waiting.merges || merges < MERGES;
            if first && fits && !rests {
                merges += usize::from(waiting.merges);
                run.push(at);
            }
        }
        let taken = run.into_iter();
        taken
            .filter_map(|at| self.waiting.remove_entry(&at))
            .collect()
    }

    fn document_of(&self, asked: &Asked) -> Option<Uuid> {
        match &asked.named {
            Named::Here { id, .. } => Some(*id),
            named @ Named::Outside { .. } => self.documents.get(named).copied(),
        }
    }
}

/// What earlier items name.
#[derive(Default)]
pub struct Earlier<'i> {
    names: HashSet<&'i Named>,
    documents: HashSet<Uuid>,
    requests: HashSet<Uuid>,
}

impl<'i> Earlier<'i> {
    /// Whether it is the first to name its document and its request.
    pub fn takes(&mut self, asked: &'i Asked, document: Option<Uuid>) -> bool {
        let name = self.names.insert(&asked.named);
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
