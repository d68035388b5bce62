//! Items that come more than once: doubled, reordered, renamed. Each has one effect and one answer.

use styrkedja::proto::v1::{Document, ListDocumentsRequest, PushItem, push_response::Outcome};

use super::{EACH, changed, known_as, new, push, push_one, word, words};
use crate::{
    documents::papers::analysis_in,
    world::{World, request_id},
};

stories!(
    an_item_that_comes_again_is_answered_as_the_first_time,
    another_item_under_a_used_id_is_refused_alone,
    an_id_of_a_single_call_is_not_free_for_a_push,
    what_was_answered_is_not_shown_to_who_sees_it_no_more,
    what_stood_already_is_not_written_once_it_stands_no_more,
    what_existed_already_is_not_made_once_it_has_another_name,
    a_renamed_document_is_known_by_what_was_answered,
    together_an_id_of_another_request_refuses_all,
    together_what_stands_from_before_is_told_so_whatever_becomes_of_the_others,
);

async fn an_item_that_comes_again_is_answered_as_the_first_time(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let create = new(&base);
    let first = push_one(&system, create.clone()).await;
    let Outcome::Created(made) = first.clone() else {
        panic!("{first:?}")
    };
    let titled = |title: &str| {
        let mut paper = base.clone();
        title.clone_into(&mut analysis_in(&mut paper).title);
        changed(&paper, &made.etag)
    };
    let mut says = base.clone();
    "Annat".clone_into(&mut analysis_in(&mut says).pupils_say);
    let items = [titled("Deras"), changed(&says, &made.etag), titled("Vår")];
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(words(&answers), ["updated", "merged", "conflict"]);
    // Later, doubled and in another order; what has happened since makes no difference.
    let later = [&items[2], &create, &items[1], &items[0], &items[1], &create].map(Clone::clone);
    let again = push(&system, EACH, &later).await.expect("answered");
    let outcome = |at: usize| answers[at].outcome.clone();
    let expected = [
        outcome(2),
        Some(first.clone()),
        outcome(1),
        outcome(0),
        outcome(1),
        Some(first),
    ];
    let told: Vec<_> = again.iter().map(|answer| answer.outcome.clone()).collect();
    assert_eq!(told, expected);
    assert!(again.iter().all(|answer| answer.position == 0));
    assert_eq!(
        system.revisions(&made.id).await.expect("its history"),
        [3, 2, 1]
    );
    let conflicts = system
        .conflicts()
        .list_conflicts(styrkedja::proto::v1::ListConflictsRequest::default())
        .await;
    assert_eq!(conflicts.expect("listed").into_inner().conflicts.len(), 1);
}

async fn another_item_under_a_used_id_is_refused_alone(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let first = new(&known_as("a-1", &owner));
    let other = PushItem {
        request_id: first.request_id.clone(),
        ..new(&known_as("a-2", &owner))
    };
    let items = [first.clone(), other.clone(), new(&known_as("a-3", &owner))];
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(
        words(&answers),
        ["created", "REQUEST_ID_CONFLICT", "created"]
    );
    let answers = push(&system, EACH, &[other.clone(), first])
        .await
        .expect("answered");
    assert_eq!(words(&answers), ["REQUEST_ID_CONFLICT", "created"]);
    let together = [new(&known_as("a-4", &owner)), other];
    let answers = push(&system, super::TOGETHER, &together)
        .await
        .expect("answered");
    assert_eq!(words(&answers), ["BATCH_REFUSED", "REQUEST_ID_CONFLICT"]);
}

async fn an_id_of_a_single_call_is_not_free_for_a_push(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let request = styrkedja::proto::v1::CreateDocumentRequest {
        request_id: request_id(),
        validate_only: false,
        document: Some(known_as("a-1", &owner)),
    };
    let mut documents = system.documents();
    documents
        .create_document(request.clone())
        .await
        .expect("made");
    let item = PushItem {
        request_id: request.request_id,
        ..new(&known_as("a-2", &owner))
    };
    assert_eq!(word(&push_one(&system, item).await), "REQUEST_ID_CONFLICT");
}

async fn what_was_answered_is_not_shown_to_who_sees_it_no_more(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let principal = world.principal_of("Karbyskolan").await;
    let item = new(&known_as("a-1", &world.id_of("Karbyskolan")));
    let Outcome::Created(made) = push_one(&principal, item.clone()).await else {
        panic!("not created")
    };
    // Of what is withdrawn, no hash is told any more.
    let draft = system.gets(&made.id, 0).await.expect("it is there");
    system.withdraws(&draft).await.expect("it is withdrawn");
    let Outcome::Created(again) = push_one(&principal, item.clone()).await else {
        panic!("not created")
    };
    assert_eq!((again.id, again.revision), (made.id, 1));
    assert!(again.content_hash.is_empty());
    // An answer is for the eyes of one: another's item is another request.
    let stolen = push_one(&system, item).await;
    assert_ne!(word(&stolen), "created");
}

async fn what_stood_already_is_not_written_once_it_stands_no_more(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let principal = world.principal_of("Karbyskolan").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&principal, new(&base)).await else {
        panic!("not created")
    };
    let mut says = base.clone();
    "Annat".clone_into(&mut analysis_in(&mut says).pupils_say);
    let mut theirs = says.clone();
    "Deras".clone_into(&mut analysis_in(&mut theirs).title);
    let Outcome::Updated(next) = push_one(&principal, changed(&theirs, &made.etag)).await else {
        panic!("not updated")
    };
    // All of it stands, and a part of it does.
    let items = [changed(&theirs, &made.etag), changed(&says, &made.etag)];
    let first = push(&system, EACH, &items[..1]).await.expect("answered");
    assert_eq!(words(&first), ["unchanged"]);
    let second = push(&system, super::TOGETHER, &items[1..]).await;
    let second = second.expect("answered");
    assert_eq!(words(&second), ["merged"]);
    push_one(&principal, changed(&base, &next.etag)).await;
    for meant in [EACH, super::TOGETHER] {
        for (item, first) in items.iter().zip([&first, &second]) {
            let again = push(&system, meant, std::slice::from_ref(item)).await;
            assert_eq!(again.expect("answered")[0].outcome, first[0].outcome);
        }
    }
    let history = system.revisions(&made.id).await.expect("its history");
    assert_eq!(history, [3, 2, 1]);
}

async fn what_existed_already_is_not_made_once_it_has_another_name(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let paper = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&paper)).await else {
        panic!("not created")
    };
    let item = new(&paper);
    let first = push_one(&system, item.clone()).await;
    assert_eq!(word(&first), "unchanged");
    let renamed = Document {
        id: made.id.clone(),
        owner_id: String::new(),
        external_id: known_as("b-1", "").external_id,
        ..paper
    };
    assert_eq!(
        word(&push_one(&system, changed(&renamed, &made.etag)).await),
        "updated"
    );
    for meant in [EACH, super::TOGETHER] {
        let again = push(&system, meant, std::slice::from_ref(&item)).await;
        let again = again.expect("answered").remove(0);
        assert_eq!(again.outcome, Some(first.clone()));
    }
    assert_eq!(system.all(ListDocumentsRequest::default()).await.len(), 1);
}

async fn a_renamed_document_is_known_by_what_was_answered(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut paper = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&paper)).await else {
        panic!("not created")
    };
    "Omarbetad".clone_into(&mut analysis_in(&mut paper).title);
    let item = changed(&paper, &made.etag);
    let first = push_one(&system, item.clone()).await;
    let Outcome::Updated(next) = first.clone() else {
        panic!("{first:?}")
    };
    let renamed = Document {
        id: made.id.clone(),
        owner_id: String::new(),
        external_id: known_as("b-1", "").external_id,
        ..paper
    };
    let renamed = push_one(&system, changed(&renamed, &next.etag)).await;
    assert_eq!(word(&renamed), "updated");
    for meant in [EACH, super::TOGETHER] {
        let again = push(&system, meant, std::slice::from_ref(&item)).await;
        let again = again.expect("answered").remove(0);
        assert_eq!(again.outcome, Some(first.clone()));
    }
}

async fn together_an_id_of_another_request_refuses_all(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let first = new(&known_as("a-1", &owner));
    let Outcome::Created(made) = push_one(&system, first.clone()).await else {
        panic!("not created")
    };
    // It stands, and would write nothing.
    let other = PushItem {
        request_id: first.request_id,
        ..changed(&known_as("a-1", &owner), &made.etag)
    };
    let items = [other, new(&known_as("a-2", &owner))];
    let answers = push(&system, super::TOGETHER, &items).await;
    assert_eq!(
        words(&answers.expect("answered")),
        ["REQUEST_ID_CONFLICT", "BATCH_REFUSED"]
    );
    let all = system.all(ListDocumentsRequest::default()).await;
    assert_eq!(all.len(), 1);
}

async fn together_what_stands_from_before_is_told_so_whatever_becomes_of_the_others(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let items: Vec<_> = (0..2)
        .map(|number| new(&known_as(&format!("a-{number}"), &owner)))
        .collect();
    let first = push(&system, super::TOGETHER, &items).await;
    assert_eq!(words(&first.expect("answered")), ["created"; 2]);
    let missing = changed(&known_as("a-9", &owner), "1-0000000000000000");
    let unnamed = new(&Document {
        external_id: None,
        ..known_as("", &owner)
    });
    for (refused, reason) in [(missing, "NOT_FOUND"), (unnamed, "FIELDS_INVALID")] {
        let fresh = new(&known_as("a-3", &owner));
        let items = [items[0].clone(), refused, fresh, items[1].clone()];
        let answers = push(&system, super::TOGETHER, &items).await;
        assert_eq!(
            words(&answers.expect("answered")),
            ["created", reason, "BATCH_REFUSED", "created"]
        );
    }
}
