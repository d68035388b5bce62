//! What a replica holds and what waits, in numbers, for people to look at.

use serde::Serialize;

use super::{Result, file::Replica, push::Answer};

/// How a replica is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub subject: String,
    pub position: i64,
    /// Empty: nothing was pulled yet.
    pub heard_time: String,
    /// A snapshot has begun, and not ended yet.
    pub in_snapshot: bool,
    pub documents: Vec<Tally>,
    pub organizations: Vec<Tally>,
    /// Documents that the replica has newer than its cursor, from pushes of its own.
    pub ahead: i64,
    pub outbox: Vec<OutboxRow>,
}

/// How many there are of a sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub kind: String,
    /// Of organizations none.
    pub state: String,
    pub count: i64,
}

/// What waits, or stays with what was answered.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxRow {
    pub number: i64,
    pub request_id: String,
    pub state: String,
    pub queued_time: String,
    pub sent: bool,
    /// None: there must be none.
    pub base_etag: Option<String>,
    /// The title, for people to know it by.
    pub title: String,
    pub answer: Option<Answer>,
}

impl Replica {
    pub async fn status(&mut self) -> Result<Status> {
        let standing = self.standing().await?;
        let documents =
            "SELECT kind, state, count(*) FROM documents GROUP BY kind, state ORDER BY kind, state";
        let organizations =
            "SELECT type, '', count(*) FROM organizations GROUP BY type ORDER BY type";
        let ahead = "SELECT count(*) FROM documents WHERE ahead > (SELECT position FROM replica)";
        Ok(Status {
            subject: self.subject.clone(),
            position: standing.position,
            heard_time: standing.cursor_time,
            in_snapshot: standing.in_snapshot,
            documents: self.tally(documents).await?,
            organizations: self.tally(organizations).await?,
            ahead: sqlx::query_scalar(ahead)
                .fetch_one(&mut self.connection)
                .await?,
            outbox: self.outbox().await?,
        })
    }

    async fn tally(&mut self, query: &'static str) -> Result<Vec<Tally>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(query)
            .fetch_all(&mut self.connection)
            .await?;
        let tally = |(kind, state, count)| Tally { kind, state, count };
        Ok(rows.into_iter().map(tally).collect())
    }

    /// Everything in the outbox, in order.
    pub async fn outbox(&mut self) -> Result<Vec<OutboxRow>> {
        type Row = (
            i64,
            String,
            String,
            String,
            bool,
            Option<String>,
            Option<String>,
            Option<String>,
        );
        const OUTBOX: &str = "SELECT number, request_id, state, queued_time, sent_time IS NOT NULL, base_etag,
                (SELECT part.value FROM json_tree(outbox.document) AS part WHERE part.key = 'title' LIMIT 1), answer
            FROM outbox ORDER BY number";
        let rows: Vec<Row> = sqlx::query_as(OUTBOX)
            .fetch_all(&mut self.connection)
            .await?;
        let read = |row: Row| {
            let (number, request_id, state, queued_time, sent, base_etag, title, answer) = row;
            OutboxRow {
                number,
                request_id,
                state,
                queued_time,
                sent,
                base_etag,
                title: title.unwrap_or_default(),
                answer: answer.and_then(|answer| serde_json::from_str(&answer).ok()),
            }
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Documents as protobuf JSON, by their id or by their external id. Several owners may have the same external id.
    pub async fn documents(&mut self, name: &str) -> Result<Vec<String>> {
        let named =
            "SELECT document FROM documents WHERE id = $1 OR external_value = $1 ORDER BY id";
        Ok(sqlx::query_scalar(named)
            .bind(name)
            .fetch_all(&mut self.connection)
            .await?)
    }

    /// The id of an organization that is held, by its id or one of its codes. None: it is not held.
    pub async fn organization(&mut self, name: &str) -> Result<Option<String>> {
        const NAMED: &str = "SELECT id FROM organizations WHERE id = $1 OR school_unit_code = $1 OR organization_number = $1";
        Ok(sqlx::query_scalar(NAMED)
            .bind(name)
            .fetch_optional(&mut self.connection)
            .await?)
    }
}
