//! The links of the samples: where they lead, and that nothing in them hangs loose.

use uuid::Uuid;

use super::{content, kinds, sample};
use crate::kinds::*;

/// The sample takes none: an offer would have to be there wherever the sample is tried.
fn plan_that_takes_an_offer() -> v1::Document {
    let mut plan = sample("action-plan");
    if let Some(v1::document::Content::ActionPlan(plan)) = &mut plan.content {
        plan.measures[0].offer = Some(v1::DocumentLink {
            document_id: "00000000-0000-7000-8000-0000000000d1".to_owned(),
            revision: 0,
            item_id: OFFERING_ID.to_owned(),
        });
    }
    plan
}

#[test]
fn every_reference_in_the_samples_is_a_link() {
    let samples = kinds().into_iter().map(|name| sample(&name));
    let links: Vec<_> = samples
        .chain([plan_that_takes_an_offer()])
        .flat_map(|document| links(&content(&document)))
        .collect();
    for relation in Relation::ALL {
        let like = |link: &&Link| link.relation == relation;
        assert!(
            links.iter().any(|link| like(&link)),
            "the samples have no link {relation:?}"
        );
    }
    let first = &links[0];
    assert_eq!(
        (first.from_item.as_str(), first.relation, &first.to),
        (
            "p1",
            Relation::ProblemEvidence,
            &Target::Own("e1".to_owned())
        )
    );
    assert_eq!(
        first.place.to_string(),
        "analysis.problems[0].evidence_ids[0]"
    );
    let goal = links
        .iter()
        .find(|link| link.relation == Relation::GoalArea)
        .unwrap();
    let analysis = Uuid::parse_str("00000000-0000-7000-8000-0000000000a1").unwrap();
    let to = Target::Other {
        document_id: analysis,
        revision: Some(1),
        item: "a1".to_owned(),
    };
    assert_eq!(
        (&goal.to, goal.place.to_string().as_str()),
        (&to, "action_plan.goals[0].development_areas[0]")
    );
    assert!(
        links
            .iter()
            .all(|link| fields::is_known(&link.place.to_string()))
    );
}

#[test]
fn the_chain_of_the_samples_hangs_together() {
    let documents: Vec<_> = kinds().iter().map(|name| content(&sample(name))).collect();
    for link in documents.iter().flat_map(links) {
        let (Target::Own(item) | Target::Other { item, .. }) = &link.to;
        let ends = documents
            .iter()
            .filter(|content| has_item(content, item, link.relation))
            .count();
        assert_eq!(ends, 1, "{link:?}");
    }
}

#[test]
fn a_link_leads_to_an_item_of_its_sort_only() {
    let analysis = content(&sample("analysis"));
    assert!(has_item(&analysis, "a1", Relation::GoalArea));
    assert!(!has_item(&analysis, "a1", Relation::MeasureCause));
    assert!(!has_item(&analysis, "a9", Relation::GoalArea));
    assert_eq!(
        item_ids(&analysis),
        [
            "e1", "e2", "e3", "e4", "e5", "p1", "p2", "c1", "c2", "c3", "a1", "a2"
        ]
    );
}

#[test]
fn relations_keep_their_numbers() {
    for (index, relation) in Relation::ALL.into_iter().enumerate() {
        let number = i16::try_from(index + 1).unwrap();
        assert_eq!(relation as i16, number);
        assert_eq!(Relation::try_from(number), Ok(relation));
    }
    assert_eq!(Relation::try_from(0), Err(0));
    assert_eq!(Relation::try_from(15), Err(15));
}
