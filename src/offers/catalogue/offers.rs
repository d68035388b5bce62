//! All offers that are published, at one position, in parts that grow towards the first: changes make a small one at the
//! end, and neighbours of like size become one. Cheap to clone; whoever looks at one is not disturbed by the next.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{
    offer::{Facts, Offer},
    segment::{Dead, Segment, Slot},
    words::Words,
};

/// What became of an offer.
pub enum Change {
    /// It is published, with what it says now.
    Put(Box<(Offer, Words)>),
    /// It is not, or no longer.
    Gone(Uuid),
}

#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// No offer lives in two.
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Default)]
pub struct Part {
    pub segment: Arc<Segment>,
    pub dead: Arc<Dead>,
}

impl Offers {
    /// Takes changes in. The last of an offer counts.
    pub fn change(&mut self, changes: Vec<Change>) {
        let mut put = Vec::new();
        let mut seen = BTreeSet::new();
        for change in changes.into_iter().rev() {
            let id = match &change {
                Change::Put(read) => read.0.id,
                Change::Gone(id) => *id,
            };
            if !seen.insert(id) {
                continue;
            }
            self.parts.iter_mut().for_each(|part| part.remove(id));
            if let Change::Put(read) = change {
                put.push(*read);
            }
        }
        if !put.is_empty() {
            self.parts.push(Part::of(put));
        }
        self.parts.retain(|part| part.len() > 0);
        while let [.., one, other] = &self.parts[..]
            && one.len() < 2 * other.len()
        {
            let merged = one.with(other);
            self.parts.truncate(self.parts.len() - 2);
            self.parts.push(merged);
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Part::len).sum()
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub fn get(&self, id: Uuid) -> Option<&Arc<Offer>> {
        self.parts.iter().find_map(|part| {
            let slot = part.segment.slot_of(id)?;
            part.lives(slot).then(|| part.segment.offer(slot))
        })
    }

    /// All, in no order.
    pub fn each(&self) -> impl Iterator<Item = (&Facts, &Arc<Offer>)> {
        self.parts.iter().flat_map(|part| {
            let all = part.segment.each();
            all.filter(|(slot, ..)| part.lives(*slot))
                .map(|(_, facts, offer)| (facts, offer))
        })
    }
}

impl Part {
    fn of(read: Vec<(Offer, Words)>) -> Self {
        Self {
            segment: Arc::new(Segment::of(read)),
            dead: Arc::default(),
        }
    }

    pub fn lives(&self, slot: Slot) -> bool {
        !self.dead.contains(slot)
    }

    fn len(&self) -> usize {
        self.segment.len() - self.dead.count
    }

    fn remove(&mut self, id: Uuid) {
        if let Some(slot) = self.segment.slot_of(id)
            && self.lives(slot)
        {
            Arc::make_mut(&mut self.dead).add(slot);
        }
    }

    fn with(&self, other: &Self) -> Self {
        let merged = Segment::merged((&self.segment, &self.dead), (&other.segment, &other.dead));
        Self {
            segment: Arc::new(merged),
            dead: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests;
