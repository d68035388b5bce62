//! One offer or withdrawal of a submission: checked, read, and judged as far as it speaks for itself.

use bytes::Bytes;
use prost::Message;
use tonic_types::pb::Status;

use super::METHOD;
use crate::{
    contract,
    documents::Encoded,
    error::{Error, Result},
    intake::Taken,
    kinds::{self, Content, Subject},
    proto::v1::{Finding, OfferingState, Severity, SubmittedOffer},
};

/// Characters of an id that are told back.
const LONGEST_ID: usize = 120;

/// Findings that are told of one offer: a small offer may break a rule in each of its many parts.
const MOST_FINDINGS: usize = 100;

/// An item as it came.
#[derive(Debug)]
pub struct Item {
    /// As far as it could be read.
    pub id: String,
    pub asked: Result<Asked, Status>,
    /// What it weighs with what is said of it, which may be far more than what was sent.
    pub bytes: usize,
    /// What it takes of the room for all that is not answered yet.
    pub room: Option<Taken>,
}

/// What an item asks for.
#[derive(Debug)]
pub enum Asked {
    Stand(Box<Offer>),
    StandNoLonger,
}

/// An offer as it shall stand.
#[derive(Debug)]
pub struct Offer {
    pub encoded: Encoded,
    /// How many can take part. 0: it is not stated.
    pub capacity: u32,
    /// How many of them it gives now. 0: it is not offered.
    pub gives: u32,
    /// What the rules say of it.
    pub findings: Vec<Finding>,
}

/// An item of which only the id is read.
#[derive(Clone, PartialEq, prost::Message)]
struct OnlyId {
    #[prost(string, tag = "1")]
    id: String,
}

impl Asked {
    /// How many places the offer gives then.
    pub fn gives(&self) -> u32 {
        match self {
            Self::Stand(offer) => offer.gives,
            Self::StandNoLonger => 0,
        }
    }

    fn findings_weigh(&self) -> usize {
        let weigh = |finding: &Finding| size_of::<Finding>() + finding.encoded_len();
        match self {
            Self::Stand(offer) => offer.findings.iter().map(weigh).sum(),
            Self::StandNoLonger => 0,
        }
    }
}

impl Item {
    /// Reads an offer. Whatever is wrong with it is for its own answer.
    pub fn offer(bytes: &Bytes) -> Self {
        let checked = match contract::get().item(METHOD) {
            Some(rules) => rules.check(bytes),
            None => Err(Error::fault(anyhow::anyhow!("offers have no rules"))),
        };
        // An id in a faulty offer is told back where it can be found. Nothing else of it is read.
        let mut known = OnlyId::default();
        let _ = known.merge(bytes.clone());
        let asked = checked
            .and_then(|()| SubmittedOffer::decode(bytes.clone()).map_err(|_| Error::Malformed))
            .map(|submitted| Asked::Stand(Box::new(Offer::read(submitted))))
            .map_err(Status::from);
        let said = match &asked {
            Ok(asked) => asked.findings_weigh(),
            Err(status) => status.encoded_len(),
        };
        Self {
            id: known.id.chars().take(LONGEST_ID).collect(),
            asked,
            bytes: bytes.len() + said,
            room: None,
        }
    }

    pub fn withdrawal(id: String) -> Self {
        Self {
            bytes: id.len(),
            id,
            asked: Ok(Asked::StandNoLonger),
            room: None,
        }
    }
}

impl Offer {
    fn read(submitted: SubmittedOffer) -> Self {
        let offer = submitted.offer.unwrap_or_default();
        let offering = offer.offering.as_ref();
        let capacity = offering.and_then(|one| one.capacity).unwrap_or_default();
        let is_active = offering.is_some_and(|one| one.state() == OfferingState::Active);
        let content = Content::CourseOffer(Box::new(offer));
        let encoded = Encoded::from(content.encode());
        let links = kinds::links(&content);
        let subject = Subject {
            period: None,
            round: "",
            content: &content,
            encoded: &encoded.bytes,
        };
        let mut findings = kinds::findings(subject, &links);
        kinds::put_in_order(&mut findings);
        let left_out = findings.split_off(findings.len().min(MOST_FINDINGS));
        findings.extend(more(&left_out));
        Self {
            capacity,
            gives: if is_active { capacity } else { 0 },
            encoded,
            findings,
        }
    }

    /// Whether a finding stops it. Nobody is asked to justify anything here.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(refuses)
    }
}

fn refuses(finding: &Finding) -> bool {
    match finding.severity() {
        Severity::Error | Severity::Unspecified => true,
        Severity::Justify | Severity::Note => false,
    }
}

/// Says that there are more findings than are told. It stops what one of them stops.
fn more(left_out: &[Finding]) -> Option<Finding> {
    let severity = if left_out.iter().any(refuses) {
        Severity::Error
    } else {
        Severity::Note
    };
    let count = left_out.len();
    (count > 0).then(|| Finding {
        rule: "submission.more_findings".to_owned(),
        severity: severity.into(),
        field: "course_offer".to_owned(),
        key: String::new(),
        message_sv: format!("{count} anmärkningar till visas inte."),
        message_en: format!("{count} more findings are not shown."),
        remedy_sv: "Rätta de anmärkningar som visas, och skicka erbjudandet igen.".to_owned(),
        remedy_en: "Mend the findings that are shown, and send the offer again.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_still_stops_an_offer_where_it_would_have() {
        let of = |severity: Severity| Finding {
            severity: severity.into(),
            ..Finding::default()
        };
        let severities = [Severity::Note, Severity::Error];
        assert_eq!(more(&[]), None);
        assert!(!refuses(&more(&[of(severities[0])]).unwrap()));
        assert!(refuses(&more(&severities.map(of)).unwrap()));
    }
}
