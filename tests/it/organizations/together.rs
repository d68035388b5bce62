//! Imports at the same time, each of which is right alone.

use std::time::Duration;

use styrkedja::proto::v1::{
    ExternalId, OrganizationRecord, OrganizationRef, OrganizationType, organization_ref::Identity,
};

use super::{BERG, by_number, counts, import};
use crate::world::{Caller, World, request_id};

stories!(
    two_imports_build_no_cycle_together,
    an_import_gives_way_to_others_and_gets_done
);

async fn two_imports_build_no_cycle_together(world: World) {
    let operator = world.operator();
    let areas = || [(); 2].map(|()| area(&request_id()));
    for _ in 0..3 {
        let [one, other] = areas();
        let answer = import(&operator, vec![one.clone(), other.clone()]).await;
        assert_eq!(counts(&answer.expect("taken in")), [2, 0, 0, 0]);
        // While nobody can write, both are checked against the same register.
        let held = world.place().hold().await;
        let release = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            held.rollback().await.expect("it is released");
        };
        let (one_moved, other_moved, ()) = tokio::join!(
            import(&operator, vec![below(&one, &other)]),
            import(&operator, vec![below(&other, &one)]),
            release
        );
        let answers = [one_moved, other_moved].map(|answer| answer.expect("answered"));
        let moved: Vec<_> = answers.iter().map(|answer| answer.updated).collect();
        assert!(moved == [1, 0] || moved == [0, 1], "{answers:?}");
        let rules: Vec<_> = answers
            .iter()
            .flat_map(|answer| &answer.findings)
            .map(|finding| finding.rule.as_str())
            .collect();
        assert_eq!(rules, ["organization.cycle"]);
    }
}

async fn an_import_gives_way_to_others_and_gets_done(world: World) {
    let operator = world.operator();
    let many = |caller: Caller| async move {
        let areas: Vec<_> = (0..40).map(|_| area(&request_id())).collect();
        for area in areas {
            let answer = import(&caller, vec![area]).await.expect("taken in");
            assert_eq!(counts(&answer), [1, 0, 0, 0]);
        }
    };
    tokio::join!(
        many(operator.clone()),
        many(operator.clone()),
        many(operator.clone())
    );
}

fn area(id: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: id.to_owned(),
        r#type: OrganizationType::Area.into(),
        display_name: format!("Verksamhetsområde {id}"),
        external_id: Some(external(id)),
        parent: Some(by_number(BERG)),
        ..OrganizationRecord::default()
    }
}

fn below(area: &OrganizationRecord, parent: &OrganizationRecord) -> OrganizationRecord {
    OrganizationRecord {
        parent: Some(OrganizationRef {
            identity: parent.external_id.clone().map(Identity::ExternalId),
        }),
        parent_since: "2024-08-01".to_owned(),
        ..area.clone()
    }
}

fn external(id: &str) -> ExternalId {
    ExternalId {
        scheme: "stories".to_owned(),
        value: id.to_owned(),
    }
}
