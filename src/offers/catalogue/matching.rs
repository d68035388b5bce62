//! The offers that meet a need best.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use uuid::Uuid;

use super::{
    offer::Offer,
    offers::Offers,
    score::{Scored, Wanted, at_most, score, terms},
};
use crate::clock::Time;

/// An offer beside a need.
#[derive(Debug)]
pub struct Matched {
    pub offer: Arc<Offer>,
    pub score: u16,
    pub terms: [Scored; 6],
}

/// The best so many open offers with at least the score; of equal ones, those of the lower id first.
pub fn best(offers: &Offers, wanted: &Wanted, now: Time, most: usize, least: u16) -> Vec<Matched> {
    let mut best: BinaryHeap<(Reverse<u16>, Uuid)> = BinaryHeap::with_capacity(most + 1);
    for (facts, offer) in offers.each() {
        let full = best.len() == most;
        // Of enough, the worst is the bar: what is as good goes in or not by its id.
        let bar = best.peek().filter(|_| full);
        let bar = bar.map_or(least, |(Reverse(worst), _)| *worst);
        if !facts.active || at_most(wanted, facts, offer) < bar {
            continue;
        }
        let score = score(wanted, facts, offer);
        if score < bar || !offer.is_open(now) {
            continue;
        }
        best.push((Reverse(score), offer.id));
        if full {
            best.pop();
        }
    }
    let sorted = best.into_sorted_vec().into_iter();
    sorted
        .filter_map(|(Reverse(score), id)| {
            let offer = Arc::clone(offers.get(id)?);
            let terms = terms(wanted, &offer.facts, &offer);
            Some(Matched {
                offer,
                score,
                terms,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        kinds::Content,
        offers::catalogue::offers::Change,
        proto::v1::{CourseOffer, Offering, OfferingState},
    };

    /// An offer of as many of the first themes.
    fn offer(id: u128, themes: usize, active: bool) -> Change {
        let all = ["reading", "teaching", "mathematics", "leadership"];
        let state = if active {
            OfferingState::Active
        } else {
            OfferingState::Cancelled
        };
        let content = Content::CourseOffer(Box::new(CourseOffer {
            offering: Some(Offering {
                state: state.into(),
                ..Offering::default()
            }),
            themes: all[..themes]
                .iter()
                .map(|&theme| theme.to_owned())
                .collect(),
            ..CourseOffer::default()
        }));
        let read = Offer::of(Uuid::from_u128(id), Uuid::nil(), &content, 0);
        Change::Put(Box::new(read.unwrap()))
    }

    proptest! {
        #[test]
        fn the_best_are_those_that_sorting_all_brings_first(
            all in prop::collection::vec((0..5_usize, any::<bool>()), 0..60),
            most in 1..12_usize,
            least in 0..900_u16,
        ) {
            let mut offers = Offers::default();
            let changes = (0..).zip(&all).map(|(id, (themes, active))| offer(id, *themes, *active));
            offers.change(changes.collect());
            let wanted = Wanted {
                themes: (0..18).fold(0, |bits, number| bits | 1 << number),
                ..Wanted::default()
            };
            let now = Time::from_micros(0);
            let found = best(&offers, &wanted, now, most, least);
            let mut expected: Vec<_> = offers
                .each()
                .filter(|(facts, _)| facts.active)
                .map(|(facts, offer)| (Reverse(score(&wanted, facts, offer)), offer.id))
                .filter(|(Reverse(score), _)| *score >= least)
                .collect();
            expected.sort();
            expected.truncate(most);
            let found: Vec<_> = found.iter().map(|one| (Reverse(one.score), one.offer.id)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
