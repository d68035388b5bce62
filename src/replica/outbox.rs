//! What waits to be pushed. Each row has its request id before it is sent, and goes in the transaction that takes in what
//! came of it: whenever the program ends, sending it again does no harm.

use prost::Message;
use sqlx::{
    AssertSqlSafe, Row, Sqlite, SqliteConnection, Transaction, query::Query,
    sqlite::SqliteArguments,
};

use super::{Error, Result, file::Replica, rows::content_path};
use crate::{
    clock, json,
    proto::v1::{Document, MustNotExist, PushItem, push_item::Precondition},
};

/// The largest item that the exchange takes, in bytes.
const MAX_ITEM_BYTES: usize = 131_072;

/// A row of the outbox that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub request_id: String,
    /// Protobuf JSON.
    pub document: String,
    pub base_etag: Option<String>,
}

/// A row that waits, read.
#[derive(Clone, Debug)]
pub(super) struct Outgoing {
    pub base_etag: Option<String>,
    /// The document as it was put in.
    pub document: Document,
    pub item: PushItem,
}

/// What became of a document that was put into the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// A change waits behind everything that was put in before.
    Change,
    /// A new document does.
    New,
    /// It took the place of one that was not sent yet, or was refused.
    Replaced,
}

impl Replica {
    /// Puts a document into the outbox. It was made from the revision whose etag it has; where it has none, from the one
    /// that the replica holds; or it must be new.
    pub async fn put(&mut self, document: &Document) -> Result<Queued> {
        let mut transaction = self.begin().await?;
        let mut document = document.clone();
        if let Some((id, etag)) = held(&mut transaction, &document).await? {
            document.id = id;
            if document.etag.is_empty() {
                document.etag = etag;
            }
        }
        let base = Some(document.etag.clone()).filter(|etag| !etag.is_empty());
        if base.is_none() && !document.id.is_empty() {
            let id = document.id;
            return Err(Error::NotHeld { id });
        }
        if base.is_none() && document.external_id.is_none() {
            return Err(Error::NoIdentity);
        }
        let queued = enqueue(&mut transaction, &document, base.as_deref()).await?;
        transaction.commit().await?;
        Ok(queued)
    }

    /// Takes a row out that was not sent, or was refused. False: there is no such row.
    pub async fn discard(&mut self, number: i64) -> Result<bool> {
        const DISCARD: &str =
            "DELETE FROM outbox WHERE number = $1 AND (sent_time IS NULL OR state = 'refused')";
        let discard = sqlx::query(DISCARD).bind(number);
        let discarded = discard.execute(&mut self.connection).await?;
        Ok(discarded.rows_affected() > 0)
    }

    /// Whether anything waits.
    pub(super) async fn has_waiting(&mut self) -> Result<bool> {
        let waiting = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'waiting')";
        Ok(sqlx::query_scalar(waiting)
            .fetch_one(&mut self.connection)
            .await?)
    }
}

impl Waiting {
    /// Reads the row, as another program may have written it.
    pub fn read(self) -> Result<Outgoing, String> {
        let document: Document =
            json::read(&self.document).map_err(|error| format!("{error:#}"))?;
        let precondition = match &self.base_etag {
            Some(etag) => Precondition::Etag(etag.clone()),
            None => Precondition::MustNotExist(MustNotExist {}),
        };
        let item = PushItem {
            request_id: self.request_id,
            document: Some(to_be_sent(&document)),
            precondition: Some(precondition),
        };
        if item.encoded_len() > MAX_ITEM_BYTES {
            return Err(format!(
                "It is larger than the {MAX_ITEM_BYTES} bytes that a document may have."
            ));
        }
        Ok(Outgoing {
            base_etag: self.base_etag,
            document,
            item,
        })
    }
}

impl Outgoing {
    /// The same for documents that must not be sent together: what the one becomes, the other is to be made from.
    pub fn made_from(&self) -> Vec<String> {
        // An etag is of one revision of one document.
        if let Some(etag) = &self.base_etag {
            return vec![etag.clone()];
        }
        let external = self.document.external_id.clone().unwrap_or_default();
        let field = content_path(&self.document);
        let owner = self.document.owner_id.clone();
        vec![owner, field, external.scheme, external.value]
    }
}

/// What the sender decides on. The rest is given by the exchange.
fn to_be_sent(document: &Document) -> Document {
    let is_new = document.id.is_empty();
    Document {
        id: document.id.clone(),
        owner_id: if is_new {
            document.owner_id.clone()
        } else {
            String::new()
        },
        external_id: document.external_id.clone().filter(|_| is_new),
        round: document.round.clone(),
        period: document.period.clone(),
        content: document.content.clone(),
        ..Document::default()
    }
}

/// Id and etag of the document that is held, by its id or by its keys.
async fn held(
    connection: &mut SqliteConnection,
    document: &Document,
) -> Result<Option<(String, String)>> {
    const HELD: &str = "SELECT id, etag FROM documents WHERE id = $1 OR ($1 = '' AND owner_id = $2
        AND external_scheme = $3 AND external_value = $4 AND json_type(document, $5) IS NOT NULL)";
    let external = document.external_id.clone().unwrap_or_default();
    Ok(sqlx::query_as(HELD)
        .bind(&document.id)
        .bind(&document.owner_id)
        .bind(external.scheme)
        .bind(external.value)
        .bind(content_path(document))
        .fetch_optional(connection)
        .await?)
}

/// Writes a row, or the newest anew that was not sent. Rows of the same document that were refused go.
async fn enqueue(
    transaction: &mut Transaction<'_, Sqlite>,
    document: &Document,
    base: Option<&str>,
) -> Result<Queued> {
    let request_id = clock::new_id().to_string();
    let json = json::line(document)?;
    let refused = same("DELETE FROM outbox WHERE state = 'refused' AND", document);
    let refused = refused.execute(&mut **transaction).await?.rows_affected();
    let waiting = "SELECT max(number) FROM outbox WHERE state = 'waiting' AND sent_time IS NULL AND base_etag IS $6 AND";
    let waiting = same(waiting, document).bind(base);
    let waiting: Option<i64> = waiting.fetch_one(&mut **transaction).await?.try_get(0)?;
    if let Some(number) = waiting {
        sqlx::query("UPDATE outbox SET document = $2, request_id = $3 WHERE number = $1")
            .bind(number)
            .bind(json)
            .bind(request_id)
            .execute(&mut **transaction)
            .await?;
        return Ok(Queued::Replaced);
    }
    sqlx::query("INSERT INTO outbox (request_id, document, base_etag) VALUES ($1, $2, $3)")
        .bind(request_id)
        .bind(json)
        .bind(base)
        .execute(&mut **transaction)
        .await?;
    Ok(match base {
        _ if refused > 0 => Queued::Replaced,
        Some(_) => Queued::Change,
        None => Queued::New,
    })
}

/// A statement about the rows of one document, by its id or by its keys.
fn same<'a>(statement: &str, document: &'a Document) -> Query<'a, Sqlite, SqliteArguments> {
    const SAME: &str = "(json_extract(document, '$.id') = $1
        OR $1 = '' AND json_extract(document, '$.ownerId') = $2
            AND json_extract(document, '$.externalId.scheme') = $3
            AND json_extract(document, '$.externalId.value') = $4 AND json_type(document, $5) IS NOT NULL)";
    let external = document.external_id.clone().unwrap_or_default();
    // Both parts are constants of this file.
    sqlx::query(AssertSqlSafe(format!("{statement} {SAME}")))
        .bind(&document.id)
        .bind(&document.owner_id)
        .bind(external.scheme)
        .bind(external.value)
        .bind(content_path(document))
}

/// What waits, in order.
pub(super) async fn waiting(transaction: &mut Transaction<'_, Sqlite>) -> Result<Vec<Waiting>> {
    const WAITING: &str = "SELECT request_id, document, base_etag FROM outbox WHERE state = 'waiting' ORDER BY number";
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(WAITING)
        .fetch_all(&mut **transaction)
        .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(request_id, document, base_etag)| Waiting {
            request_id,
            document,
            base_etag,
        })
        .collect())
}

/// Notes that a row is about to be sent: from then on it stays as it is until it is answered.
pub(super) async fn note_sent(
    transaction: &mut Transaction<'_, Sqlite>,
    request_id: &str,
) -> Result<()> {
    sqlx::query("UPDATE outbox SET sent_time = COALESCE(sent_time, $2) WHERE request_id = $1")
        .bind(request_id)
        .bind(clock::now().to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Takes a row out, as it was answered.
pub(super) async fn clear(
    transaction: &mut Transaction<'_, Sqlite>,
    request_id: &str,
) -> Result<()> {
    let clear = sqlx::query("DELETE FROM outbox WHERE request_id = $1").bind(request_id);
    clear.execute(&mut **transaction).await?;
    Ok(())
}

/// Lets a row stay with what was answered.
pub(super) async fn keep(
    transaction: &mut Transaction<'_, Sqlite>,
    request_id: &str,
    state: &str,
    answer: &str,
) -> Result<()> {
    sqlx::query("UPDATE outbox SET state = $2, answer = $3 WHERE request_id = $1")
        .bind(request_id)
        .bind(state)
        .bind(answer)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// What was made from the revision that the answered row was made from, is now made from what came of it.
pub(super) async fn rebase(
    transaction: &mut Transaction<'_, Sqlite>,
    answered: &Outgoing,
    etag: &str,
) -> Result<()> {
    const CHANGES: &str = "UPDATE outbox SET base_etag = $2
        WHERE state = 'waiting' AND sent_time IS NULL AND base_etag = $1";
    const NEW: &str = "UPDATE outbox SET base_etag = $1
        WHERE state = 'waiting' AND sent_time IS NULL AND base_etag IS NULL AND json_extract(document, '$.ownerId') = $2
            AND json_extract(document, '$.externalId.scheme') = $3
            AND json_extract(document, '$.externalId.value') = $4 AND json_type(document, $5) IS NOT NULL";
    let document = &answered.document;
    let external = document.external_id.clone().unwrap_or_default();
    let rebase = match &answered.base_etag {
        Some(base) => sqlx::query(CHANGES).bind(base).bind(etag),
        None => sqlx::query(NEW)
            .bind(etag)
            .bind(&document.owner_id)
            .bind(external.scheme)
            .bind(external.value)
            .bind(content_path(document)),
    };
    rebase.execute(&mut **transaction).await?;
    Ok(())
}
