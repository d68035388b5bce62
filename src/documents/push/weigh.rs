//! Follows the links of revisions that are about to be written, and weighs what the rules say of them.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    decide::{Asking, Decided, Draft, Next, Outcome, Writing},
    item::Asked,
};
use crate::{
    contract::Violation,
    documents::{conflict::Conflict, model::Revision, operations::Targets},
    error::{Error, Result},
    kinds::Link,
};

/// Follows the links of all that is to be written.
pub async fn judge(asking: Asking<'_>, items: &[&Asked], steps: Vec<Next>) -> Result<Vec<Decided>> {
    // Of a merge also those of what was sent: a conflict would keep that.
    let links = |(asked, step): (&&Asked, &Next)| {
        let sent = asked.links.iter().cloned();
        let merged = match step {
            Next::Write(_, draft) => draft.merged.as_ref(),
            Next::Done(_) | Next::Merge { .. } => None,
        };
        let merged = merged.map(|merged| merged.links.clone());
        sent.chain(merged.unwrap_or_default())
            .collect::<Vec<Link>>()
    };
    let links: Vec<Link> = items.iter().zip(&steps).flat_map(links).collect();
    let mut targets = Targets::read(asking.exchange, asking.caller, &links).await?;
    let mut written = HashSet::new();
    let mut decided = Vec::with_capacity(steps.len());
    for (count, (asked, step)) in items.iter().zip(steps).enumerate() {
        // Many documents are much work, and others wait for their turn.
        if count % 32 == 31 {
            tokio::task::yield_now().await;
        }
        decided.push(match step {
            Next::Done(Decided {
                grant,
                outcome: Outcome::Conflict(conflict, head),
            }) => {
                let outcome = keep(asking, asked, (conflict, head), &targets, &written);
                Decided { grant, outcome }
            }
            Next::Done(decided) => decided,
            Next::Merge { .. } => {
                return Err(Error::fault(anyhow::anyhow!("a merge was left undecided")));
            }
            Next::Write(grant, draft) => {
                let outcome = weigh(asking, asked, *draft, &mut targets, &mut written);
                Decided {
                    grant: Some(grant),
                    outcome,
                }
            }
        });
    }
    Ok(decided)
}

/// A conflict keeps what was sent in whole: it must be fit to be kept, like any other content.
fn keep(
    asking: Asking<'_>,
    asked: &Asked,
    (conflict, head): (Box<Conflict>, Revision),
    targets: &Targets,
    written: &HashSet<Uuid>,
) -> Outcome {
    if !asking.together && awaits(&asked.links, written) {
        return Outcome::Later;
    }
    let (links, findings) = (asked.links.clone(), asked.findings.clone());
    let judged = targets.judge(asking.caller, &asked.content, links, findings);
    match judged.must_be_fit_to_keep() {
        Ok(_) => Outcome::Conflict(conflict, head),
        Err(refusal) => Outcome::Refused(refusal),
    }
}

/// Whether a link leads to what an earlier item is about to write.
fn awaits(links: &[Link], written: &HashSet<Uuid>) -> bool {
    let mut documents = links.iter().filter_map(Link::document);
    documents.any(|document| written.contains(&document))
}

fn weigh(
    asking: Asking<'_>,
    asked: &Asked,
    draft: Draft,
    targets: &mut Targets,
    written: &mut HashSet<Uuid>,
) -> Outcome {
    let Draft {
        what,
        revision,
        merged,
    } = draft;
    let (merged, links, findings, otherwise) = match merged {
        None => (None, asked.links.clone(), asked.findings.clone(), None),
        Some(merged) => (
            Some(merged.content),
            merged.links,
            merged.findings,
            Some((merged.otherwise, merged.head)),
        ),
    };
    let content = merged.as_ref().unwrap_or(&asked.content);
    let awaits = awaits(&links, written);
    let comes_again = !written.insert(revision.document);
    if (awaits || comes_again) && !asking.together {
        return Outcome::Later;
    }
    if comes_again {
        return Outcome::Refused(Error::field(named_before()));
    }
    let judged = targets
        .judge(asking.caller, content, links, findings)
        .must_be_fit_to_keep();
    let mut judgement = match (judged, otherwise) {
        (Ok(judgement), _) => judgement,
        // Each side alone may be kept, and both together may not.
        (Err(Error::Findings(findings)), Some((mut conflict, head))) => {
            conflict.fields = findings.into_iter().map(|finding| finding.field).collect();
            return keep(asking, asked, (Box::new(conflict), head), targets, written);
        }
        (Err(refusal), _) => return Outcome::Refused(refusal),
    };
    let links = if revision.content_revision == revision.number {
        judgement.links(&revision)
    } else {
        Vec::new()
    };
    if asking.together {
        targets.put(&revision, content.clone());
    }
    Outcome::Write(Box::new(Writing {
        what,
        revision,
        merged,
        links,
        findings: judgement.findings,
    }))
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
