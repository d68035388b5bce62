//! Pulling into a file: at first everything, then what has changed, whatever happens in between.

use super::{Desk, number};
use crate::{documents::papers::*, world::World};

stories!(
    a_replica_holds_what_its_caller_lists,
    a_replica_holds_what_it_was_begun_for,
    a_replica_serves_the_caller_that_it_was_begun_for,
    other_programs_find_documents_in_columns_and_in_json,
);

async fn a_replica_holds_what_its_caller_lists(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let desk = Desk::of(&world, world.head_of("Vallentuna kommun").await);
    let first = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let first = principal.submits(&first).await.expect("it breaks no rule");

    let pulled = desk.json(&["pull"]).await;
    assert_eq!(number(&pulled, "/snapshots"), 1);
    assert_eq!(number(&pulled, "/documents"), 1);
    desk.must_be_in_step().await;

    principal.withdraws(&first).await.expect("it is withdrawn");
    let second = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal.submits(&second).await.expect("it breaks no rule");
    let pulled = desk.json(&["pull"]).await;
    assert_eq!(
        ["/snapshots", "/deleted"].map(|at| number(&pulled, at)),
        [0, 1]
    );
    desk.must_be_in_step().await;
    assert!(desk.says(&["pull"]).await.contains("Documents taken in"));
}

async fn a_replica_holds_what_it_was_begun_for(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (karby, ormsta) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    let here = system.draft(&analysis(&karby)).await;
    system.draft(&analysis(&ormsta)).await;
    let desk = Desk::of(&world, system);
    let init = ["init", "--owner", "57370453", "--kind", "analysis"];
    assert!(desk.says(&init).await.contains("A replica for"));
    assert_eq!(desk.run(&init).await.status.code(), Some(2));
    desk.says(&["pull"]).await;
    let held = desk.documents().await;
    assert_eq!(held, [here]);
}

async fn a_replica_serves_the_caller_that_it_was_begun_for(world: World) {
    let mut desk = Desk::of(&world, world.head_of("Vallentuna kommun").await);
    desk.says(&["pull"]).await;
    let other = world.head_of("Bergs kommun").await;
    desk.token = world.token_of(&other.subject);
    let refused = desk.run(&["pull"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("CURSOR_INVALID"), "{told}");
    desk.must_be_in_step().await;
}

async fn other_programs_find_documents_in_columns_and_in_json(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let desk = Desk::of(&world, principal);
    desk.says(&["pull"]).await;
    let found = desk
        .query("SELECT etag FROM documents WHERE kind = 'analysis' AND state = 'draft'")
        .await;
    assert_eq!(found, [draft.etag]);
    let found = desk
        .query("SELECT json_extract(document, '$.analysis.title') FROM documents")
        .await;
    assert_eq!(found, ["Nulägesanalys läsåret 2019/20"]);
    let found = desk
        .query("SELECT display_name FROM organizations WHERE school_unit_code = '57370453'")
        .await;
    assert_eq!(found, ["Karbyskolan"]);
}
