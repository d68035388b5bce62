//! Tokens that must not be accepted, each sent over the wire. All are answered alike.

use std::time::Duration;

use styrkedja::{
    access::own_key::{self, OwnKey},
    clock,
    proto::v1::WhoAmIRequest,
};
use tonic::{Code, Request, Status, metadata::MetadataValue};

use crate::world::{AUDIENCE, Caller, ISSUER, World};

stories!(
    what_another_has_signed_is_not_accepted,
    what_is_too_old_too_new_or_for_another_is_not_accepted,
    a_token_counts_in_its_place_only,
    all_are_answered_alike
);

/// A token that differs from a good one in what is given.
fn token(key: &OwnKey, issuer: &str, audience: &str, begins_in: i64) -> String {
    let now = clock::now().seconds() + begins_in;
    key.mint(issuer, audience, "operator", Duration::from_mins(1), now)
        .expect("a token is signed")
}

async fn answer(caller: &Caller) -> Result<String, Status> {
    let answer = caller.access().who_am_i(WhoAmIRequest {}).await?;
    Ok(answer.into_inner().subject)
}

async fn refusal(world: &World, token: &str) -> Status {
    let refused = answer(&world.with_token(Some(token)))
        .await
        .expect_err("the token is not accepted");
    assert_eq!(refused.code(), Code::Unauthenticated, "{token}");
    refused
}

async fn what_another_has_signed_is_not_accepted(world: World) {
    let good = token(world.key(), ISSUER, AUDIENCE, 0);
    assert_eq!(
        answer(&world.with_token(Some(&good)))
            .await
            .expect("a good one is"),
        "exchange:operator"
    );

    let other =
        own_key::create(&world.place().folder().join("other.key")).expect("another key is made");
    refusal(&world, &token(&other, ISSUER, AUDIENCE, 0)).await;

    let (signed, signature) = good.rsplit_once('.').expect("a token has a signature");
    refusal(&world, &format!("{signed}.")).await;
    refusal(&world, signed).await;
    refusal(&world, &format!("{good}.{signature}")).await;
    // {"alg":"none"} before the claims of a good token.
    let claims = signed.split_once('.').expect("a token has claims").1;
    refusal(&world, &format!("eyJhbGciOiJub25lIn0.{claims}.")).await;
    refusal(&world, &format!("eyJhbGciOiJub25lIn0.{claims}.{signature}")).await;
}

async fn what_is_too_old_too_new_or_for_another_is_not_accepted(world: World) {
    refusal(&world, &token(world.key(), ISSUER, AUDIENCE, -3600)).await;
    refusal(&world, &token(world.key(), ISSUER, AUDIENCE, 3600)).await;
    refusal(&world, &token(world.key(), ISSUER, "another exchange", 0)).await;
    refusal(
        &world,
        &token(world.key(), "https://another.example.se", AUDIENCE, 0),
    )
    .await;
    refusal(&world, &"x".repeat(9000)).await;
}

async fn a_token_counts_in_its_place_only(world: World) {
    let good = token(world.key(), ISSUER, AUDIENCE, 0);
    let misplaced = [
        ("authorization", good.clone()),
        ("authorization", format!("Basic {good}")),
        ("x-authorization", format!("Bearer {good}")),
        ("cookie", format!("authorization=Bearer {good}")),
    ];
    for (name, value) in misplaced {
        let mut request = Request::new(WhoAmIRequest {});
        request
            .metadata_mut()
            .insert(name, value.parse().expect("the value can be sent"));
        let refused = world
            .nobody()
            .access()
            .who_am_i(request)
            .await
            .expect_err("it is not looked at there");
        assert_eq!(refused.code(), Code::Unauthenticated, "{name}");
    }
    // Two of them: nobody can tell which one is meant.
    let mut request = Request::new(WhoAmIRequest {});
    for subject in ["operator", "stranger"] {
        let value: MetadataValue<_> = format!("Bearer {}", world.token_of(subject))
            .parse()
            .expect("it can be sent");
        request.metadata_mut().append("authorization", value);
    }
    let refused = world
        .nobody()
        .access()
        .who_am_i(request)
        .await
        .expect_err("two are none");
    assert_eq!(refused.code(), Code::Unauthenticated);
}

async fn all_are_answered_alike(world: World) {
    let first = refusal(&world, "none").await;
    for other in [
        token(world.key(), ISSUER, AUDIENCE, -3600),
        token(world.key(), ISSUER, "another exchange", 0),
        "a.b.c".to_owned(),
    ] {
        let refused = refusal(&world, &other).await;
        assert_eq!(
            (refused.message(), refused.details()),
            (first.message(), first.details())
        );
    }
    let nobody = answer(&world.nobody())
        .await
        .expect_err("a token is needed");
    assert_eq!(
        (nobody.message(), nobody.details()),
        (first.message(), first.details())
    );
}
