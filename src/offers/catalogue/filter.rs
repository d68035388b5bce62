//! Which offers a search asks for. Every filter that is set must hold.

use uuid::Uuid;

use super::{
    audience::Audiences,
    offer::{NO_DAY, NOT_STATED, Offer, county_bit, is_distance},
};
use crate::{clock::Time, proto::v1::StudyMode};

/// What is asked for. Empty lists and `None` ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Bit n: the theme of that number.
    pub themes: u32,
    pub own_themes: Vec<String>,
    pub audience: Audiences,
    pub modes: Vec<StudyMode>,
    /// Whether an area is asked for, known or not.
    pub in_areas: bool,
    /// Bit n: the county with that code.
    pub counties: u32,
    pub municipalities: Vec<u16>,
    pub languages: Vec<[u8; 3]>,
    pub starts_from: Option<i32>,
    pub starts_to: Option<i32>,
    pub application_open_on: Option<i32>,
    /// Hundredths of higher education credits.
    pub max_credits: Option<u32>,
    pub max_pace_percent: Option<u32>,
    pub min_places_left: Option<u32>,
    pub universities: Vec<Uuid>,
    pub include_inactive: bool,
    /// Now: what is over by then is inactive.
    pub now: Option<Time>,
}

impl Filter {
    pub fn takes(&self, offer: &Offer) -> bool {
        let facts = &offer.facts;
        let open = self.include_inactive || self.now.is_none_or(|now| offer.is_open(now));
        open && self.takes_themes(offer)
            && (self.audience.is_empty() || !self.audience.and(facts.audience).is_empty())
            && (self.modes.is_empty() || self.modes.contains(&facts.mode))
            && self.takes_area(offer)
            && asks_for(&self.languages, &offer.languages)
            && self.takes_days(offer)
            && self.max_credits.is_none_or(|most| facts.credits <= most)
            && self
                .max_pace_percent
                .is_none_or(|most| (1..=most).contains(&offer.pace_percent.into()))
            && self
                .min_places_left
                .is_none_or(|least| facts.left != NOT_STATED && facts.left >= least)
            && (self.universities.is_empty() || self.universities.contains(&offer.university))
    }

    fn takes_themes(&self, offer: &Offer) -> bool {
        let asks = self.themes != 0 || !self.own_themes.is_empty();
        let has_own = || {
            let mut own = offer.own_themes.iter();
            own.any(|own| self.own_themes.iter().any(|theme| **theme == **own))
        };
        !asks || self.themes & offer.facts.themes != 0 || has_own()
    }

    fn takes_area(&self, offer: &Offer) -> bool {
        let facts = &offer.facts;
        !self.in_areas
            || is_distance(facts.mode)
            || self.counties & facts.counties != 0
            || offer
                .municipalities
                .iter()
                .any(|code| self.municipalities.contains(code))
    }

    fn takes_days(&self, offer: &Offer) -> bool {
        let first = offer.facts.first_day;
        let begins = first != NO_DAY;
        self.starts_from.is_none_or(|from| begins && first >= from)
            && self.starts_to.is_none_or(|to| begins && first <= to)
            && self.application_open_on.is_none_or(|day| {
                let mut windows = offer.windows.iter();
                windows.any(|(from, to)| (*from..=*to).contains(&day))
            })
    }
}

/// Whether nothing is asked for, or any of it is there.
fn asks_for<T: PartialEq>(asked: &[T], there: &[T]) -> bool {
    asked.is_empty() || asked.iter().any(|one| there.contains(one))
}

/// The bit of a county code.
pub fn county(code: u16) -> u32 {
    county_bit(code * 100)
}
