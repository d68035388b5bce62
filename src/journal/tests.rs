use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::{clock, database::Purpose, documents};

struct Trial {
    journal: Journal,
    database: Database,
    _folder: TempDir,
}

async fn trial() -> Trial {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", folder.path().join("exchange.db").display());
    let database = Database::open(&url, Purpose::Serve).await.unwrap();
    let journal = Journal::open(&database).await.unwrap();
    Trial {
        journal,
        database,
        _folder: folder,
    }
}

fn actor() -> Actor {
    Actor {
        subject: "exchange:tester".to_owned(),
        organization: Uuid::from_u128(1),
        role: 8,
        grant: Some(Uuid::from_u128(2)),
    }
}

fn revision(owner: Uuid, id: Uuid, revision: i32) -> documents::entity::Model {
    let content = format!("{owner} {id} {revision}").into_bytes();
    documents::entity::Model {
        owner_id: owner,
        document_id: id,
        revision,
        kind: 1,
        state: 1,
        level: 1,
        round: None,
        period_start: Some("2026-01-01".to_owned()),
        period_end: None,
        external_scheme: None,
        external_value: None,
        author: "exchange:tester".to_owned(),
        author_organization_id: owner,
        created_at: 1,
        updated_at: 2,
        content_hash: chain::sha256(&content),
        content: Some(content),
        content_revision: revision,
        review: None,
        justifications: None,
        withdraw_reason: 0,
        position: 0,
        until_position: None,
    }
}

fn write_of(rows: Vec<Row>) -> Write {
    Write {
        actor: actor(),
        method: "/test/Write",
        request: None,
        dry_run: false,
        answer: b"answer".to_vec(),
        rows,
    }
}

fn document(owner: Uuid, id: Uuid, number: i32) -> Row {
    Row::Document {
        revision: revision(owner, id, number),
        links: Vec::new(),
    }
}

#[tokio::test]
async fn a_revision_follows_the_one_before() {
    let trial = trial().await;
    let (owner, id) = (Uuid::from_u128(7), clock::new_id());
    let write = |number| {
        trial
            .journal
            .write(write_of(vec![document(owner, id, number)]))
    };
    assert_eq!(write(1).await, Ok(Written::Now { position: 1 }));
    assert_eq!(write(2).await, Ok(Written::Now { position: 2 }));
    assert_eq!(
        write(2).await,
        Err(Refusal::Outdated {
            row: 0,
            current: Some(2)
        })
    );
    assert_eq!(
        write(1).await,
        Err(Refusal::Outdated {
            row: 0,
            current: Some(2)
        })
    );
    assert_eq!(write(3).await, Ok(Written::Now { position: 3 }));
    assert_eq!(*trial.journal.head().borrow(), 3);
    trial.journal.close().await;
    let refused = trial
        .journal
        .write(write_of(vec![document(owner, id, 4)]))
        .await;
    assert_eq!(refused, Err(Refusal::Unavailable("the journal is closed")));
    drop(trial.database);
}
