use super::*;
use crate::proto::v1::{DevelopmentArea, Goal};

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn area(id: &str, theme: &str) -> DevelopmentArea {
    DevelopmentArea {
        id: id.to_owned(),
        themes: vec![theme.to_owned()],
        ..DevelopmentArea::default()
    }
}

fn link(item: &str) -> DocumentLink {
    DocumentLink {
        document_id: id(1).to_string(),
        item_id: item.to_owned(),
        ..DocumentLink::default()
    }
}

fn measure(id: &str, areas: &[&str]) -> Measure {
    Measure {
        id: id.to_owned(),
        goal_ids: vec!["g1".to_owned()],
        development_areas: areas.iter().copied().map(link).collect(),
        places_wanted: 10,
        ..Measure::default()
    }
}

fn paper(document: u128, content: &Content) -> ((Uuid, Uuid), Option<Paper>) {
    let paper = Paper::of((id(9), id(document), 1), (None, 0, None), content);
    ((id(9), id(document)), paper)
}

#[test]
fn areas_of_goals_count_only_where_a_measure_names_none() {
    let analysis = Analysis {
        development_areas: vec![area("a1", "reading"), area("a2", "mathematics")],
        ..Analysis::default()
    };
    let goal = Goal {
        id: "g1".to_owned(),
        development_areas: vec![link("a1"), link("a2")],
        ..Goal::default()
    };
    let plan = ActionPlan {
        goals: vec![goal],
        measures: vec![measure("m1", &["a1"]), measure("m2", &[])],
        ..ActionPlan::default()
    };
    let mut needs = Needs::default();
    needs.change(vec![
        paper(1, &Content::Analysis(analysis)),
        paper(2, &Content::ActionPlan(plan)),
    ]);
    let needs = needs.of(|_| true, |_| true);
    let themes: Vec<_> = needs.iter().map(|need| need.themes.join(" ")).collect();
    assert_eq!(themes, ["reading", "mathematics reading"]);
}

#[test]
fn organizers_count_in_every_county_where_they_have_something() {
    let organization = |number, kind, parent: Option<u128>, municipality| Organization {
        id: id(number),
        kind,
        parent: parent.map(id),
        municipality,
    };
    let mut needs = Needs::default();
    needs.move_organizations(vec![
        organization(1, OrganizationType::Organizer, None, 115),
        organization(2, OrganizationType::SchoolUnit, Some(1), 0),
        organization(3, OrganizationType::SchoolUnit, Some(1), 2326),
        organization(4, OrganizationType::Organizer, None, 0),
        organization(5, OrganizationType::SchoolUnit, Some(4), 2321),
        organization(6, OrganizationType::University, None, 380),
    ]);
    let expected = [(1, [id(1)].into()), (23, [id(1), id(4)].into())];
    assert_eq!(needs.population(), Population::from(expected));
}
