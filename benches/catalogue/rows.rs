//! Puts documents straight into the database, as if they had been published and accepted long ago.

use std::path::Path;

use prost::Message;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use styrkedja::{
    clock,
    proto::v1::{DocumentKind, DocumentState},
};
use uuid::Uuid;

use super::{
    papers::{self, MEASURES},
    server::Owners,
};

const INSERT: &str = "INSERT INTO revisions (owner_id, document_id, revision, kind, state, level, period_start, period_end,
        author, author_organization_id, created_at, updated_at, content, content_revision, content_hash, withdraw_reason,
        position)
    VALUES (?1, ?2, 1, ?3, ?4, ?5, '2026-08-01', '2027-06-30', 'exchange:bench', ?1, 0, 0, ?6, 1, x'', 0, 1)";

pub struct Rows {
    connection: SqliteConnection,
    published: usize,
}

impl Rows {
    pub async fn open(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file);
        let connection = SqliteConnection::connect_with(&options).await;
        Self {
            connection: connection.expect("it connects"),
            published: 0,
        }
    }

    /// Accepts an analysis, and plans with so many needs.
    pub async fn accept(&mut self, owners: &Owners, needs: usize) {
        let analysis = clock::new_id();
        let accepted = |id, kind, content| Row {
            owner: owners.organizer,
            id,
            kind,
            state: DocumentState::Accepted,
            level: 3,
            content,
        };
        let of_analysis = papers::analysis().encode_to_vec();
        let mut rows = vec![accepted(analysis, DocumentKind::Analysis, of_analysis)];
        for number in 0..needs / MEASURES {
            let plan = papers::plan(analysis, number).encode_to_vec();
            rows.push(accepted(clock::new_id(), DocumentKind::ActionPlan, plan));
        }
        self.insert(rows.into_iter()).await;
    }

    /// Publishes offers until there are so many.
    pub async fn publish_up_to(&mut self, university: Uuid, size: usize) {
        let offers = (self.published..size).map(|number| Row {
            owner: university,
            id: clock::new_id(),
            kind: DocumentKind::CourseOffer,
            state: DocumentState::Submitted,
            level: 2,
            content: papers::offer(number).encode_to_vec(),
        });
        self.insert(offers).await;
        self.published = size;
    }

    async fn insert(&mut self, rows: impl Iterator<Item = Row>) {
        let mut tx = self.connection.begin().await.expect("it begins");
        for row in rows {
            sqlx::query(INSERT)
                .bind(row.owner)
                .bind(row.id)
                .bind(row.kind as i32)
                .bind(row.state as i32)
                .bind(row.level)
                .bind(row.content)
                .execute(&mut *tx)
                .await
                .expect("it is put in");
        }
        tx.commit().await.expect("it is committed");
    }
}

struct Row {
    owner: Uuid,
    id: Uuid,
    kind: DocumentKind,
    state: DocumentState,
    level: i32,
    content: Vec<u8>,
}
