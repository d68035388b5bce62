//! Decides what becomes of items: the whole of a batch with a few reads, whatever it holds. Writes nothing.

use std::sync::Arc;

use super::{
    item::{Asked, Known, Named, Precondition},
    known::Heads,
    recognise::recognise,
    reconcile::{Merge, Reconciled, reconcile},
    weigh::judge,
};
use crate::{
    access::{Caller, Grant, Target},
    clock::{self, Time},
    documents::{
        conflict::Conflict,
        link,
        model::{Encoded, Revision, Step},
        operations::{must_allow, other_kind, owner_has_ended, target_of},
    },
    error::{Error, Result},
    exchange::Exchange,
    intake::Turn,
    kinds::{Content, Link},
    proto::v1::{Act, DocumentState, ExternalId, Finding},
};

/// Merges that are in memory at a time, of items that are each decided for themselves.
pub const MERGES: usize = 8;

/// What is to become of an item.
pub struct Decided {
    /// What lets it through. None: nothing does, or it was refused before that was asked.
    pub grant: Option<Arc<Grant>>,
    pub outcome: Outcome,
}

pub enum Outcome {
    Write(Box<Writing>),
    Conflict {
        conflict: Box<Conflict>,
        head: Revision,
        /// The same change is in this open conflict already.
        known: bool,
    },
    /// The document stands like that.
    Stands {
        revision: Revision,
        /// Repeated later, the item might write: once the document has changed back, or has another name.
        noted: bool,
    },
    /// All of the change is in the document already, among others.
    Contained(Revision),
    Refused(Error),
    /// It is decided after others: enough are being merged, or an earlier item is about to write to the same document.
    Later,
}

/// A revision to be written.
pub struct Writing {
    pub what: What,
    pub revision: Revision,
    /// The content, where it is not what was sent.
    pub merged: Option<Content>,
    pub links: Vec<link::Model>,
    pub findings: Vec<Finding>,
}

pub enum What {
    Created,
    Updated,
    /// With the paths that the change brought.
    Merged(Vec<String>),
}

/// Who asks, and how.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    pub exchange: &'a Exchange,
    pub caller: &'a Caller,
    /// All items are written, or none.
    pub together: bool,
    /// How many may be merged. Others are decided later.
    pub merges: usize,
}

/// What was decided of each item, and the turn of those that hold merged documents.
pub struct Decisions {
    pub decided: Vec<Decided>,
    pub turn: Turn,
}

/// Decides items of which no two name the same document, on what stands of their documents.
pub async fn decide(asking: Asking<'_>, items: &[&Asked], heads: &Heads) -> Result<Decisions> {
    let now = clock::now();
    let mut steps: Vec<Next> = items
        .iter()
        .map(|asked| first(asking.caller, asked, heads.of(asked), now))
        .collect();
    tokio::task::yield_now().await;
    put_off(&mut steps, asking.merges);
    let stale: Vec<(usize, Merge<'_>)> = steps
        .iter()
        .enumerate()
        .filter_map(|(at, step)| match step {
            Next::Merge { head, base, .. } => Some((
                at,
                Merge {
                    asked: items[at],
                    head,
                    base: *base,
                },
            )),
            Next::Done(_) | Next::Write(..) => None,
        })
        .collect();
    let turn = match stale.len() {
        0 => None,
        count => asking.exchange.intake.merge(count.min(MERGES)).await,
    };
    let reconciled = reconcile(asking, stale, now).await?;
    for (at, reconciled) in reconciled {
        steps[at] = after_merge(asking.caller, items[at], &steps[at], reconciled, now);
    }
    let mut decided = judge(asking, items, steps).await?;
    recognise(asking, &mut decided).await?;
    Ok(Decisions { decided, turn })
}

/// Whether an item is to be merged with what has been written since, as things stand.
pub fn is_merge(caller: &Caller, asked: &Asked, heads: &Heads) -> bool {
    let (Precondition::Etag(etag), Some(head)) = (&asked.precondition, heads.of(asked)) else {
        return false;
    };
    let step = || first(caller, asked, Some(head), clock::now());
    *etag != head.etag() && matches!(step(), Next::Merge { .. })
}

/// Leaves so many merges as may be in memory at a time.
fn put_off(steps: &mut [Next], most: usize) {
    let merges = steps
        .iter_mut()
        .filter(|step| matches!(step, Next::Merge { .. }));
    for step in merges.skip(most) {
        *step = done(None, Outcome::Later);
    }
}

/// An item on its way to be decided.
pub enum Next {
    Done(Decided),
    Write(Arc<Grant>, Box<Draft>),
    Merge {
        grant: Arc<Grant>,
        head: Revision,
        base: i32,
    },
}

/// A revision before it is judged.
pub struct Draft {
    pub what: What,
    pub revision: Revision,
    /// Where it differs from what was asked.
    pub merged: Option<MergedContent>,
}

/// A content that was not sent like that.
pub struct MergedContent {
    pub content: Content,
    pub encoded: Encoded,
    pub links: Vec<Link>,
    pub findings: Vec<Finding>,
    /// What to keep when it can not be written.
    pub otherwise: Conflict,
    /// What stood before.
    pub head: Revision,
}

fn first(caller: &Caller, asked: &Asked, head: Option<&Revision>, now: Time) -> Next {
    let Some(head) = head else {
        return new(caller, asked, now).unwrap_or_else(refused);
    };
    match caller.grant_for(Act::EditDocuments, &target_of(head)) {
        Err(refusal) => refused(refusal),
        Ok(grant) => change(caller, asked, head, grant, now)
            .unwrap_or_else(|refusal| done(Some(Arc::clone(grant)), Outcome::Refused(refusal))),
    }
}

fn refused(refusal: Error) -> Next {
    done(None, Outcome::Refused(refusal))
}

fn done(grant: Option<Arc<Grant>>, outcome: Outcome) -> Next {
    Next::Done(Decided { grant, outcome })
}

/// A document that the caller does not see.
fn new(caller: &Caller, asked: &Asked, now: Time) -> Result<Next> {
    let (Named::Outside { owner, external_id }, Precondition::MustNotExist) =
        (&asked.named, &asked.precondition)
    else {
        return Err(Error::NotFound);
    };
    let target = Target::NewDocument {
        kind: asked.kind(),
        owner: *owner,
        round: asked.round.as_deref(),
    };
    let grant = caller.grant_for(Act::CreateDocuments, &target)?;
    if caller.organization_has_ended(*owner) {
        let ended = Error::field(owner_has_ended());
        return Ok(done(Some(Arc::clone(grant)), Outcome::Refused(ended)));
    }
    let (author, content) = (caller.subject().to_owned(), asked.encoded.clone());
    let revision = Revision {
        round: asked.round.clone(),
        period: asked.period.clone(),
        external_id: Some(external_id.external_id()),
        ..Revision::draft(*owner, asked.kind(), author, grant.home, now, content)
    };
    Ok(write(grant, What::Created, revision, None))
}

fn write(
    grant: &Arc<Grant>,
    what: What,
    revision: Revision,
    merged: Option<MergedContent>,
) -> Next {
    let draft = Draft {
        what,
        revision,
        merged,
    };
    Next::Write(Arc::clone(grant), Box::new(draft))
}

/// A document that the caller may edit.
fn change(
    caller: &Caller,
    asked: &Asked,
    head: &Revision,
    grant: &Arc<Grant>,
    now: Time,
) -> Result<Next> {
    if head.kind != asked.kind() {
        return Err(Error::field(other_kind(&asked.content)));
    }
    let withdrawn = head.state == DocumentState::Withdrawn;
    if !withdrawn && stands(asked, head) {
        let current = head.etag();
        let noted = match &asked.precondition {
            Precondition::Etag(etag) => *etag != current,
            Precondition::MustNotExist => true,
        };
        let revision = head.clone();
        let stands = Outcome::Stands { revision, noted };
        return Ok(done(Some(Arc::clone(grant)), stands));
    }
    let etag = match &asked.precondition {
        Precondition::MustNotExist => {
            let etag = Some(head.etag());
            return Err(Error::ExternalIdTaken { etag });
        }
        Precondition::Etag(etag) => etag,
    };
    let state = must_allow(head, Step::Update)?;
    let current = head.etag();
    if *etag != current {
        let base = revision_of(etag).filter(|base| *base < head.number);
        return Ok(Next::Merge {
            grant: Arc::clone(grant),
            head: head.clone(),
            base: base.ok_or(Error::EtagMismatch { etag: current })?,
        });
    }
    let mut revision = next(caller, head, state, grant, now);
    revision.external_id = external_id(asked, head);
    revision.round.clone_from(&asked.round);
    revision.period.clone_from(&asked.period);
    must_stay_in_reach(caller, head, &revision)?;
    if head.content_hash != asked.encoded.hash {
        revision.write(asked.encoded.clone());
    }
    Ok(write(grant, What::Updated, revision, None))
}

fn next(
    caller: &Caller,
    head: &Revision,
    state: DocumentState,
    grant: &Grant,
    now: Time,
) -> Revision {
    head.next(state, caller.subject().to_owned(), grant.home, now)
}

/// A role may be for one round only: what leaves it must not leave the author's reach.
fn must_stay_in_reach(caller: &Caller, head: &Revision, revision: &Revision) -> Result<()> {
    if head.round == revision.round {
        return Ok(());
    }
    let target = target_of(revision);
    caller.grant_for(Act::EditDocuments, &target).map(|_| ())
}

/// The revision that an etag is of, as far as it says.
fn revision_of(etag: &str) -> Option<i32> {
    let (number, _) = etag.split_once('-')?;
    number.parse().ok().filter(|number| *number > 0)
}

fn stands(asked: &Asked, head: &Revision) -> bool {
    head.content_hash == asked.encoded.hash
        && head.round == asked.round
        && head.period == asked.period
        && head.external_id == external_id(asked, head)
}

/// The external id that the document shall have.
pub fn external_id(asked: &Asked, head: &Revision) -> Option<ExternalId> {
    stated_external_id(asked).or_else(|| head.external_id.clone())
}

/// The external id that the item states.
pub fn stated_external_id(asked: &Asked) -> Option<ExternalId> {
    let stated = match &asked.named {
        Named::Outside { external_id, .. } => Some(external_id),
        Named::Here { external_id, .. } => external_id.as_ref(),
    };
    stated.map(Known::external_id)
}

/// What a merge came to.
fn after_merge(
    caller: &Caller,
    asked: &Asked,
    step: &Next,
    reconciled: Result<Reconciled>,
    now: Time,
) -> Next {
    let Next::Merge { grant, head, .. } = step else {
        return refused(Error::fault(anyhow::anyhow!("a merge of what was decided")));
    };
    let merged = match reconciled {
        Ok(Reconciled::Merged(merged)) => merged,
        Ok(Reconciled::Contained(revision)) => {
            return done(Some(Arc::clone(grant)), Outcome::Contained(*revision));
        }
        Ok(Reconciled::Conflict(conflict)) => {
            let outcome = Outcome::Conflict {
                conflict,
                head: head.clone(),
                known: false,
            };
            return done(Some(Arc::clone(grant)), outcome);
        }
        Err(refusal) => return done(Some(Arc::clone(grant)), Outcome::Refused(refusal)),
    };
    let mut revision = next(caller, head, head.state, grant, now);
    revision.external_id = merged.external_id;
    revision.round = merged.round;
    revision.period = merged.period;
    if let Err(refusal) = must_stay_in_reach(caller, head, &revision) {
        return done(Some(Arc::clone(grant)), Outcome::Refused(refusal));
    }
    revision.write(merged.content.encoded.clone());
    let as_asked = revision.content_hash == asked.encoded.hash
        && revision.round == asked.round
        && revision.period == asked.period;
    let what = if as_asked {
        What::Updated
    } else {
        What::Merged(merged.brought)
    };
    write(grant, what, revision, Some(merged.content))
}
