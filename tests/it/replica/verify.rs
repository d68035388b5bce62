//! A replica is damaged, and verified: what is wrong is found and mended, and no more than that is fetched.

use styrkedja::proto::v1::ListDocumentsRequest;

use super::{Desk, drafts, number};
use crate::world::World;

stories!(
    a_replica_that_is_right_is_found_to_be,
    damage_is_found_and_only_that_is_fetched,
    an_empty_replica_is_filled_again,
    verifying_leaves_the_cursor_and_what_comes_after_it,
    a_replica_that_was_never_pulled_can_not_be_verified,
);

async fn a_replica_that_is_right_is_found_to_be(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..30).await;
    let desk = Desk::of(&world, system.clone());
    desk.says(&["pull"]).await;
    // What others write meanwhile is not told to it yet, and is no fault.
    drafts(&system, &world.id_of("Karbyskolan"), 30..40).await;
    let listed = system.all(ListDocumentsRequest::default()).await;
    system.withdraws(&listed[0]).await.expect("it is withdrawn");
    let found = desk.json(&["verify"]).await;
    assert_eq!(number(&found, "/documents"), 30);
    assert_eq!(number(&found, "/rangesMended"), 0);
}

async fn damage_is_found_and_only_that_is_fetched(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..1100).await;
    let desk = Desk::of(&world, system);
    desk.says(&["pull"]).await;
    for (damage, fetched, deleted) in [
        ("UPDATE documents SET document = json_set(document, '$.analysis.title', 'Annan') WHERE rowid = 7", 1, 0),
        ("UPDATE documents SET bytes = zeroblob(9) WHERE rowid = 8", 1, 0),
        ("UPDATE documents SET state = 'accepted' WHERE rowid = 9", 1, 0),
        ("UPDATE documents SET etag = '1-00', revision = 7, ahead = 1 WHERE rowid = 9", 1, 0),
        ("DELETE FROM documents WHERE rowid IN (10, 11, 12)", 3, 0),
        ("INSERT INTO documents SELECT '00000000-0000-7000-8000-000000000001', kind, state, owner_id, external_scheme,
            external_value, round, revision, etag, update_time, document, bytes, checksum, snapshot, 1
            FROM documents WHERE rowid = 20", 0, 1),
        ("INSERT INTO documents SELECT 'no id', kind, state, owner_id, external_scheme, external_value, round, revision,
            etag, update_time, document, bytes, checksum, snapshot, ahead FROM documents WHERE rowid = 21", 0, 1),
        ("UPDATE documents SET id = '01000000-0000-7000-8000-000000000002' WHERE rowid = 22", 1, 1),
    ] {
        assert!(desk.execute(damage).await > 0, "{damage}");
        let output = desk.run(&["verify", "--output", "json"]).await;
        assert_eq!(output.status.code(), Some(1), "{damage}: {output:?}");
        let found = serde_json::from_slice(&output.stdout).expect("JSON");
        let counts = ["/documentsFetched", "/documentsDeleted"].map(|at| number(&found, at));
        assert_eq!(counts, [fetched, deleted], "{damage}");
        assert!(number(&found, "/ranges") >= 3);
        assert!(number(&found, "/rangesMended") <= 2, "{damage}: {found}");
        let again = desk.json(&["verify"]).await;
        assert_eq!(number(&again, "/rangesMended"), 0, "{damage}: {again}");
        desk.must_be_in_step().await;
    }
    for (damage, fetched, deleted) in [
        (
            "UPDATE organizations SET display_name = 'Annan' WHERE display_name = 'Karbyskolan'",
            1,
            0,
        ),
        ("DELETE FROM organizations WHERE type = 'school-unit'", 3, 0),
        (
            "UPDATE organizations SET id = 'no id' WHERE display_name = 'Karbyskolan'",
            1,
            1,
        ),
    ] {
        assert!(desk.execute(damage).await > 0, "{damage}");
        let output = desk.run(&["verify", "--output", "json"]).await;
        assert_eq!(output.status.code(), Some(1), "{damage}: {output:?}");
        let found = serde_json::from_slice(&output.stdout).expect("JSON");
        let counts = ["/organizationsFetched", "/organizationsDeleted"];
        let counts = counts.map(|at| number(&found, at));
        assert_eq!(counts, [fetched, deleted], "{damage}");
        desk.must_be_in_step().await;
    }
}

/// More are missing than a range tells one by one: it is cut until it does.
async fn an_empty_replica_is_filled_again(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    drafts(&system, &world.id_of("Karbyskolan"), 0..1100).await;
    let desk = Desk::of(&world, system);
    desk.says(&["pull"]).await;
    desk.execute("DELETE FROM documents").await;
    let output = desk.run(&["verify", "--output", "json"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let found = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(number(&found, "/documentsFetched"), 1100);
    assert_eq!(number(&found, "/documents"), 1100);
    desk.must_be_in_step().await;
}

async fn verifying_leaves_the_cursor_and_what_comes_after_it(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let first = drafts(&system, &owner, 0..20).await;
    let desk = Desk::of(&world, system.clone());
    desk.says(&["pull"]).await;
    let cursor = desk.query("SELECT cursor FROM replica").await;
    // One that was lost has been changed since, another one withdrawn.
    desk.execute("DELETE FROM documents").await;
    system.submits(&first[3]).await.expect("it breaks no rule");
    system.withdraws(&first[4]).await.expect("it is withdrawn");
    drafts(&system, &owner, 20..25).await;
    let output = desk.run(&["verify"]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(desk.query("SELECT cursor FROM replica").await, cursor);
    let held = desk.documents().await;
    assert_eq!(held.len(), 20);
    assert!(held.iter().all(|one| one.revision == 1));
    assert_eq!(number(&desk.json(&["verify"]).await, "/rangesMended"), 0);
    desk.says(&["pull"]).await;
    desk.must_be_in_step().await;
}

async fn a_replica_that_was_never_pulled_can_not_be_verified(world: World) {
    let desk = Desk::of(&world, world.head_of("Vallentuna kommun").await);
    assert_eq!(desk.run(&["verify"]).await.status.code(), Some(2));
    desk.says(&["init"]).await;
    let refused = desk.run(&["verify"]).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("pull first"), "{told}");
}
