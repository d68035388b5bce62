use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex},
};

use tokio::net::TcpListener;
use tower::service_fn;

use super::*;
use crate::{
    access::{
        history::History,
        issuers::{Issuers, Outside},
        jwks::Source,
        own_key::{self, OwnKey},
        register::Register,
        token::Issuer,
    },
    clock,
    database::{Database, Purpose},
};

const ISS: &str = "https://exchange";
const CREATE: &str = "/styrkedja.v1.AccessService/CreateGrant";
const WHO: &str = "/styrkedja.v1.AccessService/WhoAmI";

/// Access to a new database, and the key of the exchange.
struct House {
    access: Access,
    key: OwnKey,
    folder: tempfile::TempDir,
}

impl House {
    async fn new(outside: Vec<Outside>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = own_key::create(&folder.path().join("key.pem")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("db").display());
        let database = Database::open(&url, Purpose::Serve).await.unwrap();
        let access = Access {
            issuers: Arc::new(Issuers::new("aud", &key, ISS, outside).unwrap()),
            register: Arc::new(Register::open(&database).await.unwrap()),
            history: Arc::new(History::of(&database)),
            contract: contract::get(),
        };
        Self {
            access,
            key,
            folder,
        }
    }

    fn request(path: &str, key: &OwnKey, audience: &str) -> Request<Body> {
        let (lifetime, now) = (Duration::from_mins(1), clock::now().seconds());
        let token = key.mint(ISS, audience, "rektor", lifetime, now).unwrap();
        Request::builder()
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap()
    }

    /// The status of a call that a service behind the gate answers with `NOT_FOUND`.
    async fn call(&self, request: Request<Body>) -> String {
        let inner = service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Status::from(Error::NotFound).into_http())
        });
        let door = Door::at(request.uri().path());
        let answer = pass(&self.access, &door, inner, request).await;
        let answer = answer.unwrap();
        answer.headers()["grpc-status"].to_str().unwrap().to_owned()
    }
}

/// What is logged, line by line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_refusal_is_logged_once_and_names_nobody() {
    let house = House::new(Vec::new()).await;
    let other = own_key::create(&house.folder.path().join("other.pem")).unwrap();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    for (request, status, told) in [
        (
            House::request(CREATE, &house.key, "aud"),
            "7",
            vec!["subject="],
        ),
        (
            House::request(WHO, &house.key, "aud"),
            "5",
            vec!["subject="],
        ),
        (
            House::request(WHO, &house.key, "another"),
            "16",
            vec![r#"reason="audience""#, r#"issuer="exchange""#],
        ),
        (
            House::request(WHO, &other, "aud"),
            "16",
            vec![r#"reason="unknown-key""#],
        ),
    ] {
        let path = request.uri().path().to_owned();
        assert_eq!(house.call(request).await, status);
        let lines = log.lines();
        let [line] = lines.as_slice() else {
            panic!("{status} is not logged once: {lines:?}");
        };
        assert!(line.contains(&format!(r#"method="{path}" status="{status}""#)));
        assert!(told.iter().all(|told| line.contains(told)), "{line}");
        assert!(!line.contains("rektor"), "{line}");
    }
}

#[tokio::test]
async fn a_register_that_is_not_read_any_more_lets_nobody_in() {
    let house = House::new(Vec::new()).await;
    let call = || house.call(House::request(WHO, &house.key, "aud"));
    assert_eq!(call().await, "5", "the service's own answer");
    house.access.register.grow_older_by(Duration::from_secs(6));
    assert_eq!(call().await, "14");
    house.access.refresh().await.unwrap();
    assert_eq!(call().await, "5");
}

#[tokio::test]
async fn a_call_takes_no_longer_than_its_deadline_when_keys_are_waited_for() {
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", dead.local_addr().unwrap());
    let outside = Outside {
        issuer: Arc::new(Issuer {
            name: "dead".to_owned(),
            iss: "https://dead".to_owned(),
        }),
        source: Source::parse(&url).unwrap(),
    };
    let house = House::new(vec![outside]).await;
    let other = own_key::create(&house.folder.path().join("other.pem")).unwrap();
    let inner = service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(Status::from(Error::NotFound).into_http())
    });
    let request = House::request(WHO, &other, "aud");
    // As the contract has it, in a shorter time.
    let hasty = Method {
        deadline: Some(Duration::from_millis(50)),
        ..contract::get().method(WHO).unwrap().clone()
    };
    let door = Door::Method(Box::leak(Box::new(hasty)));
    let answer = pass(&house.access, &door, inner, request).await;
    assert_eq!(answer.unwrap().headers()["grpc-status"], "4");
}
