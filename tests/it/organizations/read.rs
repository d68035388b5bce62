//! Reading: by any identity, on any day, page by page, and never beyond what one may see.

use styrkedja::proto::v1::{
    GetOrganizationRequest, ListOrganizationsRequest, Organization, OrganizationRecord,
    OrganizationRef, OrganizationType, OrganizerType, SchoolType,
};
use tonic::{Code, Status};

use super::{BERG, VALLENTUNA, all, by_code, by_id, by_number, import, unit};
use crate::world::{Caller, World};

stories!(
    an_organization_is_found_by_each_of_its_identities,
    a_unit_that_moves_is_found_where_it_was,
    a_head_sees_its_tree_and_what_all_may_know,
    what_is_outside_looks_like_what_is_not_there,
    filters_hold_together,
    pages_show_one_position,
    a_page_token_serves_its_caller_and_filters_only
);

async fn get(
    caller: &Caller,
    organization: OrganizationRef,
    date: &str,
) -> Result<Organization, Status> {
    let request = GetOrganizationRequest {
        organization: Some(organization),
        date: date.to_owned(),
    };
    let answer = caller
        .organizations()
        .get_organization(request)
        .await?
        .into_inner();
    Ok(answer.organization.expect("an answer holds it"))
}

fn names(organizations: &[Organization]) -> Vec<&str> {
    let mut names: Vec<_> = organizations
        .iter()
        .map(|one| one.display_name.as_str())
        .collect();
    names.sort_unstable();
    names
}

async fn an_organization_is_found_by_each_of_its_identities(world: World) {
    let officer = world.officer().await;
    let by_its_code = get(&officer, by_code("57370453"), "").await.expect("found");
    assert_eq!(by_its_code.display_name, "Karbyskolan");
    assert_eq!(by_its_code.parent_id, world.id_of("Vallentuna kommun"));
    assert!(!by_its_code.etag.is_empty() && by_its_code.create_time.is_some());
    assert_eq!(
        get(&officer, by_id(&by_its_code.id), "")
            .await
            .expect("found"),
        by_its_code
    );
    let organizer = get(&officer, by_number(VALLENTUNA), "")
        .await
        .expect("found");
    assert_eq!(organizer.municipality_code, "0115");
    assert_eq!(organizer.organizer_type(), OrganizerType::Municipal);
    for (malformed, date) in [
        (by_code("57370453"), "2020-02-30"),
        (by_number("2120000028"), ""),
    ] {
        let refusal = get(&officer, malformed, date).await.expect_err("malformed");
        assert_eq!(refusal.code(), Code::InvalidArgument);
    }
}

async fn a_unit_that_moves_is_found_where_it_was(world: World) {
    let operator = world.operator();
    let moved = OrganizationRecord {
        parent: Some(by_number(BERG)),
        parent_since: "2021-07-01".to_owned(),
        ..unit("57370453", "Karbyskolan", VALLENTUNA)
    };
    import(&operator, vec![moved]).await.expect("taken in");
    let (before, after) = (
        world.id_of("Vallentuna kommun"),
        world.id_of("Bergs kommun"),
    );
    for (day, parent) in [
        ("2021-06-30", &before),
        ("2021-07-01", &after),
        ("", &after),
    ] {
        let unit = get(&operator, by_code("57370453"), day)
            .await
            .expect("found");
        assert_eq!(&unit.parent_id, parent, "on {day}");
        assert_eq!(unit.belongings.len(), 2);
        assert_eq!(unit.belongings[0].end_date, "2021-06-30");
    }
    // The register of access has moved it as well, before the import was answered.
    let head = world.head_of("Bergs kommun").await;
    let seen = get(&head, by_code("57370453"), "")
        .await
        .expect("it is Berg's now");
    assert_eq!(
        seen.belongings[0].parent_id, "",
        "Vallentuna is outside what Berg sees"
    );
    let former = world.head_of("Vallentuna kommun").await;
    let refusal = get(&former, by_code("57370453"), "")
        .await
        .expect_err("it is Vallentuna's no more");
    assert_eq!(refusal.code(), Code::NotFound);
}

async fn a_head_sees_its_tree_and_what_all_may_know(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let seen = all(&head, ListOrganizationsRequest::default()).await;
    let expected = [
        "Bergs kommun",
        "Skolverket",
        "Svenstaviks skola",
        "Uppsala universitet",
        "Verksamhetsområde grundskola",
    ];
    assert_eq!(names(&seen), expected);
    let principal = world.principal_of("Svenstaviks skola").await;
    let seen = all(&principal, ListOrganizationsRequest::default()).await;
    assert_eq!(
        names(&seen),
        expected,
        "its own, those above, and what all may know"
    );
}

async fn what_is_outside_looks_like_what_is_not_there(world: World) {
    let head = world.head_of("Bergs kommun").await;
    let outside = get(&head, by_code("57370453"), "")
        .await
        .expect_err("outside");
    for missing in [
        get(&head, by_code("99999999"), "").await,
        get(&head, by_number("2120002080"), "").await,
        get(&head, by_id("01900000-0000-7000-8000-000000000000"), "").await,
        get(&head, by_id(&world.id_of("Karbyskolan")), "").await,
    ] {
        let missing = missing.expect_err("missing");
        assert_eq!(
            (missing.code(), missing.message(), missing.details()),
            (outside.code(), outside.message(), outside.details())
        );
    }
    assert_eq!(outside.code(), Code::NotFound);
}

async fn filters_hold_together(world: World) {
    let officer = world.officer().await;
    let base = ListOrganizationsRequest::default;
    let cases = [
        (
            ListOrganizationsRequest {
                types: vec![OrganizationType::Preschool.into()],
                ..base()
            },
            vec!["Ormsta förskola", "Sjöhästens förskola"],
        ),
        (
            ListOrganizationsRequest {
                name_prefix: "sjöHÄ".to_owned(),
                ..base()
            },
            vec!["Sjöhästens förskola"],
        ),
        (
            ListOrganizationsRequest {
                municipality_code: "2326".to_owned(),
                ..base()
            },
            vec!["Bergs kommun"],
        ),
        (
            ListOrganizationsRequest {
                school_type: SchoolType::Gy.into(),
                ..base()
            },
            vec!["Vallentuna gymnasium"],
        ),
        (
            ListOrganizationsRequest {
                school_type: SchoolType::Gr.into(),
                parent_id: world.id_of("Vallentuna kommun"),
                ..base()
            },
            vec!["Bällstabergsskolan", "Karbyskolan"],
        ),
        (
            ListOrganizationsRequest {
                organizer_type: OrganizerType::Municipal.into(),
                ..base()
            },
            vec!["Bergs kommun", "Vallentuna kommun"],
        ),
        (
            ListOrganizationsRequest {
                organizer_type: OrganizerType::State.into(),
                ..base()
            },
            vec![],
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(
            names(&all(&officer, request.clone()).await),
            expected,
            "{request:?}"
        );
    }
}

async fn pages_show_one_position(world: World) {
    let operator = world.operator();
    let units = (0..30).map(|number| {
        unit(
            &format!("300000{number:02}"),
            &format!("Skola {number}"),
            BERG,
        )
    });
    import(&operator, units.collect()).await.expect("taken in");
    let mut request = ListOrganizationsRequest {
        page_size: 10,
        types: vec![OrganizationType::SchoolUnit.into()],
        parent_id: world.id_of("Bergs kommun"),
        ..ListOrganizationsRequest::default()
    };
    let mut seen = Vec::new();
    for page in 0.. {
        let answer = operator
            .organizations()
            .list_organizations(request.clone())
            .await;
        let answer = answer.expect("a page is given").into_inner();
        assert!(answer.organizations.len() <= 10);
        seen.extend(answer.organizations);
        // Meanwhile one comes and one is renamed.
        let renamed = unit("30000029", &format!("Ny {page}"), BERG);
        import(
            &operator,
            vec![unit(&format!("3100000{page}"), "Ny", BERG), renamed],
        )
        .await
        .expect("taken in");
        request.page_token = answer.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let mut expected: Vec<_> = (0..30).map(|number| format!("Skola {number}")).collect();
    expected.sort();
    assert_eq!(names(&seen), expected);
    assert!(seen.is_sorted_by(|one, next| one.id < next.id));
}

async fn a_page_token_serves_its_caller_and_filters_only(world: World) {
    let officer = world.officer().await;
    let request = ListOrganizationsRequest {
        page_size: 2,
        ..ListOrganizationsRequest::default()
    };
    let first = officer
        .organizations()
        .list_organizations(request.clone())
        .await
        .expect("a page is given");
    let next = ListOrganizationsRequest {
        page_token: first.into_inner().next_page_token,
        ..request
    };
    let larger = ListOrganizationsRequest {
        page_size: 5,
        ..next.clone()
    };
    assert!(
        officer
            .organizations()
            .list_organizations(larger)
            .await
            .is_ok(),
        "a page may have another size"
    );
    let filtered = ListOrganizationsRequest {
        name_prefix: "B".to_owned(),
        ..next.clone()
    };
    let operator = world.operator();
    for refusal in [
        officer
            .organizations()
            .list_organizations(filtered)
            .await
            .expect_err("other filters"),
        operator
            .organizations()
            .list_organizations(next)
            .await
            .expect_err("another caller"),
    ] {
        assert_eq!(refusal.code(), Code::InvalidArgument);
    }
}
