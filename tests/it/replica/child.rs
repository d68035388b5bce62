//! A client that is built wrong: this test binary once more, running one test, which is killed. It stores each cursor
//! before the events that come with it.

use std::{env, path::PathBuf, time::Duration};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use styrkedja::{
    client::{self, Client},
    proto::v1::PullRequest,
    replica::{Batch, Replica},
};

pub const NAME: &str = "replica::child::pulls_wrongly_unless_it_is_killed";
pub const FILE: &str = "STYRKEDJA_TRIAL_REPLICA";
pub const SERVER: &str = "STYRKEDJA_TRIAL_SERVER";
pub const TOKEN: &str = "STYRKEDJA_TRIAL_TOKEN";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is the child of another trial, which starts and kills it"]
async fn pulls_wrongly_unless_it_is_killed() {
    let given = |name| env::var(name).expect("the trial names it");
    let file = PathBuf::from(given(FILE));
    let replica = Replica::open(&file).await.expect("the file opens");
    let mut replica = replica.expect("the trial begins it");
    let options = SqliteConnectOptions::new().filename(&file);
    let mut beside = SqliteConnection::connect_with(&options)
        .await
        .expect("the file opens");
    let channel = client::connect(&given(SERVER), None).await;
    let client = Client::new(&channel.expect("it answers"), Some(&given(TOKEN)));
    let mut sync = client.expect("the token can be sent").sync;
    let request = PullRequest {
        cursor: replica.standing().await.expect("it stands").cursor,
        filter: None,
    };
    let mut stream = sync.pull(request).await.expect("it may").into_inner();
    let mut events = Vec::new();
    while let Some(message) = stream.message().await.expect("it goes on") {
        events.extend(message.events);
        if message.cursor.is_empty() {
            continue;
        }
        sqlx::query("UPDATE replica SET cursor = $1")
            .bind(&message.cursor)
            .execute(&mut beside)
            .await
            .expect("the cursor is stored");
        tokio::time::sleep(Duration::from_millis(5)).await;
        let batch = Batch {
            events: std::mem::take(&mut events),
            cursor: message.cursor.clone(),
            position: 1,
        };
        let applied = replica.apply(&message.cursor, batch).await;
        applied.expect("the events are applied");
    }
}
