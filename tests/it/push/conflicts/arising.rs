//! What is a conflict, and what is none.

use styrkedja::proto::v1::{
    Cause, Document, Goal, ListConflictsRequest, Measure, push_response::Outcome,
};

use super::all;
use crate::{
    documents::papers::{self, analysis_in, plan_in},
    push::{EACH, changed, known_as, new, push, push_one, word},
    world::World,
};

stories!(
    what_not_even_a_draft_may_hold_is_kept_in_no_conflict,
    a_goal_taken_away_and_linked_to_is_a_conflict,
    the_same_change_again_is_the_same_conflict,
    only_what_can_not_be_together_is_told,
);

async fn what_not_even_a_draft_may_hold_is_kept_in_no_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    "Deras titel".clone_into(&mut analysis_in(&mut theirs).title);
    push_one(&system, changed(&theirs, &made.etag)).await;
    let mut yours = base.clone();
    "Vår titel".clone_into(&mut analysis_in(&mut yours).title);
    "Ring 19121212-1212.".clone_into(&mut analysis_in(&mut yours).pupils_say);
    let told = push_one(&system, changed(&yours, &made.etag)).await;
    assert_eq!(word(&told), "FINDINGS");
    // Nor what leads nowhere.
    let mut plan = Document {
        external_id: base.external_id.clone(),
        ..papers::plan(&base.owner_id, &there(&made.id))
    };
    let Outcome::Created(planned) = push_one(&system, new(&plan)).await else {
        panic!("not created")
    };
    "Deras titel".clone_into(&mut plan_in(&mut plan).title);
    push_one(&system, changed(&plan, &planned.etag)).await;
    "Vår titel".clone_into(&mut plan_in(&mut plan).title);
    plan_in(&mut plan).goals[0].development_areas = vec![papers::link(&there(&made.id), "a9")];
    let told = push_one(&system, changed(&plan, &planned.etag)).await;
    assert_eq!(word(&told), "FINDINGS");
    assert_eq!(all(&system, ListConflictsRequest::default()).await, []);
}

async fn a_goal_taken_away_and_linked_to_is_a_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let analysis = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&analysis)).await else {
        panic!("not created")
    };
    let mut base = Document {
        external_id: analysis.external_id.clone(),
        ..papers::plan(&analysis.owner_id, &there(&made.id))
    };
    let second = Goal {
        id: "g2".to_owned(),
        ..plan_in(&mut base).goals[0].clone()
    };
    plan_in(&mut base).goals.push(second);
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    plan_in(&mut theirs).goals.truncate(1);
    let told = push_one(&system, changed(&theirs, &made.etag)).await;
    assert_eq!(word(&told), "updated");
    let mut yours = base.clone();
    let measure = Measure {
        id: "m9".to_owned(),
        goal_ids: vec!["g2".to_owned()],
        ..plan_in(&mut yours).measures[0].clone()
    };
    plan_in(&mut yours).measures.push(measure);
    let Outcome::Conflict(conflict) = push_one(&system, changed(&yours, &made.etag)).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.fields, ["action_plan.measures[1].goal_ids[0]"]);
    // What leads nowhere on one side alone is for its author to mend.
    let mut yours = theirs.clone();
    let measure = Measure {
        id: "m8".to_owned(),
        goal_ids: vec!["g8".to_owned()],
        ..plan_in(&mut yours).measures[0].clone()
    };
    plan_in(&mut yours).measures.push(measure);
    plan_in(&mut yours)
        .goals
        .clone_from(&plan_in(&mut base).goals);
    let told = push_one(&system, changed(&yours, &made.etag)).await;
    assert_eq!(word(&told), "merged");
}

/// The newest revision of a document.
fn there(id: &str) -> Document {
    Document {
        id: id.to_owned(),
        ..Document::default()
    }
}

async fn the_same_change_again_is_the_same_conflict(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let base = known_as("a-1", &world.id_of("Karbyskolan"));
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let titled = |title: &str| {
        let mut paper = base.clone();
        title.clone_into(&mut analysis_in(&mut paper).title);
        changed(&paper, &made.etag)
    };
    push_one(&system, titled("Deras titel")).await;
    let first = push(&system, EACH, &[titled("Vår titel")]).await;
    let first = first.expect("answered").remove(0);
    assert!(first.position > 0, "it was written somewhere");
    // Under another request id, and then under that one again.
    let item = titled("Vår titel");
    for _ in 0..2 {
        let again = push(&system, EACH, std::slice::from_ref(&item)).await;
        let again = again.expect("answered").remove(0);
        assert_eq!((again.outcome, again.position), (first.outcome.clone(), 0));
    }
    assert_eq!(all(&system, ListConflictsRequest::default()).await.len(), 1);
    // Another change is another conflict, and so is the same one by somebody else or against something else.
    let principal = world.principal_of("Karbyskolan").await;
    let others = [(&system, "En annan titel"), (&principal, "Vår titel")];
    for (by, title) in others {
        assert_eq!(word(&push_one(by, titled(title)).await), "conflict");
    }
    assert_eq!(all(&system, ListConflictsRequest::default()).await.len(), 3);
    let Some(Outcome::Conflict(conflict)) = first.outcome else {
        panic!("{first:?}")
    };
    let mut theirs = base.clone();
    "Deras nya titel".clone_into(&mut analysis_in(&mut theirs).title);
    push_one(&system, changed(&theirs, &conflict.etag)).await;
    assert_eq!(
        word(&push_one(&system, titled("Vår titel")).await),
        "conflict"
    );
    assert_eq!(all(&system, ListConflictsRequest::default()).await.len(), 4);
}

async fn only_what_can_not_be_together_is_told(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let mut base = known_as("a-1", &world.id_of("Karbyskolan"));
    // Something is found of it on both sides, and is nothing that they disagree on.
    analysis_in(&mut base).present_state.clear();
    analysis_in(&mut base).pupils_say.clear();
    let Outcome::Created(made) = push_one(&system, new(&base)).await else {
        panic!("not created")
    };
    let mut theirs = base.clone();
    analysis_in(&mut theirs)
        .problems
        .push(papers::problem("x9"));
    push_one(&system, changed(&theirs, &made.etag)).await;
    let mut yours = base.clone();
    let cause = Cause {
        id: "x9".to_owned(),
        ..analysis_in(&mut yours).causes[0].clone()
    };
    analysis_in(&mut yours).causes.push(cause);
    let Outcome::Conflict(conflict) = push_one(&system, changed(&yours, &made.etag)).await else {
        panic!("no conflict")
    };
    assert_eq!(conflict.fields, ["analysis.causes[1].id"]);
}
