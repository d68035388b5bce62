//! Holds the bytes of a request against its plan, before anything is decoded or built. Finds all violations at once,
//! and allocates nothing but them. Knows no prost and no message types.

mod reader;
mod text;
mod together;
mod trail;
mod values;

use super::{
    Violation,
    plan::{Breach, Field, Kind, MAX_FIELDS, Message, Plans, Value, Words},
    sayings,
};
use reader::{Reader, Wire};
use trail::Trail;

/// The most fields and list items in a request: what decoding makes of them must stay small beside the request itself.
pub const MAX_ELEMENTS: u32 = 20_000;
/// The most violations that are told.
pub const MAX_VIOLATIONS: usize = 200;
/// The deepest nesting of messages.
const MAX_DEPTH: u32 = 64;

/// Why a request does not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The bytes are not protobuf.
    Malformed,
    /// It has more than `MAX_ELEMENTS` elements.
    TooManyElements,
    /// Where there are more than `MAX_VIOLATIONS`, one more says so.
    Fields(Vec<Violation>),
}

/// Holds the bytes against the plan of the message.
pub(super) fn check(plans: &Plans, message: &Message, bytes: &[u8]) -> Result<(), Refusal> {
    let mut walk = Walk {
        plans,
        elements: 0,
        violations: Vec::new(),
        items: Vec::new(),
    };
    match walk.message(message, bytes, &Trail::root()) {
        Err(Stop::Malformed) => Err(Refusal::Malformed),
        Err(Stop::TooManyElements) => Err(Refusal::TooManyElements),
        Ok(()) if walk.violations.is_empty() => Ok(()),
        Ok(()) => Err(Refusal::Fields(walk.violations)),
    }
}

/// Why a walk ends early.
enum Stop {
    Malformed,
    TooManyElements,
}

type Step = Result<(), Stop>;

struct Walk<'a> {
    plans: &'a Plans,
    elements: u32,
    violations: Vec<Violation>,
    /// Items of lists without repetition, of all messages that the walk is inside of.
    items: Vec<Item<'a>>,
}

/// How often the fields of a message have come, by slot.
struct Counts {
    of: [u32; MAX_FIELDS],
    /// Those that have come at all, one bit each.
    seen: u64,
}

impl Counts {
    /// Counts one more, and tells how many came before.
    fn another(&mut self, slot: usize) -> u32 {
        let before = self.of[slot];
        self.of[slot] += 1;
        self.seen |= 1 << slot;
        before
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Item<'a> {
    slot: usize,
    value: Compared<'a>,
    index: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Compared<'a> {
    Whole(i128),
    Bytes(&'a [u8]),
    Nothing,
}

impl<'a> Walk<'a> {
    fn message(&mut self, message: &'a Message, bytes: &'a [u8], trail: &Trail<'_>) -> Step {
        if trail.depth() > MAX_DEPTH {
            self.tell(trail, &sayings::too_deep());
            return Ok(());
        }
        let mut counts = Counts {
            of: [0; MAX_FIELDS],
            seen: 0,
        };
        let mut reader = Reader::new(bytes);
        let items_above = self.items.len();
        while !reader.is_empty() {
            let (number, wire) = reader.tag().ok_or(Stop::Malformed)?;
            self.element()?;
            if let Some(field) = message.field(number) {
                self.field(field, wire, &mut reader, &mut counts, trail)?;
            } else {
                reader.skip(wire).ok_or(Stop::Malformed)?;
                let number = number.to_string();
                self.tell(&trail.to(&number, None), &sayings::unknown_field());
            }
        }
        self.fields_together(message, &counts, trail);
        self.repetitions(message, items_above, trail);
        Ok(())
    }

    fn field(
        &mut self,
        field: &'a Field,
        wire: Wire,
        reader: &mut Reader<'a>,
        counts: &mut Counts,
        trail: &Trail<'_>,
    ) -> Step {
        match (&field.kind, wire) {
            (Kind::Message(place), Wire::Length) => {
                let bytes = reader.block().ok_or(Stop::Malformed)?;
                let message = self.plans.at(*place).ok_or(Stop::Malformed)?;
                let here = self.arrive(field, counts, trail);
                return self.message(message, bytes, &here);
            }
            (Kind::Text, Wire::Length) => {
                let bytes = reader.block().ok_or(Stop::Malformed)?;
                let here = self.arrive(field, counts, trail);
                self.text(field, bytes, &here);
            }
            (Kind::Bytes, Wire::Length) => {
                let bytes = reader.block().ok_or(Stop::Malformed)?;
                let here = self.arrive(field, counts, trail);
                self.value(field, Value::Bytes(bytes), Compared::Bytes(bytes), &here);
            }
            (kind, wire) if kind.wire() == wire => {
                let raw = reader.number(wire).ok_or(Stop::Malformed)?;
                let here = self.arrive(field, counts, trail);
                self.number(field, raw, &here);
            }
            (kind, Wire::Length) if field.list => {
                let mut packed = Reader::new(reader.block().ok_or(Stop::Malformed)?);
                while !packed.is_empty() {
                    let raw = packed.number(kind.wire()).ok_or(Stop::Malformed)?;
                    self.element()?;
                    let here = self.arrive(field, counts, trail);
                    self.number(field, raw, &here);
                }
            }
            _ => {
                reader.skip(wire).ok_or(Stop::Malformed)?;
                let here = self.arrive(field, counts, trail);
                self.tell(&here, &sayings::wire_type());
            }
        }
        Ok(())
    }

    /// Counts the field and gives the trail to it.
    #[inline]
    fn arrive<'t>(
        &mut self,
        field: &'t Field,
        counts: &mut Counts,
        trail: &'t Trail<'t>,
    ) -> Trail<'t> {
        let before = counts.another(field.slot);
        let here = trail.to(&field.name, field.list.then_some(before));
        if before == 1 && !field.list {
            self.tell(&here, &sayings::duplicate());
        }
        here
    }

    fn element(&mut self) -> Step {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            Err(Stop::TooManyElements)
        } else {
            Ok(())
        }
    }

    /// Past the most violations only one more is told, but the walk goes on: what else is wrong may weigh more.
    #[cold]
    fn tell(&mut self, place: &Trail<'_>, breach: &Breach) {
        let Words { rule, en, sv } = &**breach;
        match self.violations.len() {
            ..MAX_VIOLATIONS => self
                .violations
                .push(Violation::new(place.path(), rule, en, sv)),
            MAX_VIOLATIONS => {
                let more = sayings::more(MAX_VIOLATIONS);
                self.violations
                    .push(Violation::new("", &more.rule, &more.en, &more.sv));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
