//! Items that link to one another: what each sees of those before it.

use styrkedja::proto::v1::{DevelopmentArea, Document, push_response::Outcome};

use super::{
    EACH, TOGETHER, batches::etag, changed, commit, header, known_as, new, push, push_one, sent,
    stream, words,
};
use crate::{
    documents::papers::{self, analysis_in, plan_in},
    world::World,
};

stories!(
    items_may_link_to_what_comes_before_them,
    a_link_to_the_revision_that_a_batch_supersedes_holds,
    each_link_of_a_chain_sees_the_one_before_it,
    what_links_to_what_is_still_being_written_waits_for_it,
);

const ROUNDS: usize = 8;

async fn items_may_link_to_what_comes_before_them(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    for (number, meant) in [EACH, TOGETHER].into_iter().enumerate() {
        let owner = world.id_of("Karbyskolan");
        let mut analysis = known_as(&format!("analysis-{number}"), &owner);
        let Outcome::Created(made) = push_one(&system, new(&analysis)).await else {
            panic!("not created")
        };
        let area = DevelopmentArea {
            id: "a2".to_owned(),
            cause_ids: vec!["c1".to_owned()],
            ..DevelopmentArea::default()
        };
        analysis_in(&mut analysis).development_areas.push(area);
        let newest = Document {
            id: made.id.clone(),
            revision: 0,
            ..Document::default()
        };
        let mut plan = Document {
            external_id: analysis.external_id.clone(),
            ..papers::plan(&owner, &newest)
        };
        plan_in(&mut plan).goals[0].development_areas = vec![papers::link(&newest, "a2")];
        // Before what it links to, it leads nowhere.
        let items = [new(&plan), changed(&analysis, &made.etag)];
        let answers = push(&system, meant, &items).await.expect("answered");
        assert_eq!(words(&answers)[0], "FINDINGS");
        let analysis = match &answers[1].outcome {
            Some(Outcome::Updated(_)) => {
                "Igen".clone_into(&mut analysis_in(&mut analysis).title);
                changed(&analysis, &etag(&answers[1]))
            }
            _ => changed(&analysis, &made.etag),
        };
        let answers = push(&system, meant, &[analysis, new(&plan)])
            .await
            .expect("answered");
        assert_eq!(words(&answers), ["updated", "created"]);
    }
}

async fn a_link_to_the_revision_that_a_batch_supersedes_holds(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let mut analysis = known_as("a-1", &owner);
    let Outcome::Created(made) = push_one(&system, new(&analysis)).await else {
        panic!("not created")
    };
    let seen = Document {
        id: made.id.clone(),
        revision: made.revision,
        ..Document::default()
    };
    let plan = Document {
        external_id: analysis.external_id.clone(),
        ..papers::plan(&owner, &seen)
    };
    "Omarbetad".clone_into(&mut analysis_in(&mut analysis).title);
    let items = [changed(&analysis, &made.etag), new(&plan)];
    let answers = push(&system, TOGETHER, &items).await.expect("answered");
    assert_eq!(words(&answers), ["updated", "created"]);
}

async fn each_link_of_a_chain_sees_the_one_before_it(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    let mut analysis = known_as("a-1", &owner);
    let Outcome::Created(analysed) = push_one(&system, new(&analysis)).await else {
        panic!("not created")
    };
    let newest = |id: &str| Document {
        id: id.to_owned(),
        ..Document::default()
    };
    let mut plan = Document {
        external_id: analysis.external_id.clone(),
        ..papers::plan(&owner, &newest(&analysed.id))
    };
    let Outcome::Created(planned) = push_one(&system, new(&plan)).await else {
        panic!("not created")
    };
    let report = Document {
        external_id: analysis.external_id.clone(),
        ..papers::report(&owner, &newest(&planned.id))
    };
    let area = DevelopmentArea {
        id: "a2".to_owned(),
        cause_ids: vec!["c1".to_owned()],
        ..DevelopmentArea::default()
    };
    analysis_in(&mut analysis).development_areas.push(area);
    let to_new_area = papers::link(&newest(&analysed.id), "a2");
    plan_in(&mut plan).goals[0].development_areas = vec![to_new_area];
    let items = [
        changed(&analysis, &analysed.etag),
        changed(&plan, &planned.etag),
        new(&report),
    ];
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(words(&answers), ["updated", "updated", "created"]);
    let positions: Vec<_> = answers.iter().map(|answer| answer.position).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    // In the other order, nothing leads to what is not there yet.
    plan_in(&mut plan).goals[0].development_areas = vec![papers::link(&newest(&analysed.id), "a3")];
    "a3".clone_into(&mut analysis_in(&mut analysis).development_areas[1].id);
    let [first, second, _] = &answers[..] else {
        panic!("{answers:?}")
    };
    let items = [
        changed(&plan, &etag(second)),
        changed(&analysis, &etag(first)),
    ];
    let answers = push(&system, EACH, &items).await.expect("answered");
    assert_eq!(words(&answers), ["FINDINGS", "updated"]);
}

/// The second batch comes while the first is being written, and is decided on meanwhile as far as it can be.
async fn what_links_to_what_is_still_being_written_waits_for_it(world: World) {
    let system = world.organizer_system_of("Vallentuna kommun").await;
    let owner = world.id_of("Karbyskolan");
    for round in 0..ROUNDS {
        let mut analysis = known_as(&format!("a-{round}"), &owner);
        let Outcome::Created(made) = push_one(&system, new(&analysis)).await else {
            panic!("not created")
        };
        analysis_in(&mut analysis)
            .development_areas
            .push(DevelopmentArea {
                id: "a2".to_owned(),
                cause_ids: vec!["c1".to_owned()],
                ..DevelopmentArea::default()
            });
        let newest = Document {
            id: made.id.clone(),
            ..Document::default()
        };
        let mut plan = Document {
            external_id: analysis.external_id.clone(),
            ..papers::plan(&owner, &newest)
        };
        plan_in(&mut plan).goals[0].development_areas = vec![papers::link(&newest, "a2")];
        let unrelated = known_as(&format!("b-{round}"), &owner);
        let parts = vec![
            header(EACH),
            sent(&changed(&analysis, &made.etag)),
            commit(),
            sent(&new(&plan)),
            sent(&new(&unrelated)),
            commit(),
            sent(&new(&unrelated)),
            commit(),
        ];
        let answers = stream(&system, parts).await.expect("answered");
        let told = ["updated", "created", "created", "unchanged"];
        assert_eq!(words(&answers), told, "round {round}");
    }
}
