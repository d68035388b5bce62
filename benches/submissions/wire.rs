//! The load's side of the wire: one HTTP/2 connection, calls written and answered as bytes. On two processors a client that
//! does more would be measured along with the servers, and hide what they differ in.

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderValue, Request, header::CONTENT_TYPE};
use prost::Message;
use tokio::net::TcpStream;

/// A gRPC message begins with a byte for compression and its length.
const PREFIX: usize = 5;

#[derive(Clone)]
pub struct Wire {
    requests: SendRequest<Bytes>,
    uri: http::Uri,
    credentials: (&'static str, HeaderValue),
}

impl Wire {
    /// Connects to call one method, with the credentials in a header of that name.
    pub async fn open(server: &str, path: &str, header: &'static str, credentials: &str) -> Self {
        let address = server.strip_prefix("http://").expect("no encryption");
        let stream = TcpStream::connect(address).await.expect("it answers");
        stream.set_nodelay(true).expect("a socket takes settings");
        let (requests, connection) = h2::client::handshake(stream).await.expect("it speaks");
        tokio::spawn(async move {
            // Ends with the server, when everything is measured.
            drop(connection.await);
        });
        Self {
            requests,
            uri: format!("{server}{path}").parse().expect("an address"),
            credentials: (header, credentials.parse().expect("a header")),
        }
    }

    /// Calls, and demands that the answer is OK.
    pub async fn call(&self, message: &impl Message) {
        let mut body = BytesMut::with_capacity(PREFIX + message.encoded_len());
        body.put_u8(0);
        body.put_u32(u32::try_from(message.encoded_len()).expect("a short one"));
        message.encode(&mut body).expect("there is room");
        let request = Request::post(self.uri.clone())
            .header(CONTENT_TYPE, "application/grpc")
            .header("te", "trailers")
            .header(self.credentials.0, self.credentials.1.clone())
            .body(())
            .expect("a request");
        let mut requests = self.requests.clone().ready().await.expect("it stands");
        let (answer, mut stream) = requests.send_request(request, false).expect("it is sent");
        stream.send_data(body.freeze(), true).expect("it is sent");
        let (head, mut body) = answer.await.expect("it is answered").into_parts();
        while let Some(piece) = body.data().await {
            let piece = piece.expect("all of it comes");
            let taken = body.flow_control().release_capacity(piece.len());
            taken.expect("it was taken");
        }
        let trailers = body.trailers().await.expect("it ends well");
        let status = trailers
            .as_ref()
            .unwrap_or(&head.headers)
            .get("grpc-status");
        assert_eq!(
            status.map(HeaderValue::as_bytes),
            Some(&b"0"[..]),
            "{head:?} {trailers:?}"
        );
    }
}
