//! Ours, as clients meet it: the server as a process of its own, a principal with a token on each connection, analyses
//! created one by one over gRPC with everything on.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use prost::Message;
use styrkedja::{
    access::own_key::{self, OwnKey},
    client::{self, Client},
    clock,
    proto::v1::{
        Analysis, Cause, CauseCategory, CauseLevel, CreateDocumentRequest, CreateGrantRequest,
        DevelopmentArea, Document, Evidence, ExternalId, ImportHeader, ImportOrganizationsRequest,
        ListOrganizationsRequest, Organization, OrganizationRecord, OrganizationRef,
        OrganizationType, OrganizerType, Problem, Quote, Role, document::Content, evidence::Source,
        import_organizations_request::Part, organization_ref::Identity,
    },
};
use tonic::transport::Channel;

use super::wire::Wire;

const CREATE: &str = "/styrkedja.v1.DocumentService/CreateDocument";
const SCHEME: &str = "bench";
const ORGANIZER_NUMBER: &str = "2120000027";
const LIFETIME: Duration = Duration::from_mins(15);
const PATIENCE: Duration = Duration::from_secs(30);

/// The server, and one who calls from each connection.
pub struct Exchange {
    server: Child,
    address: String,
    key: OwnKey,
    units: Vec<String>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[derive(Clone)]
pub struct Side {
    principals: Arc<Vec<(Wire, String)>>,
}

impl Exchange {
    /// Starts a server on the database, and registers as many preschools, each with a principal.
    pub async fn start(home: &Path, database: &str, clients: usize) -> Self {
        let binary = env!("CARGO_BIN_EXE_styrkedja");
        let init = Command::new(binary)
            .arg("init")
            .arg("--home")
            .arg(home)
            .stdout(Stdio::null())
            .status();
        assert!(init.expect("the binary runs").success(), "init went well");
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port is free");
        let server = Command::new(binary)
            .arg("serve")
            .arg("--home")
            .arg(home)
            .args([
                "--listen",
                &address.to_string(),
                "--database",
                database,
                "--set",
                "log.filter=warn",
            ])
            .env_clear()
            .stdout(Stdio::null())
            .spawn()
            .expect("the server starts");
        let mut exchange = Self {
            server,
            address: format!("http://{address}"),
            key: own_key::load(&home.join("issuer.key")).expect("init made the key"),
            units: Vec::new(),
        };
        exchange.register(clients).await;
        exchange
    }

    /// Everybody with a connection and a token of their own.
    pub async fn side(&self, clients: usize) -> Side {
        let mut principals = Vec::new();
        for (number, unit) in self.units.iter().take(clients).enumerate() {
            let credentials = format!("Bearer {}", self.token(&format!("principal-{number}")));
            let wire = Wire::open(&self.address, CREATE, "authorization", &credentials).await;
            principals.push((wire, unit.clone()));
        }
        Side {
            principals: Arc::new(principals),
        }
    }

    /// The process of the server.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// A connection of its own, and a token for somebody.
    pub async fn connection(&self, name: &str) -> (Channel, String) {
        (self.connect().await, self.token(name))
    }

    fn token(&self, name: &str) -> String {
        let now = clock::now().seconds();
        self.key
            .mint("styrkedja", "styrkedja", name, LIFETIME, now)
            .expect("a token is signed")
    }

    pub async fn caller(&self, name: &str) -> Client {
        Client::new(&self.connect().await, Some(&self.token(name))).expect("the token can be sent")
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

    /// Registers a university, and tells its id.
    pub async fn university(&self) -> String {
        let all = self.registered([university()]).await;
        let of_type = |one: &Organization| one.r#type() == OrganizationType::University;
        all.into_iter().find(of_type).expect("it is there").id
    }

    /// Takes in organizations, and tells all there are.
    async fn registered(
        &self,
        records: impl IntoIterator<Item = OrganizationRecord>,
    ) -> Vec<Organization> {
        let mut operator = self.caller("operator").await;
        let header = ImportHeader {
            request_id: clock::new_id().to_string(),
            source: "the benchmark".to_owned(),
            ..ImportHeader::default()
        };
        let parts = std::iter::once(Part::Header(header))
            .chain(records.into_iter().map(Part::Record))
            .map(|part| ImportOrganizationsRequest { part: Some(part) });
        let parts: Vec<_> = parts.collect();
        let answer = operator
            .organizations
            .import_organizations(tokio_stream::iter(parts))
            .await;
        let answer = answer.expect("the register is taken in").into_inner();
        assert_eq!(answer.refused, 0, "{:?}", answer.findings);
        let all = ListOrganizationsRequest {
            page_size: 1000,
            ..ListOrganizationsRequest::default()
        };
        let all = operator.organizations.list_organizations(all).await;
        all.expect("it is listed").into_inner().organizations
    }

    async fn register(&mut self, clients: usize) {
        let records = std::iter::once(organizer()).chain((0..clients).map(preschool));
        let all = self.registered(records).await;
        let mut operator = self.caller("operator").await;
        let agency = all
            .iter()
            .find(|one| one.r#type() == OrganizationType::NationalAgency);
        let agency = agency.expect("the agency is there").id.clone();
        let asked = grant(Role::AgencyOfficer, "officer", &agency);
        operator
            .access
            .create_grant(asked)
            .await
            .expect("the officer is granted");
        let mut officer = self.caller("officer").await;
        let organizer = all
            .iter()
            .find(|one| one.r#type() == OrganizationType::Organizer);
        let organizer = organizer.expect("the organizer is there").id.clone();
        let asked = grant(Role::OrganizerSystem, "system", &organizer);
        officer
            .access
            .create_grant(asked)
            .await
            .expect("the system is granted");
        let units = all
            .iter()
            .filter(|one| one.r#type() == OrganizationType::Preschool);
        for (number, unit) in units.enumerate() {
            let asked = grant(Role::Principal, &format!("principal-{number}"), &unit.id);
            officer
                .access
                .create_grant(asked)
                .await
                .expect("the principal is granted");
            self.units.push(unit.id.clone());
        }
    }
}

impl Side {
    pub fn submit(&self, number: usize) -> impl Future<Output = ()> + Send + use<> {
        let (wire, owner) = self.principals[number].clone();
        async move { wire.call(&creation(owner)).await }
    }
}

fn creation(owner: String) -> CreateDocumentRequest {
    let id = clock::new_id().to_string();
    CreateDocumentRequest {
        request_id: id.clone(),
        validate_only: false,
        document: Some(Document {
            owner_id: owner,
            external_id: Some(ExternalId {
                scheme: SCHEME.to_owned(),
                value: id,
            }),
            content: Some(Content::Analysis(analysis())),
            ..Document::default()
        }),
    }
}

/// An analysis as a unit begins it, of [`super::CONTENT`] bytes.
pub fn analysis() -> Analysis {
    let mut analysis = Analysis {
        title: "Nulägesanalys läsåret 2026/27".to_owned(),
        evidence: (1..=4).map(evidence).collect(),
        problems: (1..=3).map(problem).collect(),
        causes: (1..=3).map(cause).collect(),
        development_areas: (1..=2).map(area).collect(),
        ..Analysis::default()
    };
    let room = super::CONTENT - analysis.encoded_len();
    let seed = clock::new_id().as_u128();
    // Words that no two documents share, so that nothing is won by compression.
    let mut text = String::with_capacity(room);
    let mut state = seed;
    while text.len() < room - 3 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let letter = b"aaabdeeefghiijklmnnooprrssttuvxy  "[(state >> 96) as usize % 34];
        text.push(char::from(letter));
    }
    analysis.present_state = text;
    analysis
}

fn evidence(number: u32) -> Evidence {
    Evidence {
        id: format!("e{number}"),
        description: "Sammanställning av arbetslagens protokoll från det senaste läsåret."
            .to_owned(),
        source: Some(Source::Quote(Quote {
            text: "Vi behöver en gemensam bild av vad skolan ska förbättra.".to_owned(),
            origin: "arbetslag".to_owned(),
        })),
    }
}

fn problem(number: u32) -> Problem {
    Problem {
        id: format!("p{number}"),
        statement: "Det vi ser i resultaten leder sällan till att undervisningen ändras."
            .to_owned(),
        evidence_ids: vec![format!("e{number}")],
        influenceable: true,
    }
}

fn cause(number: u32) -> Cause {
    Cause {
        id: format!("c{number}"),
        problem_ids: vec![format!("p{number}")],
        assumption: "Uppföljningen stannar vid att resultaten redovisas.".to_owned(),
        category: CauseCategory::FollowUpAndDataUse.into(),
        level: CauseLevel::Unit.into(),
    }
}

fn area(number: u32) -> DevelopmentArea {
    DevelopmentArea {
        id: format!("a{number}"),
        priority: number,
        title: "Uppföljning som ändrar undervisningen".to_owned(),
        cause_ids: vec![format!("c{number}")],
        ..DevelopmentArea::default()
    }
}

fn grant(role: Role, name: &str, organization: &str) -> CreateGrantRequest {
    CreateGrantRequest {
        request_id: clock::new_id().to_string(),
        subject: format!("exchange:{name}"),
        role: role.into(),
        organization_id: organization.to_owned(),
        ..CreateGrantRequest::default()
    }
}

fn organizer() -> OrganizationRecord {
    OrganizationRecord {
        key: "organizer".to_owned(),
        r#type: OrganizationType::Organizer.into(),
        display_name: "Vallentuna kommun".to_owned(),
        organization_number: ORGANIZER_NUMBER.to_owned(),
        municipality_code: "0115".to_owned(),
        organizer_type: OrganizerType::Municipal.into(),
        ..OrganizationRecord::default()
    }
}

fn university() -> OrganizationRecord {
    OrganizationRecord {
        key: "university".to_owned(),
        r#type: OrganizationType::University.into(),
        display_name: "Uppsala universitet".to_owned(),
        organization_number: "2021002932".to_owned(),
        municipality_code: "0380".to_owned(),
        ..OrganizationRecord::default()
    }
}

fn preschool(number: usize) -> OrganizationRecord {
    OrganizationRecord {
        key: format!("unit-{number}"),
        r#type: OrganizationType::Preschool.into(),
        display_name: format!("Förskola {number}"),
        external_id: Some(ExternalId {
            scheme: SCHEME.to_owned(),
            value: format!("unit-{number}"),
        }),
        parent: Some(OrganizationRef {
            identity: Some(Identity::OrganizationNumber(ORGANIZER_NUMBER.to_owned())),
        }),
        ..OrganizationRecord::default()
    }
}
