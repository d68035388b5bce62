//! A course offer as the catalogue keeps it: what filters and matches look at, as small numbers. What it says in full is
//! read from its document when it is shown.

use uuid::Uuid;

use super::{
    audience::Audiences,
    need::municipality,
    words::{self, Words},
};
use crate::{
    clock::Time,
    kinds::{Content, dates, themes},
    proto::v1::{
        Course, CourseOffer, CreditSystem, Execution, ExecutionCondition, Offering, OfferingState,
        StudyMode,
    },
};

/// Where an offer has no number to give.
pub const NOT_STATED: u32 = u32::MAX;
/// Day of an offer that has none.
pub const NO_DAY: i32 = i32::MAX;

/// What is looked at when an offer is held against a need. Small, and lies in a row with those of other offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Bit n: the theme of that number. Own themes are in the offer.
    pub themes: u32,
    /// Bit n: the county with that code.
    pub counties: u32,
    /// First and last day. `NO_DAY`: none.
    pub first_day: i32,
    pub last_day: i32,
    /// `NOT_STATED`: it states no capacity.
    pub left: u32,
    /// Hundredths of higher education credits. `NOT_STATED`: it counts in others.
    pub credits: u32,
    /// The first municipality. 0: none.
    pub municipality: u16,
    pub audience: Audiences,
    pub mode: StudyMode,
    pub own_themes: bool,
    /// Participants choose when, or the university does with each.
    pub any_time: bool,
    /// It will be given, or is being given.
    pub active: bool,
}

/// An offer that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: Uuid,
    pub university: Uuid,
    pub facts: Facts,
    /// Its title, in Swedish where it has one.
    pub title: Box<str>,
    /// Themes that are codes of somebody's own.
    pub own_themes: Box<[Box<str>]>,
    /// Municipalities where it is given.
    pub municipalities: Box<[u16]>,
    /// Languages, of three letters each.
    pub languages: Box<[[u8; 3]]>,
    /// First and last days of applications.
    pub windows: Box<[(i32, i32)]>,
    pub pace_percent: u8,
    /// When it is no longer to be shown, in microseconds since 1970. `i64::MAX`: never.
    pub expires: i64,
    /// Words of the title.
    pub title_words: u8,
}

impl Offer {
    /// Reads what a document says, of which so many places are taken, and the words that it is found by. None: it is of
    /// another kind.
    pub fn of(id: Uuid, university: Uuid, content: &Content, taken: u32) -> Option<(Self, Words)> {
        let title = content.title().into();
        let Content::CourseOffer(content) = content else {
            return None;
        };
        let (words, title_words) = words::of_offer(content);
        let (course, offering) = (Course::default(), Offering::default());
        let (course, offering) = (
            content.course.as_ref().unwrap_or(&course),
            content.offering.as_ref().unwrap_or(&offering),
        );
        let own = content.themes.iter().filter(|theme| themes::is_own(theme));
        let codes = offering.places.iter().map(|place| &place.municipality_code);
        let codes = codes.map(|code| municipality(code));
        let municipalities: Box<[u16]> = codes.filter(|code| *code != 0).collect();
        let own_themes: Box<[Box<str>]> = own.map(|theme| theme.as_str().into()).collect();
        let offer = Self {
            id,
            university,
            facts: facts(content, course, offering, &municipalities, taken),
            title,
            own_themes,
            languages: languages(offering),
            windows: windows(offering),
            pace_percent: percent(offering),
            expires: offering
                .expire_time
                .map_or(i64::MAX, |time| Time::from(time).micros()),
            municipalities,
            title_words,
        };
        Some((offer, words))
    }

    /// Whether it is shown to those who do not ask for what is over.
    pub fn is_open(&self, now: Time) -> bool {
        self.facts.active && self.expires > now.micros()
    }
}

fn facts(
    content: &CourseOffer,
    course: &Course,
    offering: &Offering,
    municipalities: &[u16],
    taken: u32,
) -> Facts {
    let execution = Execution::default();
    let execution = offering.execution.as_ref().unwrap_or(&execution);
    let day = |text: &str| dates::day(text).map_or(NO_DAY, dates::number_of);
    let first_day = day(&execution.start_date);
    let last_day = day(&execution.end_date);
    let known = content
        .themes
        .iter()
        .filter_map(|theme| themes::number(theme));
    Facts {
        themes: known.fold(0, |bits, number| bits | 1 << number),
        counties: municipalities
            .iter()
            .fold(0, |bits, code| bits | county_bit(*code)),
        first_day,
        last_day: if last_day == NO_DAY {
            first_day
        } else {
            last_day
        },
        left: offering
            .capacity
            .map_or(NOT_STATED, |capacity| capacity.saturating_sub(taken)),
        credits: credits(course),
        municipality: municipalities.first().copied().unwrap_or_default(),
        audience: course.audience().collect(),
        mode: offering.mode(),
        own_themes: content.themes.iter().any(|theme| themes::is_own(theme)),
        any_time: matches!(
            execution.condition(),
            ExecutionCondition::Participant | ExecutionCondition::Provider
        ),
        active: offering.state() == OfferingState::Active,
    }
}

/// The bit of the county that a municipality lies in. Counties have the codes 1 to 25.
pub fn county_bit(municipality: u16) -> u32 {
    1_u32
        .checked_shl(u32::from(municipality / 100))
        .unwrap_or_default()
}

/// Hundredths of higher education credits. None are none.
fn credits(course: &Course) -> u32 {
    match &course.credits {
        None => 0,
        Some(credits) if credits.system() == CreditSystem::HigherEducation => {
            hundredths(&credits.amount).unwrap_or(NOT_STATED)
        }
        Some(_) => NOT_STATED,
    }
}

/// A number of at most two decimals, in hundredths. None: it is no such number.
pub fn hundredths(number: &str) -> Option<u32> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = match part.len() {
        0 => 0,
        1 => part.parse::<u32>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return None,
    };
    whole
        .parse::<u32>()
        .ok()?
        .checked_mul(100)?
        .checked_add(part)
}

fn languages(offering: &Offering) -> Box<[[u8; 3]]> {
    let codes = offering.languages.iter();
    codes
        .filter_map(|code| code.as_bytes().try_into().ok())
        .collect()
}

fn windows(offering: &Offering) -> Box<[(i32, i32)]> {
    let windows = offering.application_windows.iter();
    windows
        .map(|window| {
            let day = |text: &str| dates::day(text).map(dates::number_of);
            (
                day(&window.first_date).unwrap_or(i32::MIN),
                day(&window.last_date).unwrap_or(i32::MAX),
            )
        })
        .collect()
}

fn percent(offering: &Offering) -> u8 {
    let percent = offering.pace.map_or(0, |pace| pace.percent);
    u8::try_from(percent).unwrap_or(100)
}

/// Whether it is given at a distance alone.
pub fn is_distance(mode: StudyMode) -> bool {
    mode == StudyMode::Distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(hundredths("7.5"), Some(750));
        assert_eq!(hundredths("7.05"), Some(705));
        assert_eq!(hundredths("30"), Some(3000));
        assert_eq!(hundredths("0"), Some(0));
        for bad in ["", "x", "7.555", "1.x", ".5"] {
            assert_eq!(hundredths(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_county_has_a_bit_of_its_own() {
        assert_eq!(county_bit(380), 1 << 3);
        assert_eq!(county_bit(2584), 1 << 25);
        assert_eq!(county_bit(9999), 0);
    }
}
