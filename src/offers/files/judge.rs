//! What the exchange would say of an offer by itself: the bounds of its fields, and the rules of its kind.

use prost::Message;

use crate::{
    contract,
    error::Error,
    files::rules::breaks_contract,
    kinds::{self, Content, Subject},
    proto::v1::{Finding, SubmittedOffer},
};

use super::rules;

const METHOD: &str = "/styrkedja.v1.CourseOfferService/SubmitCourseOffers";
/// Bytes of an offer at most, as the contract says.
const LARGEST: usize = 131_072;

pub fn is_too_large(offer: &SubmittedOffer) -> bool {
    offer.encoded_len() > LARGEST
}

/// All that is wrong with an offer, as far as can be told without what others have.
pub fn judge(offer: &SubmittedOffer) -> Vec<Finding> {
    let mut findings = against_contract(offer);
    let content = Content::CourseOffer(Box::new(offer.offer.clone().unwrap_or_default()));
    let subject = Subject {
        period: None,
        round: "",
        content: &content,
        encoded: &content.encode(),
    };
    let of_rules = kinds::findings(subject, &kinds::links(&content));
    // What is malformed is told once.
    let new = |finding: &Finding| findings.iter().all(|known| known.field != finding.field);
    let more: Vec<_> = of_rules.into_iter().filter(new).collect();
    findings.extend(more);
    kinds::put_in_order(&mut findings);
    findings
}

fn against_contract(offer: &SubmittedOffer) -> Vec<Finding> {
    let Some(bounds) = contract::get().item(METHOD) else {
        return Vec::new();
    };
    match bounds.check(&offer.encode_to_vec()) {
        Ok(()) => Vec::new(),
        Err(Error::Fields(violations)) => violations
            .into_iter()
            .map(|violation| {
                let mut finding = breaks_contract(violation, "", &offer.id);
                if let Some(path) = finding.field.strip_prefix("offer.") {
                    finding.field = format!("course_offer.{path}");
                }
                finding
            })
            .collect(),
        Err(_) => vec![rules::offer_too_large().at("", offer.id.clone())],
    }
}
