//! Holds single values against the rules of their field.

use super::{Compared, Item, Walk, text, trail::Trail};
use crate::contract::{
    plan::{Field, Kind, Value},
    sayings,
};

impl<'a> Walk<'a> {
    pub(super) fn text(&mut self, field: &'a Field, bytes: &'a [u8], here: &Trail<'_>) {
        let Some(scanned) = text::scan(bytes) else {
            self.tell(here, &sayings::utf8());
            return;
        };
        if scanned.control {
            self.tell(here, &sayings::control());
        }
        if scanned.bidirectional {
            self.tell(here, &sayings::bidirectional());
        }
        let value = Value::Text {
            text: bytes,
            chars: scanned.chars,
        };
        self.value(field, value, Compared::Bytes(bytes), here);
    }

    pub(super) fn number(&mut self, field: &'a Field, raw: u64, here: &Trail<'_>) {
        match (field.kind.number(raw), &field.kind) {
            (Some(Value::Whole(number)), Kind::Enum(numbers, undefined)) => {
                let defined = i32::try_from(number)
                    .is_ok_and(|number| numbers.binary_search(&number).is_ok());
                if !defined {
                    self.tell(here, undefined);
                    return;
                }
                self.value(field, Value::Whole(number), Compared::Whole(number), here);
            }
            (None, Kind::Enum(_, undefined)) => self.tell(here, undefined),
            (None, _) => self.tell(here, &sayings::range()),
            (Some(Value::Whole(number)), _) => {
                self.value(field, Value::Whole(number), Compared::Whole(number), here);
            }
            (Some(value), _) => self.value(field, value, Compared::Nothing, here),
        }
    }

    pub(super) fn value(
        &mut self,
        field: &'a Field,
        value: Value<'a>,
        compared: Compared<'a>,
        here: &Trail<'_>,
    ) {
        if field.unique {
            self.items.push(Item {
                slot: field.slot,
                value: compared,
                index: here.index(),
            });
        }
        let empty = value.is_zero();
        if empty && field.skips_zero {
            return;
        }
        for rule in &field.rules {
            if !rule.test.holds(value) {
                self.tell(here, &rule.breach);
                // That an empty value also has the wrong form helps nobody.
                if empty {
                    break;
                }
            }
        }
    }
}
