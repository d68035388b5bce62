//! Offers that do not change, and where their words are. A change makes a new segment.

use std::{collections::HashMap, sync::Arc};

use uuid::Uuid;

use super::{
    offer::{Facts, Offer},
    words::{Sought, Words},
};

/// The beginning of a word that this many characters make is sought too.
const SHORTEST_BEGINNING: usize = 3;
/// What a whole word counts, where a beginning counts one.
const WHOLE: u32 = 2;

/// The place of an offer in its segment.
pub type Slot = u32;

/// A word in an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    pub slot: Slot,
    /// By where in the offer it stands.
    pub counts: u8,
}

/// Where a word is in a segment, by slot, each slot once.
#[derive(Debug)]
pub enum Hits<'a> {
    /// A word alone, as the index has it: common ones are in nearly all offers, and are not copied.
    Whole(&'a [Posting]),
    /// Several words, with what they count.
    Gathered(Vec<(Slot, u32)>),
}

impl Hits<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Whole(postings) => postings.len(),
            Self::Gathered(found) => found.len(),
        }
    }

    /// What the word counts in an offer. None: it is not there.
    pub fn counts(&self, slot: Slot) -> Option<u32> {
        match self {
            Self::Whole(postings) => {
                let at = postings.binary_search_by_key(&slot, |posting| posting.slot);
                Some(u32::from(postings[at.ok()?].counts) * WHOLE)
            }
            Self::Gathered(found) => {
                let at = found.binary_search_by_key(&slot, |(slot, _)| *slot);
                Some(found[at.ok()?].1)
            }
        }
    }

    pub fn slots(&self) -> Vec<Slot> {
        match self {
            Self::Whole(postings) => postings.iter().map(|posting| posting.slot).collect(),
            Self::Gathered(found) => found.iter().map(|(slot, _)| *slot).collect(),
        }
    }
}

/// Offers in no order, and an index of their words.
#[derive(Debug, Default)]
pub struct Segment {
    offers: Vec<Arc<Offer>>,
    /// Those of the offers, side by side.
    facts: Vec<Facts>,
    slots: HashMap<Uuid, Slot>,
    /// Stems in order.
    words: Vec<Box<str>>,
    /// Of each word where its postings end.
    ends: Vec<u32>,
    /// Of each word its postings, by slot.
    postings: Vec<Posting>,
}

/// Those of a segment that have been replaced or withdrawn since.
#[derive(Clone, Debug, Default)]
pub struct Dead {
    bits: Vec<u64>,
    pub count: usize,
}

impl Dead {
    pub fn contains(&self, slot: Slot) -> bool {
        let word = self.bits.get(slot as usize / 64);
        word.is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Adds one, if it is not there.
    pub fn add(&mut self, slot: Slot) {
        if self.contains(slot) {
            return;
        }
        let at = slot as usize / 64;
        if self.bits.len() <= at {
            self.bits.resize(at + 1, 0);
        }
        self.bits[at] |= 1 << (slot % 64);
        self.count += 1;
    }
}

impl Segment {
    /// Of offers that are all different.
    pub fn of(read: Vec<(Offer, Words)>) -> Self {
        let mut segment = Self::default();
        let mut by_word: HashMap<String, Vec<Posting>> = HashMap::new();
        for (offer, words) in read {
            let slot = segment.push(Arc::new(offer));
            for (word, counts) in words {
                by_word
                    .entry(word)
                    .or_default()
                    .push(Posting { slot, counts });
            }
        }
        let mut by_word: Vec<_> = by_word.into_iter().collect();
        by_word.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for (word, postings) in by_word {
            segment.put_word(word.into(), postings);
        }
        segment.shrunk()
    }

    /// What lives in two segments. None is in both.
    pub fn merged((one, dead_one): (&Self, &Dead), (other, dead_other): (&Self, &Dead)) -> Self {
        let mut segment = Self::default();
        let of_one = segment.take_in(one, dead_one);
        let of_other = segment.take_in(other, dead_other);
        let (mut left, mut right) = (one.each_word().peekable(), other.each_word().peekable());
        loop {
            let word = match (left.peek(), right.peek()) {
                (Some((one, _)), Some((other, _))) => (*one).min(*other),
                (Some((word, _)), None) | (None, Some((word, _))) => *word,
                (None, None) => return segment.shrunk(),
            };
            let mut postings = Vec::new();
            let mut put = |next: Option<(&str, &[Posting])>, slots: &[Option<Slot>]| {
                let moved = next.into_iter().flat_map(|(_, postings)| postings);
                postings.extend(moved.filter_map(|posting| {
                    let slot = slots.get(posting.slot as usize).copied().flatten()?;
                    Some(Posting { slot, ..*posting })
                }));
            };
            put(left.next_if(|(next, _)| *next == word), &of_one);
            put(right.next_if(|(next, _)| *next == word), &of_other);
            segment.put_word(word.into(), postings);
        }
    }

    pub fn len(&self) -> usize {
        self.offers.len()
    }

    pub fn slot_of(&self, id: Uuid) -> Option<Slot> {
        self.slots.get(&id).copied()
    }

    pub fn offer(&self, slot: Slot) -> &Arc<Offer> {
        &self.offers[slot as usize]
    }

    /// Offers with their facts, in order of slot.
    pub fn each(&self) -> impl Iterator<Item = (Slot, &Facts, &Arc<Offer>)> {
        let offers = self.facts.iter().zip(&self.offers);
        (0..)
            .zip(offers)
            .map(|(slot, (facts, offer))| (slot, facts, offer))
    }

    /// Where a word is: in any form, or as the beginning of another where it is long enough.
    pub fn find(&self, sought: &Sought, as_beginning: bool) -> Hits<'_> {
        let long_enough = sought.written.chars().count() >= SHORTEST_BEGINNING;
        let at = self
            .words
            .binary_search_by(|word| (**word).cmp(&sought.stem));
        let whole = at.map_or(&[][..], |at| self.postings_of(at));
        if as_beginning && long_enough {
            Hits::Gathered(self.with_beginning(whole, &sought.written))
        } else {
            Hits::Whole(whole)
        }
    }

    /// Where a whole word is, or one that begins so. By slot, each slot once.
    fn with_beginning(&self, whole: &[Posting], beginning: &str) -> Vec<(Slot, u32)> {
        let counted = |postings: &[Posting], times: u32| {
            let postings = postings.iter();
            postings
                .map(|posting| (posting.slot, u32::from(posting.counts) * times))
                .collect::<Vec<_>>()
        };
        let mut found = counted(whole, WHOLE);
        let first = self.words.partition_point(|word| &**word < beginning);
        let those = self.words[first..].iter().zip(first..);
        for (_, at) in those.take_while(|(word, _)| word.starts_with(beginning)) {
            found.extend(counted(self.postings_of(at), 1));
        }
        found.sort_unstable_by_key(|(slot, counts)| (*slot, std::cmp::Reverse(*counts)));
        found.dedup_by_key(|(slot, _)| *slot);
        found
    }

    fn push(&mut self, offer: Arc<Offer>) -> Slot {
        let slot = Slot::try_from(self.offers.len()).unwrap_or(Slot::MAX);
        self.slots.insert(offer.id, slot);
        self.facts.push(offer.facts);
        self.offers.push(offer);
        slot
    }

    fn put_word(&mut self, word: Box<str>, postings: Vec<Posting>) {
        if postings.is_empty() {
            return;
        }
        self.postings.extend(postings);
        self.words.push(word);
        self.ends
            .push(u32::try_from(self.postings.len()).unwrap_or(u32::MAX));
    }

    /// Takes in the living of another segment, and tells their new slots.
    fn take_in(&mut self, other: &Self, dead: &Dead) -> Vec<Option<Slot>> {
        let slots = other.each().map(|(slot, _, offer)| {
            let lives = !dead.contains(slot);
            lives.then(|| self.push(Arc::clone(offer)))
        });
        slots.collect()
    }

    fn each_word(&self) -> impl Iterator<Item = (&str, &[Posting])> {
        let words = self.words.iter().enumerate();
        words.map(|(at, word)| (&**word, self.postings_of(at)))
    }

    fn postings_of(&self, at: usize) -> &[Posting] {
        let end = |at: usize| self.ends[at] as usize;
        let first = at.checked_sub(1).map_or(0, end);
        &self.postings[first..end(at)]
    }

    fn shrunk(mut self) -> Self {
        self.offers.shrink_to_fit();
        self.facts.shrink_to_fit();
        self.words.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.postings.shrink_to_fit();
        self
    }
}
