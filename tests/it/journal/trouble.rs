//! When things go wrong around the journal: callers that leave, databases that are busy, writes that can not be kept,
//! several servers on one database.

use std::time::Duration;

use futures::future::join_all;
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Refusal, Row, Write, Written},
};

use super::{
    must_verify, open, position,
    rows::{creation, document, known_as, link, request, revision, write},
};
use crate::world::{Engine, Place};

places!(
    a_write_goes_on_when_its_caller_goes_away,
    a_busy_database_delays_writes_and_a_full_queue_refuses_at_once,
    a_write_that_can_not_be_kept_spoils_no_other,
    closing_finishes_what_was_taken,
);

async fn a_write_goes_on_when_its_caller_goes_away(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    {
        let mut caller = std::pin::pin!(journal.write(write(vec![document(owner, id, 1)])));
        let _ = futures::poll!(caller.as_mut());
    }
    let next = journal.write(write(vec![document(owner, id, 2)])).await;
    assert_eq!(position(&next), 2);
    must_verify(&database, 2).await;
}

async fn a_busy_database_delays_writes_and_a_full_queue_refuses_at_once(place: Place) {
    let (journal, database) = open(&place).await;
    let owner = clock::new_id();
    let held = place.hold().await;
    let writes = join_all((0..3000).map(|_| journal.write(creation(owner))));
    let release = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        held.rollback().await.expect("it is released");
    };
    let (outcomes, ()) = tokio::join!(writes, release);
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(Refusal::Unavailable(_))))
        .count();
    assert!((1024..3000).contains(&written), "{written} written");
    assert_eq!(written + refused, 3000);
    must_verify(&database, u64::try_from(written).expect("a few")).await;
}

async fn a_write_that_can_not_be_kept_spoils_no_other(place: Place) {
    let (journal, database) = open(&place).await;
    let (owner, id) = (clock::new_id(), clock::new_id());
    // Two links at one place: the schema refuses them, whatever the journal thinks.
    let links = vec![link(owner, id, 1, 0), link(owner, id, 1, 0)];
    let impossible = write(vec![Row::Document {
        revision: revision(owner, id, 1),
        links,
    }]);
    let outcomes =
        join_all([creation(owner), impossible, creation(owner)].map(|write| journal.write(write)))
            .await;
    assert!(
        matches!(outcomes[..], [Ok(_), Err(Refusal::Unavailable(_)), Ok(_)]),
        "{outcomes:?}"
    );
    must_verify(&database, 2).await;
}

async fn closing_finishes_what_was_taken(place: Place) {
    let (journal, database) = open(&place).await;
    let owner = clock::new_id();
    let writes = join_all((0..200).map(|_| journal.write(creation(owner))));
    let closing = async {
        tokio::task::yield_now().await;
        journal.close().await;
    };
    let (outcomes, ()) = tokio::join!(writes, closing);
    assert!(outcomes.iter().all(Result::is_ok));
    assert!(matches!(
        journal.write(creation(owner)).await,
        Err(Refusal::Unavailable(_))
    ));
    must_verify(&database, 200).await;
}

/// Servers on one PostgreSQL start together, write together, and keep each other's promises.
#[test]
fn several_servers_on_one_postgres_write_one_journal() {
    crate::world::at(Engine::Postgres, |place| async move {
        let started = join_all((0..3).map(|_| Database::open(place.url(), Purpose::Serve))).await;
        let databases: Vec<Database> = started
            .into_iter()
            .map(|database| database.expect("it starts beside others"))
            .collect();
        let journals: Vec<Journal> = join_all(databases.iter().map(Journal::open))
            .await
            .into_iter()
            .map(|journal| journal.expect("it opens"))
            .collect();
        let (owner, document_id) = (clock::new_id(), clock::new_id());
        let mut expected = 0;
        for round in 1..=20 {
            let key = clock::new_id();
            // On every server: many of its own, the same revision, the same request, the same external id.
            let outcomes = join_all(journals.iter().map(|journal| async move {
                let own = join_all((0..20).map(|_| journal.write(creation(owner)))).await;
                let contended = [
                    write(vec![document(owner, document_id, round)]),
                    Write {
                        request: Some(request(key, 1)),
                        ..write(vec![document(owner, clock::new_id(), 1)])
                    },
                    write(vec![known_as(
                        &round.to_string(),
                        owner,
                        clock::new_id(),
                        1,
                    )]),
                ];
                (
                    own,
                    join_all(contended.map(|write| journal.write(write))).await,
                )
            }))
            .await;
            assert!(
                outcomes
                    .iter()
                    .all(|(own, _)| own.iter().all(Result::is_ok))
            );
            for contended in 0..3 {
                let now = |outcome: &&Result<Written, Refusal>| {
                    matches!(outcome, Ok(Written::Now { .. }))
                };
                let winners = outcomes
                    .iter()
                    .map(|(_, outcomes)| &outcomes[contended])
                    .filter(now)
                    .count();
                assert_eq!(winners, 1, "contended write {contended} of round {round}");
            }
            expected += 3 * 20 + 3;
        }
        must_verify(&databases[0], expected).await;
    });
}
