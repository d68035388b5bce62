//! The chain from a problem to an effect, and comparing what was with what is.

use std::collections::BTreeMap;

use styrkedja::{
    database::{Database, Purpose},
    documents::link,
    kinds::Relation,
    proto::v1::{Change, Document},
};

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    the_chain_leads_from_a_problem_to_its_effect,
    revisions_are_compared_item_by_item
);

async fn the_chain_leads_from_a_problem_to_its_effect(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    let officer = world.officer().await;
    let mut accepted: Vec<Document> = Vec::new();
    for write in [
        |owner: &str, _: &[Document]| analysis(owner),
        |owner: &str, before: &[Document]| plan(owner, &before[0]),
        |owner: &str, before: &[Document]| report(owner, &before[1]),
    ] {
        let created = principal
            .creates(&write(&karby, &accepted))
            .await
            .expect("the draft is taken");
        assert_eq!(told(&created.findings), [""; 0]);
        let submitted = principal
            .submits(&created.document.expect("a document"))
            .await
            .expect("it breaks no rule");
        accepted.push(
            officer
                .reviews(acceptance(&submitted))
                .await
                .expect("it is accepted"),
        );
    }

    let links = links_kept(&world).await;
    let find = |from: &Document, item: &str, relation: Relation| {
        let of_item = |link: &&link::Model| {
            link.document_id.to_string() == from.id
                && link.from_item == item
                && link.relation == relation as i16
        };
        let link = links
            .iter()
            .find(of_item)
            .unwrap_or_else(|| panic!("{item} has no {relation:?}"));
        (
            link.to_document_id.to_string(),
            link.to_revision,
            link.to_item.clone(),
        )
    };
    let [analysis, plan, report] = accepted.as_slice() else {
        panic!("there are three")
    };
    let to = |document: &Document, revision, item: &str| {
        (document.id.clone(), revision, item.to_owned())
    };
    assert_eq!(
        find(report, "x1", Relation::EffectMeasure),
        to(plan, 3, "m1")
    );
    assert_eq!(find(report, "x1", Relation::EffectGoal), to(plan, 3, "g1"));
    assert_eq!(
        find(report, "r1", Relation::OutcomeMeasure),
        to(plan, 3, "m1")
    );
    assert_eq!(
        find(plan, "m1", Relation::MeasureCause),
        to(analysis, 3, "c1")
    );
    assert_eq!(find(plan, "g1", Relation::GoalArea), to(analysis, 3, "a1"));
    assert!(
        links
            .iter()
            .all(|link| link.document_id != link.to_document_id),
        "what leads from item to item of one document is in its content"
    );

    let per_revision = links.iter().fold(BTreeMap::new(), |mut count, link| {
        *count.entry((link.document_id, link.revision)).or_insert(0) += 1;
        count
    });
    assert!(
        per_revision.keys().all(|(_, revision)| *revision == 1),
        "only where the content was written"
    );
}

async fn links_kept(world: &World) -> Vec<link::Model> {
    use sea_orm::EntityTrait;
    let database = Database::open(world.place().url(), Purpose::Inspect)
        .await
        .expect("it can be read beside");
    #[expect(
        clippy::disallowed_methods,
        reason = "a story looks behind the curtain"
    )]
    let links = link::Entity::find()
        .all(database.reader())
        .await
        .expect("the links");
    database.close().await;
    links
}

async fn revisions_are_compared_item_by_item(world: World) {
    let (karby, principal) = (
        world.id_of("Karbyskolan"),
        world.principal_of("Karbyskolan").await,
    );
    let mut paper = analysis(&karby);
    analysis_in(&mut paper).problems.push(problem("p2"));
    analysis_in(&mut paper).problems.push(problem("p3"));
    let draft = principal.draft(&paper).await;
    let mut edited = draft.clone();
    edited.round = String::new();
    let content = analysis_in(&mut edited);
    content.problems.remove(0);
    content.problems.swap(0, 1);
    content.problems[0].statement = "Problemet, nu tydligare.".into();
    content.problems.push(problem("p4"));
    content.causes[0].problem_ids = vec!["p2".to_owned()];
    let edited = principal
        .updates(change(&edited, &["analysis", "round"]))
        .await
        .expect("changed");
    assert_eq!(edited.revision, 2);

    let differences = principal
        .compares(&draft.id, 1, 2)
        .await
        .expect("both are theirs");
    let told: Vec<_> = differences
        .iter()
        .map(|found| (found.field.as_str(), found.change()))
        .collect();
    assert_eq!(
        told,
        [
            ("round", Change::Removed),
            ("analysis.problems[p1]", Change::Removed),
            ("analysis.problems[p3]", Change::Moved),
            ("analysis.problems[p3].statement", Change::Changed),
            ("analysis.problems[p4]", Change::Added),
            ("analysis.causes[c1].problem_ids", Change::Changed),
        ]
    );
    assert_eq!(differences[3].after, r#""Problemet, nu tydligare.""#);
    assert_eq!(
        (
            differences[5].before.as_str(),
            differences[5].after.as_str()
        ),
        (r#"["p1"]"#, r#"["p2"]"#)
    );
    assert_eq!(
        principal
            .compares(&draft.id, 2, 2)
            .await
            .expect("both are theirs"),
        []
    );
}
