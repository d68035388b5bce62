//! A batch: items that are decided and written with a few statements for all of them, each for itself or all or none, and an
//! answer to each.

use std::collections::HashSet;

use super::{
    again::again,
    answer::Answer,
    decide::{Asking, Decided, Outcome, decide},
    item::{Asked, Item, Named},
    keep,
    weigh::named_before,
};
use crate::{
    access::Caller,
    error::{Error, Result},
    exchange::Exchange,
    journal::{self, Refusal, Written},
    proto::v1::{PushResponse, push_response::Outcome as Told},
};

/// How often an item is decided anew when somebody else was faster.
const TRIES: u32 = 5;

/// How the items of a batch are meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meant {
    pub together: bool,
    pub dry_run: bool,
}

/// Decides and writes the items, and answers them in order.
pub async fn answer(
    exchange: &Exchange,
    caller: &Caller,
    meant: Meant,
    items: Vec<Item>,
) -> Result<Vec<PushResponse>> {
    let mut batch = Batch {
        asking: Asking {
            exchange,
            caller,
            together: meant.together,
        },
        meant,
        answers: items.iter().map(|_| None).collect(),
        noted: Vec::new(),
    };
    let (mut places, mut asked, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        places.push(item.place);
        asked.push(item.asked);
        // Until all are answered.
        rooms.push(item.room);
    }
    let mut readable = Vec::with_capacity(asked.len());
    for (at, asked) in asked.into_iter().enumerate() {
        match asked {
            Ok(asked) => readable.push((at, asked)),
            Err(refusal) => batch.tell(at, Answer::refused(refusal)),
        }
    }
    if meant.together {
        let index = |at: usize| places.get(at).map_or(0, |place| place.index);
        batch.together(&readable, index).await?;
    } else {
        batch.each(&readable).await?;
    }
    batch.finish(&places).await
}

struct Batch<'a> {
    asking: Asking<'a>,
    meant: Meant,
    answers: Vec<Option<Answer>>,
    /// What was noted of items that were answered before.
    noted: Vec<(usize, Vec<u8>)>,
}

/// An item, and where it stands in the batch.
type At<'i> = (usize, &'i Asked);

/// Items that are to be decided, each with how often it was.
type Run<'i> = Vec<(At<'i>, u32)>;

impl Batch<'_> {
    fn tell(&mut self, at: usize, answer: Answer) {
        if let Some(place) = self.answers.get_mut(at) {
            *place = Some(answer);
        }
    }

    async fn finish(mut self, places: &[super::item::Place]) -> Result<Vec<PushResponse>> {
        let noted = std::mem::take(&mut self.noted);
        for (at, answer) in again(self.asking.exchange, self.asking.caller, noted).await? {
            self.tell(at, answer);
        }
        let silent = || Answer::refused(Error::fault(anyhow::anyhow!("an item went unanswered")));
        let answers = self.answers.into_iter().zip(places);
        Ok(answers
            .map(|(answer, place)| answer.unwrap_or_else(silent).to(place))
            .collect())
    }

    /// Each for itself, in runs in which no document and no request comes twice.
    async fn each(&mut self, items: &[(usize, Asked)]) -> Result<()> {
        let mut waiting: Run<'_> = items.iter().map(|(at, asked)| ((*at, asked), 0)).collect();
        while !waiting.is_empty() {
            let (run, rest) = first_run(waiting);
            waiting = self.run(run).await?;
            waiting.extend(rest);
            waiting.sort_unstable_by_key(|((at, _), _)| *at);
        }
        Ok(())
    }

    /// Decides and writes a run. Returns what is to be decided anew.
    async fn run<'i>(&mut self, run: Run<'i>) -> Result<Run<'i>> {
        let asked: Vec<&Asked> = run.iter().map(|((_, asked), _)| *asked).collect();
        let decided = decide(self.asking, &asked).await?;
        let (mut anew, mut writes, mut writing, mut others) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (((at, asked), tries), decided) in run.into_iter().zip(decided) {
            if matches!(decided.outcome, Outcome::Later) {
                anew.push(((at, asked), tries));
            } else if let Some(write) = self.write(asked, &decided) {
                writes.push(write);
                writing.push((at, asked, tries, decided));
            } else if may_have_been_answered(&decided) {
                others.push((at, asked, decided));
            } else {
                let answer = self.answer(decided.outcome)?;
                self.tell(at, answer);
            }
        }
        let outcomes = self.journal().write_all(writes, false).await;
        for ((at, asked, tries, decided), outcome) in writing.into_iter().zip(outcomes) {
            match outcome {
                Err(refusal) if tries < tries_after(&refusal) => {
                    anew.push(((at, asked), tries + 1));
                }
                outcome => self.written(at, decided, outcome)?,
            }
        }
        self.answer_others(others).await?;
        Ok(anew)
    }

    fn journal(&self) -> &journal::Journal {
        &self.asking.exchange.journal
    }

    fn write(&self, asked: &Asked, decided: &Decided) -> Option<journal::Write> {
        keep::write(self.asking.caller, asked, decided, self.meant.dry_run)
    }

    fn written(
        &mut self,
        at: usize,
        decided: Decided,
        outcome: Result<Written, Refusal>,
    ) -> Result<()> {
        let answer = match outcome {
            Ok(Written::Now { position }) => {
                let position = if self.meant.dry_run { 0 } else { position };
                match decided.outcome {
                    Outcome::Write(writing) => {
                        Answer::written(self.asking.caller, *writing, position)
                    }
                    Outcome::Conflict(conflict, head) => {
                        Answer::conflict(&conflict, &head, !self.meant.dry_run)
                    }
                    // The record alone was written.
                    outcome @ (Outcome::Stands { .. }
                    | Outcome::Contained(_)
                    | Outcome::Refused(_)
                    | Outcome::Later) => self.answer(outcome)?,
                }
            }
            Ok(Written::Before { answer }) => {
                self.noted.push((at, answer));
                return Ok(());
            }
            // Others write to it faster than it can be decided on.
            Err(Refusal::Outdated { .. }) => Answer::refused(Error::try_again()),
            Err(refusal) => Answer::refused(refusal.into()),
        };
        self.tell(at, answer);
        Ok(())
    }

    /// Of those that write nothing, some may have been answered before: then the first answer is given.
    async fn answer_others(&mut self, others: Vec<(usize, &Asked, Decided)>) -> Result<()> {
        for (at, decided) in self.not_answered_before(others).await? {
            let answer = self.answer(decided.outcome)?;
            self.tell(at, answer);
        }
        Ok(())
    }

    /// Notes what was answered before, and refuses what comes under the id of another request. Returns the rest.
    async fn not_answered_before<T>(
        &mut self,
        items: Vec<(usize, &Asked, T)>,
    ) -> Result<Vec<(usize, T)>> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let key = |(_, asked, _): &(usize, &Asked, T)| keep::any_key(self.asking.caller, asked);
        let keys: Vec<_> = items.iter().map(key).collect();
        let keys: Vec<_> = keys.iter().collect();
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

    fn answer(&self, outcome: Outcome) -> Result<Answer> {
        Ok(match outcome {
            Outcome::Stands { revision, .. } => Answer::unchanged(&revision),
            Outcome::Contained(revision) => Answer::contained(self.asking.caller, revision)?,
            Outcome::Refused(refusal) => Answer::refused(refusal),
            Outcome::Conflict(conflict, head) => Answer::conflict(&conflict, &head, false),
            Outcome::Write(_) | Outcome::Later => {
                return Err(Error::fault(anyhow::anyhow!("an item was left unwritten")));
            }
        })
    }

    /// All or none.
    async fn together(
        &mut self,
        items: &[(usize, Asked)],
        index: impl Fn(usize) -> u64,
    ) -> Result<()> {
        let mut seen = Names::default();
        for (at, asked) in items {
            if !seen.takes(asked) {
                self.tell(*at, Answer::refused(Error::field(named_before())));
            }
        }
        for tries in 0.. {
            if self.try_together(items, tries).await? {
                break;
            }
        }
        self.recall(items).await?;
        self.refuse_the_rest(index);
        Ok(())
    }

    /// What an earlier try wrote stands, whatever becomes of the others.
    async fn recall(&mut self, items: &[(usize, Asked)]) -> Result<()> {
        let noted: HashSet<usize> = self.noted.iter().map(|(at, _)| *at).collect();
        let open = |at: usize| self.answers[at].is_none() && !noted.contains(&at);
        let open: Vec<_> = items
            .iter()
            .filter(|(at, _)| open(*at))
            .map(|(at, asked)| (*at, asked, ()))
            .collect();
        self.not_answered_before(open).await.map(drop)
    }

    /// Whether it is settled: written, or refused for some item.
    async fn try_together(&mut self, items: &[(usize, Asked)], tries: u32) -> Result<bool> {
        if self.answers.iter().any(Option::is_some) {
            return Ok(true);
        }
        let asked: Vec<&Asked> = items.iter().map(|(_, asked)| asked).collect();
        let decided = decide(self.asking, &asked).await?;
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
                (Outcome::Stands { .. }, _) => standing.push((*at, asked, decided)),
                _ if may_have_been_answered(&decided) => others.push((*at, asked, decided)),
                _ => {
                    let answer = self.answer(decided.outcome)?;
                    self.tell(*at, answer);
                }
            }
        }
        self.answer_others(others).await?;
        // Before anything is written: under the id of another request, they are refused, and with them all.
        let standing = self.not_answered_before(standing).await?;
        if self.answers.iter().any(Option::is_some) {
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
                let answer = self.answer(decided.outcome)?;
                self.tell(at, answer);
            }
        }
        Ok(true)
    }

    /// Where an item was refused, all that were not are, but for those that were written before.
    fn refuse_the_rest(&mut self, index: impl Fn(usize) -> u64) {
        let noted: HashSet<usize> = self.noted.iter().map(|(at, _)| *at).collect();
        let refused = |answer: &Option<Answer>| {
            answer
                .as_ref()
                .is_some_and(|answer| matches!(answer.told, Told::Refused(_) | Told::Conflict(_)))
        };
        let Some(first) = self.answers.iter().position(refused) else {
            return;
        };
        for at in 0..self.answers.len() {
            if self.answers[at].is_none() && !noted.contains(&at) {
                let index = index(first);
                self.tell(at, Answer::refused(Error::BatchRefused { index }));
            }
        }
    }
}

/// Whether an earlier try may have been let through: what is seen no more may have been renamed since.
fn may_have_been_answered(decided: &Decided) -> bool {
    decided.grant.is_some() || matches!(decided.outcome, Outcome::Refused(Error::NotFound))
}

/// How often it is worth to decide anew after a refusal: somebody else may have written between our reading and our writing.
fn tries_after(refusal: &Refusal) -> u32 {
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

/// What items name, each once.
#[derive(Default)]
struct Names<'i> {
    documents: HashSet<&'i Named>,
    requests: HashSet<uuid::Uuid>,
}

impl<'i> Names<'i> {
    fn takes(&mut self, asked: &'i Asked) -> bool {
        let new =
            !self.requests.contains(&asked.request.id) && !self.documents.contains(&asked.named);
        self.documents.insert(&asked.named);
        self.requests.insert(asked.request.id);
        new
    }
}

/// As many as name each document and request once; and the rest. What names one again waits, and so does all else of it.
fn first_run(waiting: Run<'_>) -> (Run<'_>, Run<'_>) {
    let mut seen = Names::default();
    waiting
        .into_iter()
        .partition(|((_, asked), _)| seen.takes(asked))
}
