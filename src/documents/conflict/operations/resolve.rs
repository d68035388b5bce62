//! Resolves a conflict: what shall stand, and that it was chosen, are one write.

use std::collections::BTreeSet;

use prost::Message;
use uuid::Uuid;

use super::must_see;
use crate::{
    access::Grant,
    clock,
    documents::{
        conflict::{Conflict, Resolved, store},
        model::{Encoded, Revision, Step},
        operations::{
            Call, Shown, judge, must_allow, must_be_seen, other_kind, rests_on_state, target_of,
        },
        request::Pushed,
        store as documents,
    },
    error::{Error, Result},
    exchange::Exchange,
    journal::{Expected, Key, Refusal, RequestKey, Row, Write, Written},
    kinds::{self, Content},
    proto::v1::{self, Act, ConflictResolution, Document, Finding, ResolveConflictResponse, Role},
};

/// What shall stand.
pub enum Resolution {
    KeepTheirs,
    TakeYours,
    TakeBoth(Box<Pushed>),
}

/// A resolved conflict, and the document after it.
pub struct Settled {
    pub conflict: Conflict,
    pub roles: BTreeSet<Role>,
    pub document: Shown,
    pub findings: Vec<Finding>,
}

pub async fn resolve(
    exchange: &Exchange,
    call: &Call,
    id: Uuid,
    etag: &str,
    resolution: Resolution,
) -> Result<Settled> {
    let (conflict, head, roles) = must_see(exchange, &call.caller, id).await?;
    let grant = call
        .caller
        .grant_for(Act::EditDocuments, &target_of(&head))?
        .clone();
    let key = RequestKey {
        others: call.caller.homes_besides(grant.home),
        ..RequestKey::new(grant.home, call.request, call.method, &call.body)
    };
    let settling = settle(exchange, call, &grant, conflict, &head, etag, resolution).await;
    let settling = match settling {
        Ok(settling) => settling,
        Err(refusal) if rests_on_state(&refusal) => {
            return match exchange.journal.answer_to(&key).await? {
                Some(note) => repeat(exchange, call, id, &note).await,
                None => Err(refusal),
            };
        }
        Err(refusal) => return Err(refusal),
    };
    let write = Write {
        actor: grant.actor(),
        method: call.method,
        request: Some(key),
        register_unchanged_since: None,
        expects: settling.expects(),
        dry_run: call.dry_run,
        answer: settling.note(),
        rows: settling.rows(),
    };
    match exchange.journal.write(write).await {
        Ok(Written::Now { .. }) => Ok(settling.settled(&call.caller, roles)),
        Ok(Written::Before { answer }) => repeat(exchange, call, id, &answer).await,
        Err(Refusal::Outdated { .. } | Refusal::ExpectedOtherwise) => {
            Err(overtaken(exchange, call, id).await?)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What is to be written, and what is told of it.
struct Settling {
    conflict: Conflict,
    /// The document as it will stand.
    revision: Revision,
    content: Option<Content>,
    links: Vec<crate::documents::link::Model>,
    findings: Vec<Finding>,
    /// Whether the document changes.
    changes: bool,
}

async fn settle(
    exchange: &Exchange,
    call: &Call,
    grant: &Grant,
    mut conflict: Conflict,
    head: &Revision,
    etag: &str,
    resolution: Resolution,
) -> Result<Settling> {
    if conflict.resolved.is_some() {
        return Err(Error::ConflictResolved);
    }
    must_be_seen(head, etag)?;
    let how = match resolution {
        Resolution::KeepTheirs => ConflictResolution::KeepTheirs,
        Resolution::TakeYours => ConflictResolution::TakeYours,
        Resolution::TakeBoth(_) => ConflictResolution::TakeBoth,
    };
    let chosen = chosen(&conflict, head, resolution)?;
    let now = clock::now();
    let mut settling = Settling {
        conflict: conflict.clone(),
        revision: head.clone(),
        content: None,
        links: Vec::new(),
        findings: Vec::new(),
        changes: false,
    };
    if let Some(chosen) = chosen {
        let state = must_allow(head, Step::Update)?;
        let by = call.caller.subject().to_owned();
        let mut revision = head.next(state, by, grant.home, now);
        chosen.put_into(&mut revision, head);
        if revision.round != head.round {
            call.caller
                .grant_for(Act::EditDocuments, &target_of(&revision))?;
        }
        let mut judgement = judge(exchange, &call.caller, &revision, &chosen.content)
            .await?
            .must_be_fit_to_keep()?;
        settling.changes = revision.content_hash != head.content_hash
            || revision.round != head.round
            || revision.period != head.period
            || revision.external_id != head.external_id;
        if settling.changes {
            if revision.content_revision == revision.number {
                settling.links = judgement.links(&revision);
            }
            settling.revision = revision;
        }
        settling.findings = judgement.findings;
        settling.content = Some(chosen.content);
    }
    conflict.resolved = Some(Resolved {
        how,
        by: call.caller.subject().to_owned(),
        at: now.max(conflict.created_at),
        revision: settling.changes.then_some(settling.revision.number),
    });
    settling.conflict = conflict;
    Ok(settling)
}

/// A document to stand in the place of the head.
struct Chosen {
    external_id: Option<v1::ExternalId>,
    round: Option<String>,
    period: Option<v1::Period>,
    content: Content,
}

/// None: the document stays as it is.
fn chosen(conflict: &Conflict, head: &Revision, resolution: Resolution) -> Result<Option<Chosen>> {
    let chosen = match resolution {
        Resolution::KeepTheirs => return Ok(None),
        Resolution::TakeYours => {
            let yours = &conflict.yours;
            let content = yours.content.as_deref().unwrap_or_default();
            Chosen {
                // A change that names no external id does not take back a new one.
                external_id: yours
                    .external_id
                    .clone()
                    .or_else(|| head.external_id.clone()),
                round: yours.round.clone(),
                period: yours.period.clone(),
                content: Content::decode(head.kind, content).map_err(Error::fault)?,
            }
        }
        Resolution::TakeBoth(both) => Chosen {
            external_id: both.external_id.or_else(|| head.external_id.clone()),
            round: both.round,
            period: both.period,
            content: both.content,
        },
    };
    if chosen.content.kind() != head.kind {
        return Err(Error::field(other_kind(&chosen.content)));
    }
    Ok(Some(chosen))
}

impl Chosen {
    fn put_into(&self, revision: &mut Revision, head: &Revision) {
        revision.external_id.clone_from(&self.external_id);
        revision.round.clone_from(&self.round);
        revision.period.clone_from(&self.period);
        let encoded = Encoded::from(self.content.encode());
        if encoded.hash != head.content_hash {
            revision.write(encoded);
        }
    }
}

impl Settling {
    /// Where the document does not change, nobody else may have changed it either since it was read.
    fn expects(&self) -> Vec<Expected> {
        let head = Key::document(self.revision.owner, self.revision.document);
        if self.changes {
            vec![]
        } else {
            vec![head.at(self.revision.number)]
        }
    }

    fn rows(&self) -> Vec<Row> {
        let document = self.changes.then(|| Row::Document {
            revision: documents::row(&self.revision),
            links: self.links.clone(),
        });
        let conflict = Row::Conflict(store::row(&self.conflict));
        document.into_iter().chain([conflict]).collect()
    }

    /// What a repetition is answered from.
    fn note(&self) -> Vec<u8> {
        let document = Document {
            id: self.revision.document.to_string(),
            revision: self.revision.number.unsigned_abs(),
            ..Document::default()
        };
        let findings = self.findings.iter();
        ResolveConflictResponse {
            conflict: None,
            document: Some(document),
            findings: findings.map(kinds::without_words).collect(),
        }
        .encode_to_vec()
    }

    fn settled(self, caller: &crate::access::Caller, roles: BTreeSet<Role>) -> Settled {
        Settled {
            conflict: self.conflict,
            roles,
            document: Shown::of(caller, self.revision),
            findings: self.findings,
        }
    }
}

async fn repeat(exchange: &Exchange, call: &Call, id: Uuid, note: &[u8]) -> Result<Settled> {
    let first = ResolveConflictResponse::decode(note).map_err(Error::fault)?;
    let number = first.document.unwrap_or_default().revision;
    let (conflict, _, roles) = must_see(exchange, &call.caller, id).await?;
    let scope = call.caller.scope(Act::ReadDocuments);
    let number = i32::try_from(number).map_err(Error::fault)?;
    let reader = exchange.database.reader();
    let revision = documents::at_revision(reader, &scope, conflict.document, number).await?;
    let revision = revision.ok_or(Error::NotFound)?;
    let findings = if revision.withdrawn {
        Vec::new()
    } else {
        first.findings.into_iter().map(kinds::with_words).collect()
    };
    Ok(Settled {
        conflict,
        roles,
        document: Shown::of(&call.caller, revision),
        findings,
    })
}

/// Somebody else wrote between our reading and our writing.
async fn overtaken(exchange: &Exchange, call: &Call, id: Uuid) -> Result<Error> {
    let (conflict, head, _) = must_see(exchange, &call.caller, id).await?;
    Ok(if conflict.resolved.is_some() {
        Error::ConflictResolved
    } else {
        Error::EtagMismatch { etag: head.etag() }
    })
}
