//! How offers and needs that were found are told on the wire. Every field of the messages is named, so that a new one must
//! be decided on.

use uuid::Uuid;

use super::{matching::Matched, need::Need, score::TERMS, unmet::Told};
use crate::{
    documents::{self, Shown},
    error::Result,
    proto::v1,
};

pub fn found((shown, places_left): (Shown, Option<u32>)) -> Result<v1::FoundOffer> {
    Ok(v1::FoundOffer {
        document: Some(documents::document(shown)?),
        places_left,
    })
}

pub fn matched(need: Need, matches: Vec<Matched>) -> v1::MatchNeedsResponse {
    v1::MatchNeedsResponse {
        need: Some(told(need)),
        matches: matches.into_iter().map(match_of).collect(),
    }
}

fn told(need: Need) -> v1::Need {
    let Need {
        document,
        revision,
        item,
        organization,
        themes,
        schedule,
        offer,
        wanted,
    } = need;
    v1::Need {
        document_id: document.to_string(),
        revision: revision.unsigned_abs(),
        item_id: item,
        organization_id: organization.to_string(),
        themes,
        audience: wanted.audience.each().map(i32::from).collect(),
        places: wanted.places,
        schedule,
        municipality_code: match wanted.municipality {
            0 => String::new(),
            code => format!("{code:04}"),
        },
        offer_id: offer.as_ref().map(Uuid::to_string).unwrap_or_default(),
    }
}

fn match_of(matched: Matched) -> v1::Match {
    let Matched {
        offer,
        score,
        terms,
    } = matched;
    let terms = TERMS.iter().zip(terms);
    v1::Match {
        offer_id: offer.id.to_string(),
        university_id: offer.university.to_string(),
        title: offer.title.to_string(),
        score: score.into(),
        terms: terms
            .map(|((kind, weight), term)| v1::MatchTerm {
                kind: (*kind).into(),
                score: term.score.into(),
                weight: (*weight).into(),
                finding: term.finding.into(),
            })
            .collect(),
    }
}

pub fn unmet(told: Told) -> v1::UnmetNeed {
    let Told {
        cell,
        organizers_at_least,
        places_about,
    } = told;
    v1::UnmetNeed {
        theme: cell.theme_code().to_owned(),
        audience: cell.audience().into(),
        county_code: format!("{:02}", cell.county),
        term: cell.term.to_string(),
        organizers_at_least,
        places_about: u32::try_from(places_about).unwrap_or(u32::MAX),
    }
}
