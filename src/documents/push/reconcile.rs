//! Brings a change that was made from an older revision together with what has been written since.

use std::collections::{HashMap, HashSet};

use prost::Message as _;
use prost_reflect::DynamicMessage;
use uuid::Uuid;

use super::{
    batch::{MAX_BYTES, too_large},
    decide::{Asking, MERGES, MergedContent, external_id, stated_external_id},
    item::{Asked, Precondition},
};
use crate::{
    clock::Time,
    contract,
    documents::{
        compare::compare,
        conflict::{Conflict, Yours},
        merge,
        model::{Encoded, Revision},
        operations::present_content_of,
        shape, store,
    },
    error::{Error, Result},
    kinds::{self, Content, Link, Relation, Subject, Target},
    proto::v1::{Act, Document, DocumentState, ExternalId, Period},
};

/// A merge to be made.
pub struct Merge<'a> {
    pub asked: &'a Asked,
    pub head: &'a Revision,
    /// The revision that the change was made from, as its etag says.
    pub base: i32,
}

/// What a merge came to.
pub enum Reconciled {
    Merged(Box<Merged>),
    /// Nothing of the change is new.
    Contained(Box<Revision>),
    Conflict(Box<Conflict>),
}

pub struct Merged {
    pub external_id: Option<ExternalId>,
    pub round: Option<String>,
    pub period: Option<Period>,
    pub content: MergedContent,
    /// Paths of what the change brought.
    pub brought: Vec<String>,
}

/// Merges many, each under the place that it came with. A few documents are read at a time; of what is written together, the
/// results are in memory together, and bounded.
pub async fn reconcile(
    asking: Asking<'_>,
    merges: Vec<(usize, Merge<'_>)>,
    now: Time,
) -> Result<Vec<(usize, Result<Reconciled>)>> {
    let mut reconciled = Vec::with_capacity(merges.len());
    let most = if asking.together {
        MAX_BYTES
    } else {
        usize::MAX
    };
    let mut bytes = 0;
    for some in merges.chunks(MERGES) {
        if bytes > most {
            let refused = |(at, _): &(usize, _)| (*at, Err(too_large()));
            reconciled.extend(some.iter().map(refused));
            continue;
        }
        let found = read(asking, some).await?;
        for (at, merge) in some {
            tokio::task::yield_now().await;
            let id = merge.head.document;
            let (base, theirs) = (
                found.get(&(id, merge.base)),
                found.get(&(id, merge.head.number)),
            );
            let one = reconcile_one(asking.caller.subject(), merge, base, theirs, now);
            if let Ok(Reconciled::Merged(merged)) = &one {
                bytes += merged.content.encoded.bytes.len();
            }
            let one = if bytes > most { Err(too_large()) } else { one };
            reconciled.push((*at, one));
        }
    }
    Ok(reconciled)
}

/// The revisions that merges rest on.
async fn read(
    asking: Asking<'_>,
    merges: &[(usize, Merge<'_>)],
) -> Result<HashMap<(Uuid, i32), Revision>> {
    let revisions: Vec<(Uuid, i32)> = merges
        .iter()
        .flat_map(|(_, merge)| {
            let (id, number) = (merge.head.document, merge.head.number);
            [(id, merge.base), (id, number)]
        })
        .collect();
    let scope = asking.caller.scope(Act::ReadDocuments);
    let reader = asking.exchange.database.reader();
    let found = store::at_revisions(reader, &scope, &revisions).await?;
    let found = found.into_iter();
    Ok(found
        .map(|revision| ((revision.document, revision.number), revision))
        .collect())
}

fn reconcile_one(
    subject: &str,
    merge: &Merge<'_>,
    base: Option<&Revision>,
    theirs: Option<&Revision>,
    now: Time,
) -> Result<Reconciled> {
    let Merge { asked, head, .. } = *merge;
    let fits = |base: &&Revision| match &asked.precondition {
        Precondition::Etag(etag) => base.etag() == *etag,
        Precondition::MustNotExist => false,
    };
    let (Some(base), Some(theirs)) = (base.filter(fits), theirs) else {
        return Err(Error::EtagMismatch { etag: head.etag() });
    };
    if theirs.withdrawn {
        // Since its head was read.
        let state = DocumentState::Withdrawn;
        return Err(Error::StateForbids { state });
    }
    let yours = Document {
        external_id: external_id(asked, base),
        round: asked.round.clone().unwrap_or_default(),
        period: asked.period.clone(),
        content: Some(asked.content.clone().into()),
        ..Document::default()
    };
    let theirs_whole = whole(theirs)?;
    let conflict = |fields| Conflict {
        id: Uuid::nil(),
        owner: head.owner,
        document: head.document,
        kind: head.kind,
        fields,
        base: base.number,
        theirs: head.number,
        yours: Yours {
            external_id: stated_external_id(asked),
            round: asked.round.clone(),
            period: asked.period.clone(),
            content: Some(asked.encoded.bytes.clone()),
            content_hash: asked.encoded.hash.clone(),
        },
        author: subject.to_owned(),
        created_at: now,
        resolved: None,
    };
    let merged = match merge::merge(
        &dynamic(&whole(base)?)?,
        &dynamic(&theirs_whole)?,
        &dynamic(&yours)?,
    ) {
        Ok(merged) => merged,
        Err(fields) => return Ok(Reconciled::Conflict(Box::new(conflict(fields)))),
    };
    let theirs_dynamic = dynamic(&theirs_whole)?;
    if merged == theirs_dynamic {
        return Ok(Reconciled::Contained(Box::new(head.clone())));
    }
    let brought = compare(&theirs_dynamic, &merged);
    let brought = brought.into_iter().map(|difference| difference.field);
    // Each side alone may be within its bounds, and both together beyond them.
    if let Err(Error::Fields(violations)) = contract::get().check_document(&merged.encode_to_vec())
    {
        let fields = violations.into_iter().map(|violation| violation.field);
        return Ok(Reconciled::Conflict(Box::new(conflict(fields.collect()))));
    }
    let merged: Document = merged.transcode_to().map_err(Error::fault)?;
    let content = merged.content.map(Content::from);
    let content =
        content.ok_or_else(|| Error::fault(anyhow::anyhow!("a merge lost its content")))?;
    let encoded = Encoded::from(content.encode());
    let links = kinds::links(&content);
    let torn = torn(&content, &links, asked, &present_content_of(theirs)?);
    if !torn.is_empty() {
        return Ok(Reconciled::Conflict(Box::new(conflict(torn))));
    }
    let subject = Subject {
        period: merged.period.as_ref(),
        round: &merged.round,
        content: &content,
        encoded: &encoded.bytes,
    };
    let findings = kinds::findings(subject, &links);
    Ok(Reconciled::Merged(Box::new(Merged {
        external_id: merged.external_id,
        round: Some(merged.round).filter(|round| !round.is_empty()),
        period: merged.period,
        content: MergedContent {
            links,
            content,
            encoded,
            findings,
            otherwise: conflict(Vec::new()),
            head: head.clone(),
        },
        brought: brought.collect(),
    })))
}

/// Where a merge links to what one side took away while the other linked to it: neither side left it like that.
fn torn(merged: &Content, links: &[Link], yours: &Asked, theirs: &Content) -> Vec<String> {
    let mut dangling = kinds::dangling(merged, links).peekable();
    if dangling.peek().is_none() {
        return Vec::new();
    }
    let their_links = kinds::links(theirs);
    let known: HashSet<_> = kinds::dangling(theirs, &their_links)
        .chain(kinds::dangling(&yours.content, &yours.links))
        .map(said)
        .collect();
    let torn = dangling.filter(|link| !known.contains(&said(link)));
    torn.map(|link| link.place.to_string()).collect()
}

/// What a link says, wherever it stands.
fn said(link: &Link) -> (&str, Relation, &Target) {
    (&link.from_item, link.relation, &link.to)
}

/// What of a revision can be changed.
fn whole(revision: &Revision) -> Result<Document> {
    Ok(Document {
        external_id: revision.external_id.clone(),
        round: revision.round.clone().unwrap_or_default(),
        period: revision.period.clone(),
        content: Some(present_content_of(revision)?.into()),
        ..Document::default()
    })
}

fn dynamic(document: &Document) -> Result<DynamicMessage> {
    DynamicMessage::decode(shape::document()?, document.encode_to_vec().as_slice())
        .map_err(Error::fault)
}
