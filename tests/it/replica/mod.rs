//! The reference client `styrkedja sync`, as a municipality runs it: a program, a file, and a server that it can lose.

mod berg;
mod child;
mod kill;
mod pull;
mod push;
mod service;
mod trouble;
mod verify;

use std::{
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use futures::StreamExt;
use prost::Message;
use serde_json::Value;
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use styrkedja::{
    proto::v1::{
        Document, ExternalId, ListDocumentsRequest, ListOrganizationsRequest, Organization,
    },
    replica::Replica,
};

use crate::{
    documents::papers,
    organizations,
    world::{Caller, World},
};

/// A replica on a machine of its own.
struct Desk {
    file: PathBuf,
    server: String,
    token: String,
    caller: Caller,
}

impl Desk {
    fn of(world: &World, caller: Caller) -> Self {
        let name = caller.subject.replace(':', "-");
        Self {
            file: world.place().folder().join(format!("{name}.replica.db")),
            server: world.address(),
            token: world.token_of(&caller.subject),
            caller,
        }
    }

    /// `styrkedja sync` with these words, ready to be run.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_styrkedja"));
        command
            .arg("sync")
            .args(words)
            .env("STYRKEDJA_SERVER", &self.server)
            .env("STYRKEDJA_TOKEN", &self.token)
            .env("STYRKEDJA_REPLICA", &self.file);
        command
    }

    /// The program, running.
    fn start(&self, words: &[&str]) -> Child {
        self.command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts")
    }

    /// Writes a document to a file beside the replica. Tells its name.
    fn paper(&self, name: &str, document: &Value) -> String {
        let file = self.file.with_extension(name);
        std::fs::write(&file, document.to_string()).expect("it is written");
        file.display().to_string()
    }

    async fn run(&self, words: &[&str]) -> Output {
        let mut command = self.command(words);
        tokio::task::spawn_blocking(move || command.output())
            .await
            .expect("it ends")
            .expect("the program runs")
    }

    /// What is printed for people.
    async fn says(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {error}");
        String::from_utf8(output.stdout).expect("text is printed")
    }

    /// What is printed for programs.
    async fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--output", "json"]).collect();
        serde_json::from_str(&self.says(&words).await).expect("JSON is printed")
    }

    /// The replica, by the library.
    async fn replica(&self) -> Replica {
        let there = Replica::open(&self.file).await.expect("the file opens");
        match there {
            Some(replica) => replica,
            None => Replica::create(&self.file, &self.caller.subject, None)
                .await
                .expect("a replica is made"),
        }
    }

    /// The file, as any other program opens it.
    async fn database(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(&self.file);
        SqliteConnection::connect_with(&options)
            .await
            .expect("the file opens")
    }

    async fn execute(&self, statement: &'static str) -> u64 {
        let mut database = self.database().await;
        let done = sqlx::raw_sql(statement).execute(&mut database).await;
        let done = done.expect("the statement runs").rows_affected();
        database.close().await.expect("it closes");
        done
    }

    /// What a query finds, as text.
    async fn query(&self, query: &'static str) -> Vec<String> {
        let mut database = self.database().await;
        let rows = sqlx::query(query).fetch_all(&mut database).await;
        let rows = rows.expect("the query runs");
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    }

    async fn held<T: Message + Default>(&self, query: &'static str) -> Vec<T> {
        let mut database = self.database().await;
        let rows = sqlx::query(query).fetch_all(&mut database).await;
        let rows = rows.expect("the query runs");
        let decode = |bytes: Vec<u8>| T::decode(bytes.as_slice()).expect("it can be read");
        rows.iter().map(|row| decode(row.get(0))).collect()
    }

    async fn documents(&self) -> Vec<Document> {
        self.held("SELECT bytes FROM documents ORDER BY id").await
    }

    async fn organizations(&self) -> Vec<Organization> {
        self.held("SELECT bytes FROM organizations ORDER BY id")
            .await
    }

    /// What the replica and the listings of its caller differ in.
    async fn compare(&self) -> Result<(), String> {
        let listed = self.caller.all(ListDocumentsRequest::default()).await;
        let held = self.documents().await;
        let short = |all: &[Document]| -> Vec<String> {
            all.iter()
                .map(|one| format!("{}@{}", one.id, one.revision))
                .collect()
        };
        if held != listed {
            return Err(format!("{:?} for {:?}", short(&held), short(&listed)));
        }
        let request = ListOrganizationsRequest::default();
        let listed = organizations::all(&self.caller, request).await;
        let held = self.organizations().await;
        if held != listed {
            return Err(format!("{} organizations for {}", held.len(), listed.len()));
        }
        Ok(())
    }

    /// Whether the replica holds what the caller would list now.
    async fn must_be_in_step(&self) {
        if let Err(difference) = self.compare().await {
            panic!(
                "the replica of {} is out of step: {difference}",
                self.caller.subject
            );
        }
    }
}

/// Drafts with numbers as their external ids, many at a time.
async fn drafts(author: &Caller, owner_id: &str, numbers: std::ops::Range<u32>) -> Vec<Document> {
    let making = numbers.map(async |number| author.draft(&numbered(owner_id, number)).await);
    futures::stream::iter(making).buffered(16).collect().await
}

fn numbered(owner_id: &str, number: u32) -> Document {
    let mut paper = papers::analysis(owner_id);
    paper.external_id = Some(ExternalId {
        scheme: "stories".to_owned(),
        value: format!("analys-{number}"),
    });
    papers::analysis_in(&mut paper).title = format!("Nulägesanalys nummer {number}");
    paper
}

fn number(value: &Value, at: &str) -> u64 {
    let found = value.pointer(at).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("there is no number {at} in {value}"))
}

fn text(value: &Value, at: &str) -> String {
    let found = value.pointer(at).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("there is no {at} in {value}"))
        .to_owned()
}
