//! What never gets as far as a service: requests that break the contract, whatever bytes they are made of.

use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes};
use prost::Message as _;
use styrkedja::proto::v1::{CreateDocumentRequest, Document, ExternalId, GetDocumentRequest};
use tokio_stream::Stream;
use tonic::{
    Code, Request, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tonic_types::StatusExt as _;

use crate::world::World;

stories!(
    everything_wrong_with_a_request_is_named_at_once,
    bytes_that_are_no_message_are_told_apart,
    what_the_contract_does_not_have_is_refused,
    a_request_above_the_limit_of_its_method_is_too_large,
    four_mebibytes_of_empty_messages_are_refused_at_once,
    who_may_not_call_learns_nothing_of_the_fields,
    a_method_that_is_not_there_has_its_reason,
    a_call_of_no_message_or_of_two_is_refused,
    a_compressed_request_has_its_reason,
);

const CREATE: &str = "/styrkedja.v1.DocumentService/CreateDocument";
const GET: &str = "/styrkedja.v1.DocumentService/GetDocument";

async fn everything_wrong_with_a_request_is_named_at_once(world: World) {
    let caller = world.principal_of("Karbyskolan").await;
    let request = CreateDocumentRequest {
        request_id: "first".to_owned(),
        document: Some(Document {
            round: "Hösten 2026".to_owned(),
            external_id: Some(ExternalId {
                scheme: "stratsys".to_owned(),
                value: "a\0b".to_owned(),
            }),
            kind: 99,
            ..Document::default()
        }),
        ..CreateDocumentRequest::default()
    };
    let refused = caller
        .documents()
        .create_document(request)
        .await
        .expect_err("it breaks the contract");
    assert_eq!(
        told(&refused),
        (Code::InvalidArgument, "FIELDS_INVALID".to_owned())
    );
    let violations = refused
        .get_details_bad_request()
        .expect("details")
        .field_violations;
    let fields: Vec<_> = violations
        .iter()
        .map(|told| (told.field.as_str(), told.reason.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("request_id", "STRING_UUID"),
            ("document.kind", "ENUM_DEFINED_ONLY"),
            ("document.external_id.value", "STRING_CONTROL_CHARACTERS"),
            ("document.round", "STRING_PATTERN"),
        ]
    );
    let told = format!("{refused:?} {violations:?}");
    assert!(!told.contains("Hösten"), "the value is never told: {told}");
}

async fn bytes_that_are_no_message_are_told_apart(world: World) {
    let token = token_of_a_principal(&world).await;
    for bytes in [&[0x0A][..], &[0x0A, 200, 1], &[0x80; 12], &[0x07, 0]] {
        let refused = send(&world, &token, GET, bytes).await;
        assert_eq!(
            told(&refused),
            (Code::Internal, "MALFORMED".to_owned()),
            "{bytes:?}"
        );
    }
}

async fn what_the_contract_does_not_have_is_refused(world: World) {
    let token = token_of_a_principal(&world).await;
    let valid = GetDocumentRequest {
        id: styrkedja::clock::new_id().to_string(),
        revision: 1,
    }
    .encode_to_vec();
    let not_utf8 = [&[0x0A, 36][..], &[0xFF; 36]].concat();
    let cases = [
        (valid.clone(), Code::NotFound, "NOT_FOUND"),
        (
            [&valid[..], &[0xF8, 0x07, 1]].concat(),
            Code::InvalidArgument,
            "FIELDS_INVALID",
        ),
        (valid.repeat(2), Code::InvalidArgument, "FIELDS_INVALID"),
        (vec![0x08, 1], Code::InvalidArgument, "FIELDS_INVALID"),
        (not_utf8, Code::InvalidArgument, "FIELDS_INVALID"),
    ];
    for (bytes, code, reason) in cases {
        assert_eq!(
            told(&send(&world, &token, GET, &bytes).await),
            (code, reason.to_owned()),
            "{bytes:?}"
        );
    }
}

async fn a_request_above_the_limit_of_its_method_is_too_large(world: World) {
    let token = token_of_a_principal(&world).await;
    // The first two reach the limit of the method, the others that of the transport.
    for (path, bytes) in [
        (GET, 4_097),
        (CREATE, 524_289),
        (GET, 3_000_000),
        (CREATE, 5_000_000),
    ] {
        let refused = send(&world, &token, path, &vec![0x0A; bytes]).await;
        assert_eq!(
            told(&refused),
            (Code::ResourceExhausted, "REQUEST_TOO_LARGE".to_owned()),
            "{path} {bytes}"
        );
        let limit =
            refused.get_details_error_info().expect("details").metadata["max_request_bytes"]
                .clone();
        assert_eq!(limit, if path == GET { "4096" } else { "524288" });
    }
}

async fn four_mebibytes_of_empty_messages_are_refused_at_once(world: World) {
    let token = token_of_a_principal(&world).await;
    for size in [4 * 1024 * 1024, 500_000] {
        let start = Instant::now();
        let refused = send(&world, &token, CREATE, &[0x1A, 0x00].repeat(size / 2)).await;
        assert_eq!(
            told(&refused),
            (Code::ResourceExhausted, "REQUEST_TOO_LARGE".to_owned()),
            "{size}"
        );
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{size}: {:?}",
            start.elapsed()
        );
    }
}

async fn who_may_not_call_learns_nothing_of_the_fields(world: World) {
    let broken = [0xF8, 0x07, 1];
    let refused = send(&world, "no token", CREATE, &broken).await;
    assert_eq!(
        told(&refused),
        (Code::Unauthenticated, "TOKEN_NOT_ACCEPTED".to_owned())
    );
    let analyst = world.analyst().await;
    let refused = send(&world, &world.token_of(&analyst.subject), CREATE, &broken).await;
    assert_eq!(
        told(&refused),
        (Code::PermissionDenied, "ROLE_MAY_NOT".to_owned())
    );
}

async fn a_method_that_is_not_there_has_its_reason(world: World) {
    let token = token_of_a_principal(&world).await;
    for path in [
        "/styrkedja.v1.DocumentService/DeleteDocument",
        "/styrkedja.v2.DocumentService/GetDocument",
    ] {
        let refused = send(&world, &token, path, &[]).await;
        assert_eq!(
            told(&refused),
            (Code::Unimplemented, "NO_SUCH_METHOD".to_owned()),
            "{path}"
        );
    }
}

async fn a_call_of_no_message_or_of_two_is_refused(world: World) {
    let token = token_of_a_principal(&world).await;
    let valid = Bytes::from(
        GetDocumentRequest {
            id: styrkedja::clock::new_id().to_string(),
            revision: 1,
        }
        .encode_to_vec(),
    );
    // The control: what is refused of one alone is that the document is not there.
    for (count, code, reason) in [
        (0, Code::Internal, "MALFORMED"),
        (1, Code::NotFound, "NOT_FOUND"),
        (2, Code::Internal, "MALFORMED"),
    ] {
        let messages = tokio_stream::iter(vec![valid.clone(); count]);
        let refused = send_all(&world, with_token(&token, messages), GET).await;
        assert_eq!(told(&refused), (code, reason.to_owned()), "{count}");
        assert_eq!(
            refused.message().contains("exactly one message"),
            count != 1,
            "{refused:?}"
        );
    }
}

async fn a_compressed_request_has_its_reason(world: World) {
    let mut request = with_token(
        &token_of_a_principal(&world).await,
        tokio_stream::once(Bytes::new()),
    );
    let gzip = "gzip".parse().expect("an encoding");
    request.metadata_mut().insert("grpc-encoding", gzip);
    let refused = send_all(&world, request, GET).await;
    assert_eq!(
        told(&refused),
        (Code::Unimplemented, "COMPRESSED".to_owned())
    );
    let accepted = refused.metadata().get("grpc-accept-encoding");
    assert_eq!(accepted.expect("it is told").as_bytes(), b"identity");
}

async fn token_of_a_principal(world: &World) -> String {
    world.token_of(&world.principal_of("Karbyskolan").await.subject)
}

fn told(status: &Status) -> (Code, String) {
    let reason = status.get_details_error_info().map(|info| info.reason);
    (status.code(), reason.unwrap_or_default())
}

/// Sends bytes as they are, and gives the refusal.
async fn send(world: &World, token: &str, path: &'static str, bytes: &[u8]) -> Status {
    let message = tokio_stream::once(Bytes::copy_from_slice(bytes));
    send_all(world, with_token(token, message), path).await
}

fn with_token<T>(token: &str, messages: T) -> Request<T> {
    let mut request = Request::new(messages);
    let bearer = format!("Bearer {token}").parse().expect("a token");
    request.metadata_mut().insert("authorization", bearer);
    request
}

/// Sends any number of messages as they are, and gives the refusal.
async fn send_all(
    world: &World,
    request: Request<impl Stream<Item = Bytes> + Send + 'static>,
    path: &'static str,
) -> Status {
    let mut client = tonic::client::Grpc::new(world.channel().clone());
    client.ready().await.expect("the server takes a call");
    let path = http::uri::PathAndQuery::from_static(path);
    let answer = client.client_streaming(request, path, AsTheyAre).await;
    answer.map(|_| ()).expect_err("it is refused")
}

/// Bytes in, bytes out.
struct AsTheyAre;

impl Codec for AsTheyAre {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for AsTheyAre {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, bytes: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(bytes);
        Ok(())
    }
}

impl Decoder for AsTheyAre {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
