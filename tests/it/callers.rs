//! Who the callers of the stories are to the exchange.

use styrkedja::proto::v1::{Role, WhoAmIRequest};
use tonic::Code;

use crate::world::World;

stories!(
    everybody_is_who_they_were_granted_to_be,
    a_stranger_is_known_and_holds_nothing,
    nobody_is_not_let_in
);

async fn everybody_is_who_they_were_granted_to_be(world: World) {
    let callers = [
        (world.officer().await, Role::AgencyOfficer),
        (world.analyst().await, Role::AgencyAnalyst),
        (
            world.method_supporter_of("Karbyskolan").await,
            Role::MethodSupporter,
        ),
        (
            world.head_of("Vallentuna kommun").await,
            Role::OrganizerHead,
        ),
        (
            world.area_manager_of("Verksamhetsområde grundskola").await,
            Role::AreaManager,
        ),
        (
            world.quality_developer_of("Vallentuna kommun").await,
            Role::QualityDeveloper,
        ),
        (
            world.board_of("Vallentuna kommun").await,
            Role::GoverningBoard,
        ),
        (world.principal_of("Karbyskolan").await, Role::Principal),
        (world.teacher_of("Ormsta förskola").await, Role::Teacher),
        (
            world.coordinator_of("Uppsala universitet").await,
            Role::UniversityCoordinator,
        ),
        (
            world.researcher_of("Vallentuna kommun").await,
            Role::Researcher,
        ),
        (
            world.organizer_system_of("Bergs kommun").await,
            Role::OrganizerSystem,
        ),
        (
            world.university_system_of("Uppsala universitet").await,
            Role::UniversitySystem,
        ),
        (world.observer_of("Svenstaviks skola").await, Role::Observer),
    ];
    for (caller, role) in callers {
        let answer = caller
            .access()
            .who_am_i(WhoAmIRequest {})
            .await
            .expect("the caller is let in")
            .into_inner();
        assert_eq!(answer.subject, caller.subject);
        assert_eq!(
            answer.grants,
            [caller.grant.expect("the world granted it")],
            "{role:?}"
        );
        assert_eq!(answer.grants[0].role(), role);
    }
    let operator = world
        .operator()
        .access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("the operator is let in");
    assert_eq!(operator.into_inner().grants[0].role(), Role::Operator);
}

async fn a_stranger_is_known_and_holds_nothing(world: World) {
    let answer = world
        .stranger()
        .access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("a token is enough to ask");
    let answer = answer.into_inner();
    assert_eq!(answer.subject, "exchange:stranger");
    assert!(answer.grants.is_empty());
}

async fn nobody_is_not_let_in(world: World) {
    let refused = world
        .nobody()
        .access()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect_err("a token is needed");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let refused = world
        .with_token(Some("a.b.c"))
        .access()
        .who_am_i(WhoAmIRequest {})
        .await;
    assert_eq!(
        refused.expect_err("not just any token").code(),
        Code::Unauthenticated
    );
}
