//! Writes that rest on the register of organizations as it was read.

use std::{collections::HashMap, sync::Arc};

use futures::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use styrkedja::{
    clock,
    database::{Database, Purpose},
    journal::{Journal, Refusal, Row, Write, Written},
    organizations,
};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::{
    must_verify, open, position,
    rows::{document, grant, organization, succession, write},
};
use crate::world::{Engine, Place};

places!(
    of_two_that_read_the_same_register_one_stands,
    without_the_precondition_both_stand_and_make_a_cycle,
    only_changes_of_the_register_count,
    those_of_one_group_count_too,
);

async fn of_two_that_read_the_same_register_one_stands(place: Place) {
    let (outcomes, database) = move_below_each_other(&place, Some(2)).await;
    let refused = Err(Refusal::RegisterChanged);
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    assert!(outcomes.contains(&refused), "{outcomes:?}");
    assert!(!has_cycle(&database).await);
    must_verify(&database, 3).await;
}

/// Control: what the precondition keeps out.
async fn without_the_precondition_both_stand_and_make_a_cycle(place: Place) {
    let (outcomes, database) = move_below_each_other(&place, None).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert!(has_cycle(&database).await);
}

async fn only_changes_of_the_register_count(place: Place) {
    let (journal, _database) = open(&place).await;
    let [one, other] = [clock::new_id(), clock::new_id()];
    let since = |since, rows| Write {
        register_unchanged_since: Some(since),
        ..write(rows)
    };
    let register = vec![organization(one, 1, None), organization(other, 1, None)];
    // Its own rows are no change by others.
    let registered = journal.write(since(0, register)).await;
    assert_eq!(position(&registered), 2);
    let elsewhere = vec![document(one, clock::new_id(), 1), grant(one, other, 1)];
    assert_eq!(position(&journal.write(write(elsewhere)).await), 4);
    let followed = journal.write(since(2, vec![succession(one, other)])).await;
    assert_eq!(position(&followed), 5);
    let refused = Err(Refusal::RegisterChanged);
    let again = since(4, vec![organization(one, 2, None)]);
    assert_eq!(journal.write(again.clone()).await, refused);
    let tried = Write {
        dry_run: true,
        ..again
    };
    assert_eq!(journal.write(tried).await, refused);
    let read_again = since(5, vec![organization(one, 2, None)]);
    assert_eq!(position(&journal.write(read_again).await), 6);
}

async fn those_of_one_group_count_too(place: Place) {
    let (journal, database) = open(&place).await;
    let attempt = || Write {
        register_unchanged_since: Some(0),
        ..write(vec![organization(clock::new_id(), 1, None)])
    };
    let held = place.hold().await;
    let writes = join_all((0..20).map(|_| journal.write(attempt())));
    let release = async {
        tokio::task::yield_now().await;
        held.rollback().await.expect("it is released");
    };
    let (outcomes, ()) = tokio::join!(writes, release);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    must_verify(&database, 1).await;
}

/// Two writers know the same two organizations, and each puts one below the other; on PostgreSQL by way of two servers.
async fn move_below_each_other(
    place: &Place,
    since: Option<i64>,
) -> (Vec<Result<Written, Refusal>>, Database) {
    let (journal, database) = open(place).await;
    let other_journal = match place.engine() {
        Engine::Sqlite => journal.clone(),
        Engine::Postgres => another(place).await,
    };
    let [one, other] = [clock::new_id(), clock::new_id()];
    let registered = vec![organization(one, 1, None), organization(other, 1, None)];
    assert_eq!(position(&journal.write(write(registered)).await), 2);
    let together = Arc::new(Barrier::new(2));
    let moves =
        [(journal, one, other), (other_journal, other, one)].map(|(journal, id, parent)| {
            let together = together.clone();
            let moved = Write {
                register_unchanged_since: since,
                ..write(vec![below(id, parent)])
            };
            tokio::spawn(async move {
                together.wait().await;
                journal.write(moved).await
            })
        });
    let outcomes = join_all(moves)
        .await
        .into_iter()
        .map(|outcome| outcome.expect("it is answered"));
    (outcomes.collect(), database)
}

async fn another(place: &Place) -> Journal {
    let database = Database::open(place.url(), Purpose::Serve)
        .await
        .expect("it opens beside the first");
    Journal::open(&database).await.expect("the journal opens")
}

fn below(id: Uuid, parent: Uuid) -> Row {
    let Row::Organization(organization) = organization(id, 2, None) else {
        panic!("it is the row of an organization");
    };
    Row::Organization(organizations::entity::Model {
        parent_id: Some(parent),
        ..organization
    })
}

/// Whether the way up from any organization leads back to it.
async fn has_cycle(database: &Database) -> bool {
    let sql = "SELECT id, parent_id FROM organizations WHERE until_position IS NULL";
    let rows = database
        .reader()
        .query_all_raw(Statement::from_string(database.backend(), sql))
        .await
        .expect("they can be read");
    let above: HashMap<Uuid, Uuid> = rows
        .iter()
        .map(|row| {
            let id = row.try_get_by_index(0).expect("an id");
            (id, row.try_get_by_index(1).expect("all have a parent"))
        })
        .collect();
    let leads_back = |id: &Uuid| {
        let way = std::iter::successors(above.get(id), |id| above.get(id));
        way.take(above.len()).any(|passed| passed == id)
    };
    above.keys().any(leads_back)
}
