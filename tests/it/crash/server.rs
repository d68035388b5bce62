//! A server is killed while several clients write over the wire, and starts again on the same database: nothing that was
//! answered is lost, and whoever tries again with the same request id gets the first answer, of one effect.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use futures::future::join_all;
use styrkedja::{
    client::{self, Client},
    proto::v1::{
        CreateGrantRequest, Document, DocumentState, ListConflictsRequest, ListDocumentsRequest,
        ListGrantsRequest, ListOrganizationsRequest, Role, push_response::Outcome,
    },
};
use tonic::transport::Channel;

use super::client::{AREA, Call, Sent, Writer, write_until_it_ends};
use crate::world::{AGENCY, Caller, Place, ids, register, request_id};

places!(what_was_answered_outlives_a_killed_server);

const KILLS: u64 = 3;
const UNITS: [&str; 3] = ["Karbyskolan", "Bällstabergsskolan", "Vallentuna gymnasium"];
/// The operator, the officer, a system that pushes, and a principal of each unit.
const CALLERS: [&str; 6] = [
    "exchange:operator",
    "exchange:officer",
    "exchange:system",
    "exchange:principal-0",
    "exchange:principal-1",
    "exchange:principal-2",
];

async fn what_was_answered_outlives_a_killed_server(place: Place) {
    let house = House::new(&place);
    let mut sent: Vec<Sent> = Vec::new();
    let mut checkpoint = None;
    for kill in 0..KILLS {
        let server = house.serve().await;
        let [operator, officer, ..] = &server.callers;
        if kill == 0 {
            register(operator).await;
        }
        let ids = ids(operator).await;
        if kill == 0 {
            give_roles(operator, officer, &ids).await;
        }
        let writers = [
            Writer::Operator,
            Writer::Officer {
                unit: ids[UNITS[0]].clone(),
            },
            Writer::System {
                unit: ids[UNITS[0]].clone(),
            },
        ];
        let principals = UNITS.map(|unit| Writer::Principal {
            unit: ids[unit].clone(),
        });
        let writers = writers.into_iter().chain(principals).enumerate();
        let writing: Vec<_> = writers
            .map(|(number, writer)| {
                let caller = server.callers[number].clone();
                tokio::spawn(write_until_it_ends(number, caller, writer))
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(600 + 130 * kill)).await;
        drop(server);
        let mut new = Vec::new();
        for written in join_all(writing).await {
            new.extend(written.expect("a client goes on to the end"));
        }
        let unanswered = new.iter().filter(|sent| !sent.is_whole).count();
        assert_eq!(unanswered, CALLERS.len(), "each has one under way");
        assert!(new.len() > 2 * unanswered, "only {} were sent", new.len());
        sent.extend(new);

        house.must_verify(checkpoint.as_deref());
        let again = house.serve().await;
        try_again(&again, &mut sent).await;
        each_has_one_effect(&again, &sent).await;
        checkpoint = Some(house.says(&["audit", "checkpoint"]));
    }
}

/// Sends all once more. What was answered is answered the same, and what was not is answered now.
async fn try_again(server: &Server, sent: &mut [Sent]) {
    let again = sent.iter().map(async |sent| {
        let mut answers = Vec::new();
        let caller = &server.callers[sent.caller];
        let ended = sent.call.send(caller, &mut answers).await;
        ended.expect("it may be tried again");
        answers
    });
    for (answers, sent) in join_all(again).await.into_iter().zip(sent) {
        let first = &sent.answers;
        let is_same =
            answers.starts_with(first) && (!sent.is_whole || answers.len() == first.len());
        assert!(is_same, "{:?} was answered otherwise", sent.call);
        (sent.answers, sent.is_whole) = (answers, true);
    }
}

async fn each_has_one_effect(server: &Server, sent: &[Sent]) {
    let [operator, officer, system, principals @ ..] = &server.callers;
    let mut documents = Vec::new();
    for principal in principals {
        documents.extend(principal.all(ListDocumentsRequest::default()).await);
    }
    let made: BTreeSet<String> = sent
        .iter()
        .filter_map(Sent::drafted)
        .map(|answer| answer.document.expect("a document").id)
        .collect();
    let pushed = pushed_have_one_effect(system, sent, &documents).await;
    let made: BTreeSet<String> = made.into_iter().chain(pushed).collect();
    let kept: BTreeSet<String> = documents.iter().map(|kept| kept.id.clone()).collect();
    assert_eq!((&kept, kept.len()), (&made, documents.len()));
    let submitted = documents
        .iter()
        .filter(|document| document.state() == DocumentState::Submitted);
    let calls = |is: fn(&Call) -> bool| sent.iter().filter(|sent| is(&sent.call)).count();
    assert_eq!(
        submitted.count(),
        calls(|call| matches!(call, Call::Submit(_)))
    );
    let teachers = ListGrantsRequest {
        role: Role::Teacher.into(),
        page_size: 1000,
        ..ListGrantsRequest::default()
    };
    let grants = officer.access().list_grants(teachers).await;
    assert_eq!(
        grants.expect("a page").into_inner().grants.len(),
        calls(|call| matches!(call, Call::Grant(_)))
    );
    let areas = ListOrganizationsRequest {
        name_prefix: AREA.to_owned(),
        page_size: 1000,
        ..ListOrganizationsRequest::default()
    };
    let areas = operator.organizations().list_organizations(areas).await;
    assert_eq!(
        areas.expect("a page").into_inner().organizations.len(),
        calls(|call| matches!(call, Call::Import(_)))
    );
}

/// Each item that was answered so was written once, and each conflict kept once. Tells the documents that were created.
async fn pushed_have_one_effect(
    system: &Caller,
    sent: &[Sent],
    documents: &[Document],
) -> BTreeSet<String> {
    let mut written: BTreeMap<String, u32> = BTreeMap::new();
    let mut conflicts = 0;
    for outcome in sent.iter().flat_map(Sent::pushed) {
        match &outcome {
            Outcome::Created(pushed) | Outcome::Updated(pushed) => {
                *written.entry(pushed.id.clone()).or_default() += 1;
            }
            Outcome::Conflict(_) => conflicts += 1,
            Outcome::Unchanged(_) | Outcome::Merged(_) | Outcome::Refused(_) => {
                panic!("it was pushed otherwise: {outcome:?}")
            }
        }
    }
    assert!(conflicts > 0, "nothing was pushed too late");
    let by_id: HashMap<&str, u32> = documents
        .iter()
        .map(|kept| (&*kept.id, kept.revision))
        .collect();
    for (id, times) in &written {
        assert_eq!(by_id.get(&**id), Some(times), "{id}");
    }
    let mut kept = 0;
    let mut request = ListConflictsRequest {
        page_size: 200,
        ..ListConflictsRequest::default()
    };
    loop {
        let page = system.conflicts().list_conflicts(request.clone()).await;
        let page = page.expect("a page").into_inner();
        kept += page.conflicts.len();
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(kept, conflicts, "each conflict is kept once");
    written.into_keys().collect()
}

pub async fn give_roles(operator: &Caller, officer: &Caller, ids: &HashMap<String, String>) {
    let grant = |number: usize, role: Role, at: &str| CreateGrantRequest {
        request_id: request_id(),
        subject: CALLERS[number].to_owned(),
        role: role.into(),
        organization_id: ids[at].clone(),
        ..CreateGrantRequest::default()
    };
    let mut grants = vec![
        (operator, grant(1, Role::AgencyOfficer, AGENCY)),
        (
            officer,
            grant(2, Role::OrganizerSystem, "Vallentuna kommun"),
        ),
    ];
    for (number, unit) in UNITS.into_iter().enumerate() {
        grants.push((officer, grant(number + 3, Role::Principal, unit)));
    }
    for (giver, grant) in grants {
        let given = giver.access().create_grant(grant).await;
        given.expect("the role is granted");
    }
}

/// A home, and where its servers listen.
pub struct House {
    place: Place,
    listen: String,
}

/// A running server with those who call it. To drop it is to kill it without warning.
pub struct Server {
    child: Child,
    pub callers: [Caller; 6],
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is gone");
    }
}

impl House {
    pub fn new(place: &Place) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let house = Self {
            place: place.clone(),
            listen: free.local_addr().expect("it has a port").to_string(),
        };
        house.says(&["init"]);
        house
    }

    pub async fn serve(&self) -> Server {
        let words = ["serve", "--set", "log.filter=off", "--listen", &self.listen];
        let mut child = self
            .command(&words)
            .args(["--database", self.place.url()])
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let channel = connected(&self.listen, &mut child).await;
        let callers = CALLERS.map(|subject| {
            let token = self.says(&["token", subject.trim_start_matches("exchange:")]);
            let client = Client::new(&channel, Some(&token)).expect("the token can be sent");
            Caller::new(subject, None, client)
        });
        Server { child, callers }
    }

    /// The journal is whole, and holds what it held at the checkpoint.
    pub fn must_verify(&self, checkpoint: Option<&str>) {
        let mut words = vec!["audit", "verify"];
        if let Some(checkpoint) = checkpoint {
            words.extend(["--checkpoint", checkpoint]);
        }
        self.says(&words);
    }

    fn says(&self, words: &[&str]) -> String {
        let mut command = self.command(words);
        if words.first() == Some(&"audit") {
            command.args(["--database", self.place.url()]);
        }
        let said = tokio::task::block_in_place(|| command.output());
        let Output {
            status,
            stdout,
            stderr,
        } = said.expect("it runs");
        let error = String::from_utf8_lossy(&stderr);
        assert!(status.success(), "{words:?}: {error}");
        String::from_utf8_lossy(&stdout).trim().to_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_styrkedja"));
        command.args(words).arg("--home").arg(self.place.folder());
        command
    }
}

async fn connected(address: &str, server: &mut Child) -> Channel {
    let began = Instant::now();
    loop {
        match client::connect(&format!("http://{address}"), None).await {
            Ok(channel) => return channel,
            Err(error) if began.elapsed() > Duration::from_secs(20) => {
                server.kill().expect("it runs");
                panic!("{error:#}");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
