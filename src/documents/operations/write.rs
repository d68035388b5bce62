//! What all writes of documents do alike: find the document, check what it stands on, go through the journal, and answer
//! repetitions as the first time.

use prost::Message;
use uuid::Uuid;

use super::{Answer, Call, Shown, target_of};
use crate::{
    access::Grant,
    documents::{
        link,
        model::{Revision, Step},
        store,
    },
    error::{Error, Result},
    exchange::Exchange,
    journal::{Expected, Refusal, RequestKey, Row, Write, Written},
    kinds,
    proto::v1::{Act, CreateDocumentResponse, Document, DocumentState, Finding},
};

/// A revision that is decided on and not yet written.
pub struct Decided {
    pub revision: Revision,
    /// The links of the content, where the revision writes it.
    pub links: Vec<link::Model>,
    /// What else must stand as it was read.
    pub expects: Vec<Expected>,
    pub findings: Vec<Finding>,
}

/// The newest revision of a document that the caller sees and may do the act on, and the grant that says so.
pub async fn must_act_on<'a>(
    exchange: &Exchange,
    call: &'a Call,
    act: Act,
    document: Uuid,
) -> Result<(Revision, &'a Grant)> {
    let scope = call.caller.scope(Act::ReadDocuments);
    let head = store::head(exchange.database.reader(), &scope, document)
        .await?
        .ok_or(Error::NotFound)?;
    let grant = call.caller.grant_for(act, &target_of(&head))?;
    Ok((head, grant))
}

/// Demands that the caller has seen the newest revision.
pub fn must_be_seen(head: &Revision, etag: &str) -> Result<()> {
    let current = head.etag();
    if current == etag {
        Ok(())
    } else {
        Err(Error::EtagMismatch { etag: current })
    }
}

/// The state after a step, or the refusal.
pub fn must_allow(head: &Revision, step: Step) -> Result<DocumentState> {
    step.from(head.state)
        .ok_or(Error::StateForbids { state: head.state })
}

/// Writes what was decided. Where it was refused, or the journal knows the request, the request may be a repetition:
/// then the first answer is given.
pub async fn write(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    decided: Result<Decided>,
) -> Result<Answer> {
    let key = RequestKey {
        others: call.caller.homes_besides(grant.home),
        ..RequestKey::new(grant.home, call.request, call.method, &call.body)
    };
    let decided = match decided {
        Ok(decided) => decided,
        Err(refusal) => return answer_before(exchange, call, &key, refusal).await,
    };
    let Decided {
        revision,
        links,
        expects,
        findings,
    } = decided;
    let write = Write {
        actor: grant.actor(),
        method: call.method,
        request: Some(key),
        register_unchanged_since: None,
        expects,
        dry_run: call.dry_run,
        answer: encode(&revision, &findings),
        rows: vec![Row::Document {
            revision: store::row(&revision),
            links,
        }],
    };
    match exchange.journal.write(write).await {
        Ok(Written::Now { .. }) => Ok(Answer {
            shown: Shown::of(&call.caller, revision),
            findings,
        }),
        Ok(Written::Before { answer }) => repeat(exchange, call, &answer).await,
        Err(refusal) => Err(refused(exchange, call, revision.document, refusal).await),
    }
}

/// What a repetition is answered from: everything else is read again from the revision, which does not change.
fn encode(revision: &Revision, findings: &[Finding]) -> Vec<u8> {
    let document = Document {
        id: revision.document.to_string(),
        revision: revision.number.unsigned_abs(),
        ..Document::default()
    };
    CreateDocumentResponse {
        document: Some(document),
        findings: findings.iter().map(kinds::without_words).collect(),
    }
    .encode_to_vec()
}

async fn repeat(exchange: &Exchange, call: &Call, answer: &[u8]) -> Result<Answer> {
    let CreateDocumentResponse { document, findings } =
        CreateDocumentResponse::decode(answer).map_err(Error::fault)?;
    let mut findings: Vec<_> = findings.into_iter().map(kinds::with_words).collect();
    let Document { id, revision, .. } = document.unwrap_or_default();
    let id = Uuid::try_parse(&id).map_err(Error::fault)?;
    let number = i32::try_from(revision).map_err(Error::fault)?;
    let scope = call.caller.scope(Act::ReadDocuments);
    let revision = store::at_revision(exchange.database.reader(), &scope, id, number)
        .await?
        .ok_or(Error::NotFound)?;
    if revision.withdrawn {
        // They speak of content that is no longer given out.
        findings.clear();
    }
    Ok(Answer {
        shown: Shown::of(&call.caller, revision),
        findings,
    })
}

/// A refusal that rests on what has changed since is none for a request that was answered before.
async fn answer_before(
    exchange: &Exchange,
    call: &Call,
    key: &RequestKey,
    refusal: Error,
) -> Result<Answer> {
    if !rests_on_state(&refusal) {
        return Err(refusal);
    }
    match exchange.journal.answer_to(key).await {
        Ok(Some(answer)) => repeat(exchange, call, &answer).await,
        Ok(None) => Err(refusal),
        Err(Refusal::RequestIdConflict) => Err(Error::RequestIdConflict),
        Err(unavailable) => Err(unavailable.into()),
    }
}

/// Whether the refusal may have come after the same request was written.
pub fn rests_on_state(refusal: &Error) -> bool {
    matches!(
        refusal,
        Error::EtagMismatch { .. }
            | Error::StateForbids { .. }
            | Error::OwnReview
            | Error::ReviewOutdated { .. }
            | Error::ConflictResolved
            | Error::CapacityTaken { .. }
            | Error::Findings(_)
            // An owner may have ended since.
            | Error::Fields(_)
    )
}

async fn refused(exchange: &Exchange, call: &Call, document: Uuid, refusal: Refusal) -> Error {
    if matches!(refusal, Refusal::Outdated { .. }) {
        overtaken(exchange, call, document)
            .await
            .unwrap_or_else(|error| error)
    } else {
        refusal.into()
    }
}

/// Somebody else wrote between our reading and our writing.
async fn overtaken(exchange: &Exchange, call: &Call, document: Uuid) -> Result<Error> {
    let scope = call.caller.scope(Act::ReadDocuments);
    let head = store::head(exchange.database.reader(), &scope, document)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Error::EtagMismatch { etag: head.etag() })
}
