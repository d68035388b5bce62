//! Lists: items by their keys, sets, and what must be chosen.

use super::{change, conflicts, measure, merged, plan};
use crate::proto::v1::{
    self, ActionPlan, Document, DocumentLink, Goal, Measure, Participation,
    StaffCategory::{self, Educare, Librarian, Principal, Teacher},
    StaffParticipation,
    document::Content,
};

fn ids(plan: &ActionPlan) -> Vec<&str> {
    plan.measures
        .iter()
        .map(|measure| measure.id.as_str())
        .collect()
}

/// Puts measures in this order.
fn order(plan: &mut ActionPlan, ids: &[&str]) {
    let place = |id: &str| ids.iter().position(|other| *other == id);
    plan.measures.sort_by_key(|measure| place(&measure.id));
}

#[test]
fn items_that_both_added_are_all_kept() {
    let base = plan(&["m1", "m2"]);
    let both = change(
        &base,
        |plan| plan.measures.insert(1, measure("m9")),
        |plan| {
            plan.measures.insert(1, measure("m3"));
            plan.measures.push(measure("m4"));
        },
    );
    assert_eq!(ids(&both.unwrap()), ["m1", "m3", "m9", "m2", "m4"]);
    // The same item, added alike, is one.
    let once = change(
        &base,
        |plan| plan.measures.push(measure("m3")),
        |plan| plan.measures.insert(0, measure("m3")),
    );
    assert_eq!(once.unwrap().measures.len(), 3);
    let other = |plan: &mut ActionPlan| {
        plan.measures.push(Measure {
            title: "En annan".to_owned(),
            ..measure("m3")
        });
    };
    let twice = change(&base, |plan| plan.measures.push(measure("m3")), other);
    assert_eq!(twice, conflicts(&["action_plan.measures[m3]"]));
}

#[test]
fn fields_of_one_item_are_merged() {
    let base = plan(&["m1", "m2"]);
    let both = change(
        &base,
        |plan| plan.measures[0].responsible = "rektor".to_owned(),
        |plan| plan.measures[0].places_wanted = 12,
    );
    let both = both.unwrap();
    assert_eq!(both.measures[0].responsible, "rektor");
    assert_eq!(both.measures[0].places_wanted, 12);
}

#[test]
fn an_item_that_one_side_took_away_is_gone_unless_the_other_changed_it() {
    let base = plan(&["m1", "m2"]);
    let without = |plan: &mut ActionPlan| plan.measures.retain(|measure| measure.id != "m1");
    let changes = |plan: &mut ActionPlan| plan.measures[0].places_wanted = 1;
    let others = |plan: &mut ActionPlan| plan.measures[1].places_wanted = 1;
    assert_eq!(ids(&change(&base, without, others).unwrap()), ["m2"]);
    assert_eq!(ids(&change(&base, others, without).unwrap()), ["m2"]);
    assert_eq!(ids(&change(&base, without, without).unwrap()), ["m2"]);
    let expected = conflicts(&["action_plan.measures[m1]"]);
    assert_eq!(change(&base, without, changes), expected);
    assert_eq!(change(&base, changes, without), expected);
}

#[test]
fn an_order_that_one_side_changed_stands() {
    let base = plan(&["m1", "m2", "m3"]);
    let turned = |plan: &mut ActionPlan| order(plan, &["m3", "m1", "m2"]);
    let both = change(&base, turned, |plan| plan.measures[0].places_wanted = 1).unwrap();
    assert_eq!(ids(&both), ["m3", "m1", "m2"]);
    let both = change(&base, |plan| plan.measures.push(measure("m4")), turned).unwrap();
    assert_eq!(ids(&both), ["m3", "m4", "m1", "m2"]);
    let otherwise = |plan: &mut ActionPlan| order(plan, &["m2", "m1", "m3"]);
    assert_eq!(
        change(&base, turned, otherwise),
        conflicts(&["action_plan.measures"])
    );
}

#[test]
fn items_that_can_not_be_told_apart_are_not_merged() {
    let base = plan(&["m1"]);
    let doubled = |plan: &mut ActionPlan| plan.measures.push(measure("m1"));
    let merged = change(&base, doubled, |plan| plan.measures[0].places_wanted = 1);
    assert_eq!(merged, conflicts(&["action_plan.measures"]));
}

#[test]
fn sets_are_united() {
    let mut base = plan(&["m1"]);
    let set = |of: &[StaffCategory]| of.iter().map(|&one| one.into()).collect::<Vec<i32>>();
    base.measures[0].target_group = set(&[Teacher, Principal]);
    base.measures[0].goal_ids = vec!["g1".to_owned()];
    let both = change(
        &base,
        |plan| {
            plan.measures[0].target_group = set(&[Teacher, Principal, Librarian]);
            plan.measures[0].goal_ids.clear();
        },
        |plan| {
            plan.measures[0].target_group = set(&[Teacher, Educare]);
            plan.measures[0].goal_ids.push("g2".to_owned());
        },
    );
    let both = both.unwrap();
    assert_eq!(
        both.measures[0].target_group,
        set(&[Teacher, Librarian, Educare])
    );
    assert_eq!(both.measures[0].goal_ids, ["g2"]);
}

#[test]
fn links_are_a_set() {
    let link = |item: &str, revision| DocumentLink {
        document_id: "a".to_owned(),
        revision,
        item_id: item.to_owned(),
    };
    let goal = |links: Vec<DocumentLink>| ActionPlan {
        goals: vec![Goal {
            id: "g1".to_owned(),
            development_areas: links,
            ..Goal::default()
        }],
        ..ActionPlan::default()
    };
    let base = goal(vec![link("a1", 2)]);
    let both = change(
        &base,
        |plan| plan.goals[0].development_areas.push(link("a2", 2)),
        |plan| plan.goals[0].development_areas = vec![link("a1", 3)],
    );
    let both = both.unwrap();
    assert_eq!(
        both.goals[0].development_areas,
        [link("a2", 2), link("a1", 3)]
    );
}

#[test]
fn a_list_of_texts_must_be_chosen() {
    let mut base = plan(&["m1"]);
    base.measures[0].activities = vec!["Träff 1".to_owned()];
    let add = |text: &'static str| {
        move |plan: &mut ActionPlan| plan.measures[0].activities.push(text.to_owned())
    };
    assert_eq!(
        change(&base, add("a"), |_| ()).unwrap().measures[0]
            .activities
            .len(),
        2
    );
    assert_eq!(
        change(&base, add("a"), add("b")),
        conflicts(&["action_plan.measures[m1].activities"])
    );
}

#[test]
fn counts_are_told_apart_by_their_category() {
    let of = |counts: &[(StaffCategory, u32)], pupils| Document {
        content: Some(Content::Analysis(v1::Analysis {
            participation: Some(Participation {
                staff: counts
                    .iter()
                    .map(|&(category, count)| StaffParticipation {
                        category: category.into(),
                        count,
                    })
                    .collect(),
                pupils,
                guardians: 0,
            }),
            ..v1::Analysis::default()
        })),
        ..Document::default()
    };
    let base = of(&[(Teacher, 3)], 10);
    let both = merged(
        &base,
        &of(&[(Teacher, 4)], 10),
        &of(&[(Teacher, 3), (Educare, 2)], 11),
    );
    assert_eq!(both, Ok(of(&[(Teacher, 4), (Educare, 2)], 11)));
    let path = "analysis.participation.staff[STAFF_CATEGORY_TEACHER].count";
    let clash = merged(&base, &of(&[(Teacher, 4)], 10), &of(&[(Teacher, 5)], 10));
    assert_eq!(clash, Err(vec![path.to_owned()]));
}
