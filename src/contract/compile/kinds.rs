//! What kind of value a field holds, and what follows from that alone.

use prost_reflect::{FieldDescriptor, Kind as Described};

use super::{super::is_unread, Compiling, stated};
use crate::contract::{
    plan::{Kind, Rule, Test},
    sayings,
};

impl Compiling<'_> {
    pub(super) fn kind(&mut self, field: &FieldDescriptor) -> Kind {
        match field.kind() {
            Described::Message(_) if is_unread(field.full_name()) => Kind::Bytes,
            Described::Message(message) => Kind::Message(self.message(&message)),
            Described::Enum(of) => {
                let mut numbers: Vec<_> = of.values().map(|value| value.number()).collect();
                numbers.sort_unstable();
                Kind::Enum(
                    numbers,
                    sayings::defined_only(&stated::values(&of, |_| true)),
                )
            }
            Described::String => Kind::Text,
            Described::Bytes => Kind::Bytes,
            Described::Bool => Kind::Bool,
            Described::Int32 => Kind::Int32,
            Described::Int64 => Kind::Int64,
            Described::Uint32 => Kind::Uint32,
            Described::Uint64 => Kind::Uint64,
            Described::Sint32 => Kind::Sint32,
            Described::Sint64 => Kind::Sint64,
            Described::Fixed32 => Kind::Fixed32,
            Described::Fixed64 => Kind::Fixed64,
            Described::Sfixed32 => Kind::Sfixed32,
            Described::Sfixed64 => Kind::Sfixed64,
            Described::Float => Kind::Float,
            Described::Double => Kind::Double,
        }
    }
}

/// The name under which `buf.validate` has the rules of the field's values. Messages have none that the check knows.
pub(super) fn rules_of(field: &FieldDescriptor) -> Option<&'static str> {
    Some(match field.kind() {
        Described::Message(_) => return None,
        Described::Enum(_) => "enum",
        Described::String => "string",
        Described::Bytes => "bytes",
        Described::Bool => "bool",
        Described::Int32 => "int32",
        Described::Int64 => "int64",
        Described::Uint32 => "uint32",
        Described::Uint64 => "uint64",
        Described::Sint32 => "sint32",
        Described::Sint64 => "sint64",
        Described::Fixed32 => "fixed32",
        Described::Fixed64 => "fixed64",
        Described::Sfixed32 => "sfixed32",
        Described::Sfixed64 => "sfixed64",
        Described::Float => "float",
        Described::Double => "double",
    })
}

/// Whether it can be told that two items of the list are the same.
pub(super) fn compares(field: &FieldDescriptor) -> bool {
    !matches!(
        field.kind(),
        Described::Message(_) | Described::Float | Described::Double
    )
}

/// What every well-known message asks of itself: a timestamp lies in the years 1 to 9999.
pub(super) fn implied(field: &FieldDescriptor) -> Vec<Rule> {
    let (least, most, kind) = match field.full_name() {
        "google.protobuf.Timestamp.seconds" => (-62_135_596_800, 253_402_300_799, "int64"),
        "google.protobuf.Timestamp.nanos" => (0, 999_999_999, "int32"),
        _ => return Vec::new(),
    };
    let at_least = Rule {
        test: Test::AtLeast(least),
        breach: sayings::bound(kind, "gte", &least.to_string()),
    };
    let at_most = Rule {
        test: Test::AtMost(most),
        breach: sayings::bound(kind, "lte", &most.to_string()),
    };
    vec![at_least, at_most]
}
