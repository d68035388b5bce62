//! The kinds of document: what each may hold, the rules it is judged by and the links it makes.
//! Pure: knows no caller, no database and no other document than the one it is asked about.

mod action_plan;
mod analysis;
mod course_offer;
pub mod dates;
mod every_kind;
mod fields;
mod figures;
mod follow_up_report;
mod link;
mod personal_data;
mod rule;
#[cfg(test)]
mod tests;
pub mod themes;

use std::{collections::HashMap, sync::LazyLock};

use prost::{DecodeError, Message};
use uuid::Uuid;

pub use course_offer::OFFERING_ID;
pub use link::{Item, ItemKind, Link, Relation, Target};

use crate::proto::v1::{self, DocumentKind, OrganizationType, Period};
use rule::{At, Report, Rule, Verdict};

/// The content of a document, of some kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Analysis(v1::Analysis),
    ActionPlan(v1::ActionPlan),
    FollowUpReport(v1::FollowUpReport),
    CourseOffer(Box<v1::CourseOffer>),
}

/// Why kept bytes are no content.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("no kind of document is meant")]
    NoKind,
    #[error("the bytes are not of the kind: {0}")]
    Bytes(#[from] DecodeError),
}

/// What the rules of a kind look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub period: Option<&'a Period>,
    /// Empty outside of rounds.
    pub round: &'a str,
    pub content: &'a Content,
    /// The content as bytes.
    pub encoded: &'a [u8],
}

/// An organization that an item of a document names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub organization_id: Uuid,
    /// What it must be. None: any organization will do.
    pub kind: Option<OrganizationType>,
    /// The path of its id, for example `action_plan.measures[0].university_id`.
    pub field: String,
    /// The id of the item.
    pub item: String,
}

impl Mention {
    /// None where nothing is stated. The contract lets no other id than a UUID in.
    fn of(id: &str, kind: Option<OrganizationType>, at: At<'_>, field: &str) -> Option<Self> {
        Some(Self {
            organization_id: Uuid::try_parse(id).ok()?,
            kind,
            field: at.field(field),
            item: at.key.to_owned(),
        })
    }
}

/// What every kind of document can say of itself.
trait Kind {
    fn title(&self) -> &str;
    /// Everything with an id, in the order of the document.
    fn items(&self) -> Vec<Item<'_>>;
    /// Every link, in the order of the document.
    fn links(&self) -> Vec<Link>;
    /// Every organization that it names, in the order of the document.
    fn mentions(&self) -> Vec<Mention>;
    /// Whether the envelope must say which time the document is about.
    fn is_of_a_period(&self) -> bool {
        true
    }
    /// Judges by the rules of the kind.
    fn check(&self, subject: &Subject<'_>, report: &mut Report);
    /// Judges what it leaves out of another document that it links to.
    fn check_beside(&self, other_id: Uuid, other: &Content, report: &mut Report);
    fn encode(&self) -> Vec<u8>;
}

impl Content {
    /// Reads a bare content message of the kind.
    pub fn decode(kind: DocumentKind, bytes: &[u8]) -> Result<Self, Unreadable> {
        Ok(match kind {
            DocumentKind::Unspecified => return Err(Unreadable::NoKind),
            DocumentKind::Analysis => Self::Analysis(Message::decode(bytes)?),
            DocumentKind::ActionPlan => Self::ActionPlan(Message::decode(bytes)?),
            DocumentKind::FollowUpReport => Self::FollowUpReport(Message::decode(bytes)?),
            DocumentKind::CourseOffer => Self::CourseOffer(Box::new(Message::decode(bytes)?)),
        })
    }

    /// The bare content message.
    pub fn encode(&self) -> Vec<u8> {
        self.as_kind().encode()
    }

    pub fn kind(&self) -> DocumentKind {
        match self {
            Self::Analysis(_) => DocumentKind::Analysis,
            Self::ActionPlan(_) => DocumentKind::ActionPlan,
            Self::FollowUpReport(_) => DocumentKind::FollowUpReport,
            Self::CourseOffer(_) => DocumentKind::CourseOffer,
        }
    }

    /// The name of its field in `Document`, with which all its paths begin.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Analysis(_) => "analysis",
            Self::ActionPlan(_) => "action_plan",
            Self::FollowUpReport(_) => "follow_up_report",
            Self::CourseOffer(_) => "course_offer",
        }
    }

    pub fn title(&self) -> &str {
        self.as_kind().title()
    }

    fn as_kind(&self) -> &dyn Kind {
        match self {
            Self::Analysis(analysis) => analysis,
            Self::ActionPlan(plan) => plan,
            Self::FollowUpReport(report) => report,
            Self::CourseOffer(offer) => offer.as_ref(),
        }
    }
}

impl From<v1::document::Content> for Content {
    fn from(content: v1::document::Content) -> Self {
        match content {
            v1::document::Content::Analysis(analysis) => Self::Analysis(analysis),
            v1::document::Content::ActionPlan(plan) => Self::ActionPlan(plan),
            v1::document::Content::FollowUpReport(report) => Self::FollowUpReport(report),
            v1::document::Content::CourseOffer(offer) => Self::CourseOffer(offer),
        }
    }
}

impl From<Content> for v1::document::Content {
    fn from(content: Content) -> Self {
        match content {
            Content::Analysis(analysis) => Self::Analysis(analysis),
            Content::ActionPlan(plan) => Self::ActionPlan(plan),
            Content::FollowUpReport(report) => Self::FollowUpReport(report),
            Content::CourseOffer(offer) => Self::CourseOffer(offer),
        }
    }
}

/// Everything that the rules say of a document with these links.
pub fn findings(subject: Subject<'_>, links: &[Link]) -> Vec<v1::Finding> {
    let kind = subject.content.as_kind();
    let mut report = Report::default();
    if kind.is_of_a_period() || subject.period.is_some() {
        every_kind::check_time(&subject, &mut report);
    }
    every_kind::check(&kind.items(), links, &mut report);
    kind.check(&subject, &mut report);
    personal_data::check(subject.content, subject.encoded, &mut report);
    report.findings
}

/// The links to items of the document itself that are not there, where they stand.
pub fn dangling<'l>(content: &'l Content, links: &'l [Link]) -> impl Iterator<Item = &'l Link> {
    every_kind::dangling(&content.as_kind().items(), links)
}

/// Puts findings in the order of the document.
pub fn put_in_order(findings: &mut [v1::Finding]) {
    findings.sort_by_cached_key(|finding| fields::place(&finding.field));
}

/// What a document leaves out of another that it links to: measures and goals of a plan that a report is silent about.
/// To be asked, besides `findings`, for every document that `links` name.
pub fn findings_beside(content: &Content, other_id: Uuid, other: &Content) -> Vec<v1::Finding> {
    let mut report = Report::default();
    content.as_kind().check_beside(other_id, other, &mut report);
    report.findings
}

/// Whether even a draft is refused for the finding: personal data, dates that do not exist or are the wrong way round,
/// ids used twice.
pub fn blocking_always(finding: &v1::Finding) -> bool {
    rule(&finding.rule).is_some_and(|rule| rule.verdict == Verdict::Refuse)
}

/// Takes the words out of a finding that are those of its rule, to be kept: a handful of findings says as much as a document.
pub fn without_words(finding: &v1::Finding) -> v1::Finding {
    if rule(&finding.rule).is_some_and(|rule| rule.speaks_in(finding)) {
        v1::Finding {
            rule: finding.rule.clone(),
            severity: finding.severity,
            field: finding.field.clone(),
            key: finding.key.clone(),
            ..v1::Finding::default()
        }
    } else {
        finding.clone()
    }
}

/// Puts the words of its rule back into a finding that was kept without them.
pub fn with_words(finding: v1::Finding) -> v1::Finding {
    match rule(&finding.rule) {
        Some(rule) if finding.message_sv.is_empty() => rule.words(finding),
        _ => finding,
    }
}

/// What is personal in texts that stand beside a content, each given with its path.
pub fn personal_data<'a>(texts: impl IntoIterator<Item = (String, &'a str)>) -> Vec<v1::Finding> {
    let mut report = Report::default();
    for (path, text) in texts {
        personal_data::check_text(&path, text, &mut report);
    }
    report.findings
}

/// Every organization that an item of the document names, in its order.
pub fn mentions(content: &Content) -> Vec<Mention> {
    content.as_kind().mentions()
}

/// Every link from an item of the document, in its order.
pub fn links(content: &Content) -> Vec<Link> {
    content.as_kind().links()
}

/// Every item of the document, in its order.
pub fn items(content: &Content) -> Vec<Item<'_>> {
    content.as_kind().items()
}

/// The ids of all items of the document, in its order.
pub fn item_ids(content: &Content) -> Vec<&str> {
    items(content).into_iter().map(|item| item.id).collect()
}

/// Whether a link of the relation may lead to the item: it is there and of the sort that the relation leads to.
pub fn has_item(content: &Content, item_id: &str, relation: Relation) -> bool {
    items(content)
        .iter()
        .any(|item| item.id == item_id && item.kind == relation.target())
}

fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: LazyLock<HashMap<&str, &Rule>> =
        LazyLock::new(|| rules().map(|rule| (rule.id, rule)).collect());
    BY_ID.get(id).copied()
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        every_kind::ALL,
        figures::ALL,
        personal_data::ALL,
        themes::ALL,
        analysis::rules::ALL,
        action_plan::rules::ALL,
        follow_up_report::rules::ALL,
        course_offer::rules::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
