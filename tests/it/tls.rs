//! A server with a certificate: who trusts it is answered, and nothing is answered in the open.

use std::{fs, path::Path};

use styrkedja::{
    client::{self, Client},
    config::{Config, Tls},
    exchange::StartError,
    proto::v1::WhoAmIRequest,
    server,
};

use crate::world::World;

stories!(with_a_certificate_all_calls_are_encrypted);

async fn with_a_certificate_all_calls_are_encrypted(world: World) {
    let tls = certified(world.place().folder());
    world.stop().await;
    let mut config = Config::clone(world.config());

    config.tls = Some(Tls {
        key: world.place().folder().join("missing.pem"),
        ..tls.clone()
    });
    let refused = server::start(&config).await.expect_err("there is no key");
    assert!(matches!(refused, StartError::Tls { .. }), "{refused}");
    config.tls = Some(Tls {
        key: tls.certificate.clone(),
        ..tls.clone()
    });
    let refused = server::start(&config).await.expect_err("it is no key");
    assert!(matches!(refused, StartError::Transport(_)), "{refused}");

    config.tls = Some(tls.clone());
    let running = server::start(&config).await.expect("the server starts");
    let port = running.address().port();
    let encrypted = format!("https://localhost:{port}");
    let trusting = client::connect(&encrypted, Some(&tls.certificate)).await;
    let client = Client::new(
        &trusting.expect("the certificate is trusted"),
        Some(&world.token_of("exchange:operator")),
    );
    let mut access = client.expect("the token can be sent").access;
    let answer = access.who_am_i(WhoAmIRequest {}).await;
    let answer = answer.expect("it is let in").into_inner();
    assert_eq!(answer.subject, "exchange:operator");

    let doubting = client::connect(&encrypted, None).await;
    assert!(doubting.is_err(), "nobody vouches for the certificate");
    if let Ok(open) = client::connect(&format!("http://localhost:{port}"), None).await {
        let client = Client::new(&open, Some(&world.token_of("exchange:operator")));
        let mut access = client.expect("the token can be sent").access;
        let answer = access.who_am_i(WhoAmIRequest {}).await;
        assert!(answer.is_err(), "nothing is answered in the open");
    }
    running.stop().await;
}

/// A certificate for this machine that nobody else vouches for.
fn certified(folder: &Path) -> Tls {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
    let made = made.expect("a certificate can be made");
    let tls = Tls {
        certificate: folder.join("certificate.pem"),
        key: folder.join("certificate-key.pem"),
    };
    fs::write(&tls.certificate, made.cert.pem()).expect("it can be written");
    fs::write(&tls.key, made.signing_key.serialize_pem()).expect("it can be written");
    tls
}
