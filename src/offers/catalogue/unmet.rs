//! What is wanted and not offered, told so that no organizer can be singled out.
//!
//! A cell is a theme, an audience, a county and a term. It is unmet when no open offer of the theme, for the audience, with
//! places left, runs in the term and can be reached in the county: at a distance, also with some meetings, or in a
//! municipality there. Offers decide on whole cells and never on single needs: whoever publishes one sees a cell go, and
//! nothing of who is in it.
//!
//! A cell is told only when at least three organizers (huvudmän) want places in it, at least two of the county do not, and
//! none of them wants more than four fifths of them; and only when all this also holds of those alone of whom the caller
//! sees nothing. Both figures are coarse. A need of several themes or audiences is in several cells, each whole, so that
//! cells do not add up to anything.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::{
    audience::Audiences,
    need::Need,
    offer::{Facts, NO_DAY, county_bit},
    offers::Offers,
    term::{TERMS, Term},
};
use crate::{
    clock::Time,
    kinds::themes,
    proto::v1::{Audience, StudyMode},
};

const THEMES: usize = 32;
const AUDIENCES: usize = 8;
/// Counties have the codes 1 to 25. 0 stands for all.
const COUNTIES: usize = 26;
const EVERYWHERE: usize = 0;

/// What a cell must hold to be told.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// At least so many organizers.
    pub organizers: usize,
    /// At least so many others in the county: where all of a county want something, each is told of.
    pub others: usize,
    /// None of which wants more of the places, in percent.
    pub largest_share: u64,
}

pub const RULES: Rules = Rules {
    organizers: 3,
    others: 2,
    largest_share: 80,
};

/// The organizers of each county.
pub type Population = BTreeMap<u8, HashSet<Uuid>>;

/// Organizers of which a caller sees documents or bookings.
pub type Seen = HashSet<Uuid>;

/// What is told of the number of organizers: the largest of these that it reaches.
const STEPS: [u32; 6] = [3, 5, 10, 20, 50, 100];

/// Places are told to a multiple of this, and at least this.
const ROUNDED_TO: u64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// By number, which is in the order of their codes.
    pub theme: u8,
    /// By number.
    pub audience: u8,
    pub county: u8,
    pub term: Term,
}

/// Places that an organizer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    pub organizer: Uuid,
    /// Bit n: the theme of that number.
    pub themes: u32,
    pub audience: Audiences,
    pub county: u8,
    pub term: Term,
    pub places: u32,
}

/// What is told of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub cell: Cell,
    pub organizers_at_least: u32,
    pub places_about: u64,
}

impl Cell {
    pub fn theme_code(self) -> &'static str {
        themes::of_number(self.theme.into()).unwrap_or_default()
    }

    pub fn audience(self) -> Audience {
        Audience::try_from(i32::from(self.audience)).unwrap_or_default()
    }

    /// In the order of cells.
    pub fn bytes(self) -> [u8; 4] {
        [self.theme, self.audience, self.county, self.term.number()]
    }
}

impl Want {
    /// What a need of an organizer wants besides the places that it has. None: it states too little, wants no more places,
    /// or has taken an offer.
    pub fn of(need: &Need, organizer: Option<Uuid>, has: u32) -> Option<Self> {
        let wanted = &need.wanted;
        let county = u8::try_from(wanted.municipality / 100).ok()?;
        let (first_day, _) = wanted.schedule?;
        let places = wanted.places.saturating_sub(has);
        let wants = need.offer.is_none() && places > 0 && county > 0;
        wants.then_some(Self {
            organizer: organizer?,
            themes: wanted.themes,
            audience: wanted.audience,
            county,
            term: Term::of_day(first_day)?,
            places,
        })
    }

    /// The cells that it is in.
    pub fn cells(self) -> impl Iterator<Item = Cell> {
        let themes = (0..32).filter(move |theme| self.themes >> theme & 1 == 1);
        themes.flat_map(move |theme| {
            self.audience.each().map(move |audience| Cell {
                theme,
                audience: audience as u8,
                county: self.county,
                term: self.term,
            })
        })
    }
}

/// The cells in which something is offered, a bit each.
pub struct Offered(Vec<u64>);

impl Offered {
    /// By the offers that are open, and have places left or state none.
    pub fn of(offers: &Offers, now: Time) -> Self {
        let mut offered = Self::none();
        for (facts, offer) in offers.each() {
            if offer.is_open(now) {
                offered.add(facts);
            }
        }
        offered
    }

    pub fn none() -> Self {
        Self(vec![0; THEMES * AUDIENCES * COUNTIES * TERMS / 64 + 1])
    }

    pub fn add(&mut self, facts: &Facts) {
        let Some((first, last)) = terms_of(facts).filter(|_| facts.left > 0) else {
            return;
        };
        let counties = match facts.mode {
            StudyMode::Distance | StudyMode::Blended => 1 << EVERYWHERE,
            StudyMode::OnSite | StudyMode::Unspecified => facts.counties & !county_bit(0),
        };
        for theme in bits(facts.themes) {
            for audience in facts.audience.each() {
                for county in bits(counties) {
                    for term in first.number()..=last.number() {
                        let at = index(theme, audience as usize, county, term.into());
                        self.0[at / 64] |= 1 << (at % 64);
                    }
                }
            }
        }
    }

    pub fn contains(&self, cell: Cell) -> bool {
        let has = |county: usize| {
            let (theme, audience) = (cell.theme.into(), cell.audience.into());
            let at = index(theme, audience, county, cell.term.number().into());
            self.0[at / 64] >> (at % 64) & 1 == 1
        };
        has(EVERYWHERE) || has(cell.county.into())
    }
}

fn bits(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| set >> bit & 1 == 1)
}

fn index(theme: usize, audience: usize, county: usize, term: usize) -> usize {
    ((theme * AUDIENCES + audience) * COUNTIES + county) * TERMS + term
}

/// The terms in which an offer runs. None: it has no days.
fn terms_of(facts: &Facts) -> Option<(Term, Term)> {
    if facts.first_day == NO_DAY {
        return facts.any_time.then_some((Term::FIRST, Term::LAST));
    }
    // What runs into the century or out of it, runs in its first or last term.
    let first = Term::of_day(facts.first_day);
    let last = Term::of_day(facts.last_day);
    match (first, last) {
        (None, None) => None,
        (first, last) => Some((first.unwrap_or(Term::FIRST), last.unwrap_or(Term::LAST))),
    }
}

/// The unmet cells that may be told, in order, to a caller who sees these organizers.
pub fn unmet(
    wants: impl IntoIterator<Item = Want>,
    offered: &Offered,
    population: &Population,
    seen: &Seen,
    rules: Rules,
) -> Vec<Told> {
    let mut cells: BTreeMap<Cell, HashMap<Uuid, u64>> = BTreeMap::new();
    for want in wants {
        for cell in want.cells().filter(|cell| !offered.contains(*cell)) {
            let places = cells.entry(cell).or_default();
            *places.entry(want.organizer).or_default() += u64::from(want.places);
        }
    }
    let nobody = HashSet::new();
    let may_be_told = |cell: &Cell, places: &HashMap<Uuid, u64>| {
        let of_county = population.get(&cell.county).unwrap_or(&nobody);
        // Whoever knows some of them must not learn more of the rest than it might if those were all.
        [&nobody, seen].into_iter().all(|known| {
            let hidden = places.iter().filter(|(id, _)| !known.contains(*id));
            let hidden: Vec<u64> = hidden.map(|(_, places)| *places).collect();
            rules.allow(&hidden, of_county.difference(known).count())
        })
    };
    cells
        .into_iter()
        .filter(|(cell, places)| may_be_told(cell, places))
        .map(|(cell, places)| Told::of(cell, places.into_values()))
        .collect()
}

impl Rules {
    /// Whether it may be told that so many places are wanted by each of so many of a county.
    fn allow(&self, places: &[u64], of_county: usize) -> bool {
        let all: u64 = places.iter().sum();
        let largest = places.iter().max().copied().unwrap_or_default();
        places.len() >= self.organizers
            && places.len() + self.others <= of_county
            && largest * 100 <= all * self.largest_share
    }
}

impl Told {
    /// What is told of a cell in which each of some organizers wants so many places.
    fn of(cell: Cell, places: impl ExactSizeIterator<Item = u64>) -> Self {
        let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let step = STEPS.into_iter().rfind(|step| *step <= count);
        let rounded = (places.sum::<u64>() + ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO;
        Self {
            cell,
            organizers_at_least: step.unwrap_or(STEPS[0]),
            places_about: rounded.max(ROUNDED_TO),
        }
    }

    /// All that it says, in bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let figures = (
            self.organizers_at_least.to_be_bytes(),
            self.places_about.to_be_bytes(),
        );
        [&self.cell.bytes()[..], &figures.0, &figures.1].concat()
    }
}

#[cfg(test)]
mod tests;
