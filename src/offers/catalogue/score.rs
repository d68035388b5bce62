//! How well an offer meets a need: six terms with whole weights that make 1,000.
//!
//! | Term | Weight | All of it | A part | Nothing |
//! |---|---|---|---|---|
//! | theme | 350 | the offer has all themes of the need | as large as the share of the need's themes that it has | it has none |
//! | audience | 200 | it is for all the staff that the need is for | as large as the share that it is for | it is for none of them |
//! | reach | 150 | at a distance alone, or in the municipality of the need | two thirds in its county; two fifths elsewhere with only some meetings | one fifth elsewhere |
//! | dates | 150 | it lies within the schedule of the need, or participants choose when | as large as the share of its days that do | it lies outside |
//! | places | 100 | places enough are left | as large as the share of the wanted places that are left | none are left |
//! | credits | 50 | at most 7.5 credits | falls evenly to nothing at 60 | 60 credits and more |
//!
//! Shares are rounded down, and are at least 1. Of what the need or the offer does not state, a term gives half of its
//! weight. The sum is of whole numbers, so that the same need and offer give the same score anywhere.

use super::{
    audience::Audiences,
    offer::{Facts, NO_DAY, NOT_STATED, Offer, county_bit, is_distance},
};
use crate::proto::v1::{MatchFinding as Finding, MatchTermKind as Kind, StudyMode};

/// The terms in their order, with what each can give.
pub const TERMS: [(Kind, u16); 6] = [
    (Kind::Theme, 350),
    (Kind::Audience, 200),
    (Kind::Reach, 150),
    (Kind::Dates, 150),
    (Kind::Places, 100),
    (Kind::Credits, 50),
];

/// Credits that are easy beside a post, and those that are too many, in hundredths.
const FEW_CREDITS: u32 = 750;
const MANY_CREDITS: u32 = 6000;

/// What a need asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Bit n: the theme of that number.
    pub themes: u32,
    /// Themes that are codes of somebody's own.
    pub own_themes: Vec<String>,
    pub audience: Audiences,
    /// 0: not stated.
    pub places: u32,
    /// First and last day.
    pub schedule: Option<(i32, i32)>,
    /// Where it is. 0: not known.
    pub municipality: u16,
}

/// What a term gives, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scored {
    pub score: u16,
    pub finding: Finding,
}

impl Scored {
    fn new(score: u16, finding: Finding) -> Self {
        Self { score, finding }
    }

    fn not_stated(weight: u16) -> Self {
        Self::new(weight / 2, Finding::NotStated)
    }

    /// A part of a whole that is not 0.
    fn share(weight: u16, part: u64, whole: u64) -> Self {
        if part == 0 {
            return Self::new(0, Finding::None);
        }
        if part >= whole {
            return Self::new(weight, Finding::Full);
        }
        let share = u64::from(weight) * part / whole;
        Self::new(
            u16::try_from(share.max(1)).unwrap_or(weight),
            Finding::Partial,
        )
    }
}

/// The sum of all terms.
pub fn score(wanted: &Wanted, facts: &Facts, offer: &Offer) -> u16 {
    terms(wanted, facts, offer)
        .iter()
        .map(|term| term.score)
        .sum()
}

/// What the score can be at most, told by the terms that most offers fail.
pub fn at_most(wanted: &Wanted, facts: &Facts, offer: &Offer) -> u16 {
    let [theme, audience, reach, dates, places, credits] = TERMS.map(|(_, weight)| weight);
    let told =
        of_theme(theme, wanted, facts, offer).score + of_audience(audience, wanted, facts).score;
    told + reach + dates + places + credits
}

/// The terms, in the order of `TERMS`. `facts` are those of the offer.
#[inline]
pub fn terms(wanted: &Wanted, facts: &Facts, offer: &Offer) -> [Scored; 6] {
    let [theme, audience, reach, dates, places, credits] = TERMS.map(|(_, weight)| weight);
    [
        of_theme(theme, wanted, facts, offer),
        of_audience(audience, wanted, facts),
        of_reach(reach, wanted, facts, offer),
        of_dates(dates, wanted, facts),
        of_places(places, wanted, facts),
        of_credits(credits, facts),
    ]
}

fn of_theme(weight: u16, wanted: &Wanted, facts: &Facts, offer: &Offer) -> Scored {
    let whole = wanted.themes.count_ones() as usize + wanted.own_themes.len();
    if whole == 0 {
        return Scored::not_stated(weight);
    }
    let own = if facts.own_themes {
        let shared = |theme: &&String| offer.own_themes.iter().any(|own| **own == ***theme);
        wanted.own_themes.iter().filter(shared).count()
    } else {
        0
    };
    let part = (wanted.themes & facts.themes).count_ones() as usize + own;
    Scored::share(weight, part as u64, whole as u64)
}

fn of_audience(weight: u16, wanted: &Wanted, facts: &Facts) -> Scored {
    if wanted.audience.is_empty() || facts.audience.is_empty() {
        return Scored::not_stated(weight);
    }
    let part = wanted.audience.and(facts.audience).count();
    Scored::share(weight, part.into(), wanted.audience.count().into())
}

fn of_reach(weight: u16, wanted: &Wanted, facts: &Facts, offer: &Offer) -> Scored {
    if is_distance(facts.mode) {
        return Scored::new(weight, Finding::Full);
    }
    if wanted.municipality == 0 || facts.municipality == 0 {
        return Scored::not_stated(weight);
    }
    let in_county = facts.counties & county_bit(wanted.municipality) != 0;
    let here = facts.municipality == wanted.municipality
        || (in_county && offer.municipalities.contains(&wanted.municipality));
    if here {
        Scored::new(weight, Finding::Full)
    } else if in_county {
        Scored::new(weight * 2 / 3, Finding::Partial)
    } else if facts.mode == StudyMode::Blended {
        Scored::new(weight * 2 / 5, Finding::Partial)
    } else {
        Scored::new(weight / 5, Finding::None)
    }
}

fn of_dates(weight: u16, wanted: &Wanted, facts: &Facts) -> Scored {
    let Some((from, to)) = wanted.schedule else {
        return Scored::not_stated(weight);
    };
    if facts.first_day == NO_DAY {
        return if facts.any_time {
            Scored::new(weight, Finding::Full)
        } else {
            Scored::not_stated(weight)
        };
    }
    let days = |first: i32, last: i32| u64::try_from(last - first + 1).unwrap_or(0);
    let within = days(facts.first_day.max(from), facts.last_day.min(to));
    Scored::share(weight, within, days(facts.first_day, facts.last_day).max(1))
}

fn of_places(weight: u16, wanted: &Wanted, facts: &Facts) -> Scored {
    if wanted.places == 0 || facts.left == NOT_STATED {
        return Scored::not_stated(weight);
    }
    Scored::share(weight, facts.left.into(), wanted.places.into())
}

fn of_credits(weight: u16, facts: &Facts) -> Scored {
    if facts.credits == NOT_STATED {
        return Scored::not_stated(weight);
    }
    let spare = MANY_CREDITS.saturating_sub(facts.credits);
    Scored::share(weight, spare.into(), (MANY_CREDITS - FEW_CREDITS).into())
}

#[cfg(test)]
mod tests;
