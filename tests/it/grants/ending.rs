//! How a grant ends, and where that counts.

use std::time::Duration;

use styrkedja::{
    client::Client,
    proto::v1::{CreateGrantRequest, Grant, ListDocumentsRequest, Role},
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{TEACHER, create, grants_of, in_days, revoke, teacher};
use crate::world::World;

stories!(
    a_revoked_grant_ends_at_once_and_stays_ended,
    an_operator_always_remains,
    operators_who_end_each_other_at_once_do_not_both_go,
);

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

async fn operators_who_end_each_other_at_once_do_not_both_go(world: World) {
    let operator = world.operator();
    let [own] = &grants_of(&operator).await[..] else {
        panic!("the first operator has one grant");
    };
    let second = CreateGrantRequest {
        subject: "exchange:second-operator".to_owned(),
        ..world.request(Role::Operator, "Skolverket")
    };
    let second = create(&operator, second).await.expect("without an end");
    let other = world.somebody("exchange:second-operator");
    // Both are decided on before either is written.
    let held = world.place().hold().await;
    let (first_id, second_id) = (own.id.clone(), second.id);
    let one = tokio::spawn(async move { revoke(&operator, &second_id).await });
    let two = tokio::spawn(async move { revoke(&other, &first_id).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    held.rollback().await.expect("it is released");
    let told = [one, two].map(async |told| told.await.expect("it is answered"));
    let told = futures::future::join_all(told).await;
    let refused: Vec<_> = told.iter().filter_map(|told| told.as_ref().err()).collect();
    let [refused] = refused[..] else {
        panic!("not one alone is refused: {told:?}")
    };
    let info = refused.get_details_error_info().expect("a reason");
    assert_eq!(info.reason, "CHANGED_MEANWHILE");
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
