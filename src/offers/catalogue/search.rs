//! Finds offers: those that have all the words and hold to the filter, a page of them at a time.
//!
//! What an offer counts depends on nothing but itself and the query, so that pages stay in order while other offers come
//! and go, and the order is the same on every server process.

use std::{collections::BinaryHeap, sync::Arc};

use uuid::Uuid;

use super::{
    filter::Filter,
    offer::Offer,
    offers::{Offers, Part},
    segment::{Hits, Slot},
    words::{IN_TITLE, Sought},
};

/// Where an offer stands in the order, the lowest first: what it is ordered by, then its id.
pub type Key = (u64, Uuid);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The words that count most.
    Relevance,
    /// The first day, those without one last.
    FirstDay,
}

/// A part of what was found.
#[derive(Debug, Default)]
pub struct Found {
    /// In order.
    pub offers: Vec<(Key, Arc<Offer>)>,
    /// There are more after them.
    pub more: bool,
    /// How many there are in all, wherever the part lies.
    pub total: u64,
}

/// What is sought.
#[derive(Debug)]
pub struct Search {
    /// All must be there. None: all offers are found.
    pub words: Vec<Sought>,
    pub filter: Filter,
    pub order: Order,
}

impl Search {
    /// The next so many after a key.
    pub fn find(&self, offers: &Offers, after: Option<Key>, size: usize) -> Found {
        let mut page = Page {
            after,
            size,
            best: BinaryHeap::new(),
            total: 0,
        };
        for part in offers.parts() {
            if self.words.is_empty() {
                for (slot, _, offer) in part.segment.each() {
                    if part.lives(slot) {
                        self.look_at(offer, 0, &mut page);
                    }
                }
            } else {
                for (slot, counts) in self.with_all_words(part) {
                    self.look_at(part.segment.offer(slot), counts, &mut page);
                }
            }
        }
        page.found()
    }

    fn look_at<'a>(&self, offer: &'a Arc<Offer>, counts: u32, page: &mut Page<'a>) {
        if self.filter.takes(offer) {
            page.put((self.rank(offer, counts), offer.id), offer);
        }
    }

    fn rank(&self, offer: &Offer, counts: u32) -> u64 {
        match self.order {
            Order::Relevance => u64::MAX - u64::from(counts),
            Order::FirstDay => u64::from(offer.facts.first_day.cast_unsigned()),
        }
    }

    /// Living offers of a part that have all the words, and what they count.
    fn with_all_words(&self, part: &Part) -> Vec<(Slot, u32)> {
        let last = self.words.len() - 1;
        let lists = self.words.iter().enumerate();
        let mut lists: Vec<_> = lists
            .map(|(at, word)| part.segment.find(word, at == last))
            .collect();
        lists.sort_by_key(Hits::len);
        let rarest = lists.first().map(Hits::slots).unwrap_or_default();
        let counted = |slot: Slot| {
            let mut all = lists.iter();
            let counted = all.try_fold(Counted::default(), |counted, list| {
                Some(counted.with(list.counts(slot)?))
            })?;
            let title_words = part.segment.offer(slot).title_words;
            Some((slot, counted.sum(title_words)))
        };
        let living = rarest.into_iter().filter(|slot| part.lives(*slot));
        living.filter_map(counted).collect()
    }
}

/// What the words of an offer count.
#[derive(Clone, Copy, Default)]
struct Counted {
    sum: u32,
    in_title: u32,
}

impl Counted {
    fn with(self, counts: u32) -> Self {
        Self {
            sum: self.sum + counts,
            in_title: self.in_title + u32::from(counts >= u32::from(IN_TITLE)),
        }
    }

    /// Of those that count the same, the one whose title says least else comes first.
    fn sum(self, title_words: u8) -> u32 {
        let share = self.in_title * 99 / u32::from(title_words).max(1);
        self.sum * 100 + share.min(99)
    }
}

/// The first so many after a key, while others go by.
struct Page<'a> {
    after: Option<Key>,
    size: usize,
    /// One more than the page holds, so that it is known whether there are more.
    best: BinaryHeap<(Key, Ordered<'a>)>,
    total: u64,
}

impl<'a> Page<'a> {
    fn put(&mut self, key: Key, offer: &'a Arc<Offer>) {
        self.total += 1;
        let full = self.best.len() > self.size;
        let too_late = full && self.best.peek().is_some_and(|(last, _)| *last <= key);
        if too_late || self.after.is_some_and(|after| key <= after) {
            return;
        }
        self.best.push((key, Ordered(offer)));
        if full {
            self.best.pop();
        }
    }

    fn found(self) -> Found {
        let more = self.best.len() > self.size;
        let sorted = self.best.into_sorted_vec().into_iter().take(self.size);
        Found {
            offers: sorted
                .map(|(key, Ordered(offer))| (key, Arc::clone(offer)))
                .collect(),
            more,
            total: self.total,
        }
    }
}

/// An offer that goes along with its key, which alone decides on the order.
struct Ordered<'a>(&'a Arc<Offer>);

impl PartialEq for Ordered<'_> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Ordered<'_> {}

impl PartialOrd for Ordered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered<'_> {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}
