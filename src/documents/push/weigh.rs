//! Follows the links of revisions that are about to be written, and weighs what the rules say of them.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    decide::{Asking, Decided, Draft, Next, Outcome, Writing},
    item::Asked,
};
use crate::{
    contract::Violation,
    documents::{
        conflict::Conflict,
        model::Revision,
        operations::{Followed, Judgement, Other, keeps_out},
    },
    error::{Error, Result},
    kinds::{Content, Link},
    proto::v1::Finding,
};

/// Follows the links of all that is to be written.
pub async fn judge(asking: Asking<'_>, items: &[&Asked], steps: Vec<Next>) -> Result<Vec<Decided>> {
    let mut contents = Vec::new();
    for (asked, step) in items.iter().zip(&steps) {
        contents.push((&asked.content, sent_links(asked, step)));
        if let Some((content, links)) = step.merged() {
            contents.push((content, links.clone()));
        }
    }
    let followed = Followed::links(asking.exchange, asking.caller, contents).await?;
    let mut followed = followed.into_iter();
    let mut weighing = Weighing {
        asking,
        linked_to: linked_to(items, &steps),
        written: HashMap::new(),
    };
    let mut decided = Vec::with_capacity(steps.len());
    for (count, (asked, step)) in items.iter().zip(steps).enumerate() {
        // Many documents are much work, and others wait for their turn.
        if count % 32 == 31 {
            tokio::task::yield_now().await;
        }
        let sent = followed.next().unwrap_or_default();
        decided.push(match step {
            Next::Done(Decided {
                grant,
                outcome: Outcome::Conflict { conflict, head, .. },
            }) => Decided {
                grant,
                outcome: weighing.keep(asked, sent, conflict, head),
            },
            Next::Done(decided) => decided,
            Next::Merge { .. } => {
                return Err(Error::fault(anyhow::anyhow!("a merge was left undecided")));
            }
            Next::Write(grant, draft) => {
                let merged = draft.merged.as_ref().and_then(|_| followed.next());
                Decided {
                    grant: Some(grant),
                    outcome: weighing.weigh(asked, *draft, sent, merged),
                }
            }
        });
    }
    Ok(decided)
}

impl Next {
    /// The content that is to be written, where it is not what was sent, and its links.
    fn merged(&self) -> Option<(&Content, &Vec<Link>)> {
        match self {
            Self::Write(_, draft) => draft
                .merged
                .as_ref()
                .map(|merged| (&merged.content, &merged.links)),
            Self::Done(_) | Self::Merge { .. } => None,
        }
    }
}

/// The links of what was sent, where it is to be written or kept. Of a merge too: a conflict would keep what was sent.
fn sent_links(asked: &Asked, step: &Next) -> Vec<Link> {
    match step {
        Next::Write(..)
        | Next::Done(Decided {
            outcome: Outcome::Conflict { .. },
            ..
        }) => asked.links.clone(),
        Next::Done(_) | Next::Merge { .. } => Vec::new(),
    }
}

/// The documents that links of the items lead to.
fn linked_to(items: &[&Asked], steps: &[Next]) -> HashSet<Uuid> {
    let sent = items.iter().flat_map(|asked| &asked.links);
    let merged = steps.iter().filter_map(Next::merged);
    let merged = merged.flat_map(|(_, links)| links);
    sent.chain(merged).filter_map(Link::document).collect()
}

struct Weighing<'a> {
    asking: Asking<'a>,
    /// Nobody asks what stands in other documents.
    linked_to: HashSet<Uuid>,
    /// What earlier items are about to write. With the content where items that are written together link to it.
    written: HashMap<Uuid, Option<(Revision, Content)>>,
}

impl Weighing<'_> {
    /// A conflict keeps what was sent in whole: it must be fit to be kept, like any other content.
    fn keep(
        &self,
        asked: &Asked,
        sent: Followed,
        conflict: Box<Conflict>,
        head: Revision,
    ) -> Outcome {
        match self.judge(sent, &asked.content, asked.findings.clone()) {
            Ok(_) => Outcome::Conflict {
                conflict,
                head,
                known: false,
            },
            Err(refusal) => Outcome::Refused(refusal),
        }
    }

    fn weigh(
        &mut self,
        asked: &Asked,
        draft: Draft,
        sent: Followed,
        merged: Option<Followed>,
    ) -> Outcome {
        let Draft {
            what,
            revision,
            merged: instead,
        } = draft;
        if self.written.insert(revision.document, None).is_some() {
            return self.named_before();
        }
        let (merged, findings, followed, otherwise) = match (instead, merged) {
            (Some(instead), Some(followed)) => (
                Some(instead.content),
                instead.findings,
                followed,
                Some((instead.otherwise, instead.head, sent)),
            ),
            _ => (None, asked.findings.clone(), sent, None),
        };
        let content = merged.as_ref().unwrap_or(&asked.content);
        let mut judgement = match (self.judge(followed, content, findings), otherwise) {
            (Ok(judgement), _) => judgement,
            // Each side alone may be kept, and both together may not.
            (Err(Error::Findings(findings)), Some((mut conflict, head, sent))) => {
                let fields = findings.into_iter().filter(keeps_out);
                conflict.fields = fields.map(|finding| finding.field).collect();
                return self.keep(asked, sent, Box::new(conflict), head);
            }
            (Err(refusal), _) => return Outcome::Refused(refusal),
        };
        let links = if revision.content_revision == revision.number {
            judgement.links(&revision)
        } else {
            Vec::new()
        };
        if self.asking.together && self.linked_to.contains(&revision.document) {
            let written = (revision.clone(), content.clone());
            self.written.insert(revision.document, Some(written));
        }
        Outcome::Write(Box::new(Writing {
            what,
            revision,
            merged,
            links,
            findings: judgement.findings,
        }))
    }

    /// Judges a content beside what stands, and what earlier items of its batch are about to write.
    fn judge(
        &self,
        mut followed: Followed,
        content: &Content,
        findings: Vec<Finding>,
    ) -> Result<Judgement> {
        for document in followed.documents() {
            if let Some(Some((revision, written))) = self.written.get(&document) {
                let other = Other {
                    document,
                    owner: revision.owner,
                    number: revision.number,
                    newest: true,
                    content: written,
                };
                followed.meet(content, &other);
            }
        }
        let judged = followed.judge(self.asking.caller, content, findings);
        judged.must_be_fit_to_keep()
    }

    fn named_before(&self) -> Outcome {
        if self.asking.together {
            Outcome::Refused(Error::field(named_before()))
        } else {
            Outcome::Later
        }
    }
}

/// Of two items of one batch that name the same document, one by its external id.
pub fn named_before() -> Violation {
    Violation::new(
        "document",
        "push.document_twice",
        "An earlier item of the batch names the same document; a batch that is written together holds each once.",
        "En tidigare post i omgången anger samma dokument; en omgång som skrivs tillsammans har varje dokument en gång.",
    )
}
