//! The same requests, sent to a server on SQLite and to one on PostgreSQL, are answered alike: answers, statuses and
//! details, once ids, times, etags and hashes are told by their order of appearance.

mod normal;
mod play;
mod pushed;
mod script;
mod sent;

use std::collections::BTreeMap;

use play::Player;

use crate::world::{Engine, World};

/// Requests one by one, and then with pushes among them.
const REQUESTS: usize = 800;
const PUSHES: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_answer_alike() {
    let worlds = (
        World::new(Engine::Sqlite).await,
        World::new(Engine::Postgres).await,
    );
    let mut sqlite = Player::new(worlds.0.clone()).await;
    let mut postgres = Player::new(worlds.1.clone()).await;
    let mut outcomes = BTreeMap::new();
    for (number, act) in script::acts(REQUESTS, PUSHES).into_iter().enumerate() {
        let (on_sqlite, on_postgres) = tokio::join!(sqlite.play(&act), postgres.play(&act));
        assert_eq!(
            on_sqlite, on_postgres,
            "request {number} is answered differently: {act:#?}"
        );
        for reason in on_sqlite.reasons {
            *outcomes.entry(reason).or_insert(0) += 1;
        }
    }
    must_have_been_varied(&outcomes);
    worlds.0.end().await;
    worlds.1.end().await;
}

/// A script that is refused everywhere, or nowhere, would show nothing.
fn must_have_been_varied(outcomes: &BTreeMap<String, usize>) {
    let went_well = outcomes.get("OK").copied().unwrap_or_default();
    assert!(went_well > REQUESTS / 5, "{outcomes:?}");
    let expected = [
        "TOKEN_NOT_ACCEPTED",
        "ROLE_MAY_NOT",
        "NOT_FOUND",
        "FIELDS_INVALID",
        "FINDINGS",
        "ETAG_MISMATCH",
        "STATE_FORBIDS",
        "OWN_REVIEW",
        "REVIEW_OUTDATED",
        "REQUEST_ID_CONFLICT",
        "EXTERNAL_ID_TAKEN",
        "CURSOR_INVALID",
        "BATCH_REFUSED",
        "CONFLICT_RESOLVED",
        "created",
        "updated",
        "unchanged",
        "merged",
        "conflict",
    ];
    for reason in expected {
        assert!(
            outcomes.contains_key(reason),
            "nothing was answered with {reason}: {outcomes:?}"
        );
    }
    assert!(
        !outcomes.contains_key("FAULT") && !outcomes.contains_key("TRY_AGAIN"),
        "{outcomes:?}"
    );
}
