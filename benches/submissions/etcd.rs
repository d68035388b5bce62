//! The peer: etcd with JWT and RBAC, which puts a value of the same size durably under a new key for each submission.
//! Where no etcd is installed (Debian: etcd-server), nothing is compared.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use http::uri::PathAndQuery;
use prost::Message;
use styrkedja::{client, clock};
use tonic::{Request, Status, client::Grpc, metadata::AsciiMetadataValue, transport::Channel};
use tonic_prost::ProstCodec;

use super::{exchange::analysis, wire::Wire};

const PUT: &str = "/etcdserverpb.KV/Put";
const USER: &str = "root";
const PASSWORD: &str = "bench";
const READ_AND_WRITE: i32 = 2;
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Etcd {
    server: Child,
    address: String,
    token: AsciiMetadataValue,
}

impl Drop for Etcd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[derive(Clone)]
pub struct Side {
    wires: Arc<Vec<Wire>>,
    content: Arc<Vec<u8>>,
}

impl Etcd {
    /// A single etcd in the folder, or none where it is not installed.
    pub async fn start(folder: &Path) -> Option<Self> {
        if Command::new("etcd")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_err()
        {
            return None;
        }
        let (private, public) = (folder.join("etcd.key"), folder.join("etcd.pub"));
        openssl(&["genrsa", "-out", &private.display().to_string(), "2048"]);
        openssl(&[
            "rsa",
            "-in",
            &private.display().to_string(),
            "-pubout",
            "-out",
            &public.display().to_string(),
        ]);
        let [address, peers] = [free(), free()];
        let server = Command::new("etcd")
            .args(["--data-dir", &folder.join("etcd").display().to_string()])
            .args([
                "--listen-client-urls",
                &address,
                "--advertise-client-urls",
                &address,
            ])
            .args([
                "--listen-peer-urls",
                &peers,
                "--initial-advertise-peer-urls",
                &peers,
            ])
            .args([
                "--initial-cluster",
                &format!("default={peers}"),
                "--log-level",
                "error",
            ])
            .args(["--quota-backend-bytes", "8589934592", "--auth-token"])
            .arg(format!(
                "jwt,pub-key={},priv-key={},sign-method=RS256,ttl=1h",
                public.display(),
                private.display()
            ))
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("etcd.log")).expect("a log can be written"))
            .spawn()
            .expect("etcd starts");
        let mut etcd = Self {
            server,
            address,
            token: AsciiMetadataValue::from_static("none"),
        };
        etcd.token = etcd.guard().await;
        Some(etcd)
    }

    pub async fn side(&self, clients: usize) -> Side {
        let mut wires = Vec::new();
        let token = self.token.to_str().expect("a token is ASCII");
        for _ in 0..clients {
            wires.push(Wire::open(&self.address, PUT, "token", token).await);
        }
        Side {
            wires: Arc::new(wires),
            content: Arc::new(analysis().encode_to_vec()),
        }
    }

    /// Switches authentication on, with a role that may write every key, and signs in.
    async fn guard(&self) -> AsciiMetadataValue {
        let channel = self.connect().await;
        let named = |name: &str, other: &str| Named {
            name: name.to_owned(),
            other: other.to_owned(),
        };
        for (method, request) in [
            ("UserAdd", named(USER, PASSWORD)),
            ("RoleAdd", named(USER, "")),
            ("UserGrantRole", named(USER, USER)),
            ("AuthEnable", named("", "")),
        ] {
            let _: Answer = self.ask(&channel, method, request).await;
        }
        let answer: Token = self
            .ask(&channel, "Authenticate", named(USER, PASSWORD))
            .await;
        // A caller with all of the rights would be let through unasked: submissions come from one with a role.
        let mut root = answer.token.parse().expect("a token is ASCII");
        let permission = Grant {
            role: "writer".to_owned(),
            permission: Some(Permission {
                kind: READ_AND_WRITE,
                key: b"d".to_vec(),
                range_end: b"e".to_vec(),
            }),
        };
        for (method, request) in [
            ("RoleAdd", named("writer", "")),
            ("UserAdd", named("writer", PASSWORD)),
        ] {
            let _: Answer = call(&channel, &auth(method), request, Some(&root))
                .await
                .expect(method);
        }
        let _: Answer = call(
            &channel,
            &auth("RoleGrantPermission"),
            permission,
            Some(&root),
        )
        .await
        .expect("it is granted");
        let _: Answer = call(
            &channel,
            &auth("UserGrantRole"),
            named("writer", "writer"),
            Some(&root),
        )
        .await
        .expect("it is granted");
        let answer: Token = self
            .ask(&channel, "Authenticate", named("writer", PASSWORD))
            .await;
        root = answer.token.parse().expect("a token is ASCII");
        root
    }

    async fn ask<T: Message + Default + 'static>(
        &self,
        channel: &Channel,
        method: &str,
        request: Named,
    ) -> T {
        call(channel, &auth(method), request, None)
            .await
            .expect(method)
    }

    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// A connection of its own, and the token of its user.
    pub async fn connection(&self) -> (Channel, AsciiMetadataValue) {
        (self.connect().await, self.token.clone())
    }

    async fn connect(&self) -> Channel {
        let began = Instant::now();
        loop {
            match client::connect(&self.address, None).await {
                Ok(channel) => return channel,
                Err(error) if began.elapsed() > PATIENCE => panic!("{error:#}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

impl Side {
    pub fn submit(&self, number: usize) -> impl Future<Output = ()> + Send + use<> {
        let (wire, content) = (self.wires[number].clone(), self.content.clone());
        async move {
            let put = Put {
                key: format!("documents/{}", clock::new_id()).into_bytes(),
                value: content.to_vec(),
            };
            wire.call(&put).await;
        }
    }
}

fn auth(method: &str) -> PathAndQuery {
    format!("/etcdserverpb.Auth/{method}")
        .parse()
        .expect("a path")
}

async fn call<Q, A>(
    channel: &Channel,
    path: &PathAndQuery,
    request: Q,
    token: Option<&AsciiMetadataValue>,
) -> Result<A, Status>
where
    Q: Message + 'static,
    A: Message + Default + 'static,
{
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.expect("the connection stands");
    let mut request = Request::new(request);
    if let Some(token) = token {
        request.metadata_mut().insert("token", token.clone());
    }
    let answer = grpc
        .unary(request, path.clone(), ProstCodec::<Q, A>::default())
        .await;
    answer.map(tonic::Response::into_inner)
}

fn openssl(arguments: &[&str]) {
    let made = Command::new("openssl")
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        made.expect("openssl is installed").success(),
        "openssl makes a key"
    );
}

fn free() -> String {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .expect("a port is free");
    format!("http://{port}")
}

// The parts of etcd's messages that are used here.

#[derive(Clone, PartialEq, Message)]
struct Put {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {}

#[derive(Clone, PartialEq, Message)]
struct Named {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    other: String,
}

#[derive(Clone, PartialEq, Message)]
struct Token {
    #[prost(string, tag = "2")]
    token: String,
}

#[derive(Clone, PartialEq, Message)]
struct Grant {
    #[prost(string, tag = "1")]
    role: String,
    #[prost(message, optional, tag = "2")]
    permission: Option<Permission>,
}

#[derive(Clone, PartialEq, Message)]
struct Permission {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(bytes = "vec", tag = "2")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    range_end: Vec<u8>,
}
