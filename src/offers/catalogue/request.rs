//! Requests as the wire brings them, read into what operations take. Names every field at fault that the rules of the
//! contract can not judge alone.

use prost::Message;

use super::{
    filter::{self, Filter},
    need::municipality,
    offer::hundredths,
    operations::{Asked, AskedCells},
    search::{Order, Search},
    words,
};
use crate::{
    clock::Time,
    contract::Violation,
    documents::{id, optional_id},
    error::{Error, Result},
    kinds::{dates, themes},
    proto::v1::{self, OfferOrder, StudyMode},
};

const DEFAULT_MATCHES: u32 = 10;

/// What a search asks for, at a moment.
pub fn search(request: &v1::SearchCourseOffersRequest, now: Time) -> Result<Search> {
    let mut violations = Vec::new();
    let mut day = |field: &str, text: &str| day(field, text, &mut violations);
    let (starts_from, starts_to, application_open_on) = (
        day("starts_from", &request.starts_from),
        day("starts_to", &request.starts_to),
        day("application_open_on", &request.application_open_on),
    );
    if matches!((starts_from, starts_to), (Some(from), Some(to)) if to < from) {
        violations.push(reversed());
    }
    let universities = request.university_ids.iter().enumerate();
    let universities: Result<_> = universities
        .map(|(at, text)| id(&format!("university_ids[{at}]"), text))
        .collect();
    if !violations.is_empty() {
        return Err(Error::Fields(violations));
    }
    let (own, known): (Vec<_>, Vec<_>) = request
        .themes
        .iter()
        .partition(|theme| themes::number(theme).is_none());
    let (counties, municipalities): (Vec<&String>, Vec<&String>) =
        request.area_codes.iter().partition(|code| code.len() == 2);
    let counties = counties.iter().filter_map(|code| code.parse().ok());
    let words = words::of_query(&request.query);
    let filter = Filter {
        themes: known
            .into_iter()
            .filter_map(|theme| themes::number(theme))
            .fold(0, |bits, number| bits | 1 << number),
        own_themes: own.into_iter().cloned().collect(),
        audience: request.audience().collect(),
        modes: request
            .modes()
            .filter(|mode| *mode != StudyMode::Unspecified)
            .collect(),
        in_areas: !request.area_codes.is_empty(),
        counties: counties.fold(0, |bits, code| bits | filter::county(code)),
        municipalities: municipalities
            .iter()
            .map(|code| municipality(code))
            .collect(),
        languages: request
            .languages
            .iter()
            .filter_map(|code| code.as_bytes().try_into().ok())
            .collect(),
        starts_from,
        starts_to,
        application_open_on,
        max_credits: hundredths(&request.max_credits),
        max_pace_percent: set(request.max_pace_percent),
        min_places_left: set(request.min_places_left),
        universities: universities?,
        include_inactive: request.include_inactive,
        now: Some(now),
    };
    let order = match request.order() {
        OfferOrder::StartDate => Order::FirstDay,
        OfferOrder::Unspecified if words.is_empty() => Order::FirstDay,
        OfferOrder::Relevance | OfferOrder::Unspecified => Order::Relevance,
    };
    Ok(Search {
        words,
        filter,
        order,
    })
}

/// The request as a page token is bound to it: whatever page is asked for, and however large.
pub fn filters_of(request: &v1::SearchCourseOffersRequest) -> Vec<u8> {
    v1::SearchCourseOffersRequest {
        page_size: 0,
        page_token: String::new(),
        ..request.clone()
    }
    .encode_to_vec()
}

/// Which needs are asked for.
pub fn asked(request: v1::MatchNeedsRequest) -> Result<Asked> {
    let most = if request.max_offers == 0 {
        DEFAULT_MATCHES
    } else {
        request.max_offers
    };
    Ok(Asked {
        organization: optional_id("organization_id", &request.organization_id)?,
        document: optional_id("document_id", &request.document_id)?,
        round: (!request.round.is_empty()).then_some(request.round),
        most: usize::try_from(most).unwrap_or(usize::MAX),
        least_score: u16::try_from(request.min_score).unwrap_or(u16::MAX),
    })
}

/// Which unmet needs are asked for.
pub fn asked_cells(request: &v1::ListUnmetNeedsRequest) -> AskedCells {
    let known = |theme: &str| themes::number(theme).and_then(|number| u8::try_from(number).ok());
    let theme = request.theme.as_str();
    let audience = request.audience() as u8;
    AskedCells {
        // One that nobody knows has no cell.
        theme: (!theme.is_empty()).then(|| known(theme).unwrap_or(u8::MAX)),
        audience: (audience > 0).then_some(audience),
        county: request.county_code.parse().ok(),
        term: request.term.parse().ok(),
    }
}

/// As `filters_of`.
pub fn filters_of_cells(request: &v1::ListUnmetNeedsRequest) -> Vec<u8> {
    v1::ListUnmetNeedsRequest {
        page_size: 0,
        page_token: String::new(),
        ..request.clone()
    }
    .encode_to_vec()
}

fn set(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

/// A day that may be left out.
fn day(field: &str, text: &str, violations: &mut Vec<Violation>) -> Option<i32> {
    let day = dates::day(text).map(dates::number_of);
    if day.is_none() && !text.is_empty() {
        violations.push(Violation::new(
            field,
            "date.real",
            "There is no such day; give one from 1900 to 2199 that the calendar has.",
            "Dagen finns inte; ange en dag från 1900 till 2199 som finns i kalendern.",
        ));
    }
    day
}

fn reversed() -> Violation {
    Violation::new(
        "starts_to",
        "period.order",
        "Lies before `starts_from`; give a day that is the same or later.",
        "Ligger före `starts_from`; ange samma dag eller en senare.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_that_is_unknown_is_asked_for_all_the_same() {
        for code in ["99", "00", "9999"] {
            let request = v1::SearchCourseOffersRequest {
                area_codes: vec![code.to_owned()],
                ..v1::SearchCourseOffersRequest::default()
            };
            let filter = search(&request, Time::from_micros(0)).unwrap().filter;
            assert!(filter.in_areas, "{code}");
            assert_eq!(filter.counties & !1, 0, "{code}");
        }
        let request = v1::SearchCourseOffersRequest::default();
        assert!(
            !search(&request, Time::from_micros(0))
                .unwrap()
                .filter
                .in_areas
        );
    }
}
