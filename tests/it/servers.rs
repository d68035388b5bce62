//! Several servers, one database.

use std::time::{Duration, Instant};

use styrkedja::{
    client::Client,
    proto::v1::{Grant, RevokeGrantRequest, Role, WhoAmIRequest},
    server,
};

use crate::world::{Engine, World, request_id};

stories!(
    what_one_server_writes_counts_on_the_other,
    what_was_written_outlives_the_server
);

/// How long a revoked grant may go on counting on another server.
const AT_MOST: Duration = Duration::from_secs(5);

async fn what_one_server_writes_counts_on_the_other(world: World) {
    if world.place().engine() == Engine::Sqlite {
        return a_second_one_is_refused(&world).await;
    }
    let (other, channel) = world.another_server().await;
    let principal = world.principal_of("Karbyskolan").await;
    let there = Client::new(&channel, Some(&world.token_of(&principal.subject)))
        .expect("the token can be sent");
    until(&there, AT_MOST, |grants| {
        grants.iter().any(|grant| grant.role() == Role::Principal)
    })
    .await
    .expect("the grant counts there");
    let control = until(&there, AT_MOST / 5, <[Grant]>::is_empty).await;
    control.expect_err("a grant that nobody has revoked goes on counting");

    let grant = principal.grant.clone().expect("the world granted it");
    let revoke = RevokeGrantRequest {
        request_id: request_id(),
        id: grant.id,
        ..RevokeGrantRequest::default()
    };
    world
        .officer()
        .await
        .access()
        .revoke_grant(revoke)
        .await
        .expect("the grant is revoked");
    until(&there, AT_MOST, <[Grant]>::is_empty)
        .await
        .expect("the grant counts no more");
    other.stop().await;
}

async fn a_second_one_is_refused(world: &World) {
    let refused = server::start(world.config())
        .await
        .expect_err("the file has a server")
        .to_string();
    assert!(refused.contains("in use by another server"), "{refused}");
}

/// Asks the other server until its answer is as expected, or gives the last one when the time is up.
async fn until(
    there: &Client,
    at_most: Duration,
    expected: impl Fn(&[Grant]) -> bool,
) -> Result<(), Vec<Grant>> {
    let began = Instant::now();
    loop {
        let answer = there
            .access
            .clone()
            .who_am_i(WhoAmIRequest {})
            .await
            .expect("the other server answers");
        let grants = answer.into_inner().grants;
        if expected(&grants) {
            return Ok(());
        }
        if began.elapsed() > at_most {
            return Err(grants);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn what_was_written_outlives_the_server(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    world.stop().await;
    let (again, channel) = world.another_server().await;
    let client = Client::new(&channel, Some(&world.token_of(&principal.subject)))
        .expect("the token can be sent");
    let answer = client
        .access
        .clone()
        .who_am_i(WhoAmIRequest {})
        .await
        .expect("the server answers again");
    assert_eq!(
        answer.into_inner().grants,
        [principal.grant.expect("the world granted it")]
    );
    again.stop().await;
}
