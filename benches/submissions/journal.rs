//! Ours: documents through the journal, with links, audit entry and request record.

use std::sync::Arc;

use prost::Message;
use styrkedja::{
    clock,
    database::{Database, Purpose},
    documents,
    journal::{Actor, Journal, RequestKey, Row, Write, sha256},
};
use uuid::Uuid;

use super::exchange::analysis;

const OWNERS: u128 = 290;
const LINKS: i32 = 3;

#[derive(Clone)]
pub struct Side {
    journal: Journal,
    database: Database,
    content: Arc<Vec<u8>>,
}

impl Side {
    pub async fn open(url: &str) -> Self {
        let database = Database::open(url, Purpose::Serve)
            .await
            .expect("the database opens");
        let journal = Journal::open(&database).await.expect("the journal opens");
        Self {
            journal,
            database,
            content: Arc::new(analysis().encode_to_vec()),
        }
    }

    pub fn submit(&self) -> impl Future<Output = ()> + Send + use<> {
        let side = self.clone();
        async move {
            let write = creation(&side.content);
            side.journal.write(write).await.expect("it is written");
        }
    }

    pub async fn close(self) {
        self.journal.close().await;
        self.database.close().await;
    }
}

fn creation(content: &[u8]) -> Write {
    let id = clock::new_id();
    let owner = Uuid::from_u128(id.as_u128() % OWNERS);
    let key = RequestKey {
        organization: owner,
        others: Vec::new(),
        id: clock::new_id(),
        digest: [1; 32],
    };
    Write {
        actor: Actor {
            subject: "exchange:bench".to_owned(),
            organization: owner,
            role: 8,
            grant: Some(owner),
        },
        method: "/styrkedja.v1.DocumentService/CreateDocument",
        request: Some(key),
        register_unchanged_since: None,
        expects: Vec::new(),
        dry_run: false,
        answer: vec![1; 200],
        rows: vec![Row::Document {
            revision: revision(owner, id, content),
            links: (0..LINKS).map(|ordinal| link(owner, id, ordinal)).collect(),
        }],
    }
}

fn revision(owner: Uuid, id: Uuid, content: &[u8]) -> documents::entity::Model {
    let now = clock::now().micros();
    documents::entity::Model {
        owner_id: owner,
        document_id: id,
        revision: 1,
        kind: 1,
        state: 1,
        level: 1,
        round: Some("sbs-2026-1".to_owned()),
        period_start: Some("2026-01-01".to_owned()),
        period_end: Some("2026-12-31".to_owned()),
        external_scheme: Some("bench".to_owned()),
        external_value: Some(id.to_string()),
        author: "exchange:bench".to_owned(),
        author_organization_id: owner,
        created_at: now,
        updated_at: now,
        content: Some(content.to_vec()),
        content_revision: 1,
        content_hash: sha256(content),
        review: None,
        justifications: None,
        withdraw_reason: 0,
        position: 0,
        until_position: None,
    }
}

fn link(owner: Uuid, id: Uuid, ordinal: i32) -> documents::link::Model {
    documents::link::Model {
        owner_id: owner,
        document_id: id,
        revision: 1,
        ordinal,
        from_item: format!("cause-{ordinal}"),
        relation: 1,
        to_owner_id: owner,
        to_document_id: id,
        to_revision: 0,
        to_item: "problem-1".to_owned(),
    }
}
