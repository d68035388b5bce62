//! The writer: drains the queue, commits what arrived while the last commit ran, and answers. Nothing that happens to one
//! caller or one write is felt by the others.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use futures::FutureExt;
use sea_orm::DatabaseConnection;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    Job, Outcome, PARTITION,
    batch::Batch,
    decide::{Standing, Verdict},
    failure::Failure,
    store::{self, Connection},
    write::{Refusal, Row, Write, Written},
};
use crate::clock;

/// Writes in one transaction, at most.
const LARGEST_GROUP: usize = 512;
/// What a group may weigh, in bytes, before it is closed.
const HEAVIEST_GROUP: usize = 8 * 1024 * 1024;
/// How long a group is tried again.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a group may clash with what another server writes.
const CLASHES: u32 = 3;

/// The one task that writes.
#[derive(Debug)]
pub struct Writer {
    pool: DatabaseConnection,
    /// What it keeps of the pool. None: it has taken none yet, or has lost it.
    connection: Option<Connection>,
    jobs: mpsc::Receiver<Job>,
    head: watch::Sender<i64>,
    stop: CancellationToken,
}

/// Jobs that go into one transaction, and what they weigh.
struct Group {
    jobs: Vec<Job>,
    writes: usize,
    bytes: usize,
}

/// Writes that stand and fall together: so many of those of a group, in order.
type Unit = usize;

impl Group {
    fn new(first: Job) -> Self {
        let mut group = Self {
            jobs: Vec::new(),
            writes: 0,
            bytes: 0,
        };
        group.push(first);
        group
    }

    fn push(&mut self, job: Job) {
        let rows = job.writes.iter().flat_map(|write| &write.rows);
        self.bytes += rows.map(Row::bytes).sum::<usize>();
        self.writes += job.writes.len();
        self.jobs.push(job);
    }

    fn has_room(&self) -> bool {
        self.writes < LARGEST_GROUP && self.bytes < HEAVIEST_GROUP
    }
}

impl Writer {
    pub fn new(
        pool: DatabaseConnection,
        jobs: mpsc::Receiver<Job>,
        head: watch::Sender<i64>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            pool,
            connection: None,
            jobs,
            head,
            stop,
        }
    }

    /// Works until it is stopped and the queue is empty, or until all handles are gone.
    pub async fn run(mut self) {
        while let Some(job) = self.next().await {
            let (dry, real): (Vec<Job>, Vec<Job>) = self
                .gather(job)
                .into_iter()
                .partition(|job| job.writes.iter().any(|write| write.dry_run));
            if !real.is_empty() {
                self.write(real).await;
            }
            // Dry runs see what stands and not each other: each has a transaction of its own.
            for job in dry {
                self.write(vec![job]).await;
            }
        }
    }

    async fn next(&mut self) -> Option<Job> {
        tokio::select! {
            biased;
            job = self.jobs.recv() => job,
            () = self.stop.cancelled() => {
                self.jobs.close();
                self.jobs.recv().await
            }
        }
    }

    /// All that has arrived, as far as it fits. The callers of the last commit come back while the next one runs, so that
    /// nobody is waited for.
    fn gather(&mut self, first: Job) -> Vec<Job> {
        let mut group = Group::new(first);
        while group.has_room() {
            let Ok(job) = self.jobs.try_recv() else { break };
            group.push(job);
        }
        group.jobs
    }

    async fn write(&mut self, jobs: Vec<Job>) {
        let (mut writes, mut units, mut callers) = (Vec::new(), Vec::new(), Vec::new());
        for job in jobs {
            let count = job.writes.len();
            if job.together {
                units.push(count);
            } else {
                units.extend(std::iter::repeat_n(1, count));
            }
            callers.push((job.answer, count));
            writes.extend(job.writes);
        }
        let mut outcomes = self.decide_and_keep(&mut writes, &units).await.into_iter();
        for (caller, count) in callers {
            // A caller that went away has no use for its answer.
            let _ = caller.send(outcomes.by_ref().take(count).collect());
        }
    }

    /// Writes a group. Where the group as a whole can not be written, each unit is tried alone, so that only the one at
    /// fault is refused.
    async fn decide_and_keep(&mut self, writes: &mut [Write], units: &[Unit]) -> Vec<Outcome> {
        match self.patiently(writes, units).await {
            Ok(outcomes) => outcomes,
            Err(Failure::Lasting(error)) if units.len() > 1 => {
                tracing::warn!(
                    error,
                    writes = writes.len(),
                    "a group of writes failed, each is tried alone"
                );
                let mut outcomes = Vec::with_capacity(writes.len());
                let mut rest = writes;
                for &unit in units {
                    let (alone, others) = rest.split_at_mut(unit);
                    let tried = self.patiently(alone, &[unit]).await;
                    outcomes.extend(tried.unwrap_or_else(|failure| give_up(alone, &failure)));
                    rest = others;
                }
                outcomes
            }
            Err(failure) => give_up(writes, &failure),
        }
    }

    async fn patiently(
        &mut self,
        writes: &mut [Write],
        units: &[Unit],
    ) -> Result<Vec<Outcome>, Failure> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(5);
        let mut take_turns = false;
        for tries in 1.. {
            let tried = AssertUnwindSafe(self.attempt(writes, units, take_turns))
                .catch_unwind()
                .await;
            match tried.unwrap_or_else(|_| Err(Failure::Lasting("the writer panicked".to_owned())))
            {
                Ok((outcomes, position)) => {
                    if let Some(position) = position {
                        self.head.send_replace(position);
                    }
                    return Ok(outcomes);
                }
                Err(Failure::Outrun) if !take_turns => take_turns = true,
                Err(Failure::Passing(error)) if Failure::is_clash(&error) && tries == CLASHES => {
                    return Err(Failure::Lasting(error.to_string()));
                }
                Err(Failure::Passing(error)) if started.elapsed() + pause < PATIENCE => {
                    tracing::debug!(%error, "a group of writes is tried again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Lasting("no more tries".to_owned()))
    }

    /// One transaction. Returns what becomes of each write, and the position that the journal has reached if it moved.
    ///
    /// A connection that panics or can not go back to where it was is closed, and with it whatever was under way.
    async fn attempt(
        &mut self,
        writes: &mut [Write],
        units: &[Unit],
        take_turns: bool,
    ) -> Result<(Vec<Outcome>, Option<i64>), Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::of(&self.pool)
                .await
                .map_err(Failure::before_commit)?,
        };
        let tried = if take_turns {
            in_turn(&mut connection, writes, units).await
        } else {
            fill(&mut connection, writes, units).await
        };
        if tried.is_ok() || connection.abandon().await.is_ok() {
            self.connection = Some(connection);
        }
        tried
    }
}

fn give_up(writes: &[Write], failure: &Failure) -> Vec<Outcome> {
    let methods: std::collections::BTreeSet<_> = writes.iter().map(|write| write.method).collect();
    tracing::error!(%failure, ?methods, writes = writes.len(), "writes failed");
    let refusal = match failure {
        Failure::Full(_) => Refusal::NoRoom,
        Failure::Passing(_) | Failure::Lasting(_) | Failure::Outrun | Failure::Unknown(_) => {
            Refusal::Unavailable("the database does not take the write")
        }
    };
    writes.iter().map(|_| Err(refusal.clone())).collect()
}

/// As `fill`, with other servers kept waiting from before anything is read.
async fn in_turn(
    connection: &mut Connection,
    writes: &mut [Write],
    units: &[Unit],
) -> Result<(Vec<Outcome>, Option<i64>), Failure> {
    store::lock(connection)
        .await
        .map_err(Failure::before_commit)?;
    let filled = fill(connection, writes, units).await?;
    connection.commit().await.map_err(Failure::at_commit)?;
    Ok(filled)
}

/// Reads what stands, decides the writes on top of it, and writes what is accepted, in a transaction that is void if others
/// have written since. Returns the last position given, if any write was accepted and is to be kept.
async fn fill(
    connection: &mut Connection,
    writes: &mut [Write],
    units: &[Unit],
) -> Result<(Vec<Outcome>, Option<i64>), Failure> {
    #[cfg(test)]
    tests::stumble(writes);
    let keep = !writes.iter().any(|write| write.dry_run);
    let (partition, mut standing) = store::read(connection, PARTITION, writes)
        .await
        .map_err(Failure::before_commit)?;
    let verdicts = decide(&mut standing, writes, units);
    let unit_of = units
        .iter()
        .enumerate()
        .flat_map(|(unit, count)| std::iter::repeat_n(unit, *count));
    let (mut accepted, units): (Vec<&mut Write>, Vec<usize>) = writes
        .iter_mut()
        .zip(unit_of)
        .zip(&verdicts)
        .filter(|(_, verdict)| **verdict == Verdict::Accepted)
        .map(|(write, _)| write)
        .unzip();
    if accepted.is_empty() {
        return Ok((outcomes(verdicts, &[]), None));
    }
    let batch = Batch::lay_out(&mut accepted, &units, partition, clock::now());
    if !store::write(connection, &batch, keep).await? {
        return Err(Failure::Outrun);
    }
    let position = keep.then_some(batch.partition.position);
    Ok((outcomes(verdicts, &batch.positions), position))
}

fn decide(standing: &mut Standing, writes: &[Write], units: &[Unit]) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(writes.len());
    let mut rest = writes;
    for &unit in units {
        let (together, others) = rest.split_at(unit);
        verdicts.extend(standing.decide(together));
        rest = others;
    }
    verdicts
}

fn outcomes(verdicts: Vec<Verdict>, positions: &[i64]) -> Vec<Outcome> {
    let mut positions = positions.iter().copied();
    let outcome = |verdict| match verdict {
        Verdict::Accepted => positions
            .next()
            .map(|position| Written::Now { position })
            .ok_or(Refusal::Unavailable("no position was given")),
        Verdict::Before { answer } => Ok(Written::Before { answer }),
        Verdict::Refused(refusal) => Err(refusal),
    };
    verdicts.into_iter().map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock,
        database::{Database, Purpose},
        journal::{Actor, Journal},
        organizations::succession,
    };

    const PANICS: &str = "/test/Panics";

    pub(super) fn stumble(writes: &[Write]) {
        assert!(
            writes.iter().all(|write| write.method != PANICS),
            "a write makes the writer panic"
        );
    }

    fn write(method: &'static str) -> Write {
        let (predecessor_id, successor_id) = (clock::new_id(), clock::new_id());
        let succession = succession::Model {
            predecessor_id,
            successor_id,
            date: "2020-07-01".to_owned(),
            position: 0,
        };
        Write {
            actor: Actor {
                subject: "exchange:tester".to_owned(),
                organization: Uuid::from_u128(1),
                role: 8,
                grant: None,
            },
            method,
            request: None,
            register_unchanged_since: None,
            expects: Vec::new(),
            dry_run: false,
            answer: Vec::new(),
            rows: vec![Row::Succession(succession)],
        }
    }

    #[tokio::test]
    async fn a_panic_costs_nobody_but_the_write_that_causes_it() {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("exchange.db").display());
        let database = Database::open(&url, Purpose::Serve).await.unwrap();
        let journal = Journal::open(&database).await.unwrap();
        let methods = ["/test/Write", PANICS, "/test/Write"];
        let outcomes =
            futures::future::join_all(methods.map(|method| journal.write(write(method)))).await;
        assert!(
            matches!(outcomes[..], [Ok(_), Err(Refusal::Unavailable(_)), Ok(_)]),
            "{outcomes:?}"
        );
        assert!(journal.write(write("/test/Write")).await.is_ok());
        journal.close().await;
    }
}
