//! What comes into a caller's scope and leaves it is told, also when it was written long ago.

use styrkedja::proto::v1::{CreateGrantRequest, Role};
use tonic::Code;

use super::{
    KARBY, Replica, Told, grant, heavy_analysis, move_unit, must_be_in_step, pull, revoke,
};
use crate::{
    documents::{acts::*, papers::*},
    organizations::{BERG, VALLENTUNA},
    world::World,
};

stories!(
    a_grant_brings_what_it_opens_and_its_end_takes_it_away,
    a_unit_that_moves_takes_its_documents_along,
    a_draft_enters_for_the_head_when_it_is_handed_in,
    what_can_no_longer_be_seen_is_not_shown_from_the_past,
    another_role_shows_other_fields,
    a_grant_that_comes_to_its_end_asks_for_a_snapshot,
    who_has_no_role_left_is_told_nothing,
);

async fn a_grant_brings_what_it_opens_and_its_end_takes_it_away(world: World) {
    let (officer, principal) = (
        world.officer().await,
        world.principal_of("Karbyskolan").await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let caller = world.principal_of("Svenstaviks skola").await;
    let mut copy = Replica::default();
    copy.pull(&caller).await.expect("a snapshot");
    assert!(copy.documents.is_empty());

    let second = CreateGrantRequest {
        subject: caller.subject.clone(),
        ..world.request(Role::Teacher, "Karbyskolan")
    };
    let second = grant(&officer, second).await;
    let told = copy.pull(&caller).await.expect("what has changed");
    assert!(told.contains(&Told::Organization("Karbyskolan".to_owned())));
    assert!(told.contains(&Told::Organization("Vallentuna kommun".to_owned())));
    assert_eq!(told.last(), Some(&Told::Entered(draft.id.clone(), 1)));
    must_be_in_step(&copy, &caller).await;

    revoke(&officer, &second).await;
    let told = copy.pull(&caller).await.expect("what has changed");
    assert_eq!(told.last(), Some(&Told::Left(draft.id.clone())));
    assert!(copy.documents.is_empty());
    must_be_in_step(&copy, &caller).await;
}

async fn a_unit_that_moves_takes_its_documents_along(world: World) {
    let (vallentuna, berg) = (
        world.organizer_system_of("Vallentuna kommun").await,
        world.organizer_system_of("Bergs kommun").await,
    );
    let draft = vallentuna
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let stays = vallentuna
        .draft(&analysis(&world.id_of("Ormsta förskola")))
        .await;
    let (mut from, mut to) = (Replica::default(), Replica::default());
    from.pull(&vallentuna).await.expect("a snapshot");
    to.pull(&berg).await.expect("a snapshot");
    let operator = world.operator();
    move_unit(&operator, KARBY, "Karbyskolan", BERG, "2021-07-01").await;
    let told = from.pull(&vallentuna).await.expect("what has changed");
    assert_eq!(
        told,
        [
            Told::OrganizationLeft(draft.owner_id.clone()),
            Told::Left(draft.id.clone())
        ]
    );
    assert!(from.documents.contains_key(&stays.id));
    let told = to.pull(&berg).await.expect("what has changed");
    assert_eq!(
        told,
        [
            Told::Organization("Karbyskolan".to_owned()),
            Told::Entered(draft.id.clone(), 1)
        ]
    );
    must_be_in_step(&from, &vallentuna).await;
    must_be_in_step(&to, &berg).await;

    // There and back between two pulls: nothing is left out of step by what lies between.
    move_unit(&operator, KARBY, "Karbyskolan", VALLENTUNA, "2022-07-01").await;
    move_unit(&operator, KARBY, "Karbyskolan", BERG, "2023-07-01").await;
    from.pull(&vallentuna).await.expect("what has changed");
    to.pull(&berg).await.expect("what has changed");
    must_be_in_step(&from, &vallentuna).await;
    must_be_in_step(&to, &berg).await;
}

async fn a_draft_enters_for_the_head_when_it_is_handed_in(world: World) {
    let (principal, head) = (
        world.principal_of("Karbyskolan").await,
        world.head_of("Vallentuna kommun").await,
    );
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let unseen = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal.withdraws(&unseen).await.expect("it is withdrawn");
    assert_eq!(copy.pull(&head).await.expect("nothing of it"), []);
    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    let told = copy.pull(&head).await.expect("what has changed");
    assert_eq!(told, [Told::Entered(draft.id.clone(), 2)]);
    must_be_in_step(&copy, &head).await;
    head.reviews(returning(&submitted)).await.expect("returned");
    let told = copy.pull(&head).await.expect("what has changed");
    assert_eq!(told, [Told::Upsert(draft.id.clone(), 3)]);
}

/// It was in scope when it was written, and is not when it is asked for.
async fn what_can_no_longer_be_seen_is_not_shown_from_the_past(world: World) {
    let vallentuna = world.organizer_system_of("Vallentuna kommun").await;
    let mut copy = Replica::default();
    copy.pull(&vallentuna).await.expect("a snapshot");
    let karby = world.id_of("Karbyskolan");
    for _ in 0..40 {
        vallentuna.draft(&heavy_analysis(&karby)).await;
    }
    let snapshot = pull(&vallentuna, "", None).await.expect("a snapshot");
    let cursors: Vec<_> = snapshot
        .into_iter()
        .map(|message| message.cursor)
        .filter(|cursor| !cursor.is_empty())
        .collect();
    assert!(cursors.len() > 2, "a snapshot of few parts shows little");
    move_unit(&world.operator(), KARBY, "Karbyskolan", BERG, "2021-07-01").await;
    let told = copy.pull(&vallentuna).await.expect("what has changed");
    let shown = |told: &Told| matches!(told, Told::Upsert(..) | Told::Entered(..));
    assert!(!told.iter().any(shown), "{told:?}");
    must_be_in_step(&copy, &vallentuna).await;
    // Neither by the rest of a snapshot that was begun before.
    for cursor in cursors {
        let mut rest = Replica {
            cursor,
            ..Replica::default()
        };
        let told = rest.pull(&vallentuna).await.expect("the rest");
        assert!(!told.iter().any(shown), "{told:?}");
        assert!(rest.documents.is_empty());
    }
}

async fn another_role_shows_other_fields(world: World) {
    let (officer, principal) = (
        world.officer().await,
        world.principal_of("Karbyskolan").await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal.submits(&draft).await.expect("it breaks no rule");
    let researcher = world.researcher_of("Vallentuna kommun").await;
    let mut copy = Replica::default();
    copy.pull(&researcher).await.expect("a snapshot");
    assert!(!copy.documents[&draft.id].hidden_fields.is_empty());
    let more = CreateGrantRequest {
        subject: researcher.subject.clone(),
        ..world.request(Role::Teacher, "Karbyskolan")
    };
    let more = grant(&officer, more).await;
    let told = copy.pull(&researcher).await.expect("what has changed");
    assert!(
        told.contains(&Told::Upsert(draft.id.clone(), 2)),
        "{told:?}"
    );
    must_be_in_step(&copy, &researcher).await;
    revoke(&officer, &more).await;
    copy.pull(&researcher).await.expect("what has changed");
    assert!(!copy.documents[&draft.id].hidden_fields.is_empty());
    must_be_in_step(&copy, &researcher).await;
}

async fn a_grant_that_comes_to_its_end_asks_for_a_snapshot(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let soon = styrkedja::clock::now().plus_seconds(2);
    let brief = CreateGrantRequest {
        subject: head.subject.clone(),
        home_organization_id: world.id_of("Skolverket"),
        not_after: Some(soon.into()),
        ..world.request(Role::Observer, "Vallentuna kommun")
    };
    grant(&world.officer().await, brief).await;
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    let ended = async {
        while styrkedja::clock::now() <= soon {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    ended.await;
    let refused = copy.pull(&head).await.expect_err("time has no position");
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::OutOfRange, "RESYNC_REQUIRED")
    );
    copy.cursor.clear();
    copy.pull(&head).await.expect("a snapshot");
    must_be_in_step(&copy, &head).await;
}

async fn who_has_no_role_left_is_told_nothing(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let mut copy = Replica::default();
    copy.pull(&head).await.expect("a snapshot");
    let given = head.grant.clone().expect("the world granted it");
    revoke(&world.officer().await, &given).await;
    let refused = copy.pull(&head).await.expect_err("no role is left");
    assert_eq!(refused.code(), Code::PermissionDenied);
    // What was granted anew is followed up from the old cursor.
    let anew = CreateGrantRequest {
        subject: head.subject.clone(),
        ..world.request(Role::OrganizerHead, "Vallentuna kommun")
    };
    grant(&world.officer().await, anew).await;
    copy.pull(&head).await.expect("what has changed");
    must_be_in_step(&copy, &head).await;
}
