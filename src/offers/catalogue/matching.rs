//! The offers that meet a need best.

use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use uuid::Uuid;

use super::{
    offer::Offer,
    offers::Offers,
    score::{Scored, Wanted, score, terms},
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
        if !facts.active {
            continue;
        }
        let score = score(wanted, facts, offer);
        if score < least {
            continue;
        }
        // Whoever is worse than the worst of enough has no place, whatever its id.
        let full = best.len() == most;
        if full
            && best
                .peek()
                .is_some_and(|(Reverse(worst), _)| score < *worst)
        {
            continue;
        }
        if !offer.is_open(now) {
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
