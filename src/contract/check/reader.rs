//! Reads protobuf's wire format off a slice. Knows no messages. `None` means that the bytes are not protobuf.

use crate::contract::plan::{Kind, Value};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::contract) enum Wire {
    Varint,
    Eight,
    Length,
    GroupStart,
    GroupEnd,
    Four,
}

/// The deepest nesting of groups in what is skipped. Nothing of the contract is a group.
const MAX_GROUPS: u32 = 64;

#[derive(Clone, Copy, Debug)]
pub(in crate::contract) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in crate::contract) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(in crate::contract) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(in crate::contract) fn tag(&mut self) -> Option<(u32, Wire)> {
        let tag = u32::try_from(self.varint()?).ok()?;
        let wire = match tag & 7 {
            0 => Wire::Varint,
            1 => Wire::Eight,
            2 => Wire::Length,
            3 => Wire::GroupStart,
            4 => Wire::GroupEnd,
            5 => Wire::Four,
            _ => return None,
        };
        (tag >> 3 > 0).then_some((tag >> 3, wire))
    }

    /// The bytes of a text, of bytes, of a message or of packed numbers.
    pub(in crate::contract) fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let (block, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(block)
    }

    /// The bits of a number.
    pub(in crate::contract) fn number(&mut self, wire: Wire) -> Option<u64> {
        match wire {
            Wire::Varint => self.varint(),
            Wire::Four => self
                .array()
                .map(|bytes| u64::from(u32::from_le_bytes(bytes))),
            Wire::Eight => self.array().map(u64::from_le_bytes),
            Wire::Length | Wire::GroupStart | Wire::GroupEnd => None,
        }
    }

    /// Reads past a value.
    pub(in crate::contract) fn skip(&mut self, wire: Wire) -> Option<()> {
        let mut groups = 0;
        let mut next = wire;
        loop {
            match next {
                Wire::Varint | Wire::Four | Wire::Eight => {
                    self.number(next)?;
                }
                Wire::Length => {
                    self.block()?;
                }
                Wire::GroupStart if groups == MAX_GROUPS => return None,
                Wire::GroupStart => groups += 1,
                Wire::GroupEnd => groups = u32::checked_sub(groups, 1)?,
            }
            if groups == 0 {
                return Some(());
            }
            (_, next) = self.tag()?;
        }
    }

    /// At most ten bytes, and no more than 64 bits.
    fn varint(&mut self) -> Option<u64> {
        let (&first, rest) = self.rest.split_first()?;
        if first < 0x80 {
            self.rest = rest;
            return Some(first.into());
        }
        let mut value = 0;
        for (at, &byte) in self.rest.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7F) << (7 * at);
            if byte < 0x80 {
                self.rest = self.rest.get(at + 1..)?;
                return (at < 9 || byte < 2).then_some(value);
            }
        }
        None
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*array)
    }
}

impl Kind {
    /// How a single value of the kind is written.
    pub(in crate::contract) fn wire(&self) -> Wire {
        match self {
            Self::Message(_) | Self::Text | Self::Bytes => Wire::Length,
            Self::Fixed32 | Self::Sfixed32 | Self::Float => Wire::Four,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => Wire::Eight,
            Self::Enum(..)
            | Self::Bool
            | Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64 => Wire::Varint,
        }
    }

    /// The number that the bits stand for. `None` where decoding would silently cut it.
    pub(in crate::contract) fn number(&self, raw: u64) -> Option<Value<'static>> {
        let whole = |number: i128| Some(Value::Whole(number));
        let low = u32::try_from(raw);
        match self {
            Self::Bool => u8::try_from(raw)
                .ok()
                .filter(|bit| *bit < 2)
                .and_then(|bit| whole(bit.into())),
            Self::Enum(..) | Self::Int32 => i32::try_from(raw.cast_signed())
                .ok()
                .and_then(|number| whole(number.into())),
            Self::Int64 | Self::Sfixed64 => whole(raw.cast_signed().into()),
            Self::Uint64 | Self::Fixed64 => whole(raw.into()),
            Self::Uint32 | Self::Fixed32 => whole(low.ok()?.into()),
            Self::Sint32 => whole(unfolded(low.ok()?.into())),
            Self::Sint64 => whole(unfolded(raw)),
            Self::Sfixed32 => whole(low.ok()?.cast_signed().into()),
            Self::Float => Some(Value::Real(f32::from_bits(low.ok()?).into())),
            Self::Double => Some(Value::Real(f64::from_bits(raw))),
            Self::Message(_) | Self::Text | Self::Bytes => None,
        }
    }
}

/// Signed numbers are folded onto the natural ones: 0, -1, 1, -2, 2 and so on.
fn unfolded(raw: u64) -> i128 {
    let half = i128::from(raw >> 1);
    if raw & 1 == 1 { -half - 1 } else { half }
}
