//! Who may give which role to whom, and what becomes of it.

mod ending;
mod telling;

use prost_types::Timestamp;
use styrkedja::{
    clock,
    proto::v1::{CreateGrantRequest, Grant, RevokeGrantRequest, Role, WhoAmIRequest},
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::world::{Caller, World, request_id};

stories!(
    a_principal_gives_roles_in_its_own_unit_alone,
    nobody_gains_by_granting,
    every_fault_of_a_grant_is_told_at_once,
    a_request_made_again_gives_the_first_answer,
    a_request_is_known_again_when_the_grant_that_allowed_it_has_ended,
    a_dry_run_gives_nothing,
);

const TEACHER: &str = "exchange:nyanstalld";

async fn create(by: &Caller, request: CreateGrantRequest) -> Result<Grant, Status> {
    let answer = by.access().create_grant(request).await?;
    Ok(answer.into_inner().grant.expect("the grant is answered"))
}

async fn revoke(by: &Caller, id: &str) -> Result<Grant, Status> {
    let request = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: false,
        id: id.to_owned(),
    };
    let answer = by.access().revoke_grant(request).await?;
    Ok(answer.into_inner().grant.expect("the grant is answered"))
}

async fn grants_of(caller: &Caller) -> Vec<Grant> {
    let answer = caller
        .access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("the caller is let in");
    answer.into_inner().grants
}

fn teacher(world: &World, at: &str) -> CreateGrantRequest {
    CreateGrantRequest {
        subject: TEACHER.to_owned(),
        ..world.request(Role::Teacher, at)
    }
}

fn in_days(days: i64) -> Timestamp {
    clock::now().plus_seconds(days * 86_400).into()
}

/// The fields at fault, in the order told.
fn fields(refusal: &Status) -> Vec<String> {
    assert_eq!(refusal.code(), Code::InvalidArgument, "{refusal}");
    let details = refusal
        .get_details_bad_request()
        .expect("the details name the fields");
    details
        .field_violations
        .into_iter()
        .map(|violation| violation.field)
        .collect()
}

async fn a_principal_gives_roles_in_its_own_unit_alone(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let grant = create(&principal, teacher(&world, "Karbyskolan"))
        .await
        .expect("its own unit");
    assert_eq!(
        grants_of(&world.somebody(TEACHER)).await,
        [grant],
        "it counts for the very next call"
    );

    let elsewhere = create(&principal, teacher(&world, "Ormsta förskola"))
        .await
        .expect_err("another unit");
    assert_eq!(elsewhere.code(), Code::NotFound);
    let above = create(&principal, teacher(&world, "Vallentuna kommun"))
        .await
        .expect_err("the organizer");
    assert_eq!(
        above.code(),
        Code::PermissionDenied,
        "seen, and out of reach"
    );
    let head = CreateGrantRequest {
        subject: TEACHER.to_owned(),
        ..world.request(Role::OrganizerHead, "Vallentuna kommun")
    };
    let more = create(&principal, head)
        .await
        .expect_err("a role it may not give");
    assert_eq!(more.code(), Code::PermissionDenied);
}

async fn nobody_gains_by_granting(world: World) {
    let officer = world.officer().await;
    let oneself = CreateGrantRequest {
        subject: officer.subject.clone(),
        ..world.request(Role::OrganizerHead, "Vallentuna kommun")
    };
    assert_eq!(
        fields(&create(&officer, oneself).await.expect_err("to oneself")),
        ["subject"]
    );

    // A principal for a week makes nobody a teacher for longer.
    let request = CreateGrantRequest {
        not_after: Some(in_days(7)),
        ..world.request(Role::Principal, "Karbyskolan")
    };
    let substitute = world.granted(&officer, request).await;
    for not_after in [None, Some(in_days(8))] {
        let longer = CreateGrantRequest {
            not_after,
            ..teacher(&world, "Karbyskolan")
        };
        let refusal = create(&substitute, longer)
            .await
            .expect_err("beyond its own end");
        assert_eq!(fields(&refusal), ["not_after"]);
    }
    let within = CreateGrantRequest {
        not_after: Some(in_days(6)),
        ..teacher(&world, "Karbyskolan")
    };
    create(&substitute, within)
        .await
        .expect("within its own end");

    // A principal of one round makes nobody a teacher of all.
    let request = CreateGrantRequest {
        round: "sbs-2019-1".to_owned(),
        ..world.request(Role::Principal, "Ormsta förskola")
    };
    let of_a_round = world.granted(&officer, request).await;
    let refusal = create(&of_a_round, teacher(&world, "Ormsta förskola"))
        .await
        .expect_err("for all rounds");
    assert_eq!(refusal.code(), Code::PermissionDenied);
    let same = CreateGrantRequest {
        round: "sbs-2019-1".to_owned(),
        ..teacher(&world, "Ormsta förskola")
    };
    create(&of_a_round, same).await.expect("for its own round");
}

async fn every_fault_of_a_grant_is_told_at_once(world: World) {
    let officer = world.officer().await;
    let request = CreateGrantRequest {
        not_after: Some(in_days(-1)),
        ..world.request(Role::Researcher, "Uppsala universitet")
    };
    let refusal = create(&officer, request)
        .await
        .expect_err("everything is wrong");
    assert_eq!(
        fields(&refusal),
        [
            "organization_id",
            "home_organization_id",
            "round",
            "not_after"
        ]
    );

    let observer = |days| CreateGrantRequest {
        home_organization_id: world.id_of("Skolverket"),
        not_after: days,
        ..world.request(Role::Observer, "Karbyskolan")
    };
    for end in [None, Some(in_days(400))] {
        assert_eq!(
            fields(
                &create(&officer, observer(end))
                    .await
                    .expect_err("no end within a year")
            ),
            ["not_after"]
        );
    }
    for (role, home) in [
        (Role::MethodSupporter, "Bergs kommun"),
        (Role::MethodSupporter, "Uppsala universitet"),
        (Role::Observer, "Bergs kommun"),
    ] {
        let from_elsewhere = CreateGrantRequest {
            home_organization_id: world.id_of(home),
            not_after: (role == Role::Observer).then(|| in_days(30)),
            ..world.request(role, "Karbyskolan")
        };
        let refusal = create(&officer, from_elsewhere).await;
        assert_eq!(
            fields(&refusal.expect_err("not where the role comes from")),
            ["home_organization_id"]
        );
    }
    let nobody = CreateGrantRequest {
        subject: "skolfederation:anna".to_owned(),
        ..world.request(Role::Teacher, "Karbyskolan")
    };
    let refusal = create(&officer, nobody).await;
    assert_eq!(fields(&refusal.expect_err("no such issuer")), ["subject"]);
    let moved = CreateGrantRequest {
        home_organization_id: world.id_of("Skolverket"),
        ..teacher(&world, "Karbyskolan")
    };
    assert_eq!(
        fields(&create(&officer, moved).await.expect_err("another home")),
        ["home_organization_id"]
    );
}

async fn a_request_made_again_gives_the_first_answer(world: World) {
    let officer = world.officer().await;
    let request = teacher(&world, "Karbyskolan");
    let first = create(&officer, request.clone())
        .await
        .expect("the first try");
    let again = create(&officer, request.clone())
        .await
        .expect("the same again");
    assert_eq!(first, again);
    let other = CreateGrantRequest {
        round: "sbs-2019-1".to_owned(),
        ..request
    };
    let refusal = create(&officer, other)
        .await
        .expect_err("another request by the same id");
    assert_eq!(refusal.code(), Code::AlreadyExists);
    assert_eq!(grants_of(&world.somebody(TEACHER)).await.len(), 1);
}

async fn a_request_is_known_again_when_the_grant_that_allowed_it_has_ended(world: World) {
    let officer = world.officer().await;
    let head = world.head_of("Vallentuna kommun").await;
    let also_principal = CreateGrantRequest {
        subject: head.subject.clone(),
        ..world.request(Role::Principal, "Karbyskolan")
    };
    create(&officer, also_principal)
        .await
        .expect("of another home");
    let request = teacher(&world, "Karbyskolan");
    let first = create(&head, request.clone()).await.expect("as head");
    let as_head = head.grant.clone().expect("the world granted it");
    revoke(&officer, &as_head.id).await.expect("no longer head");
    let again = create(&head, request).await.expect("as principal");
    assert_eq!(first, again);
    assert_eq!(grants_of(&world.somebody(TEACHER)).await.len(), 1);
}

async fn a_dry_run_gives_nothing(world: World) {
    let officer = world.officer().await;
    let request = CreateGrantRequest {
        validate_only: true,
        ..teacher(&world, "Karbyskolan")
    };
    create(&officer, request.clone())
        .await
        .expect("it would go in");
    assert!(grants_of(&world.somebody(TEACHER)).await.is_empty());
    let in_earnest = CreateGrantRequest {
        validate_only: false,
        ..request
    };
    let grant = create(&officer, in_earnest)
        .await
        .expect("the id is not used up by a dry run");
    let request = RevokeGrantRequest {
        request_id: request_id(),
        validate_only: true,
        id: grant.id,
    };
    officer
        .access()
        .revoke_grant(request)
        .await
        .expect("it would be revoked");
    assert_eq!(grants_of(&world.somebody(TEACHER)).await.len(), 1);
}
