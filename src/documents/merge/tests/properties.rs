//! What holds of any two changes of any plan: nothing that either side did is lost, and it does not matter who came first.

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::{merged, of_plan, plan_of};
use crate::proto::v1::{
    ActionPlan, Analysis, Document, Measure, Participation, Period, document::Content,
};

/// A change that somebody makes.
#[derive(Clone, Debug)]
enum Edit {
    Title(u8),
    Add(u8, usize),
    Remove(usize),
    Rename(usize, u8),
    Places(usize, u8),
    Target(usize, u8),
    Schedule(usize, Option<u8>),
    Activity(usize, u8),
    Turn(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = 0..6_usize;
    prop_oneof![
        (0..3_u8).prop_map(Edit::Title),
        (0..8_u8, at.clone()).prop_map(|(id, at)| Edit::Add(id, at)),
        at.clone().prop_map(Edit::Remove),
        (at.clone(), 0..3_u8).prop_map(|(at, to)| Edit::Rename(at, to)),
        (at.clone(), 0..3_u8).prop_map(|(at, to)| Edit::Places(at, to)),
        (at.clone(), 1..6_u8).prop_map(|(at, to)| Edit::Target(at, to)),
        (at.clone(), prop::option::of(1..3_u8)).prop_map(|(at, to)| Edit::Schedule(at, to)),
        (at.clone(), 0..3_u8).prop_map(|(at, to)| Edit::Activity(at, to)),
        (at.clone(), at).prop_map(|(from, to)| Edit::Turn(from, to)),
    ]
}

fn apply(plan: &mut ActionPlan, edits: &[Edit]) {
    for edit in edits {
        let count = plan.measures.len();
        match *edit {
            Edit::Title(to) => plan.title = format!("Titel {to}"),
            Edit::Add(id, at) => {
                let id = format!("m{id}");
                if plan.measures.iter().all(|measure| measure.id != id) {
                    let measure = Measure {
                        title: format!("Åtgärd {id}"),
                        id,
                        ..Measure::default()
                    };
                    plan.measures.insert(at.min(count), measure);
                }
            }
            Edit::Remove(at) if at < count => drop(plan.measures.remove(at)),
            Edit::Turn(from, to) if from < count && to < count => plan.measures.swap(from, to),
            Edit::Remove(_) | Edit::Turn(..) => {}
            Edit::Rename(at, to) => {
                change(plan, at, |measure| measure.title = format!("Namn {to}"));
            }
            Edit::Places(at, to) => {
                change(plan, at, |measure| measure.places_wanted = to.into());
            }
            Edit::Target(at, to) => change(plan, at, |measure| {
                let to = i32::from(to);
                if measure.target_group.contains(&to) {
                    measure.target_group.retain(|other| *other != to);
                } else {
                    measure.target_group.push(to);
                }
            }),
            Edit::Schedule(at, to) => change(plan, at, |measure| {
                measure.schedule = to.map(|day| Period {
                    start_date: "2019-08-01".to_owned(),
                    end_date: format!("2019-09-0{day}"),
                });
            }),
            Edit::Activity(at, to) => {
                change(plan, at, |measure| {
                    measure.activities = vec![format!("Träff {to}")];
                });
            }
        }
    }
}

fn change(plan: &mut ActionPlan, at: usize, change: impl FnOnce(&mut Measure)) {
    if let Some(measure) = plan.measures.get_mut(at) {
        change(measure);
    }
}

/// What a plan says, statement by statement.
fn statements(plan: &ActionPlan) -> BTreeSet<String> {
    let mut said = BTreeSet::from([format!("title {}", plan.title)]);
    for measure in &plan.measures {
        let id = &measure.id;
        said.insert(format!("{id} is there"));
        said.insert(format!("{id} title {}", measure.title));
        said.insert(format!("{id} places {}", measure.places_wanted));
        said.insert(format!("{id} schedule {:?}", measure.schedule));
        said.insert(format!("{id} activities {:?}", measure.activities));
        said.extend(
            measure
                .target_group
                .iter()
                .map(|one| format!("{id} for {one}")),
        );
    }
    said
}

/// Which of two measures of the base comes first.
fn precedences(plan: &ActionPlan) -> BTreeSet<(String, String)> {
    let ids: Vec<&String> = plan.measures.iter().map(|measure| &measure.id).collect();
    let pairs = ids.iter().enumerate().flat_map(|(at, one)| {
        ids[at + 1..]
            .iter()
            .map(move |other| ((*one).clone(), (*other).clone()))
    });
    pairs.collect()
}

type Merge = fn(&ActionPlan, &ActionPlan, &ActionPlan) -> Option<ActionPlan>;

fn ours(base: &ActionPlan, theirs: &ActionPlan, yours: &ActionPlan) -> Option<ActionPlan> {
    let [base, theirs, yours] = [base, theirs, yours].map(|plan| of_plan(plan.clone()));
    merged(&base, &theirs, &yours).ok().map(plan_of)
}

/// What many systems do instead.
const LAST_WRITER_WINS: Merge = |_, _, yours| Some(yours.clone());

/// Takes what either side added, and forgets what either took away.
fn keeps_all(base: &ActionPlan, theirs: &ActionPlan, yours: &ActionPlan) -> Option<ActionPlan> {
    let mut merged = ours(base, theirs, yours)?;
    for measure in &base.measures {
        if merged.measures.iter().all(|other| other.id != measure.id) {
            merged.measures.push(measure.clone());
        }
    }
    Some(merged)
}

fn sorted(mut plan: ActionPlan) -> ActionPlan {
    for measure in &mut plan.measures {
        measure.target_group.sort_unstable();
    }
    plan
}

/// Runs random cases of two changes through a merge. Tells how many were merged, or what was lost; and where it is asked,
/// whether it comes to the same the other way round.
fn run(merge: Merge, both_ways: bool) -> Result<u32, String> {
    let edits = |most| prop::collection::vec(edit(), 0..most);
    let mut runner = TestRunner::new(Config {
        cases: 4000,
        failure_persistence: None,
        ..Config::default()
    });
    let merged = std::cell::Cell::new(0);
    let cases = (edits(12), edits(5), edits(5));
    let result = runner.run(&cases, |(first, theirs, yours)| {
        let mut base = ActionPlan::default();
        apply(&mut base, &first);
        let (mut their_plan, mut your_plan) = (base.clone(), base.clone());
        apply(&mut their_plan, &theirs);
        apply(&mut your_plan, &yours);
        let Some(result) = merge(&base, &their_plan, &your_plan) else {
            prop_assert!(merge(&base, &your_plan, &their_plan).is_none());
            return Ok(());
        };
        merged.set(merged.get() + 1);
        nothing_lost(&base, &their_plan, &result)?;
        nothing_lost(&base, &your_plan, &result)?;
        if both_ways {
            let other_way = merge(&base, &your_plan, &their_plan).map(sorted);
            prop_assert_eq!(other_way, Some(sorted(result)));
        }
        Ok(())
    });
    result
        .map(|()| merged.get())
        .map_err(|failure| failure.to_string())
}

/// What a side said anew is said, and what it said no more is not.
fn nothing_lost(
    base: &ActionPlan,
    side: &ActionPlan,
    result: &ActionPlan,
) -> Result<(), TestCaseError> {
    let [before, after, said] = [base, side, result].map(statements);
    for statement in after.difference(&before) {
        // What the other side took away with its whole item is a conflict, and never comes here.
        prop_assert!(said.contains(statement), "{} was lost", statement);
    }
    for statement in before.difference(&after) {
        prop_assert!(!said.contains(statement), "{} came back", statement);
    }
    let [before, after, said] = [base, side, result].map(precedences);
    let turned = after
        .iter()
        .filter(|(one, other)| before.contains(&(other.clone(), one.clone())));
    for pair in turned {
        let (one, other) = pair;
        let both_stay = result.measures.iter().any(|measure| measure.id == *one)
            && result.measures.iter().any(|measure| measure.id == *other);
        prop_assert!(
            !both_stay || said.contains(pair),
            "the turn of {:?} was lost",
            pair
        );
    }
    Ok(())
}

#[test]
fn no_edit_is_lost_and_it_does_not_matter_who_came_first() {
    let merged = run(ours, true).unwrap();
    assert!(merged > 1000, "only {merged} cases were merged");
}

#[test]
fn merges_that_lose_edits_are_found() {
    for merge in [LAST_WRITER_WINS, keeps_all] {
        let failure = run(merge, false).unwrap_err();
        assert!(
            failure.contains("lost") || failure.contains("came back"),
            "{failure}"
        );
    }
}

/// Every participation of few, and that none is stated.
fn participations() -> Vec<Option<Participation>> {
    let counts = (0..3).flat_map(|pupils| (0..3).map(move |guardians| (pupils, guardians)));
    let stated = counts.map(|(pupils, guardians)| {
        Some(Participation {
            pupils,
            guardians,
            ..Participation::default()
        })
    });
    stated.chain([None]).collect()
}

fn of_analysis(participation: Option<&Participation>) -> Document {
    Document {
        content: Some(Content::Analysis(Analysis {
            participation: participation.cloned(),
            ..Analysis::default()
        })),
        ..Document::default()
    }
}

/// What is said of who took part, a stated 0 as well.
fn counts(document: &Document) -> BTreeSet<String> {
    let Some(Content::Analysis(analysis)) = &document.content else {
        panic!("no analysis: {document:?}")
    };
    let stated = analysis.participation.iter();
    stated
        .flat_map(|stated| {
            [
                format!("pupils {}", stated.pupils),
                format!("guardians {}", stated.guardians),
            ]
        })
        .collect()
}

#[test]
fn no_count_that_either_side_states_is_lost() {
    let all = participations();
    let (mut both, mut lost) = (0, Vec::new());
    for base in &all {
        for theirs in &all {
            for yours in &all {
                let [base, theirs, yours] =
                    [base, theirs, yours].map(|stated| of_analysis(stated.as_ref()));
                let Ok(result) = merged(&base, &theirs, &yours) else {
                    continue;
                };
                both += 1;
                let (before, said) = (counts(&base), counts(&result));
                for side in [counts(&theirs), counts(&yours)] {
                    let kept = side.difference(&before).all(|count| said.contains(count));
                    let gone = before.difference(&side).all(|count| !said.contains(count));
                    if !kept || !gone {
                        lost.push((base.clone(), theirs.clone(), yours.clone()));
                    }
                }
            }
        }
    }
    assert!(both > 200, "only {both} were merged");
    assert_eq!(lost, []);
}
