//! The server as a process of its own, and who calls it.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use styrkedja::{
    access::own_key::{self, OwnKey},
    client::{self, Client},
    clock,
    proto::v1::{CreateGrantRequest, ListOrganizationsRequest, OrganizationType, Role},
};
use uuid::Uuid;

use super::exchange::Exchange;

const HEAD: &str = "head";
const PATIENCE: Duration = Duration::from_mins(1);

/// Who has offers, and who has needs.
pub struct Owners {
    pub university: Uuid,
    pub organizer: Uuid,
}

/// Makes a database with an organizer, its head and a university.
pub async fn register(home: &Path, url: &str) -> Owners {
    let exchange = Exchange::start(home, url, 1).await;
    let university = exchange.university().await;
    let mut operator = exchange.caller("operator").await;
    let all = operator
        .organizations
        .list_organizations(ListOrganizationsRequest::default())
        .await
        .expect("they are listed")
        .into_inner();
    let mut all = all.organizations.into_iter();
    let organizer = all.find(|one| one.r#type() == OrganizationType::Organizer);
    let organizer = organizer.expect("it is there").id;
    let owners = Owners {
        university: university.parse().expect("an id"),
        organizer: organizer.parse().expect("an id"),
    };
    let mut officer = exchange.caller("officer").await;
    let grant = CreateGrantRequest {
        request_id: clock::new_id().to_string(),
        subject: format!("exchange:{HEAD}"),
        role: Role::OrganizerHead.into(),
        organization_id: owners.organizer.to_string(),
        ..CreateGrantRequest::default()
    };
    officer.access.create_grant(grant).await.expect("granted");
    owners
}

pub struct Server {
    process: Child,
    address: String,
    key: OwnKey,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts it, and waits until it answers.
    pub async fn start(home: &Path, url: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a port is free");
        let process = Command::new(env!("CARGO_BIN_EXE_styrkedja"))
            .arg("serve")
            .arg("--home")
            .arg(home)
            .args(["--listen", &address.to_string(), "--database", url])
            .args(["--set", "log.filter=warn"])
            .env_clear()
            .stdout(Stdio::null())
            .spawn()
            .expect("the server starts");
        let server = Self {
            process,
            address: format!("http://{address}"),
            key: own_key::load(&home.join("issuer.key")).expect("the key is there"),
        };
        server.caller().await;
        server
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// What the process has of the memory.
    pub fn memory_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process());
        let status = std::fs::read_to_string(path).expect("the process runs");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.expect("a figure").parse().expect("a number")
    }

    /// The head of the organizer, on a connection of its own.
    pub async fn caller(&self) -> Client {
        let now = clock::now().seconds();
        let token = self
            .key
            .mint("styrkedja", "styrkedja", HEAD, Duration::from_mins(15), now)
            .expect("a token is signed");
        let began = Instant::now();
        loop {
            match client::connect(&self.address, None).await {
                Ok(channel) => return Client::new(&channel, Some(&token)).expect("a client"),
                Err(error) if began.elapsed() > PATIENCE => panic!("{error:#}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}
