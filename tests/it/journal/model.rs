//! Random batches of writes have the same verdicts and positions as in a model of a few lines.

use std::collections::HashMap;

use futures::future::join_all;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use sea_orm::{ConnectionTrait, Statement};
use styrkedja::{
    clock,
    database::Database,
    journal::{Expected, Journal, Key, Refusal, Row, Write, Written},
};
use uuid::Uuid;

use super::{must_verify, open, rows};
use crate::world::{Engine, Place};

const CASES: u32 = 40;
/// Things below this are documents, the others organizations.
const DOCUMENTS: usize = 3;
const THINGS: usize = 6;

/// One row: the thing, how far beyond its head at the start of the batch, and the identity that it shall have.
type Step = (usize, i32, Option<u8>);

#[derive(Clone, Debug)]
struct Attempt {
    rows: Vec<Step>,
    request: Option<(u8, u8)>,
    /// A thing that must stand as it did at the start of the batch, or so much further on.
    expects: Option<(usize, i32)>,
}

#[derive(Clone, Debug)]
enum Batch {
    /// Of as many callers.
    AtOnce(Vec<Attempt>),
    /// Of one caller, each for itself, or all or none.
    InOne {
        attempts: Vec<Attempt>,
        together: bool,
    },
    DryRun(Attempt),
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let step = (
        0..THINGS,
        prop_oneof![6 => Just(1), 2 => Just(2), 1 => Just(0)],
        option::of(0..3_u8),
    );
    let request = option::of((0..5_u8, prop_oneof![5 => Just(0_u8), 1 => Just(1)]));
    let expects = option::weighted(0.3, (0..THINGS, prop_oneof![4 => Just(0), 1 => Just(1)]));
    (vec(step, 1..4), request, expects).prop_map(|(rows, request, expects)| Attempt {
        rows,
        request,
        expects,
    })
}

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let at_once = vec(attempt(), 1..12).prop_map(Batch::AtOnce);
    let in_one = (vec(attempt(), 1..8), any::<bool>())
        .prop_map(|(attempts, together)| Batch::InOne { attempts, together });
    vec(
        prop_oneof![5 => at_once, 5 => in_one, 1 => attempt().prop_map(Batch::DryRun)],
        1..6,
    )
}

/// What the journal should hold.
#[derive(Clone, Debug, Default)]
struct Model {
    heads: HashMap<usize, (i32, Option<u8>)>,
    requests: HashMap<u8, (u8, Vec<u8>)>,
    position: i64,
}

impl Model {
    fn head(&self, thing: usize) -> i32 {
        self.heads.get(&thing).map_or(0, |head| head.0)
    }

    fn apply(
        &mut self,
        attempt: &Attempt,
        numbers: &[i32],
        answer: &[u8],
    ) -> Result<Written, Refusal> {
        if let Some((id, body)) = attempt.request
            && let Some((known, answer)) = self.requests.get(&id)
        {
            return if *known == body {
                Ok(Written::Before {
                    answer: answer.clone(),
                })
            } else {
                Err(Refusal::RequestIdConflict)
            };
        }
        if let Some((thing, _)) = attempt.expects
            && numbers.last() != Some(&self.head(thing))
        {
            return Err(Refusal::ExpectedOtherwise);
        }
        let mut next = self.clone();
        for (row, ((thing, _, identity), number)) in attempt.rows.iter().zip(numbers).enumerate() {
            let current = next.heads.get(thing).map(|head| head.0);
            if *number != next.head(*thing) + 1 {
                return Err(Refusal::Outdated { row, current });
            }
            let document = *thing < DOCUMENTS;
            let taken = |(other, (_, theirs)): (&usize, &(i32, Option<u8>))| {
                other != thing
                    && (*other < DOCUMENTS) == document
                    && theirs.is_some()
                    && theirs == identity
            };
            if next.heads.iter().any(taken) {
                return Err(if document {
                    Refusal::ExternalIdTaken { row }
                } else {
                    Refusal::CodeTaken { row }
                });
            }
            next.heads.insert(*thing, (*number, *identity));
            next.position += 1;
        }
        if let Some((id, body)) = attempt.request {
            next.requests.insert(id, (body, answer.to_vec()));
        }
        *self = next;
        Ok(Written::Now {
            position: self.position,
        })
    }
}

impl Model {
    /// All or none, and one end for all.
    fn apply_together(
        &mut self,
        attempts: &[Attempt],
        numbers: &[Vec<i32>],
        answer: &[u8],
    ) -> Vec<Result<Written, Refusal>> {
        let mut next = self.clone();
        let mut outcomes: Vec<_> = attempts
            .iter()
            .zip(numbers)
            .map(|(attempt, numbers)| next.apply(attempt, numbers, answer))
            .collect();
        let refused = outcomes.iter().any(Result::is_err);
        for (attempt, outcome) in attempts.iter().zip(&mut outcomes) {
            let known = attempt
                .request
                .is_some_and(|(id, _)| self.requests.contains_key(&id));
            match outcome {
                Ok(_) if refused && !known => *outcome = Err(Refusal::Together),
                Ok(Written::Now { position }) => *position = next.position,
                Ok(Written::Before { .. }) | Err(_) => {}
            }
        }
        if !refused {
            *self = next;
        }
        outcomes
    }
}

/// One case, with ids of its own in a database that all cases share.
struct Case {
    owner: Uuid,
    things: Vec<Uuid>,
    requests: Vec<Uuid>,
    /// Codes are unique in the whole register.
    prefix: String,
}

impl Case {
    fn new() -> Self {
        let ids = |count: usize| (0..count).map(|_| clock::new_id()).collect();
        let owner = clock::new_id();
        Self {
            owner,
            things: ids(THINGS),
            requests: ids(5),
            prefix: owner.to_string(),
        }
    }

    fn write(&self, attempt: &Attempt, numbers: &[i32], answer: &[u8]) -> Write {
        let rows = attempt
            .rows
            .iter()
            .zip(numbers)
            .map(|((thing, _, identity), number)| self.row(*thing, *number, *identity));
        let expected = attempt.expects.zip(numbers.last());
        let expected = expected.map(|((thing, _), revision)| self.expected(thing, *revision));
        Write {
            expects: expected.into_iter().collect(),
            request: attempt
                .request
                .map(|(id, body)| rows::request(self.requests[usize::from(id)], body)),
            answer: answer.to_vec(),
            ..rows::write(rows.collect())
        }
    }

    fn expected(&self, thing: usize, revision: i32) -> Expected {
        let id = self.things[thing];
        let key = if thing < DOCUMENTS {
            Key::document(self.owner, id)
        } else {
            Key::organization(id)
        };
        key.at(revision)
    }

    fn row(&self, thing: usize, number: i32, identity: Option<u8>) -> Row {
        let id = self.things[thing];
        let identity = identity.map(|value| format!("{}-{value}", self.prefix));
        match (thing < DOCUMENTS, identity) {
            (true, Some(value)) => rows::known_as(&value, self.owner, id, number),
            (true, None) => rows::document(self.owner, id, number),
            (false, code) => rows::organization(id, number, code),
        }
    }
}

#[test]
fn random_batches_on_sqlite_do_as_the_model_does() {
    compare(Engine::Sqlite);
}

#[test]
fn random_batches_on_postgres_do_as_the_model_does() {
    compare(Engine::Postgres);
}

fn compare(engine: Engine) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    let place = runtime.block_on(Place::new(engine));
    let (journal, database) = runtime.block_on(open(&place));
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&batches(), |batches| {
        runtime.block_on(play(&journal, &database, &batches))
    });
    let written = u64::try_from(*journal.head().borrow()).expect("positions are positive");
    runtime.block_on(must_verify(&database, written));
    if let Err(failure) = result {
        panic!("{failure}");
    }
    runtime.block_on(place.clear());
}

async fn play(
    journal: &Journal,
    database: &Database,
    batches: &[Batch],
) -> Result<(), TestCaseError> {
    let case = Case::new();
    let mut model = Model {
        position: *journal.head().borrow(),
        ..Model::default()
    };
    for (index, batch) in batches.iter().enumerate() {
        let answer = [u8::try_from(index).unwrap_or_default()];
        // Of the rows, and then of what is expected.
        let numbers = |attempt: &Attempt| -> Vec<i32> {
            let rows = attempt.rows.iter().map(|(thing, step, _)| (*thing, *step));
            let named = rows.chain(attempt.expects);
            named
                .map(|(thing, ahead)| model.head(thing) + ahead)
                .collect()
        };
        match batch {
            Batch::InOne { attempts, together } => {
                let numbers: Vec<Vec<i32>> = attempts.iter().map(numbers).collect();
                let writes = attempts
                    .iter()
                    .zip(&numbers)
                    .map(|(attempt, numbers)| case.write(attempt, numbers, &answer));
                let ours = journal.write_all(writes.collect(), *together).await;
                let theirs = if *together {
                    model.apply_together(attempts, &numbers, &answer)
                } else {
                    attempts
                        .iter()
                        .zip(&numbers)
                        .map(|(attempt, numbers)| model.apply(attempt, numbers, &answer))
                        .collect()
                };
                prop_assert_eq!(ours, theirs);
            }
            Batch::AtOnce(attempts) => {
                let numbers: Vec<Vec<i32>> = attempts.iter().map(numbers).collect();
                let with_numbers = || attempts.iter().zip(&numbers);
                let writes = with_numbers()
                    .map(|(attempt, numbers)| journal.write(case.write(attempt, numbers, &answer)));
                let ours = join_all(writes).await;
                let theirs: Vec<_> = with_numbers()
                    .map(|(attempt, numbers)| model.apply(attempt, numbers, &answer))
                    .collect();
                prop_assert_eq!(ours, theirs);
            }
            Batch::DryRun(attempt) => {
                let numbers = numbers(attempt);
                let write = Write {
                    dry_run: true,
                    ..case.write(attempt, &numbers, &answer)
                };
                prop_assert_eq!(
                    journal.write(write).await,
                    model.clone().apply(attempt, &numbers, &answer)
                );
            }
        }
        prop_assert_eq!(*journal.head().borrow(), model.position);
    }
    let heads = (0..DOCUMENTS)
        .filter(|thing| model.heads.contains_key(thing))
        .count();
    prop_assert_eq!(
        heads_in(database, case.owner).await,
        i64::try_from(heads).unwrap_or_default()
    );
    Ok(())
}

async fn heads_in(database: &Database, owner: Uuid) -> i64 {
    let sql = "SELECT count(*) FROM revisions WHERE owner_id = $1 AND until_position IS NULL";
    let statement = Statement::from_sql_and_values(database.backend(), sql, [owner.into()]);
    let row = database
        .reader()
        .query_one_raw(statement)
        .await
        .expect("it can be read")
        .expect("a count is a row");
    row.try_get_by_index(0).expect("a count is a number")
}
