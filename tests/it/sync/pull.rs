//! Pulling: a snapshot first, then what has changed, in order.

use styrkedja::proto::v1::{DocumentKind, PullResponse, SyncFilter, event::What};

use super::{
    KARBY, Replica, Told, heavy_analysis, move_unit, must_be_in_step, new_preschool, pull,
};
use crate::{
    documents::{acts::*, papers::*},
    organizations::{BERG, import},
    world::World,
};

stories!(
    a_copy_begins_with_a_snapshot_and_follows_from_there,
    changes_come_in_the_order_of_their_commits,
    a_copy_goes_on_from_every_cursor,
    what_is_withdrawn_comes_with_its_keys_alone,
    what_is_written_together_comes_together,
    narrowed_fields_are_left_out_of_copies_too,
    a_copy_holds_what_its_filter_takes,
);

async fn a_copy_begins_with_a_snapshot_and_follows_from_there(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut copy = Replica::default();
    let told = copy.pull(&principal).await.expect("a snapshot");
    assert_eq!(told.first(), Some(&Told::SnapshotBegin));
    assert_eq!(
        told[told.len() - 2..],
        [Told::Upsert(draft.id.clone(), 1), Told::SnapshotEnd]
    );
    must_be_in_step(&copy, &principal).await;
    assert_eq!(copy.pull(&principal).await.expect("nothing new"), []);

    let submitted = principal.submits(&draft).await.expect("it breaks no rule");
    let told = copy.pull(&principal).await.expect("what has changed");
    assert_eq!(told, [Told::Upsert(submitted.id, 2)]);
    must_be_in_step(&copy, &principal).await;

    // A snapshot replaces: what it does not contain goes.
    copy.cursor.clear();
    principal
        .withdraws(&copy.documents[&draft.id].clone())
        .await
        .expect("it is withdrawn");
    copy.pull(&principal).await.expect("a snapshot");
    assert!(copy.documents.is_empty());
    must_be_in_step(&copy, &principal).await;
}

async fn changes_come_in_the_order_of_their_commits(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut copy = Replica::default();
    copy.pull(&system).await.expect("a snapshot");
    let (karby, ormsta) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    let mut expected = Vec::new();
    for round in 0..30 {
        let owner = if round % 2 == 0 { &karby } else { &ormsta };
        let draft = system.draft(&analysis(owner)).await;
        expected.push(Told::Upsert(draft.id.clone(), 1));
        let submitted = system.submits(&draft).await.expect("it breaks no rule");
        expected.push(Told::Upsert(submitted.id, 2));
    }
    let told = copy.pull(&system).await.expect("what has changed");
    assert_eq!(told, expected);
    must_be_in_step(&copy, &system).await;
}

/// The same copy comes of it, whichever cursor the client last had when it was cut off: in the snapshot and after.
async fn a_copy_goes_on_from_every_cursor(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    for _ in 0..60 {
        system.draft(&heavy_analysis(&owner)).await;
    }
    let snapshot = pull(&system, "", None).await.expect("a snapshot");
    let last = snapshot.last().expect("messages").cursor.clone();
    for number in 0..40 {
        let draft = system.draft(&analysis(&owner)).await;
        if number % 3 == 0 {
            system.withdraws(&draft).await.expect("it is withdrawn");
        }
    }
    let changes = pull(&system, &last, None).await.expect("what has changed");
    let messages: Vec<PullResponse> = snapshot.into_iter().chain(changes).collect();
    let given = messages
        .iter()
        .filter(|message| !message.cursor.is_empty())
        .count();
    assert!(given > 4, "only {given} cursors were given");
    let mut copy = Replica::default();
    for message in messages {
        copy.take(message);
        let mut cut_off = copy.clone();
        cut_off.pull(&system).await.expect("the rest");
        must_be_in_step(&cut_off, &system).await;
    }
}

async fn what_is_withdrawn_comes_with_its_keys_alone(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    paper.external_id = Some(styrkedja::proto::v1::ExternalId {
        scheme: "stories".to_owned(),
        value: "analys-1".to_owned(),
    });
    let draft = principal.draft(&paper).await;
    let mut copy = Replica::default();
    copy.pull(&principal).await.expect("a snapshot");
    principal.withdraws(&draft).await.expect("it is withdrawn");
    // What came and went since is told as well, and its content is not.
    let brief = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    // Another copy is told of it in time, and what was read for that is not given out later.
    let told = copy.clone().pull(&principal).await.expect("changes");
    assert_eq!(told.last(), Some(&Told::Upsert(brief.id.clone(), 1)));
    principal.withdraws(&brief).await.expect("it is withdrawn");
    let messages = pull(&principal, &copy.cursor, None).await.expect("changes");
    let events: Vec<What> = messages
        .into_iter()
        .flat_map(|message| message.events)
        .filter_map(|event| event.what)
        .collect();
    let [
        What::Tombstone(first),
        What::Upsert(passing),
        What::Tombstone(second),
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(
        (first.id.as_str(), first.owner_id.as_str(), first.kind()),
        (
            draft.id.as_str(),
            draft.owner_id.as_str(),
            DocumentKind::Analysis
        )
    );
    assert_eq!(first.external_id, paper.external_id);
    assert_eq!(
        (passing.id.as_str(), &passing.content),
        (brief.id.as_str(), &None)
    );
    assert_eq!(second.id, brief.id);
}

/// No cursor is given in the middle of a transaction.
async fn what_is_written_together_comes_together(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let start = pull(&head, "", None).await.expect("a snapshot");
    let start = start.last().expect("messages").cursor.clone();
    let long = "å".repeat(180);
    let records = (0..500).map(|n| new_preschool(&format!("p{n}"), &format!("{n} {long}")));
    let answer = import(&world.operator(), records.collect())
        .await
        .expect("taken in");
    assert_eq!(answer.created, 500);
    let messages = pull(&head, &start, None).await.expect("what has changed");
    let mut came = 0;
    for message in &messages {
        came += message.events.len();
        if !message.cursor.is_empty() {
            assert!(matches!(came, 0 | 500), "a cursor after {came} of 500");
        }
    }
    assert_eq!(came, 500);
    let full = messages.iter().filter(|message| !message.events.is_empty());
    assert!(full.count() > 1, "one message shows nothing");
}

async fn narrowed_fields_are_left_out_of_copies_too(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let researcher = world.researcher_of("Vallentuna kommun").await;
    let mut copy = Replica::default();
    copy.pull(&researcher).await.expect("a snapshot");
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    principal.submits(&draft).await.expect("it breaks no rule");
    let told = copy.pull(&researcher).await.expect("what has changed");
    assert_eq!(told, [Told::Entered(draft.id.clone(), 2)]);
    let held = &copy.documents[&draft.id];
    assert_eq!(held.hidden_fields, ["author", "analysis.participation"]);
    assert_eq!(held.author, "");
    must_be_in_step(&copy, &researcher).await;
    let mut anew = Replica::default();
    anew.pull(&researcher).await.expect("a snapshot");
    assert_eq!(anew.documents, copy.documents);
}

async fn a_copy_holds_what_its_filter_takes(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let (karby, ormsta) = (world.id_of("Karbyskolan"), world.id_of("Ormsta förskola"));
    let filtered = |filter: SyncFilter| Replica {
        filter: Some(filter),
        ..Replica::default()
    };
    let mut of_owner = filtered(SyncFilter {
        owner_id: karby.clone(),
        ..SyncFilter::default()
    });
    let mut of_round = filtered(SyncFilter {
        round: crate::world::ROUND.to_owned(),
        ..SyncFilter::default()
    });
    let mut of_kind = filtered(SyncFilter {
        kinds: vec![DocumentKind::ActionPlan.into()],
        ..SyncFilter::default()
    });
    for copy in [&mut of_owner, &mut of_round, &mut of_kind] {
        copy.pull(&system).await.expect("a snapshot");
    }
    let here = system.draft(&analysis(&karby)).await;
    let there = system.draft(&analysis(&ormsta)).await;
    let mut yearly = here.clone();
    yearly.round = String::new();
    let yearly = system
        .updates(change(&yearly, &["round"]))
        .await
        .expect("a draft can be changed");

    assert_eq!(
        of_owner.pull(&system).await.expect("what has changed"),
        [
            Told::Upsert(here.id.clone(), 1),
            Told::Upsert(here.id.clone(), 2)
        ]
    );
    assert_eq!(
        of_round.pull(&system).await.expect("what has changed"),
        [
            Told::Upsert(here.id.clone(), 1),
            Told::Upsert(there.id.clone(), 1),
            Told::Left(here.id.clone())
        ]
    );
    assert_eq!(of_kind.pull(&system).await.expect("nothing"), []);
    let mut again = yearly.clone();
    crate::world::ROUND.clone_into(&mut again.round);
    system
        .updates(change(&again, &["round"]))
        .await
        .expect("a draft can be changed");
    assert_eq!(
        of_round.pull(&system).await.expect("what has changed"),
        [Told::Entered(here.id.clone(), 3)]
    );
    // Organizations come whatever the filter.
    move_unit(&world.operator(), KARBY, "Karbyskolan", BERG, "2021-07-01").await;
    assert_eq!(
        of_kind.pull(&system).await.expect("what has changed"),
        [Told::OrganizationLeft(karby)]
    );
}
