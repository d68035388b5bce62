//! A school that changed its code three times is followed back, as far as one may see.

use styrkedja::proto::v1::{
    GetLineageRequest, GetLineageResponse, OrganizationRecord, OrganizationRef, Predecessor,
};
use tonic::Code;

use super::{BERG, VALLENTUNA, by_code, counts, import, sample, unit};
use crate::world::{Caller, World};

stories!(
    svenstaviks_skola_is_followed_through_all_its_codes,
    a_lineage_ends_where_one_sees_no_further,
    a_school_without_links_is_its_own_lineage,
    a_lineage_can_not_bite_its_tail
);

async fn lineage(
    caller: &Caller,
    of: OrganizationRef,
) -> Result<GetLineageResponse, tonic::Status> {
    let request = GetLineageRequest {
        organization: Some(of),
    };
    Ok(caller
        .organizations()
        .get_lineage(request)
        .await?
        .into_inner())
}

/// The codes, and the links as codes and years.
fn told(lineage: &GetLineageResponse) -> (Vec<&str>, Vec<(&str, &str, &str)>) {
    let code_of = |id: &str| {
        let one = lineage
            .organizations
            .iter()
            .find(|one| one.id == id)
            .expect("links join what is listed");
        one.school_unit_code.as_str()
    };
    let codes = lineage
        .organizations
        .iter()
        .map(|one| one.school_unit_code.as_str())
        .collect();
    let mut links: Vec<_> = lineage
        .successions
        .iter()
        .map(|link| {
            (
                &link.date[..4],
                code_of(&link.predecessor_id),
                code_of(&link.successor_id),
            )
        })
        .collect();
    links.sort_unstable();
    (codes, links)
}

async fn svenstaviks_skola_is_followed_through_all_its_codes(world: World) {
    let operator = world.operator();
    let answer = import(&operator, sample("organizations/svenstavik.csv"))
        .await
        .expect("taken in");
    assert_eq!(counts(&answer), [4, 1, 0, 0], "{:?}", answer.findings);
    let links = [
        ("2018", "24753562", "60381291"),
        ("2018", "39932052", "60381291"),
        ("2020", "60381291", "63849173"),
        ("2020", "60381291", "64147674"),
    ];
    // Whichever of them one asks for, and whoever of Berg asks.
    for caller in [operator.clone(), world.head_of("Bergs kommun").await] {
        for code in ["24753562", "39932052", "60381291", "64147674", "63849173"] {
            let lineage = lineage(&caller, by_code(code)).await.expect("it is there");
            let (mut codes, found) = told(&lineage);
            assert_eq!(found, links, "from {code}");
            assert_eq!(codes[2], "60381291", "in order of start");
            codes.sort_unstable();
            assert_eq!(
                codes,
                ["24753562", "39932052", "60381291", "63849173", "64147674"]
            );
        }
    }
    let again = import(&operator, sample("organizations/svenstavik.csv"))
        .await
        .expect("taken in");
    assert_eq!(counts(&again), [0, 0, 5, 0]);
}

fn from(record: OrganizationRecord, code: &str, date: &str) -> OrganizationRecord {
    let predecessor = Predecessor {
        organization: Some(by_code(code)),
        date: date.to_owned(),
    };
    OrganizationRecord {
        predecessors: vec![predecessor],
        ..record
    }
}

async fn a_lineage_ends_where_one_sees_no_further(world: World) {
    let operator = world.operator();
    let records = vec![
        unit("40000001", "Förr", BERG),
        from(
            unit("40000002", "Däremellan", VALLENTUNA),
            "40000001",
            "2019-07-01",
        ),
        from(unit("40000003", "Nu", BERG), "40000002", "2021-07-01"),
    ];
    assert_eq!(
        counts(&import(&operator, records).await.expect("taken in")),
        [3, 0, 0, 0]
    );
    assert_eq!(
        lineage(&operator, by_code("40000003"))
            .await
            .expect("found")
            .organizations
            .len(),
        3
    );
    let head = world.head_of("Bergs kommun").await;
    let seen = lineage(&head, by_code("40000003")).await.expect("found");
    assert_eq!(
        told(&seen),
        (vec!["40000003"], vec![]),
        "what lies behind Vallentuna's is not reached through it"
    );
    let refusal = lineage(&head, by_code("40000002"))
        .await
        .expect_err("outside");
    assert_eq!(refusal.code(), Code::NotFound);
}

async fn a_school_without_links_is_its_own_lineage(world: World) {
    let officer = world.officer().await;
    let alone = lineage(&officer, by_code("57370453")).await.expect("found");
    assert_eq!(told(&alone), (vec!["57370453"], vec![]));
}

async fn a_lineage_can_not_bite_its_tail(world: World) {
    let operator = world.operator();
    import(&operator, sample("organizations/svenstavik.csv"))
        .await
        .expect("taken in");
    let back = OrganizationRecord {
        parent: None,
        ..unit("24753562", "Svenstaviks skola 1-6", BERG)
    };
    let answer = import(&operator, vec![from(back, "63849173", "2021-01-01")])
        .await
        .expect("taken in");
    assert_eq!(answer.findings[0].rule, "organization.predecessor_cycle");
    assert_eq!(answer.refused, 1);
}
