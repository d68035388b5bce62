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
    let targets = Targets::read(exchange, caller, &links).await?;
    let subject = Subject {
        period: revision.period.as_ref(),
        round: revision.round.as_deref().unwrap_or_default(),
        content,
        encoded: revision.content.as_deref().unwrap_or_default(),
    };
    let findings = kinds::findings(subject, &links);
    Ok(targets.judge(caller, content, links, findings))
}

impl Judgement {
    /// Refuses what not even a draft may hold: personal data, links to nothing, ids used twice.
    pub fn must_be_fit_to_keep(self) -> Result<Self> {
        let refused =
            |finding: &Finding| finding.rule == LINK_TO_NOTHING || kinds::blocking_always(finding);
        if self.findings.iter().any(refused) {
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

/// The other documents that links lead to, as far as they are in scope and not withdrawn.
#[derive(Default)]
pub struct Targets {
    newest: HashMap<Uuid, Document>,
    /// Those named at a revision that is not the newest.
    earlier: HashMap<(Uuid, i32), Document>,
}

struct Document {
    owner: Uuid,
    number: i32,
    content: Content,
}

impl Targets {
    /// Reads what the links lead to, of however many documents.
    pub async fn read(exchange: &Exchange, caller: &Caller, links: &[Link]) -> Result<Self> {
        let mut targets = Self::default();
        let named: BTreeSet<(Uuid, Option<i32>)> = links.iter().filter_map(other).collect();
        if named.is_empty() {
            return Ok(targets);
        }
        let scope = caller.scope(Act::ReadDocuments);
        let reader = exchange.database.reader();
        let documents: BTreeSet<Uuid> = named.iter().map(|(document, _)| *document).collect();
        let documents: Vec<Uuid> = documents.into_iter().collect();
        for head in store::heads(reader, &scope, &documents).await? {
            let id = head.document;
            targets
                .newest
                .extend(Document::of(&head)?.map(|document| (id, document)));
        }
        let earlier: Vec<(Uuid, i32)> = named
            .into_iter()
            .filter_map(|(id, number)| Some((id, number?)))
            .filter(|&(id, number)| !targets.is_newest(id, number))
            .collect();
        for revision in store::at_revisions(reader, &scope, &earlier).await? {
            let named = (revision.document, revision.number);
            targets
                .earlier
                .extend(Document::of(&revision)?.map(|document| (named, document)));
        }
        Ok(targets)
    }

    /// Puts what is found of a content beside what is found of where its links lead.
    pub fn judge(
        &self,
        caller: &Caller,
        content: &Content,
        links: Vec<Link>,
        mut findings: Vec<Finding>,
    ) -> Judgement {
        let broken = links.iter().filter(|link| !self.has(link));
        findings.extend(broken.map(|link| leads_nowhere(&link.place.to_string(), &link.from_item)));
        let mentions = kinds::mentions(content).into_iter();
        let unknown = mentions
            .filter(|named| !caller.sees_organization_of(named.kind, named.organization_id));
        findings.extend(unknown.map(|named| names_nobody(&named)));
        // One revision of each document, the latest that is named.
        let named: BTreeMap<_, _> = links.iter().filter_map(other).collect();
        let mut owners = HashMap::new();
        for (document, number) in named {
            if let Some(target) = self.get(document, number) {
                owners.insert(document, target.owner);
                findings.extend(kinds::findings_beside(content, document, &target.content));
            }
        }
        kinds::put_in_order(&mut findings);
        Judgement {
            findings,
            links,
            owners,
        }
    }

    /// Puts a revision that is about to be written in the place of the newest, which is an earlier one from then on.
    pub fn put(&mut self, revision: &Revision, content: Content) {
        let document = Document {
            owner: revision.owner,
            number: revision.number,
            content,
        };
        if let Some(superseded) = self.newest.insert(revision.document, document) {
            let named = (revision.document, superseded.number);
            self.earlier.insert(named, superseded);
        }
    }

    fn is_newest(&self, document: Uuid, number: i32) -> bool {
        self.newest
            .get(&document)
            .is_some_and(|newest| newest.number == number)
    }

    fn get(&self, document: Uuid, number: Option<i32>) -> Option<&Document> {
        match number {
            Some(number) if !self.is_newest(document, number) => {
                self.earlier.get(&(document, number))
            }
            _ => self.newest.get(&document),
        }
    }

    /// Whether a link leads to an item of the right sort. Links inside the document are judged by the rules of its kind.
    fn has(&self, link: &Link) -> bool {
        let Target::Other { item, .. } = &link.to else {
            return true;
        };
        let document = other(link).and_then(|(document, number)| self.get(document, number));
        document.is_some_and(|document| kinds::has_item(&document.content, item, link.relation))
    }
}

impl Document {
    fn of(revision: &Revision) -> Result<Option<Self>> {
        let content = super::content_of(revision)?;
        Ok(content.map(|content| Self {
            owner: revision.owner,
            number: revision.number,
            content,
        }))
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
