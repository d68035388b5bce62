//! Answers items that were answered before as the first time.

use std::collections::HashMap;

use prost::Message;
use uuid::Uuid;

use super::answer::{Answer, Ready};
use crate::{
    access::Caller,
    documents::{model::Revision, operations::Shown, store, wire},
    error::{Error, Result},
    exchange::Exchange,
    kinds,
    proto::v1::{Act, PushMerged, PushResponse, PushedDocument, push_response::Outcome as Told},
};

/// The first answers, from what was noted of them, under the places that they came with. Of those that show a document, the
/// document is not read yet.
pub async fn again(
    exchange: &Exchange,
    caller: &Caller,
    noted: Vec<(usize, Vec<u8>)>,
) -> Result<Vec<(usize, Ready)>> {
    let mut answers = Vec::with_capacity(noted.len());
    let mut named = Vec::new();
    for (at, note) in noted {
        let first = PushResponse::decode(&*note).map_err(Error::fault)?;
        let revision = revision_of(&first);
        let shows = matches!(first.outcome, Some(Told::Merged(_)));
        named.extend(revision.filter(|_| !shows));
        answers.push((at, first, revision));
    }
    let scope = caller.scope(Act::ReadDocuments);
    let reader = exchange.database.reader();
    let found = store::at_revisions_without_content(reader, &scope, &named).await?;
    let found: HashMap<_, _> = found
        .into_iter()
        .map(|revision| ((revision.document, revision.number), revision))
        .collect();
    let answer = |(at, first, revision): (usize, PushResponse, Option<(Uuid, i32)>)| {
        let ready = match revision {
            None => Ready::Whole(noted_whole(first)),
            Some(_) if matches!(first.outcome, Some(Told::Merged(_))) => Ready::Merged {
                noted: first,
                position: 0,
            },
            // An item may come twice in one batch.
            Some(named) => Ready::Whole(match found.get(&named) {
                Some(revision) => as_then(caller, first, revision.clone())?,
                None => Answer::refused(Error::NotFound),
            }),
        };
        Ok((at, ready))
    };
    answers.into_iter().map(answer).collect()
}

/// An answer that shows a document, from what was noted of it.
pub async fn with_document(
    exchange: &Exchange,
    caller: &Caller,
    noted: PushResponse,
) -> Result<Answer> {
    let named: Vec<_> = revision_of(&noted).into_iter().collect();
    let scope = caller.scope(Act::ReadDocuments);
    let found = store::at_revisions(exchange.database.reader(), &scope, &named).await?;
    match found.into_iter().next() {
        Some(revision) => as_then(caller, noted, revision),
        None => Ok(Answer::refused(Error::NotFound)),
    }
}

/// The revision that an answer speaks of. None: it holds all that it told.
fn revision_of(first: &PushResponse) -> Option<(Uuid, i32)> {
    let (id, revision) = match first.outcome.as_ref()? {
        Told::Created(pushed) | Told::Updated(pushed) | Told::Unchanged(pushed) => {
            (&pushed.id, pushed.revision)
        }
        Told::Merged(merged) => {
            let document = merged.document.as_ref()?;
            (&document.id, document.revision)
        }
        Told::Conflict(_) | Told::Refused(_) => return None,
    };
    Some((Uuid::try_parse(id).ok()?, i32::try_from(revision).ok()?))
}

fn noted_whole(first: PushResponse) -> Answer {
    let missing =
        || Told::Refused(Error::fault(anyhow::anyhow!("an answer was noted empty")).into());
    Answer::of(first.outcome.unwrap_or_else(missing))
}

fn as_then(caller: &Caller, first: PushResponse, revision: Revision) -> Result<Answer> {
    // What is found of content that is no longer given out, is not either.
    let findings = if revision.withdrawn {
        Vec::new()
    } else {
        first.findings.into_iter().map(kinds::with_words).collect()
    };
    let document = wire::document(Shown::of(caller, revision))?;
    let pushed = PushedDocument {
        id: document.id.clone(),
        external_id: document.external_id.clone(),
        etag: document.etag.clone(),
        revision: document.revision,
        content_hash: document.content_hash.clone(),
    };
    let told = match first.outcome {
        Some(Told::Created(_)) => Told::Created(pushed),
        Some(Told::Merged(PushMerged { fields, .. })) => Told::Merged(PushMerged {
            document: Some(document),
            fields,
        }),
        Some(Told::Unchanged(_)) => Told::Unchanged(pushed),
        _ => Told::Updated(pushed),
    };
    Ok(Answer {
        told,
        findings,
        position: 0,
    })
}
