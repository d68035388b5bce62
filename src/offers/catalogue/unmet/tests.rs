//! An attacker who may ask anything, at any time, publish offers of its own, and see the documents and bookings of some.

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{TestError, TestRunner},
};

use super::*;
use crate::offers::catalogue::offer::NOT_STATED;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn term(text: &str) -> Term {
    text.parse().unwrap()
}

fn want(organizer: u128, places: u32) -> Want {
    Want {
        organizer: id(organizer),
        themes: 1 << 3,
        audience: Audiences::from_iter([Audience::Teacher]),
        county: 1,
        term: term("HT26"),
        places,
    }
}

fn facts() -> Facts {
    let day = |text| crate::kinds::dates::number_of(crate::kinds::dates::day(text).unwrap());
    Facts {
        themes: 1 << 3,
        counties: county_bit(115),
        first_day: day("2026-08-24"),
        last_day: day("2027-06-04"),
        left: NOT_STATED,
        credits: 0,
        municipality: 115,
        audience: Audiences::from_iter([Audience::Teacher]),
        mode: StudyMode::OnSite,
        own_themes: false,
        any_time: false,
        active: true,
    }
}

fn figures(wants: &[Want]) -> Vec<(u32, u64)> {
    figures_of_county(wants, 290)
}

fn figures_of_county(wants: &[Want], organizers: u128) -> Vec<(u32, u64)> {
    figures_told_to(wants, organizers, &[])
}

/// What is told to one who sees some organizers, of as many in the county.
fn figures_told_to(wants: &[Want], organizers: u128, seen: &[u128]) -> Vec<(u32, u64)> {
    let population = Population::from([(1, (0..organizers).map(id).collect())]);
    let seen = seen.iter().copied().map(id).collect();
    let offered = Offered::none();
    let told = unmet(wants.iter().copied(), &offered, &population, &seen, RULES);
    let figures = told.iter();
    figures
        .map(|told| (told.organizers_at_least, told.places_about))
        .collect()
}

#[test]
fn figures_are_coarse() {
    let of = |organizers: u128, places| {
        let wants: Vec<_> = (0..organizers)
            .map(|organizer| want(organizer, places))
            .collect();
        figures(&wants)
    };
    assert_eq!(of(2, 100), []);
    assert_eq!(of(3, 1), [(3, 10)]);
    assert_eq!(of(4, 8), [(3, 30)]);
    assert_eq!(of(5, 7), [(5, 40)]);
    assert_eq!(of(120, 10), [(100, 1200)]);
}

#[test]
fn units_of_one_organizer_are_one() {
    assert_eq!(figures(&[want(1, 10), want(1, 10), want(2, 10)]), []);
}

#[test]
fn what_one_organizer_fills_nearly_alone_is_not_told() {
    assert_eq!(
        figures(&[want(1, 80), want(2, 10), want(3, 10)]),
        [(3, 100)]
    );
    assert_eq!(figures(&[want(1, 81), want(2, 10), want(3, 9)]), []);
}

#[test]
fn what_nearly_all_of_a_county_want_is_not_told() {
    let wants = [want(1, 10), want(2, 10), want(3, 10)];
    assert_eq!(figures_of_county(&wants, 3), []);
    assert_eq!(figures_of_county(&wants, 4), []);
    assert_eq!(figures_of_county(&wants, 5), [(3, 30)]);
}

#[test]
fn those_whom_the_caller_sees_count_for_nothing() {
    let wants = [0, 1, 2, 3].map(|organizer| want(organizer, 10));
    let told_to = |organizers, seen: &[u128]| figures_told_to(&wants, organizers, seen);
    assert_eq!(told_to(10, &[0]), [(3, 40)]);
    assert_eq!(told_to(10, &[0, 1]), []);
    assert_eq!(told_to(10, &[9, 8, 7]), [(3, 40)]);
    // Of six, two want nothing; one who sees one of these knows that the other does, or does not.
    assert_eq!(told_to(6, &[]), [(3, 40)]);
    assert_eq!(told_to(6, &[5]), []);
    // Of what is left, one wants nearly all.
    let wants = [want(0, 300), want(1, 90), want(2, 5), want(3, 5)];
    assert_eq!(figures_told_to(&wants, 10, &[]), [(3, 400)]);
    assert_eq!(figures_told_to(&wants, 10, &[0]), []);
}

#[test]
fn places_that_a_measure_has_are_not_wanted() {
    let wanted = crate::offers::catalogue::score::Wanted {
        themes: 1 << 3,
        audience: Audiences::from_iter([Audience::Teacher]),
        places: 10,
        schedule: Some((facts().first_day, facts().last_day)),
        municipality: 115,
        ..Default::default()
    };
    let need = Need {
        document: id(1),
        revision: 1,
        item: "m1".to_owned(),
        organization: id(2),
        themes: Vec::new(),
        schedule: None,
        offer: None,
        wanted,
    };
    let places = |has| Want::of(&need, Some(id(3)), has).map(|want| want.places);
    assert_eq!([0, 4, 10, 11].map(places), [Some(10), Some(6), None, None]);
}

#[test]
fn an_offer_meets_whole_cells() {
    let cell = want(1, 1).cells().next().unwrap();
    let meets = |change: fn(&mut Facts)| {
        let (mut offered, mut facts) = (Offered::none(), facts());
        change(&mut facts);
        offered.add(&facts);
        offered.contains(cell)
    };
    assert!(meets(|_| ()));
    assert!(meets(|facts| facts.first_day -= 400));
    assert!(meets(
        |facts| (facts.counties, facts.mode) = (0, StudyMode::Blended)
    ));
    assert!(meets(|facts| {
        (facts.first_day, facts.last_day, facts.any_time) = (NO_DAY, NO_DAY, true);
    }));
    assert!(!meets(|facts| facts.left = 0));
    assert!(!meets(|facts| facts.themes = 1 << 4));
    assert!(!meets(
        |facts| facts.audience = Audiences::from_iter([Audience::Principal])
    ));
    assert!(!meets(|facts| facts.counties = county_bit(2080)));
    assert!(!meets(|facts| facts.first_day = facts.last_day));
    assert!(!meets(
        |facts| (facts.first_day, facts.last_day) = (NO_DAY, NO_DAY)
    ));
}

const WANTING: [&[Audience]; 3] = [
    &[Audience::Teacher],
    &[Audience::Principal],
    &[Audience::Teacher, Audience::Principal],
];

fn wants() -> impl Strategy<Value = Vec<Want>> {
    let audience = select(&WANTING);
    let want = (
        0..6_u128,
        1..16_u32,
        audience,
        1..3_u8,
        52..54_i32,
        1..60_u32,
    );
    let want = want.prop_map(
        |(organizer, themes, audience, county, number, places)| Want {
            organizer: id(organizer),
            themes,
            audience: audience.iter().copied().collect(),
            county,
            term: Term::numbered(number).unwrap(),
            places,
        },
    );
    prop::collection::vec(want, 0..40)
}

const MODES: [StudyMode; 2] = [StudyMode::OnSite, StudyMode::Distance];

/// Offers that the attacker publishes.
fn offers() -> impl Strategy<Value = Vec<Facts>> {
    let mode = select(&MODES);
    let offer = (1..16_u32, 1..3_u16, -200..200_i32, mode);
    let offer = offer.prop_map(|(themes, county, shift, mode)| Facts {
        themes,
        counties: county_bit(county * 100),
        first_day: facts().first_day + shift,
        last_day: facts().first_day + shift + 30,
        mode,
        ..facts()
    });
    prop::collection::vec(offer, 0..3)
}

/// Those who want places in a cell, counted anew.
fn in_cell(wants: &[Want], cell: Cell) -> HashMap<Uuid, u64> {
    let mut places = HashMap::new();
    for want in wants {
        let holds = want.themes >> cell.theme & 1 == 1
            && want.audience.contains(cell.audience())
            && (want.county, want.term) == (cell.county, cell.term);
        if holds {
            *places.entry(want.organizer).or_default() += u64::from(want.places);
        }
    }
    places
}

/// The organizers of the counties: those who want anything there, and so many more.
fn population_of(wants: &[Want], more: u128) -> Population {
    let mut organizers =
        Population::from([1, 2].map(|county| (county, (100..100 + more).map(id).collect())));
    for want in wants {
        organizers
            .entry(want.county)
            .or_default()
            .insert(want.organizer);
    }
    organizers
}

/// What is wanted, what is published, how many go, how many organizers want nothing, and whom the attacker sees.
type Attack = (Vec<Want>, Vec<Facts>, usize, u128, Seen);

/// Organizers of those who may want something, and of the others.
fn seen() -> impl Strategy<Value = Seen> {
    let one = select(&[0, 1, 2, 3, 4, 5, 100, 101]);
    prop::collection::hash_set(one.prop_map(id), 0..4)
}

/// How an attack goes.
#[derive(Clone, Copy)]
struct Defence {
    rules: Rules,
    /// Whether it counts whom the caller sees.
    heeds_seen: bool,
}

const DEFENCE: Defence = Defence {
    rules: RULES,
    heeds_seen: true,
};

/// Plays the attacker: looks, publishes, looks again while others come and go, and puts its answers side by side. From each
/// figure it takes away what it knows of those whom it sees.
fn attack(defence: Defence) -> Result<(), Box<TestError<Attack>>> {
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 400,
        // What the controls find is meant to be found.
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let ran = runner.run(
        &(wants(), offers(), 0..40_usize, 0..4_u128, seen()),
        |(wants, published, gone, more, seen)| {
            let mut offered = Offered::none();
            let population = population_of(&wants, more);
            let heeded = if defence.heeds_seen {
                seen.clone()
            } else {
                Seen::new()
            };
            let ask = |wants: &[Want], offered: &Offered| {
                let all = wants.iter().copied();
                let told = unmet(all, offered, &population, &heeded, defence.rules);
                (wants.to_vec(), told)
            };
            let mut answers = vec![ask(&wants, &offered)];
            for facts in &published {
                offered.add(facts);
                answers.push(ask(&wants, &offered));
            }
            answers.push(ask(wants.get(gone..).unwrap_or_default(), &offered));
            for (wants, told) in &answers {
                for told in told {
                    let of_county = &population[&told.cell.county];
                    let all = in_cell(wants, told.cell);
                    let mut hidden = all.clone();
                    hidden.retain(|organizer, _| !seen.contains(organizer));
                    let around = of_county.difference(&seen).count();
                    must_single_out_nobody(told, &all, of_county.len())?;
                    must_single_out_nobody(told, &hidden, around)?;
                    prop_assert!(told.organizers_at_least as usize <= all.len());
                    prop_assert_eq!(told.places_about % 10, 0);
                }
            }
            // An offer takes whole cells away: what is left of the others says the same as before.
            for pair in answers[..=published.len()].windows(2) {
                for told in &pair[1].1 {
                    prop_assert!(pair[0].1.contains(told), "an offer changed {told:?}");
                }
            }
            Ok(())
        },
    );
    ran.map_err(Box::new)
}

/// That a figure is of at least three, none of whom wants nearly all, and at least two more who want nothing.
fn must_single_out_nobody(
    told: &Told,
    places: &HashMap<Uuid, u64>,
    of_county: usize,
) -> Result<(), TestCaseError> {
    let (all, largest) = (places.values().sum::<u64>(), places.values().max());
    prop_assert!(places.len() >= 3, "{told:?} is of {}", places.len());
    prop_assert!(places.len() + 2 <= of_county);
    prop_assert!(largest.is_some_and(|largest| largest * 5 <= all * 4));
    Ok(())
}

#[test]
fn no_cell_of_fewer_than_three_organizers_is_ever_told() {
    attack(DEFENCE).unwrap();
}

/// The attacker is able: it finds what broken rules let out.
#[test]
fn an_attacker_finds_what_weaker_rules_tell() {
    let finds = |defence| {
        let found = attack(defence).map_err(|error| *error);
        matches!(found, Err(TestError::Fail(..)))
    };
    let weaker = |rules| finds(Defence { rules, ..DEFENCE });
    assert!(weaker(Rules {
        organizers: 2,
        ..RULES
    }));
    assert!(weaker(Rules { others: 0, ..RULES }));
    assert!(weaker(Rules {
        largest_share: 95,
        ..RULES
    }));
    assert!(finds(Defence {
        heeds_seen: false,
        ..DEFENCE
    }));
}
