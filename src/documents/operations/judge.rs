//! What the exchange says of a document before it is written: the rules of its kind, and where its links lead.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    access::Caller,
    documents::{link, model::Revision, store},
    error::{Error, Result},
    exchange::Exchange,
    kinds::{self, Content, Link, Mention, Subject, Target},
    proto::v1::{Act, Finding, Severity},
};

const LINK_TO_NOTHING: &str = "document.link_to_nothing";
/// Documents that are read at a time, of all that links lead to.
const READ_AT_ONCE: usize = 16;

/// What was found, and the links that were followed.
pub struct Judgement {
    pub findings: Vec<Finding>,
    links: Vec<Link>,
    owners: HashMap<Uuid, Uuid>,
}

/// Judges the content of a revision, which it holds encoded too. Links are followed as far as the caller sees.
pub async fn judge(
    exchange: &Exchange,
    caller: &Caller,
    revision: &Revision,
    content: &Content,
) -> Result<Judgement> {
    let links = kinds::links(content);
    let links = Followed::links(exchange, caller, vec![(content, links)]).await?;
    let subject = Subject {
        period: revision.period.as_ref(),
        round: revision.round.as_deref().unwrap_or_default(),
        content,
        encoded: revision.content.as_deref().unwrap_or_default(),
    };
    let mut followed = links.into_iter();
    let followed = followed.next().unwrap_or_default();
    let findings = kinds::findings(subject, &followed.links);
    Ok(followed.judge(caller, content, findings))
}

impl Judgement {
    /// Refuses what not even a draft may hold: personal data, links to nothing, ids used twice.
    pub fn must_be_fit_to_keep(self) -> Result<Self> {
        if self.findings.iter().any(keeps_out) {
            Err(Error::Findings(self.findings))
        } else {
            Ok(self)
        }
    }

    /// The rows of the links, for the revision that writes the content.
    pub fn links(&mut self, revision: &Revision) -> Vec<link::Model> {
        store::links(revision, std::mem::take(&mut self.links), |document| {
            self.owners.get(&document).copied()
        })
    }
}

/// Whether not even a draft may be kept with the finding.
pub fn keeps_out(finding: &Finding) -> bool {
    finding.rule == LINK_TO_NOTHING || kinds::blocking_always(finding)
}

/// Where the links of a content lead: to other documents, as far as they are in scope and not withdrawn.
#[derive(Default)]
pub struct Followed {
    links: Vec<Link>,
    /// Of each link, whether it leads to an item of the right sort.
    holds: Vec<bool>,
    /// Of each document, the one revision that the content is put beside: the last that is named.
    beside: BTreeMap<Uuid, Option<i32>>,
    owners: HashMap<Uuid, Uuid>,
    findings: HashMap<Uuid, Vec<Finding>>,
}

/// A revision that links may lead to.
pub struct Other<'a> {
    pub document: Uuid,
    pub owner: Uuid,
    pub number: i32,
    pub newest: bool,
    pub content: &'a Content,
}

impl Followed {
    /// Follows the links of many contents. Of what they lead to, a few documents are in memory at a time.
    pub async fn links(
        exchange: &Exchange,
        caller: &Caller,
        contents: Vec<(&Content, Vec<Link>)>,
    ) -> Result<Vec<Self>> {
        let mut following = Following::of(contents);
        let documents: Vec<Uuid> = following.named.keys().copied().collect();
        for some in documents.chunks(READ_AT_ONCE) {
            let _turn = exchange.intake.read().await;
            following.read(exchange, caller, some).await?;
        }
        Ok(following.found)
    }

    /// Before anything is found.
    fn nothing(links: Vec<Link>) -> Self {
        Self {
            holds: vec![false; links.len()],
            beside: links.iter().filter_map(other).collect(),
            links,
            ..Self::default()
        }
    }

    /// The documents that links lead to.
    pub fn documents(&self) -> Vec<Uuid> {
        self.beside.keys().copied().collect()
    }

    /// Looks at what links lead to a revision. The newest takes the place of what was the newest before.
    pub fn meet(&mut self, content: &Content, met: &Other<'_>) {
        let leads = |(document, number): (Uuid, Option<i32>)| {
            document == met.document && number.map_or(met.newest, |number| number == met.number)
        };
        for (link, holds) in self.links.iter().zip(&mut self.holds) {
            if let Target::Other { item, .. } = &link.to
                && other(link).is_some_and(leads)
            {
                *holds = kinds::has_item(met.content, item, link.relation);
            }
        }
        if let Some(number) = self.beside.get(&met.document)
            && leads((met.document, *number))
        {
            let findings = kinds::findings_beside(content, met.document, met.content);
            self.findings.insert(met.document, findings);
            self.owners.insert(met.document, met.owner);
        }
    }

    /// Puts what is found of a content beside what is found of where its links lead.
    pub fn judge(
        self,
        caller: &Caller,
        content: &Content,
        mut findings: Vec<Finding>,
    ) -> Judgement {
        let leading_out = |link: &Link| matches!(link.to, Target::Other { .. });
        let links = self.links.iter().zip(&self.holds);
        let broken = links.filter(|(link, holds)| leading_out(link) && !**holds);
        findings.extend(
            broken.map(|(link, _)| leads_nowhere(&link.place.to_string(), &link.from_item)),
        );
        let mentions = kinds::mentions(content).into_iter();
        let unknown = mentions
            .filter(|named| !caller.sees_organization_of(named.kind, named.organization_id));
        findings.extend(unknown.map(|named| names_nobody(&named)));
        let mut beside = self.findings;
        let documents = self.beside.keys();
        findings.extend(documents.flat_map(|document| beside.remove(document).unwrap_or_default()));
        kinds::put_in_order(&mut findings);
        Judgement {
            findings,
            links: self.links,
            owners: self.owners,
        }
    }
}

/// Contents on their way to where their links lead.
struct Following<'a> {
    contents: Vec<&'a Content>,
    found: Vec<Followed>,
    /// The contents that name a document.
    named: BTreeMap<Uuid, BTreeSet<usize>>,
}

impl<'a> Following<'a> {
    fn of(contents: Vec<(&'a Content, Vec<Link>)>) -> Self {
        let (contents, found): (Vec<_>, Vec<_>) = contents
            .into_iter()
            .map(|(content, links)| (content, Followed::nothing(links)))
            .unzip();
        let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (at, followed) in found.iter().enumerate() {
            for document in followed.beside.keys() {
                named.entry(*document).or_default().insert(at);
            }
        }
        Self {
            contents,
            found,
            named,
        }
    }

    async fn read(
        &mut self,
        exchange: &Exchange,
        caller: &Caller,
        documents: &[Uuid],
    ) -> Result<()> {
        let (reader, scope) = (exchange.database.reader(), caller.scope(Act::ReadDocuments));
        let mut earlier = Vec::new();
        for head in store::heads(reader, &scope, documents).await? {
            self.meet(&head, true)?;
            let pinned = self.pinned(head.document);
            let older = pinned.into_iter().filter(|number| *number != head.number);
            earlier.extend(older.map(|number| (head.document, number)));
            // Many documents are much work, and others wait for their turn.
            tokio::task::yield_now().await;
        }
        for some in earlier.chunks(READ_AT_ONCE) {
            for revision in store::at_revisions(reader, &scope, some).await? {
                self.meet(&revision, false)?;
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// The revisions of a document that links name by number.
    fn pinned(&self, document: Uuid) -> BTreeSet<i32> {
        let naming = self.named.get(&document).into_iter().flatten();
        let links = naming.flat_map(|&at| self.found[at].links.iter().filter_map(other));
        let pinned = links.filter(|(named, _)| *named == document);
        pinned.filter_map(|(_, number)| number).collect()
    }

    fn meet(&mut self, revision: &Revision, newest: bool) -> Result<()> {
        let Some(content) = &super::content_of(revision)? else {
            return Ok(());
        };
        let met = Other {
            document: revision.document,
            owner: revision.owner,
            number: revision.number,
            newest,
            content,
        };
        for &at in self.named.get(&met.document).into_iter().flatten() {
            self.found[at].meet(self.contents[at], &met);
        }
        Ok(())
    }
}

fn other(link: &Link) -> Option<(Uuid, Option<i32>)> {
    let Target::Other {
        document_id,
        revision,
        ..
    } = &link.to
    else {
        return None;
    };
    // No document has as many revisions as do not fit: a number that is never there.
    Some((
        *document_id,
        revision.map(|revision| i32::try_from(revision).unwrap_or(i32::MAX)),
    ))
}

/// The same whether the organization does not exist, is of another type, or may not be seen.
fn names_nobody(named: &Mention) -> Finding {
    Finding {
        message_sv: "Hänvisningen leder inte till någon organisation av rätt slag som du får se."
            .to_owned(),
        message_en: "The link leads to no organization of the right type that you may see."
            .to_owned(),
        remedy_sv: "Rätta organisationens id, eller ta bort hänvisningen.".to_owned(),
        remedy_en: "Mend the id of the organization, or take the link away.".to_owned(),
        ..leads_nowhere(&named.field, &named.item)
    }
}

/// The same whether the target does not exist, is of another sort, or may not be seen.
fn leads_nowhere(field: &str, item: &str) -> Finding {
    Finding {
        rule: LINK_TO_NOTHING.to_owned(),
        severity: Severity::Error.into(),
        field: field.to_owned(),
        key: item.to_owned(),
        message_sv:
            "Hänvisningen leder inte till någon post av rätt slag i ett dokument som du får se."
                .to_owned(),
        message_en: "The link leads to no item of the right sort in a document that you may see."
            .to_owned(),
        remedy_sv: "Rätta dokumentets id, utgåvan eller postens id, eller ta bort hänvisningen."
            .to_owned(),
        remedy_en: "Mend the document's id, the revision or the item's id, or take the link away."
            .to_owned(),
    }
}
