//! JSON as it was written: a field that stands twice in one object is found, where the last would win in silence.

use std::{cell::RefCell, collections::BTreeSet, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A value, and the paths of the fields that stand twice.
#[derive(Debug, PartialEq)]
pub struct Read {
    pub value: Value,
    pub twice: BTreeSet<String>,
}

/// None: it is no JSON. What a parser says may repeat the text.
pub fn read(bytes: &[u8]) -> Option<Read> {
    let twice = RefCell::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let reading = Reading {
        at: At::Top,
        twice: &twice,
    };
    let value = reading.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    let twice = twice.into_inner();
    Some(Read { value, twice })
}

/// A name as it can be told: short, and without what could move a cursor.
pub fn shown(name: &str) -> String {
    let letters = name.chars().filter(|letter| !letter.is_control());
    letters.take(60).collect()
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum At<'a> {
    Top,
    Field(&'a At<'a>, &'a str),
    Index(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Field(Self::Top, name) => to.write_str(&shown(name)),
            Self::Field(above, name) => write!(to, "{above}.{}", shown(name)),
            Self::Index(above, index) => write!(to, "{above}[{index}]"),
        }
    }
}

struct Reading<'a> {
    at: At<'a>,
    twice: &'a RefCell<BTreeSet<String>>,
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        let of = |index| Reading {
            at: At::Index(&self.at, index),
            twice: self.twice,
        };
        while let Some(value) = list.next_element_seed(of(values.len()))? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let at = At::Field(&self.at, &name);
            if fields.contains_key(&name) {
                self.twice.borrow_mut().insert(at.to_string());
            }
            let twice = self.twice;
            let value = object.next_value_seed(Reading { at, twice })?;
            fields.insert(name, value);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice(text: &str) -> Vec<String> {
        read(text.as_bytes()).unwrap().twice.into_iter().collect()
    }

    #[test]
    fn what_stands_twice_is_found_with_its_path() {
        assert_eq!(twice(r#"{"a": 1, "b": {"a": 2}}"#), [""; 0]);
        assert_eq!(twice(r#"{"a": 1, "a": 1}"#), ["a"]);
        assert_eq!(
            twice(r#"{"a": [1, {"b": 1, "c": 2, "b": null, "b": 3}], "\u0061": 2}"#),
            ["a", "a[1].b"]
        );
        assert_eq!(read(br#"{"a": 1} 2"#), None);
    }

    proptest! {
        #[test]
        fn it_is_read_as_others_read_it(text in "[\\[{\"a:,1.e\\]} -]{0,12}") {
            let ours = read(text.as_bytes()).map(|read| read.value);
            prop_assert_eq!(ours, serde_json::from_str(&text).ok());
        }
    }
}
