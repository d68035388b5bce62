//! Issuers outside the exchange, with their keys in a file and at an address, and what becomes of tokens when keys are
//! replaced by others.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use styrkedja::{
    access::own_key::{self, OwnKey},
    client::{self, Client},
    clock,
    config::{Config, OutsideIssuer},
    proto::v1::{CreateGrantRequest, Grant, ListOrganizationsRequest, Role, WhoAmIRequest},
    server,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::Instant,
};
use tonic::{Code, Status, transport::Channel};

use crate::world::{AUDIENCE, World};

stories!(outside_issuers_say_who_calls_and_may_change_their_keys);

/// An unknown key makes the keys of all issuers be fetched, unless that was done within half a minute.
const FETCHED_AGAIN_AFTER: Duration = Duration::from_secs(31);

async fn outside_issuers_say_who_calls_and_may_change_their_keys(world: World) {
    let federation = Issuer::new("skolfederation", "https://idp.example.se", &world);
    let municipality = Issuer::new("kommun", "https://kommun.example.se", &world);
    let keys = KeyServer::start().await;
    let file = world.place().folder().join("kommun.json");
    keys.offer(&federation.first);
    put(&file, &municipality.first);

    world.stop().await;
    let mut config = Config::clone(world.config());
    config.tokens.outside = vec![
        federation.at(&keys.url),
        municipality.at(&file.display().to_string()),
    ];
    let began = Instant::now();
    let running = server::start(&config).await.expect("the server starts");
    let address = format!("http://{}", running.address());
    let channel = client::connect(&address, None).await.expect("it answers");

    // A token says who; what that one may do, the exchange says.
    for issuer in [&federation, &municipality] {
        let subject = format!("{}:anna", issuer.name);
        let anna = issuer.token(&issuer.first, "anna");
        assert_eq!(who(&channel, &anna).await, Ok((subject.clone(), vec![])));
        assert_eq!(lists(&channel, &anna).await, Err(Code::PermissionDenied));
        let grant = grant(&channel, &world, &subject).await;
        assert_eq!(who(&channel, &anna).await, Ok((subject, vec![grant])));
        assert_eq!(lists(&channel, &anna).await, Ok(()));
    }
    let own = world.token_of("exchange:anna");
    let nobody = ("exchange:anna".to_owned(), vec![]);
    assert_eq!(who(&channel, &own).await, Ok(nobody));
    // No issuer speaks for another.
    let borrowed = municipality.token(&federation.first, "anna");
    assert_eq!(who(&channel, &borrowed).await, Err(Code::Unauthenticated));

    keys.offer(&federation.second);
    put(&file, &municipality.second);
    tokio::time::sleep_until(began + FETCHED_AGAIN_AFTER).await;
    let before = keys.calls();
    let many: Vec<String> = (0..20)
        .map(|n| federation.token(&federation.second, &format!("larare-{n}")))
        .collect();
    let answers = join_all(many.iter().map(|token| who(&channel, token))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(keys.calls(), before + 1, "all waited for one fetch");
    for issuer in [&federation, &municipality] {
        let anna = issuer.token(&issuer.second, "anna");
        assert_eq!(lists(&channel, &anna).await, Ok(()), "{}", issuer.name);
        let old = issuer.token(&issuer.first, "anna");
        assert_eq!(lists(&channel, &old).await, Err(Code::Unauthenticated));
    }
    running.stop().await;
}

async fn who(channel: &Channel, token: &str) -> Result<(String, Vec<Grant>), Code> {
    let client = Client::new(channel, Some(token)).expect("the token can be sent");
    let answer = client.access.clone().who_am_i(WhoAmIRequest {}).await;
    let answer = answer.map_err(|status| status.code())?.into_inner();
    Ok((answer.subject, answer.grants))
}

async fn lists(channel: &Channel, token: &str) -> Result<(), Code> {
    let client = Client::new(channel, Some(token)).expect("the token can be sent");
    let all = ListOrganizationsRequest::default();
    let answer = client.organizations.clone().list_organizations(all).await;
    answer.map(drop).map_err(|status: Status| status.code())
}

/// Makes the subject an officer of the agency.
async fn grant(channel: &Channel, world: &World, subject: &str) -> Grant {
    let operator = world.token_of("exchange:operator");
    let operator = Client::new(channel, Some(&operator)).expect("the token can be sent");
    let request = CreateGrantRequest {
        subject: subject.to_owned(),
        ..world.request(Role::AgencyOfficer, "Skolverket")
    };
    let answer = operator.access.clone().create_grant(request).await;
    let answer = answer.expect("the issuer is known").into_inner();
    answer.grant.expect("the grant is answered")
}

/// An issuer with the key that it signs with at first, and the one after.
struct Issuer {
    name: &'static str,
    iss: &'static str,
    first: OwnKey,
    second: OwnKey,
}

impl Issuer {
    fn new(name: &'static str, iss: &'static str, world: &World) -> Self {
        let key = |which: &str| {
            let path = world.place().folder().join(format!("{name}-{which}.key"));
            own_key::create(&path).expect("a key can be made")
        };
        Self {
            name,
            iss,
            first: key("first"),
            second: key("second"),
        }
    }

    fn at(&self, keys: &str) -> OutsideIssuer {
        OutsideIssuer {
            name: self.name.to_owned(),
            issuer: self.iss.to_owned(),
            keys: keys.to_owned(),
        }
    }

    /// A token in this issuer's name, signed with any key.
    fn token(&self, key: &OwnKey, sub: &str) -> String {
        let now = clock::now().seconds();
        key.mint(self.iss, AUDIENCE, sub, Duration::from_mins(15), now)
            .expect("a token can be signed")
    }
}

/// The key among others that are not for tokens, or of a kind that nobody knows yet.
fn key_set(key: &OwnKey) -> String {
    let others =
        r#"{"kty":"new","kid":"a"},{"kty":"RSA","kid":"b","use":"enc","n":"AQAB","e":"AQAB"}"#;
    format!(r#"{{"keys":[{others},{}]}}"#, key.jwk())
}

fn put(file: &Path, key: &OwnKey) {
    std::fs::write(file, key_set(key)).expect("the keys can be written");
}

/// Offers a key set over HTTP, in no hurry, and counts how often it is asked for.
struct KeyServer {
    url: String,
    set: Arc<Mutex<String>>,
    calls: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl KeyServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (set, calls) = (Arc::<Mutex<String>>::default(), Arc::default());
        let (offered, count) = (Arc::clone(&set), Arc::clone(&calls));
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                AtomicUsize::fetch_add(&count, 1, Ordering::SeqCst);
                let _ = socket.read(&mut [0; 1024]).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
                let body = offered.lock().expect("nobody panicked").clone();
                let head = format!("connection: close\r\ncontent-length: {}", body.len());
                let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            url: format!("http://{address}/keys"),
            set,
            calls,
            task,
        }
    }

    fn offer(&self, key: &OwnKey) {
        *self.set.lock().expect("nobody panicked") = key_set(key);
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
