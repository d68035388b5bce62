//! Importing: again, dry, in part wrong, and by those who may not.

use styrkedja::proto::v1::{
    Finding, ListOrganizationsRequest, OrganizationRecord, OrganizationType,
    import_organizations_request::Part,
};
use tonic::Code;
use tonic_types::StatusExt;

use super::{
    BERG, VALLENTUNA, all, by_code, by_number, counts, dry_run, import, import_as, parts, sample,
    send, unit,
};
use crate::world::{World, request_id};

stories!(
    the_same_records_again_change_nothing,
    the_same_request_again_is_answered_as_the_first_time,
    a_request_id_serves_one_set_of_records,
    a_dry_run_tells_all_and_changes_nothing,
    a_record_at_fault_is_refused_alone_and_told_in_full,
    a_parent_may_come_after_what_lies_below_it,
    the_header_comes_first_and_once,
    only_those_who_register_may_import
);

async fn the_same_records_again_change_nothing(world: World) {
    let operator = world.operator();
    let first = import(&operator, sample("register/right"))
        .await
        .expect("taken in");
    // Vallentuna, Berg and four of their units are in the world already, some of them with other facts.
    assert_eq!(first.refused, 1, "{:?}", first.findings);
    assert_eq!(first.findings[0].rule, "organization.move_without_day");
    let before = all(&operator, ListOrganizationsRequest::default()).await;
    let again = import(&operator, sample("register/right"))
        .await
        .expect("taken in");
    assert_eq!(counts(&again), [0, 0, 10, 1]);
    assert_eq!(
        all(&operator, ListOrganizationsRequest::default()).await,
        before
    );
}

async fn the_same_request_again_is_answered_as_the_first_time(world: World) {
    let operator = world.operator();
    let records = sample("organizations/sbs.csv");
    let id = request_id();
    let first = import_as(&operator, &id, false, records.clone())
        .await
        .expect("taken in");
    let second = import_as(&operator, &id, false, records.clone())
        .await
        .expect("taken in");
    assert_eq!(second, first);
    assert!(first.created > 0);
    let tried = import_as(&operator, &id, true, records)
        .await
        .expect("taken in");
    assert_eq!(tried, first, "a dry run of it is the same request");
}

async fn a_request_id_serves_one_set_of_records(world: World) {
    let operator = world.operator();
    let id = request_id();
    import_as(
        &operator,
        &id,
        false,
        vec![unit("20000001", "Norra skolan", BERG)],
    )
    .await
    .expect("taken in");
    let other = vec![unit("20000001", "Södra skolan", BERG)];
    let refusal = import_as(&operator, &id, false, other)
        .await
        .expect_err("refused");
    assert_eq!(refusal.code(), Code::AlreadyExists);
    let info = refusal.get_details_error_info().expect("a reason is given");
    assert_eq!(info.reason, "REQUEST_ID_CONFLICT");
}

async fn a_dry_run_tells_all_and_changes_nothing(world: World) {
    let operator = world.operator();
    let mut records = sample("organizations/sbs.csv");
    records.push(unit("20000002", "Västra skolan", "2120002080"));
    let before = all(&operator, ListOrganizationsRequest::default()).await;
    let tried = dry_run(&operator, records.clone()).await.expect("checked");
    assert_eq!(
        all(&operator, ListOrganizationsRequest::default()).await,
        before
    );
    let done = import(&operator, records).await.expect("taken in");
    assert_eq!(tried, done, "what a dry run tells is what then happens");
    assert_eq!(done.findings[0].rule, "organization.parent_unknown");
}

async fn a_record_at_fault_is_refused_alone_and_told_in_full(world: World) {
    let operator = world.operator();
    let faulty = OrganizationRecord {
        organization_number: "212000-0027".to_owned(),
        municipality_code: "115".to_owned(),
        end_date: "2020-02-30".to_owned(),
        ..unit("5229392", "Skolan", VALLENTUNA)
    };
    let answer = import(
        &operator,
        vec![faulty, unit("20000003", "Östra skolan", VALLENTUNA)],
    )
    .await;
    let answer = answer.expect("taken in");
    assert_eq!(counts(&answer), [1, 0, 0, 1]);
    let told: Vec<_> = answer
        .findings
        .iter()
        .map(
            |Finding {
                 key, field, rule, ..
             }| [key, field, rule],
        )
        .collect();
    assert_eq!(
        told,
        [
            [
                "5229392",
                "organization_number",
                "organization_number.hyphen"
            ],
            ["5229392", "school_unit_code", "school_unit_code.length"],
            [
                "5229392",
                "municipality_code",
                "municipality_code.leading_zero"
            ],
            ["5229392", "end_date", "date.no_such_day"],
        ]
    );
    for finding in &answer.findings {
        assert!(
            !finding.message_sv.is_empty() && !finding.remedy_sv.is_empty(),
            "{finding:?}"
        );
        assert!(
            !finding.message_en.contains("212000"),
            "no value is echoed: {finding:?}"
        );
    }
}

async fn a_parent_may_come_after_what_lies_below_it(world: World) {
    let operator = world.operator();
    let organizer = OrganizationRecord {
        key: "huvudman".to_owned(),
        r#type: OrganizationType::Organizer.into(),
        display_name: "VÄSTERÅS KOMMUN".to_owned(),
        organization_number: "2120002080".to_owned(),
        organizer_type: 1,
        ..OrganizationRecord::default()
    };
    let below = unit("20000004", "Apalbyskolan", "2120002080");
    let answer = import(&operator, vec![below, organizer])
        .await
        .expect("taken in");
    assert_eq!(counts(&answer), [2, 0, 0, 0], "{:?}", answer.findings);
    let unit_below_unit = OrganizationRecord {
        parent: Some(by_code("20000004")),
        ..unit("20000005", "Skolan", BERG)
    };
    let answer = import(&operator, vec![unit_below_unit])
        .await
        .expect("taken in");
    assert_eq!(answer.findings[0].rule, "organization.parent_type");
}

async fn the_header_comes_first_and_once(world: World) {
    let operator = world.operator();
    let whole = parts(&request_id(), false, vec![unit("20000006", "Skolan", BERG)]);
    let (header, record) = (whole[0].clone(), whole[1].clone());
    let wrong: [Vec<Part>; 3] = [
        vec![record.clone()],
        vec![],
        vec![header.clone(), record.clone(), header.clone()],
    ];
    for parts in wrong {
        let refusal = send(&operator, parts).await.expect_err("refused");
        assert_eq!(refusal.code(), Code::InvalidArgument);
        let faults = refusal
            .get_details_bad_request()
            .expect("fields are named")
            .field_violations;
        assert_eq!(faults[0].field, "header");
    }
    let none = send(&operator, vec![header])
        .await
        .expect("an import of nothing is one");
    assert_eq!(counts(&none), [0, 0, 0, 0]);
}

async fn only_those_who_register_may_import(world: World) {
    let head = world.head_of("Vallentuna kommun").await;
    let records = vec![unit("20000007", "Skolan", VALLENTUNA)];
    let refusal = import(&head, records.clone()).await.expect_err("refused");
    assert_eq!(refusal.code(), Code::PermissionDenied);
    let officer = world.officer().await;
    assert_eq!(
        counts(&import(&officer, records).await.expect("taken in")),
        [1, 0, 0, 0]
    );
    let moved = OrganizationRecord {
        parent: Some(by_number(BERG)),
        parent_since: "2020-08-01".to_owned(),
        ..unit("20000007", "Skolan", VALLENTUNA)
    };
    assert_eq!(
        counts(&import(&officer, vec![moved]).await.expect("taken in")),
        [0, 1, 0, 0]
    );
}
