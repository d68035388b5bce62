use std::iter;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::proto::v1::Audience;

fn offer() -> Offer {
    Offer {
        id: Uuid::nil(),
        university: Uuid::nil(),
        facts: Facts {
            themes: 0b0110,
            counties: county_bit(380),
            first_day: 100,
            last_day: 199,
            left: 40,
            credits: 750,
            municipality: 380,
            audience: Audiences::from_iter([Audience::Teacher]),
            mode: StudyMode::OnSite,
            own_themes: false,
            any_time: false,
            active: true,
        },
        title: "".into(),
        own_themes: Box::default(),
        municipalities: [380].into(),
        languages: Box::default(),
        windows: Box::default(),
        pace_percent: 0,
        expires: i64::MAX,
        title_words: 0,
    }
}

fn wanted() -> Wanted {
    Wanted {
        themes: 0b0100,
        own_themes: Vec::new(),
        audience: Audiences::from_iter([Audience::Teacher]),
        places: 40,
        schedule: Some((100, 199)),
        municipality: 380,
    }
}

fn term(kind: Kind, wanted: &Wanted, offer: &Offer) -> (u16, Finding) {
    let at = TERMS.iter().position(|(term, _)| *term == kind).unwrap();
    let Scored { score, finding } = terms(wanted, &offer.facts, offer)[at];
    (score, finding)
}

/// What a term gives after a change of the need and the offer.
fn after(kind: Kind, change: impl FnOnce(&mut Wanted, &mut Offer)) -> (u16, Finding) {
    let (mut wanted, mut offer) = (wanted(), offer());
    change(&mut wanted, &mut offer);
    term(kind, &wanted, &offer)
}

#[test]
fn the_weights_make_a_thousand_and_the_terms_are_all_there_are() {
    assert_eq!(TERMS.iter().map(|(_, weight)| weight).sum::<u16>(), 1000);
    let numbers = iter::successors(Some(1), |number| Some(number + 1));
    let kinds = numbers.map_while(|number| Kind::try_from(number).ok());
    assert!(kinds.eq(TERMS.iter().map(|(kind, _)| *kind)));
}

#[test]
fn what_fits_in_all_has_the_whole_score() {
    let offer = offer();
    assert_eq!(score(&wanted(), &offer.facts, &offer), 1000);
}

#[test]
fn what_states_nothing_is_half() {
    let mut offer = offer();
    offer.facts = Facts {
        first_day: NO_DAY,
        last_day: NO_DAY,
        left: NOT_STATED,
        credits: NOT_STATED,
        municipality: 0,
        audience: Audiences::default(),
        ..offer.facts
    };
    let nothing = Wanted::default();
    assert_eq!(score(&nothing, &offer.facts, &offer), 500);
    assert!(
        terms(&nothing, &offer.facts, &offer)
            .iter()
            .all(|term| term.finding == Finding::NotStated)
    );
}

#[test]
fn themes_count_by_their_share() {
    let theme = |change: fn(&mut Wanted, &mut Offer)| after(Kind::Theme, change);
    assert_eq!(
        theme(|wanted, _| wanted.themes = 0b0101),
        (175, Finding::Partial)
    );
    assert_eq!(
        theme(|wanted, _| wanted.themes = 0b1000),
        (0, Finding::None)
    );
    let own = theme(|wanted, offer| {
        wanted.own_themes = vec!["x-a".to_owned(), "x-b".to_owned()];
        offer.own_themes = ["x-b".into()].into();
        offer.facts.own_themes = true;
    });
    assert_eq!(own, (233, Finding::Partial));
}

#[test]
fn reach_goes_by_distance_municipality_and_county() {
    let reach = |change: fn(&mut Wanted, &mut Offer)| after(Kind::Reach, change);
    assert_eq!(
        reach(|wanted, _| wanted.municipality = 381),
        (100, Finding::Partial)
    );
    assert_eq!(
        reach(|wanted, _| wanted.municipality = 2326),
        (30, Finding::None)
    );
    let second_place = reach(|wanted, offer| {
        wanted.municipality = 2326;
        offer.municipalities = [380, 2326].into();
        offer.facts.counties |= county_bit(2326);
    });
    assert_eq!(second_place, (150, Finding::Full));
    let blended = reach(|wanted, offer| {
        wanted.municipality = 2326;
        offer.facts.mode = StudyMode::Blended;
    });
    assert_eq!(blended, (60, Finding::Partial));
    let distance = reach(|wanted, offer| {
        wanted.municipality = 0;
        offer.facts.mode = StudyMode::Distance;
    });
    assert_eq!(distance, (150, Finding::Full));
}

#[test]
fn dates_count_by_the_days_that_lie_within() {
    let dates = |change: fn(&mut Wanted, &mut Offer)| after(Kind::Dates, change);
    assert_eq!(
        dates(|wanted, _| wanted.schedule = Some((0, 149))),
        (75, Finding::Partial)
    );
    assert_eq!(
        dates(|wanted, _| wanted.schedule = Some((200, 300))),
        (0, Finding::None)
    );
    // One day of many is something.
    assert_eq!(
        dates(|wanted, offer| {
            wanted.schedule = Some((199, 300));
            offer.facts.first_day = -1_000_000;
        }),
        (1, Finding::Partial)
    );
    let when_they_choose = dates(|_, offer| {
        offer.facts.first_day = NO_DAY;
        offer.facts.any_time = true;
    });
    assert_eq!(when_they_choose, (150, Finding::Full));
}

#[test]
fn places_and_credits_fall_evenly() {
    let places = |left| after(Kind::Places, |_, offer| offer.facts.left = left);
    assert_eq!(places(0), (0, Finding::None));
    assert_eq!(places(10), (25, Finding::Partial));
    assert_eq!(places(400), (100, Finding::Full));
    let credits = |credits| after(Kind::Credits, |_, offer| offer.facts.credits = credits);
    assert_eq!(credits(0), (50, Finding::Full));
    assert_eq!(credits(3000), (28, Finding::Partial));
    assert_eq!(credits(6000), (0, Finding::None));
    assert_eq!(credits(u32::MAX - 1), (0, Finding::None));
}

proptest! {
    #[test]
    fn no_term_gives_more_than_its_weight_or_contradicts_its_finding(
        themes in any::<(u32, u32)>(),
        days in any::<(i16, i16, i16, i16)>(),
        places in any::<(u32, u32)>(),
        credits in any::<u32>(),
        municipality in 0..3000_u16,
        mode in 0..4,
    ) {
        let (mut wanted, mut offer) = (wanted(), offer());
        wanted.themes = themes.0;
        offer.facts.themes = themes.1;
        wanted.schedule = Some((days.0.min(days.1).into(), days.0.max(days.1).into()));
        offer.facts.first_day = days.2.min(days.3).into();
        offer.facts.last_day = days.2.max(days.3).into();
        wanted.places = places.0;
        offer.facts.left = places.1;
        offer.facts.credits = credits;
        wanted.municipality = municipality;
        offer.facts.mode = StudyMode::try_from(mode).unwrap();
        prop_assert!(score(&wanted, &offer.facts, &offer) <= at_most(&wanted, &offer.facts, &offer));
        for ((kind, weight), term) in TERMS.iter().zip(terms(&wanted, &offer.facts, &offer)) {
            prop_assert!(term.score <= *weight);
            let agrees = match term.finding {
                Finding::Full => term.score == *weight,
                Finding::Partial => term.score > 0 && term.score < *weight,
                Finding::None => term.score == 0 || (*kind == Kind::Reach && term.score == 30),
                Finding::NotStated => term.score == weight / 2,
                Finding::Unspecified => false,
            };
            prop_assert!(agrees, "{kind:?} {term:?}");
        }
    }
}
