//! Pushed changes that could not be merged: shown, resolved, and cleared from the outbox by whoever resolved them.

use sqlx::{Sqlite, SqliteConnection, Transaction};
use tonic::Code;

use super::{
    Error, Result,
    file::{Replica, standing},
    link::{Link, reason},
    push::put_ahead,
};
use crate::{
    clock, json,
    proto::v1::{
        Conflict, ConflictState, Document, GetConflictRequest, GetConflictResponse,
        ListConflictsRequest, ListConflictsResponse, ResolveConflictRequest,
        ResolveConflictResponse, resolve_conflict_request::Resolution,
    },
};

/// The conflicts that are still to be resolved. Rows of the outbox whose conflicts have been resolved by others go.
pub async fn open_conflicts(
    replica: &mut Replica,
    link: &mut Link,
) -> Result<ListConflictsResponse> {
    clear_resolved(replica, link).await?;
    let mut all = ListConflictsResponse::default();
    let mut request = ListConflictsRequest {
        page_size: 200,
        ..ListConflictsRequest::default()
    };
    loop {
        let page = link
            .ask(async |client| client.conflicts.list_conflicts(request.clone()).await)
            .await?;
        all.conflicts.extend(page.conflicts);
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        request.page_token = page.next_page_token;
    }
}

/// One conflict, with all its sides.
pub async fn conflict(link: &mut Link, id: &str) -> Result<GetConflictResponse> {
    let request = GetConflictRequest { id: id.to_owned() };
    link.ask(async |client| client.conflicts.get_conflict(request.clone()).await)
        .await
}

/// Resolves a conflict as it stands now, and takes what comes of that into the replica. None: it was resolved before.
///
/// The request is stored before it is sent: whoever decides the same again, after an answer that was lost, sends it again.
pub async fn resolve(
    replica: &mut Replica,
    link: &mut Link,
    id: &str,
    resolution: Resolution,
) -> Result<Option<ResolveConflictResponse>> {
    link.must_be(&replica.subject).await?;
    let request = match unanswered(replica, id).await? {
        Some(request) if request.resolution.as_ref() == Some(&resolution) => request,
        _ => decide(replica, link, id, resolution).await?,
    };
    let resolved = link
        .ask(async |client| client.conflicts.resolve_conflict(request.clone()).await)
        .await;
    let resolved = match resolved {
        Ok(resolved) => Some(resolved),
        Err(Error::Refused(status)) if reason(&status).as_deref() == Some("CONFLICT_RESOLVED") => {
            None
        }
        Err(error) => {
            if matches!(error, Error::Refused(_)) {
                forget(&mut replica.connection, id).await?;
            }
            return Err(error);
        }
    };
    let mut transaction = replica.begin().await?;
    if let Some(document) = resolved.as_ref().and_then(|one| one.document.as_ref()) {
        put_resolved(&mut transaction, document).await?;
    }
    sqlx::query(CLEAR)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    forget(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(resolved)
}

/// A decision that was sent, and may have been taken in.
async fn unanswered(replica: &mut Replica, id: &str) -> Result<Option<ResolveConflictRequest>> {
    let kept = "SELECT request FROM resolutions WHERE conflict_id = $1";
    let kept: Option<String> = sqlx::query_scalar(kept)
        .bind(id)
        .fetch_optional(&mut replica.connection)
        .await?;
    Ok(kept.map(|request| json::read(&request)).transpose()?)
}

/// A decision on the conflict as it stands now, stored in the place of any other.
async fn decide(
    replica: &mut Replica,
    link: &mut Link,
    id: &str,
    resolution: Resolution,
) -> Result<ResolveConflictRequest> {
    let etag = conflict(link, id).await?.document.unwrap_or_default().etag;
    let request = ResolveConflictRequest {
        request_id: clock::new_id().to_string(),
        validate_only: false,
        id: id.to_owned(),
        etag,
        resolution: Some(resolution),
    };
    sqlx::query("INSERT OR REPLACE INTO resolutions VALUES ($1, $2)")
        .bind(id)
        .bind(json::line(&request)?)
        .execute(&mut replica.connection)
        .await?;
    Ok(request)
}

async fn forget(connection: &mut SqliteConnection, id: &str) -> Result<()> {
    let forget = sqlx::query("DELETE FROM resolutions WHERE conflict_id = $1");
    forget.bind(id).execute(connection).await?;
    Ok(())
}

/// The answer does not say where it was written: after the cursor, where an older revision is held.
async fn put_resolved(
    transaction: &mut Transaction<'_, Sqlite>,
    document: &Document,
) -> Result<()> {
    let older = "SELECT EXISTS (SELECT 1 FROM documents WHERE id = $1 AND revision < $2)";
    let older: bool = sqlx::query_scalar(older)
        .bind(&document.id)
        .bind(document.revision)
        .fetch_one(&mut **transaction)
        .await?;
    if !older {
        return Ok(());
    }
    let position = standing(transaction).await?.position + 1;
    put_ahead(transaction, document, position).await
}

const CLEAR: &str =
    "DELETE FROM outbox WHERE state = 'conflict' AND json_extract(answer, '$.conflictId') = $1";

async fn clear_resolved(replica: &mut Replica, link: &mut Link) -> Result<()> {
    let kept =
        "SELECT DISTINCT json_extract(answer, '$.conflictId') FROM outbox WHERE state = 'conflict'";
    let kept: Vec<String> = sqlx::query_scalar(kept)
        .fetch_all(&mut replica.connection)
        .await?;
    for id in kept {
        if is_open(link, &id).await? {
            continue;
        }
        let clear = sqlx::query(CLEAR).bind(id);
        clear.execute(&mut replica.connection).await?;
    }
    Ok(())
}

/// A conflict that is not shown any more is of a document that is not, either.
async fn is_open(link: &mut Link, id: &str) -> Result<bool> {
    let is_open = |conflict: Conflict| conflict.state() == ConflictState::Open;
    match conflict(link, id).await {
        Ok(answer) => Ok(answer.conflict.is_some_and(is_open)),
        Err(Error::Refused(status)) if status.code() == Code::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}
