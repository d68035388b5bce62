//! Who may give which role to whom, how it ends, and what callers are told of their own access.

use std::time::Duration;

use futures::{StreamExt, stream};
use prost_types::Timestamp;
use styrkedja::{
    client::Client,
    clock,
    proto::v1::{
        AccessStep, CreateGrantRequest, DocumentKind, ExplainAccessRequest, ExplainAccessResponse,
        Grant, ListDocumentsRequest, ListGrantsRequest, RevokeGrantRequest, Role, WhoAmIRequest,
        explain_access_request::Target,
    },
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
    a_revoked_grant_ends_at_once_and_stays_ended,
    an_operator_always_remains,
    pages_hold_every_grant_once_and_serve_their_caller_alone,
    an_explanation_tells_nothing_of_what_is_not_seen,
    who_is_refused_often_keeps_the_connection,
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

async fn a_revoked_grant_ends_at_once_and_stays_ended(world: World) {
    let officer = world.officer().await;
    let grant = create(&officer, teacher(&world, "Karbyskolan"))
        .await
        .expect("it is given");
    let somebody = world.somebody(TEACHER);
    somebody
        .documents()
        .list_documents(ListDocumentsRequest::default())
        .await
        .expect("a teacher reads");

    let stranger = revoke(&world.principal_of("Ormsta förskola").await, &grant.id).await;
    assert_eq!(
        stranger.expect_err("of another unit").code(),
        Code::NotFound
    );
    let operator = revoke(&world.operator(), &grant.id).await;
    assert_eq!(
        operator.expect_err("a role it does not give").code(),
        Code::PermissionDenied
    );

    let revoked = revoke(&officer, &grant.id).await.expect("it is revoked");
    assert!(revoked.revoke_time.is_some());
    let refusal = somebody
        .documents()
        .list_documents(ListDocumentsRequest::default())
        .await;
    assert_eq!(
        refusal.expect_err("no longer a teacher").code(),
        Code::PermissionDenied
    );
    assert_eq!(
        revoke(&officer, &grant.id)
            .await
            .expect("once more changes nothing"),
        revoked
    );
}

async fn an_operator_always_remains(world: World) {
    let operator = world.operator();
    let [own] = &grants_of(&operator).await[..] else {
        panic!("the first operator has one grant");
    };
    let refused = |answer: Result<Grant, Status>| {
        let refusal = answer.expect_err("it is the last");
        assert_eq!(refusal.code(), Code::FailedPrecondition);
        let info = refusal.get_details_error_info().expect("a reason");
        assert_eq!(info.reason, "LAST_OPERATOR");
    };
    refused(revoke(&operator, &own.id).await);

    // Who stands in for a while is none that remains.
    let substitute = CreateGrantRequest {
        subject: "exchange:substitute".to_owned(),
        not_after: Some(in_days(7)),
        ..world.request(Role::Operator, "Skolverket")
    };
    let substitute = create(&operator, substitute).await.expect("for a week");
    refused(revoke(&operator, &own.id).await);
    revoke(&operator, &substitute.id)
        .await
        .expect("another remains");

    let second = CreateGrantRequest {
        subject: "exchange:second-operator".to_owned(),
        ..world.request(Role::Operator, "Skolverket")
    };
    let second = create(&operator, second).await.expect("without an end");
    revoke(&operator, &own.id).await.expect("another remains");
    let operator = world.somebody("exchange:second-operator");
    refused(revoke(&operator, &second.id).await);
}

async fn pages_hold_every_grant_once_and_serve_their_caller_alone(world: World) {
    let officer = world.officer().await;
    for n in 0..7 {
        let subject = format!("exchange:larare-{n}");
        create(
            &officer,
            CreateGrantRequest {
                subject,
                ..teacher(&world, "Karbyskolan")
            },
        )
        .await
        .expect("it is given");
    }
    let asked = ListGrantsRequest {
        organization_id: world.id_of("Karbyskolan"),
        page_size: 3,
        ..ListGrantsRequest::default()
    };
    let (mut ids, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let request = ListGrantsRequest {
            page_token: page_token.clone(),
            ..asked.clone()
        };
        let page = officer
            .access()
            .list_grants(request)
            .await
            .expect("a page")
            .into_inner();
        pages += 1;
        ids.extend(page.grants.into_iter().map(|grant| grant.id));
        if page.next_page_token.is_empty() {
            break;
        }
        page_token = page.next_page_token;
    }
    assert_eq!((pages, ids.len()), (3, 7));
    assert!(ids.is_sorted());

    let request = ListGrantsRequest {
        page_token,
        ..asked
    };
    let principal = world.principal_of("Karbyskolan").await;
    let foreign = principal
        .access()
        .list_grants(request.clone())
        .await
        .expect_err("another caller");
    let filters = ListGrantsRequest {
        subject: TEACHER.to_owned(),
        ..request
    };
    let changed = officer
        .access()
        .list_grants(filters)
        .await
        .expect_err("other filters");
    for refusal in [foreign, changed] {
        assert_eq!(refusal.code(), Code::InvalidArgument);
        let info = refusal
            .get_details_error_info()
            .expect("the details name the reason");
        assert_eq!(info.reason, "CURSOR_INVALID");
    }
}

async fn explain(caller: &Caller, method: &str, target: Option<Target>) -> ExplainAccessResponse {
    let request = ExplainAccessRequest {
        method: format!("styrkedja.v1.{method}"),
        target,
        kind: DocumentKind::Analysis.into(),
    };
    caller
        .access()
        .explain_access(request)
        .await
        .expect("everybody may ask")
        .into_inner()
}

async fn an_explanation_tells_nothing_of_what_is_not_seen(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let method = "DocumentService/CreateDocument";
    let owner = |id: String| Some(Target::OrganizationId(id));
    let own = explain(&principal, method, owner(world.id_of("Karbyskolan"))).await;
    assert!(own.allowed, "{own:?}");
    let unseen = explain(&principal, method, owner(world.id_of("Svenstaviks skola"))).await;
    let missing = explain(&principal, method, owner(clock::new_id().to_string())).await;
    assert_eq!(unseen, missing);
    assert_eq!(unseen.status, "NOT_FOUND");
    assert_eq!(unseen.grants[0].stopped_at(), AccessStep::Reach);

    let review = explain(&principal, "DocumentService/ReviewDocument", None).await;
    assert_eq!(
        (review.status.as_str(), review.grants[0].stopped_at()),
        ("PERMISSION_DENIED", AccessStep::Act)
    );
    let stranger = explain(&world.stranger(), method, owner(world.id_of("Karbyskolan"))).await;
    assert_eq!(
        (stranger.status.as_str(), stranger.grants.len()),
        ("PERMISSION_DENIED", 0)
    );
}

async fn who_is_refused_often_keeps_the_connection(world: World) {
    let stranger = &world.stranger();
    let refused = stream::iter(0..3000).map(|_| async move {
        let answer = stranger
            .documents()
            .list_documents(ListDocumentsRequest::default())
            .await;
        answer.expect_err("a stranger reads nothing").code()
    });
    let others = refused
        .buffer_unordered(90)
        .filter(|code| std::future::ready(*code != Code::PermissionDenied));
    let others: Vec<Code> = others.collect().await;
    assert!(others.is_empty(), "{others:?}");
}

/// On every server process of one database, within five seconds.
#[test]
fn what_one_server_grants_or_revokes_counts_on_another() {
    crate::world::tell(crate::world::Engine::Postgres, |world| async move {
        let (other, channel) = world.another_server().await;
        let officer = world.officer().await;
        let token = world.token_of(TEACHER);
        let client = Client::new(&channel, Some(&token)).expect("the token can be sent");
        let grant = create(&officer, teacher(&world, "Karbyskolan"))
            .await
            .expect("it is given");
        within_five_seconds(&client, true).await;
        revoke(&officer, &grant.id).await.expect("it is revoked");
        within_five_seconds(&client, false).await;
        other.stop().await;
    });
}

async fn within_five_seconds(client: &Client, may: bool) {
    let began = tokio::time::Instant::now();
    loop {
        let answer = client
            .documents
            .clone()
            .list_documents(ListDocumentsRequest::default())
            .await;
        if answer.is_ok() == may {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "still {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
