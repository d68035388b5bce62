//! Web pages in a browser, in the very bytes that browsers send: preflights, calls over gRPC-Web, and a server that stops.

use std::time::Duration;

use styrkedja::clock;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::world::{WEB_ORIGIN, World};

stories!(
    a_preflight_is_answered_without_a_token,
    a_page_of_another_origin_is_not_let_in,
    a_page_may_read_the_answer_and_the_refusal,
    a_call_to_a_stopping_server_is_told_to_try_again,
);

const WHO_AM_I: &str = "/styrkedja.v1.AccessService/WhoAmI";
/// A frame with an empty message.
const EMPTY: &str = "\0\0\0\0\0";

async fn a_preflight_is_answered_without_a_token(world: World) {
    let answer = ask(&world, &preflight(WEB_ORIGIN)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(
        header(&answer, "access-control-allow-origin"),
        Some(WEB_ORIGIN)
    );
    assert_eq!(
        header(&answer, "access-control-allow-methods"),
        Some("POST")
    );
    let headers = header(&answer, "access-control-allow-headers").expect("it is told");
    for needed in [
        "authorization",
        "content-type",
        "x-grpc-web",
        "grpc-timeout",
    ] {
        assert!(headers.contains(needed), "{needed}: {headers}");
    }
    // Tokens are put on calls by the page; nothing that the browser keeps is sent along.
    assert_eq!(header(&answer, "access-control-allow-credentials"), None);
}

async fn a_page_of_another_origin_is_not_let_in(world: World) {
    for origin in ["https://other.example.se", "http://app.example.se", "null"] {
        let answer = ask(&world, &preflight(origin)).await;
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

async fn a_page_may_read_the_answer_and_the_refusal(world: World) {
    let token = world.token_of(&world.principal_of("Karbyskolan").await.subject);
    let answer = ask(&world, &call(&format!("Authorization: Bearer {token}\r\n"))).await;
    assert!(answer.contains("grpc-status:0"), "{answer}");
    let refused = ask(&world, &call("")).await;
    assert_eq!(header(&refused, "grpc-status"), Some("16"));
    for answer in [answer, refused] {
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            Some(WEB_ORIGIN)
        );
        let readable = header(&answer, "access-control-expose-headers").expect("it is told");
        for needed in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
            assert!(readable.contains(needed), "{needed}: {readable}");
        }
    }
}

/// The call has begun when the server is told to stop, and arrives after.
async fn a_call_to_a_stopping_server_is_told_to_try_again(world: World) {
    let token = world.token_of(&world.principal_of("Karbyskolan").await.subject);
    let call = call(&format!("Authorization: Bearer {token}\r\n"));
    let (first, rest) = call.split_at(call.len() / 2);
    let address = address(&world);
    let mut caller = connect(&address).await.expect("the server listens");
    caller
        .write_all(first.as_bytes())
        .await
        .expect("it is sent");
    // A server that has read nothing of a call yet just closes the connection.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let stopping = tokio::spawn({
        let world = world.clone();
        async move { world.stop().await }
    });
    let began = clock::now();
    while connect(&address).await.is_ok() {
        assert!(
            clock::now().seconds() - began.seconds() < 10,
            "it listens on"
        );
    }
    caller.write_all(rest.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    caller
        .read_to_end(&mut answer)
        .await
        .expect("it is answered");
    let answer = String::from_utf8_lossy(&answer);
    assert_eq!(header(&answer, "grpc-status"), Some("14"), "{answer}");
    assert!(
        header(&answer, "grpc-status-details-bin").is_some(),
        "{answer}"
    );
    stopping.await.expect("the server stops");
}

fn preflight(origin: &str) -> String {
    format!(
        "OPTIONS {WHO_AM_I} HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\
         Access-Control-Request-Headers: authorization,content-type,x-grpc-web\r\nConnection: close\r\n\r\n"
    )
}

/// A call of a page, with more headers if need be.
fn call(headers: &str) -> String {
    format!(
        "POST {WHO_AM_I} HTTP/1.1\r\nHost: localhost\r\nOrigin: {WEB_ORIGIN}\r\nContent-Type: application/grpc-web+proto\r\n\
         X-Grpc-Web: 1\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{EMPTY}",
        EMPTY.len()
    )
}

/// Sends a request and gives all that comes back.
async fn ask(world: &World, request: &str) -> String {
    let mut caller = connect(&address(world)).await.expect("the server listens");
    caller
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut answer = Vec::new();
    caller
        .read_to_end(&mut answer)
        .await
        .expect("it is answered");
    String::from_utf8_lossy(&answer).into_owned()
}

fn address(world: &World) -> String {
    let address = world.address();
    address.trim_start_matches("http://").to_owned()
}

async fn connect(address: &str) -> std::io::Result<TcpStream> {
    TcpStream::connect(address).await
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let mut values = headers.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value)
}
