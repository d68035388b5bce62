//! What the check asks of each message, compiled from descriptors. Knows no bytes.

use std::{collections::HashMap, sync::Arc};

use super::pattern::Pattern;

/// The plans of all messages that requests are made of.
#[derive(Debug, Default)]
pub(super) struct Plans {
    messages: Vec<Message>,
    by_name: HashMap<String, usize>,
}

/// What is asked of a message.
#[derive(Debug, Default)]
pub(super) struct Message {
    /// In order of number.
    pub fields: Vec<Field>,
    pub oneofs: Vec<Oneof>,
    /// The slots whose absence breaks a rule, one bit each.
    pub demanded: u64,
    /// The slots of lists that have a limit of length, one bit each.
    pub limited: u64,
}

/// The slots that there are bits for.
pub(super) const MAX_FIELDS: usize = 64;

#[derive(Debug)]
pub(super) struct Field {
    pub number: u32,
    /// Its place among the fields of its message.
    pub slot: usize,
    pub name: String,
    pub kind: Kind,
    pub list: bool,
    /// The place of its oneof in the message.
    pub oneof: Option<usize>,
    /// Asked of the value, or of each item of a list.
    pub rules: Vec<Rule>,
    /// Whether the rules do not look at empty values.
    pub skips_zero: bool,
    /// What is broken when the field is absent.
    pub when_absent: Option<Breach>,
    /// How many items a list may have, and what is broken by fewer and by more.
    pub min_items: Option<(u64, Breach)>,
    pub max_items: Option<(u64, Breach)>,
    pub unique: bool,
}

#[derive(Debug)]
pub(super) struct Oneof {
    /// The slots of its members, one bit each.
    pub members: u64,
    pub name: String,
    pub when_none: Option<Breach>,
    pub when_several: Breach,
}

/// How a value is written and what it is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// With the place of its plan.
    Message(usize),
    Text,
    Bytes,
    /// With its numbers, in order.
    Enum(Vec<i32>, Breach),
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
}

/// A rule on a value, and what to say when it is broken.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub test: Test,
    pub breach: Breach,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    NotZero,
    MinChars(u64),
    MaxChars(u64),
    Pattern(Pattern),
    Uuid,
    Bytes { min: u64, max: u64 },
    AtLeast(i128),
    AtMost(i128),
    Above(f64),
    Below(f64),
    AtLeastReal(f64),
    AtMostReal(f64),
    In(Vec<i32>),
    NotIn(Vec<i32>),
}

/// Away from what is looked at for every request, which is to stay small.
pub(super) type Breach = Arc<Words>;

/// A broken rule, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub rule: String,
    pub en: String,
    pub sv: String,
}

/// A value as rules see it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    /// UTF-8.
    Text {
        text: &'a [u8],
        chars: u64,
    },
    Bytes(&'a [u8]),
    Whole(i128),
    Real(f64),
}

impl Plans {
    pub(super) fn at(&self, place: usize) -> Option<&Message> {
        self.messages.get(place)
    }

    pub(super) fn place_of(&self, message: &str) -> Option<usize> {
        self.by_name.get(message).copied()
    }

    /// Takes a place for a message before its plan is made, since messages may hold each other.
    pub(super) fn reserve(&mut self, message: &str) -> usize {
        self.messages.push(Message::default());
        self.by_name
            .insert(message.to_owned(), self.messages.len() - 1);
        self.messages.len() - 1
    }

    pub(super) fn fill(&mut self, place: usize, plan: Message) {
        if let Some(reserved) = self.messages.get_mut(place) {
            *reserved = plan;
        }
    }
}

impl Message {
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        // Where no number is left out, a field's slot follows from its number.
        let likely = self.fields.get((number as usize).wrapping_sub(1));
        if likely.is_some_and(|field| field.number == number) {
            return likely;
        }
        let slot = self
            .fields
            .binary_search_by_key(&number, |field| field.number)
            .ok()?;
        self.fields.get(slot)
    }
}

impl Message {
    /// The fields in some slots, one bit each, in order.
    pub(super) fn in_slots(&self, mut slots: u64) -> impl Iterator<Item = &Field> {
        std::iter::from_fn(move || {
            let next = slots.trailing_zeros() as usize;
            slots &= slots.wrapping_sub(1);
            self.fields.get(next)
        })
    }
}

impl Test {
    pub(super) fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::NotZero, value) => !value.is_zero(),
            (Self::MinChars(least), Value::Text { chars, .. }) => chars >= *least,
            (Self::MaxChars(most), Value::Text { chars, .. }) => chars <= *most,
            (Self::Pattern(pattern), Value::Text { text, .. }) => pattern.is_match(text),
            (Self::Uuid, Value::Text { text, .. }) => is_uuid(text),
            (Self::Bytes { min, max }, Value::Bytes(bytes)) => {
                (*min..=*max).contains(&(bytes.len() as u64))
            }
            (Self::AtLeast(least), Value::Whole(number)) => number >= *least,
            (Self::AtMost(most), Value::Whole(number)) => number <= *most,
            (Self::In(numbers), Value::Whole(number)) => {
                numbers.iter().any(|known| i128::from(*known) == number)
            }
            (Self::NotIn(numbers), Value::Whole(number)) => {
                numbers.iter().all(|known| i128::from(*known) != number)
            }
            (Self::Above(bound), Value::Real(number)) => number > *bound,
            (Self::Below(bound), Value::Real(number)) => number < *bound,
            (Self::AtLeastReal(bound), Value::Real(number)) => number >= *bound,
            (Self::AtMostReal(bound), Value::Real(number)) => number <= *bound,
            // Compiling pairs tests with kinds; a pair that can not be never lets anything through.
            _ => false,
        }
    }
}

impl Value<'_> {
    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Text { text, .. } => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Whole(number) => number == 0,
            Self::Real(number) => number == 0.0,
        }
    }
}

impl Kind {
    /// The value of an absent field. Messages have none.
    pub(super) fn zero(&self) -> Option<Value<'static>> {
        match self {
            Self::Message(_) => None,
            Self::Text => Some(Value::Text {
                text: &[],
                chars: 0,
            }),
            Self::Bytes => Some(Value::Bytes(&[])),
            Self::Float | Self::Double => Some(Value::Real(0.0)),
            Self::Enum(..)
            | Self::Bool
            | Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Fixed32
            | Self::Fixed64
            | Self::Sfixed32
            | Self::Sfixed64 => Some(Value::Whole(0)),
        }
    }
}

/// Eight, four, four, four and twelve hexadecimal digits with `-` between. Without branches but on the length.
fn is_uuid(text: &[u8]) -> bool {
    let Ok(text) = <&[u8; 36]>::try_from(text) else {
        return false;
    };
    let (mut dashes, mut others) = (0_u8, 0_u8);
    for byte in text {
        dashes += u8::from(*byte == b'-');
        others |= u8::from(!byte.is_ascii_hexdigit()) & u8::from(*byte != b'-');
    }
    dashes == 4 && others == 0 && [8, 13, 18, 23].map(|at: usize| text[at]) == [b'-'; 4]
}
