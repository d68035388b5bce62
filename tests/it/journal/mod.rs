//! The journal: what writers can rely on, on both databases.

mod model;
mod register;
pub mod rows;
mod tampering;
mod trouble;

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Key, Refusal, RequestKey, Write, Written, verify},
};
use uuid::Uuid;

use crate::world::Place;
use rows::{creation, document, known_as, request, write};

places!(
    a_revision_follows_the_one_before,
    many_writers_get_positions_without_gaps,
    of_many_writers_on_one_head_one_wins,
    a_repeated_request_gets_the_first_answer,
    a_request_is_known_under_every_home_of_its_caller,
    an_external_id_is_held_by_one_document_at_a_time,
    a_dry_run_is_answered_and_leaves_no_trace,
    what_is_written_together_stands_or_falls_together,
    a_write_rests_on_what_stands,
);

async fn open(place: &Place) -> (Journal, Database) {
    let database = Database::open(place.url(), Purpose::Serve)
        .await
        .expect("the database opens");
    let journal = Journal::open(&database).await.expect("the journal opens");
    (journal, database)
}

async fn must_verify(database: &Database, entries: u64) {
    let verified = verify(database, None, |_, _| ())
        .await
        .expect("an untouched journal verifies");
    assert_eq!(verified.entries, entries);
}

fn position(written: &Result<Written, Refusal>) -> i64 {
    match written {
        Ok(Written::Now { position }) => *position,
        other => panic!("not written: {other:?}"),
    }
}

async fn a_revision_follows_the_one_before(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    let attempt = |number| journal.write(write(vec![document(owner, id, number)]));
    assert_eq!(
        attempt(2).await,
        Err(Refusal::Outdated {
            row: 0,
            current: None
        })
    );
    assert_eq!(position(&attempt(1).await), 1);
    assert_eq!(position(&attempt(2).await), 2);
    assert_eq!(
        attempt(2).await,
        Err(Refusal::Outdated {
            row: 0,
            current: Some(2)
        })
    );
    assert_eq!(
        attempt(1).await,
        Err(Refusal::Outdated {
            row: 0,
            current: Some(2)
        })
    );
    assert_eq!(position(&attempt(3).await), 3);
    assert_eq!(*journal.head().borrow(), 3);
    must_verify(&database, 3).await;
    journal.close().await;
    assert!(matches!(attempt(4).await, Err(Refusal::Unavailable(_))));
}

async fn many_writers_get_positions_without_gaps(place: Place) {
    let (journal, database) = open(&place).await;
    let owner = clock::new_id();
    let writers = (0..50).map(|_| {
        let journal = journal.clone();
        tokio::spawn(async move {
            let mut positions = Vec::new();
            for _ in 0..10 {
                positions.push(position(&journal.write(creation(owner)).await));
            }
            assert!(positions.is_sorted());
            positions
        })
    });
    let mut positions: Vec<i64> = join_all(writers)
        .await
        .into_iter()
        .flat_map(|writer| writer.expect("it writes"))
        .collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=500).collect::<Vec<_>>());
    must_verify(&database, 500).await;
}

async fn of_many_writers_on_one_head_one_wins(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    for number in 1..=5 {
        let outcomes =
            join_all((0..20).map(|_| journal.write(write(vec![document(owner, id, number)]))))
                .await;
        let refused = Err(Refusal::Outdated {
            row: 0,
            current: Some(number),
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| **outcome == refused)
                .count(),
            19
        );
    }
    must_verify(&database, 5).await;
}

async fn a_repeated_request_gets_the_first_answer(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id, key) = (clock::new_id(), clock::new_id(), clock::new_id());
    let attempt = |answer: &str, body| Write {
        answer: answer.as_bytes().to_vec(),
        request: Some(request(key, body)),
        ..write(vec![document(owner, id, 1)])
    };
    let before = Ok(Written::Before {
        answer: b"first".to_vec(),
    });
    assert_eq!(journal.answer_to(&request(key, 1)).await, Ok(None));
    let together = join_all(
        [
            attempt("first", 1),
            attempt("second", 1),
            attempt("third", 2),
        ]
        .map(|write| journal.write(write)),
    )
    .await;
    assert_eq!(
        together,
        [
            Ok(Written::Now { position: 1 }),
            before.clone(),
            Err(Refusal::RequestIdConflict)
        ]
    );
    assert_eq!(journal.write(attempt("later", 1)).await, before);
    assert_eq!(
        journal.write(attempt("later", 2)).await,
        Err(Refusal::RequestIdConflict)
    );
    assert_eq!(
        journal.answer_to(&request(key, 1)).await,
        Ok(Some(b"first".to_vec()))
    );
    assert_eq!(
        journal.answer_to(&request(key, 2)).await,
        Err(Refusal::RequestIdConflict)
    );
    must_verify(&database, 1).await;
}

async fn a_request_is_known_under_every_home_of_its_caller(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, other, id) = (clock::new_id(), clock::new_id(), clock::new_id());
    let by = |home, others: &[Uuid], body| {
        let key = RequestKey {
            organization: home,
            others: others.to_vec(),
            ..request(id, body)
        };
        let mut attempt = write(vec![document(owner, clock::new_id(), 1)]);
        attempt.actor.organization = home;
        attempt.answer = home.as_bytes().to_vec();
        attempt.request = Some(key);
        attempt
    };
    let before = Ok(Written::Before {
        answer: owner.as_bytes().to_vec(),
    });
    let conflict = Err(Refusal::RequestIdConflict);
    let attempts = [
        by(owner, &[], 1),
        by(other, &[owner], 1),
        by(other, &[owner], 2),
    ];
    // In one group, and again once they are on record.
    for first in [Ok(Written::Now { position: 1 }), before.clone()] {
        let outcomes = join_all(attempts.clone().map(|write| journal.write(write))).await;
        assert_eq!(outcomes, [first, before.clone(), conflict.clone()]);
    }
    let known = attempts[1].request.as_ref().expect("it has a key");
    let first = Ok(Some(owner.as_bytes().to_vec()));
    assert_eq!(journal.answer_to(known).await, first);
    // Somebody else, who belongs to the other home alone.
    let elsewhere = journal.write(by(other, &[], 2)).await;
    assert_eq!(elsewhere, Ok(Written::Now { position: 2 }));
    // Of what is noted in both, the same request counts.
    assert_eq!(journal.write(by(other, &[owner], 1)).await, before);
    must_verify(&database, 2).await;
}

async fn an_external_id_is_held_by_one_document_at_a_time(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, one, other) = (clock::new_id(), clock::new_id(), clock::new_id());
    let attempt =
        |value: &str, id, number| journal.write(write(vec![known_as(value, owner, id, number)]));
    assert_eq!(position(&attempt("a", one, 1).await), 1);
    assert_eq!(
        attempt("a", other, 1).await,
        Err(Refusal::ExternalIdTaken { row: 0 })
    );
    let elsewhere = write(vec![known_as("a", Uuid::from_u128(9), other, 1)]);
    assert_eq!(position(&journal.write(elsewhere).await), 2);
    // One lets go of it and the other takes it, in one group and in one write.
    let moved = join_all([attempt("b", one, 2), attempt("a", other, 1)]).await;
    assert_eq!(moved.iter().map(position).collect::<Vec<_>>(), [3, 4]);
    let swapped = journal
        .write(write(vec![
            known_as("c", one, owner, 1),
            known_as("c", owner, one, 3),
            known_as("b", owner, other, 2),
        ]))
        .await;
    assert_eq!(position(&swapped), 7);
    must_verify(&database, 7).await;
}

async fn a_dry_run_is_answered_and_leaves_no_trace(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    let dry = |number| {
        journal.write(Write {
            dry_run: true,
            ..write(vec![known_as("a", owner, id, number)])
        })
    };
    let outcomes = join_all([dry(1), dry(1), dry(2)]).await;
    let written = Ok(Written::Now { position: 1 });
    assert_eq!(
        outcomes,
        [
            written.clone(),
            written.clone(),
            Err(Refusal::Outdated {
                row: 0,
                current: None
            })
        ]
    );
    assert_eq!(*journal.head().borrow(), 0);
    must_verify(&database, 0).await;
    assert_eq!(
        journal
            .write(write(vec![known_as("a", owner, id, 1)]))
            .await,
        written
    );
}

async fn what_is_written_together_stands_or_falls_together(place: Place) {
    let (journal, database) = open(&place).await;
    let owner = clock::new_id();
    let all = |count: usize| (0..count).map(|_| creation(owner)).collect::<Vec<_>>();
    let now = |position| Ok(Written::Now { position });
    // Each for itself, and each with an end of its own.
    let outcomes = journal.write_all(all(3), false).await;
    assert_eq!(outcomes, [now(1), now(2), now(3)]);
    let outcomes = journal.write_all(all(3), true).await;
    assert_eq!(outcomes, [now(6), now(6), now(6)]);
    assert_eq!(write_ends(&database).await, [1, 2, 3, 6, 6, 6]);
    // One that does not follow costs the others everything, and their request ids stay free.
    let mut writes = all(3);
    writes.insert(1, write(vec![document(owner, clock::new_id(), 2)]));
    let outcomes = journal.write_all(writes.clone(), true).await;
    let outdated = Err(Refusal::Outdated {
        row: 0,
        current: None,
    });
    let fallen = || Err(Refusal::Together);
    assert_eq!(outcomes, [fallen(), outdated.clone(), fallen(), fallen()]);
    let outcomes = journal.write_all(writes.clone(), false).await;
    assert_eq!(outcomes, [now(7), outdated, now(8), now(9)]);
    // Repeated, they are answered as the first time, however they are grouped.
    writes.remove(1);
    let before = || Ok(Written::Before { answer: Vec::new() });
    let outcomes = journal.write_all(writes, true).await;
    assert_eq!(outcomes, [before(), before(), before()]);
    assert_eq!(journal.write_all(Vec::new(), true).await, []);
    must_verify(&database, 9).await;
}

async fn a_write_rests_on_what_stands(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    let on = |revision| Write {
        expects: vec![Key::document(owner, id).at(revision)],
        ..creation(owner)
    };
    let changed = || Err(Refusal::ExpectedOtherwise);
    let next = |revision| write(vec![document(owner, id, revision)]);
    assert_eq!(journal.write(on(1)).await, changed());
    assert_eq!(position(&journal.write(next(1)).await), 1);
    assert_eq!(position(&journal.write(on(1)).await), 2);
    assert_eq!(journal.write(on(2)).await, changed());
    // What the same group writes before it counts, and what is refused does not.
    let refused = write(vec![document(owner, id, 7)]);
    let writes = vec![on(1), refused, on(1), next(2), on(1), on(2)];
    let outcomes = journal.write_all(writes, false).await;
    let stands: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(stands, [true, false, true, true, false, true]);
    assert_eq!(outcomes[4], changed());
    // A repeated request is answered, whatever it rested on.
    let again = on(2);
    assert!(journal.write(again.clone()).await.is_ok());
    assert!(journal.write(next(3)).await.is_ok());
    let answer = Vec::new();
    assert_eq!(journal.write(again).await, Ok(Written::Before { answer }));
    must_verify(&database, 8).await;
}

async fn write_ends(database: &Database) -> Vec<i64> {
    let sql = "SELECT write_end FROM entries ORDER BY position";
    let rows = database
        .reader()
        .query_all_raw(Statement::from_string(database.backend(), sql))
        .await
        .expect("entries can be read");
    let ends = rows.iter().map(|row| row.try_get_by_index(0));
    ends.map(|end| end.expect("an end is a position")).collect()
}
