//! What can become of an item.

use styrkedja::proto::v1::push_response::Outcome;

use super::{EACH, changed, info, known_as, new, push, push_one, word, words};
use crate::{documents::papers::analysis_in, world::World};

stories!(
    a_new_document_is_made_and_a_changed_one_updated,
    what_stands_already_is_not_written_again,
    changes_of_different_fields_are_merged,
    changes_of_one_field_are_a_conflict,
    what_exists_must_be_named_by_its_etag,
);

async fn a_new_document_is_made_and_a_changed_one_updated(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut paper = known_as("a-1", &world.id_of("Karbyskolan"));
    let answers = push(&system, EACH, &[new(&paper)]).await.expect("answered");
    assert_eq!(words(&answers), ["created"]);
    let Some(Outcome::Created(made)) = &answers[0].outcome else {
        panic!("{answers:?}")
    };
    let kept = system.gets(&made.id, 0).await.expect("it is there");
    assert_eq!((&kept.etag, kept.revision), (&made.etag, 1));
    assert_eq!(kept.content, paper.content);
    assert_eq!(kept.content_hash, made.content_hash);
    assert_eq!(made.external_id, paper.external_id);
    assert!(answers[0].position > 0);

    "Nulägesanalys, omarbetad".clone_into(&mut analysis_in(&mut paper).title);
    let Outcome::Updated(next) = push_one(&system, changed(&paper, &made.etag)).await else {
        panic!("not updated")
    };
    assert_eq!((next.revision, &next.id), (2, &made.id));
    assert_eq!(
        system.gets(&made.id, 0).await.expect("it is there").content,
        paper.content
    );
}

async fn what_stands_already_is_not_written_again(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let paper = known_as("a-1", &world.id_of("Karbyskolan"));
    push_one(&system, new(&paper)).await;
    for precondition in [
        new(&paper),
        changed(&paper, "1-0000000000000000"),
        changed(&paper, "x"),
    ] {
        let Outcome::Unchanged(stands) = push_one(&system, precondition).await else {
            panic!("not unchanged")
        };
        assert_eq!(stands.revision, 1);
    }
    let answers = push(&system, EACH, &[new(&paper)]).await.expect("answered");
    assert_eq!(answers[0].position, 0);
}

async fn changes_of_different_fields_are_merged(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let base = known_as("a-1", &owner);
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    "Deras titel".clone_into(&mut analysis_in(&mut theirs).title);
    assert_eq!(
        word(&push_one(&system, changed(&theirs, &made.etag)).await),
        "updated"
    );
    let mut yours = base.clone();
    "Vi vill läsa mer.".clone_into(&mut analysis_in(&mut yours).pupils_say);
    let Outcome::Merged(merged) = push_one(&system, changed(&yours, &made.etag)).await else {
        panic!("not merged")
    };
    let mut document = merged.document.expect("the document as it stands");
    assert_eq!(merged.fields, ["analysis.pupils_say"]);
    assert_eq!(
        document,
        system.gets(&made.id, 0).await.expect("it is there")
    );
    let both = analysis_in(&mut document);
    assert_eq!(
        (both.title.as_str(), both.pupils_say.as_str()),
        ("Deras titel", "Vi vill läsa mer.")
    );
}

async fn changes_of_one_field_are_a_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    "Deras titel".clone_into(&mut analysis_in(&mut theirs).title);
    let Outcome::Updated(updated) = push_one(&system, changed(&theirs, &made.etag)).await else {
        panic!("not updated")
    };
    let mut yours = base.clone();
    "Vår titel".clone_into(&mut analysis_in(&mut yours).title);
    let Outcome::Conflict(conflict) = push_one(&system, changed(&yours, &made.etag)).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.fields, ["analysis.title"]);
    assert_eq!(
        (conflict.document_id, conflict.etag),
        (made.id.clone(), updated.etag.clone())
    );
    assert_eq!(
        system.gets(&made.id, 0).await.expect("it is there").etag,
        updated.etag
    );
}

async fn what_exists_must_be_named_by_its_etag(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut paper = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&paper)).await else {
        panic!("not created")
    };
    "En annan".clone_into(&mut analysis_in(&mut paper).title);
    let Outcome::Refused(taken) = push_one(&system, new(&paper)).await else {
        panic!("not refused")
    };
    assert_eq!(info(&taken).reason, "EXTERNAL_ID_TAKEN");
    assert_eq!(info(&taken).metadata["etag"], made.etag);
    for etag in ["1-0000000000000000", "2-0000000000000000", "x", "-1-1"] {
        let Outcome::Refused(stale) = push_one(&system, changed(&paper, etag)).await else {
            panic!("not refused")
        };
        assert_eq!(info(&stale).reason, "ETAG_MISMATCH");
        assert_eq!(info(&stale).metadata["etag"], made.etag);
    }
    let missing = known_as("a-2", &world.id_of("Karbyskolan"));
    let Outcome::Refused(missing) = push_one(&system, changed(&missing, &made.etag)).await else {
        panic!("not refused")
    };
    assert_eq!(info(&missing).reason, "NOT_FOUND");
}
