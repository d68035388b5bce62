//! Holds the fields of a message together: what is absent, how long lists are, what is repeated, which oneofs are set.

use super::{Counts, Walk, trail::Trail};
use crate::contract::{plan::Message, sayings};

impl Walk<'_> {
    /// What only shows when the message has been walked: absent fields, lengths of lists, oneofs.
    pub(super) fn fields_together(
        &mut self,
        message: &Message,
        counts: &Counts,
        trail: &Trail<'_>,
    ) {
        let seen = counts.seen;
        for field in message.in_slots(message.demanded & !seen) {
            if let Some(breach) = &field.when_absent {
                self.tell(&trail.to(&field.name, None), breach);
            }
        }
        for field in message.in_slots(message.limited & seen) {
            let count = u64::from(counts.of[field.slot]);
            let few = field.min_items.as_ref().filter(|(least, _)| count < *least);
            let many = field.max_items.as_ref().filter(|(most, _)| count > *most);
            if let Some((_, breach)) = few.or(many) {
                self.tell(&trail.to(&field.name, None), breach);
            }
        }
        for oneof in &message.oneofs {
            let set = (oneof.members & seen).count_ones();
            if set > 1 {
                self.tell(&trail.to(&oneof.name, None), &oneof.when_several);
            } else if let (0, Some(breach)) = (set, &oneof.when_none) {
                self.tell(&trail.to(&oneof.name, None), breach);
            }
        }
    }

    /// Tells each item that comes again, and forgets the items of the message.
    pub(super) fn repetitions(&mut self, message: &Message, items_above: usize, trail: &Trail<'_>) {
        if let Some(items) = self.items.get_mut(items_above..) {
            items.sort_unstable();
        }
        for at in items_above + 1..self.items.len() {
            let (first, again) = (self.items[at - 1], self.items[at]);
            if (first.slot, first.value) == (again.slot, again.value)
                && let Some(field) = message.fields.get(again.slot)
            {
                self.tell(&trail.to(&field.name, again.index), &sayings::unique());
            }
        }
        self.items.truncate(items_above);
    }
}
