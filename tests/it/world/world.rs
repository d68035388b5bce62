//! A real server on a real socket, with the small tree registered and a signing key of its own.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use http::HeaderValue;
use styrkedja::{
    access::own_key::{self, OwnKey},
    client::{self, Client},
    clock,
    config::{Agency, Config, DatabaseUrl, Log, LogFormat, Tokens},
    proto::v1::{ListOrganizationsRequest, WhoAmIRequest},
    server::{self, Running},
};
use tokio::sync::Mutex;
use tonic::transport::Channel;

use super::{Caller, Engine, Place, tree};

pub const AUDIENCE: &str = "stories";
pub const ISSUER: &str = "https://stories.example.se";
/// Where the web pages of this world come from.
pub const WEB_ORIGIN: &str = "https://app.example.se";
const OPERATOR: &str = "exchange:operator";

/// A server, and all who call it. Cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    place: Place,
    config: Config,
    key: OwnKey,
    channel: Channel,
    address: SocketAddr,
    running: Mutex<Option<Running>>,
    /// Ids of organizations by name.
    ids: HashMap<String, String>,
    /// Those who were given a role, by subject.
    pub(super) callers: Mutex<HashMap<String, Caller>>,
}

impl World {
    /// A world with a fresh database, in which the tree is registered.
    pub async fn new(engine: Engine) -> Self {
        Self::at(Place::new(engine).await).await
    }

    /// As `new`, at a place that is given.
    pub async fn at(place: Place) -> Self {
        let config = config(&place);
        let key = own_key::create(&config.tokens.key).expect("a key can be made");
        let running = server::start(&config).await.expect("the server starts");
        let channel = connect(&running).await;
        let mut world = Inner {
            place,
            config,
            key,
            channel,
            address: running.address(),
            running: Mutex::new(Some(running)),
            ids: HashMap::new(),
            callers: Mutex::default(),
        };
        let operator = world.caller_with_token(OPERATOR);
        register(&operator).await;
        world.ids = ids(&operator).await;
        Self(Arc::new(world))
    }

    /// The id of an organization of the tree, by its name.
    pub fn id_of(&self, name: &str) -> String {
        self.0
            .ids
            .get(name)
            .unwrap_or_else(|| panic!("there is no {name} in the tree"))
            .clone()
    }

    /// Where the server listens, as `http://127.0.0.1:…`.
    pub fn address(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The settings of the server, as a second one on the same database would have them.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    pub fn place(&self) -> &Place {
        &self.0.place
    }

    /// The key that signs the tokens of this world.
    pub fn key(&self) -> &OwnKey {
        &self.0.key
    }

    /// A token for a subject, `exchange:` left out or not.
    pub fn token_of(&self, subject: &str) -> String {
        self.0.token_of(subject)
    }

    /// A connection to the server, without a token.
    pub fn channel(&self) -> &Channel {
        &self.0.channel
    }

    /// Somebody with a token, and with nothing granted by the world.
    pub fn somebody(&self, subject: &str) -> Caller {
        self.0.caller_with_token(subject)
    }

    /// Somebody who sends these words as a token, or none.
    pub fn with_token(&self, token: Option<&str>) -> Caller {
        Caller::new(
            "",
            None,
            Client::new(&self.0.channel, token).expect("the token can be sent"),
        )
    }

    pub(super) fn callers(&self) -> &Mutex<HashMap<String, Caller>> {
        &self.0.callers
    }

    /// Another server on the same database. An SQLite file has one at a time.
    pub async fn another_server(&self) -> (Running, Channel) {
        let running = server::start(&self.0.config)
            .await
            .expect("another server starts");
        let channel = connect(&running).await;
        (running, channel)
    }

    /// Stops the server. Its database stays.
    pub async fn stop(&self) {
        if let Some(running) = self.0.running.lock().await.take() {
            running.stop().await;
        }
    }

    /// Starts the server again on its database, at its address: whoever called it before calls it again.
    pub async fn start(&self) {
        let config = Config {
            listen: self.0.address,
            ..self.0.config.clone()
        };
        let running = server::start(&config).await.expect("it starts again");
        *self.0.running.lock().await = Some(running);
        // Connections notice by being used that their end has gone.
        let operator = self.operator();
        while operator.access().who_am_i(WhoAmIRequest {}).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Stops the server and drops its database.
    pub async fn end(self) {
        self.stop().await;
        self.0.place.clone().clear().await;
    }
}

impl Inner {
    fn token_of(&self, subject: &str) -> String {
        let name = subject.strip_prefix("exchange:").unwrap_or(subject);
        let now = clock::now().seconds();
        self.key
            .mint(ISSUER, AUDIENCE, name, Duration::from_mins(15), now)
            .expect("a token can be signed")
    }

    fn caller_with_token(&self, subject: &str) -> Caller {
        let token = self.token_of(subject);
        Caller::new(
            subject,
            None,
            Client::new(&self.channel, Some(&token)).expect("the token can be sent"),
        )
    }
}

fn config(place: &Place) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        web_origins: vec![HeaderValue::from_static(WEB_ORIGIN)],
        database: DatabaseUrl::parse(place.url(), place.folder()).expect("the place has a URL"),
        operator: OPERATOR.to_owned(),
        agency: Agency {
            name: tree::AGENCY.to_owned(),
            organization_number: "2021004185".to_owned(),
        },
        reflection: true,
        tls: None,
        tokens: Tokens {
            audience: AUDIENCE.to_owned(),
            issuer: ISSUER.to_owned(),
            key: place.folder().join("issuer.key"),
            outside: Vec::new(),
        },
        log: Log {
            format: LogFormat::Text,
            filter: "off".to_owned(),
        },
    }
}

async fn connect(running: &Running) -> Channel {
    client::connect(&format!("http://{}", running.address()), None)
        .await
        .expect("the server answers")
}

/// Registers the tree.
pub async fn register(operator: &Caller) {
    let answer = operator
        .organizations()
        .import_organizations(tokio_stream::iter(tree::import()))
        .await
        .expect("the tree is taken in");
    let answer = answer.into_inner();
    assert_eq!(
        answer.refused, 0,
        "the tree is refused: {:?}",
        answer.findings
    );
}

/// The ids of all organizations, by name.
pub async fn ids(operator: &Caller) -> HashMap<String, String> {
    let all = ListOrganizationsRequest {
        page_size: 1000,
        ..ListOrganizationsRequest::default()
    };
    let all = operator
        .organizations()
        .list_organizations(all)
        .await
        .expect("the tree can be listed")
        .into_inner();
    all.organizations
        .into_iter()
        .map(|one| (one.display_name, one.id))
        .collect()
}
