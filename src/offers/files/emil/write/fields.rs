//! Fields and values of EMIL, where something is said.

use prost_types::Timestamp;
use serde_json::{Map, Value, json};

use super::super::{
    super::{codes, local_time, rules},
    node::{SWEDISH, Told},
};
use crate::proto::v1::{Audience, Code, LocalizedText, LocalizedUrl};

/// The fields of an object that say something.
pub struct Fields(pub Map<String, Value>);

impl Fields {
    pub fn of(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Self {
        let said = fields.into_iter();
        Self(
            said.filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        )
    }

    pub fn value(self) -> Value {
        Value::Object(self.0)
    }

    /// None where nothing is said.
    pub fn some(self) -> Option<Value> {
        (!self.0.is_empty()).then(|| self.value())
    }

    pub fn require(&self, names: &[&str], told: &mut Told) {
        for name in names.iter().filter(|name| !self.0.contains_key(**name)) {
            told.say(format!("content.{name}"), rules::required());
        }
    }
}

pub fn coded(list: &str, code: &str) -> Value {
    json!({"type": list, "code": code})
}

pub fn code<T: PartialEq>(list: &str, table: codes::Table<T>, value: &T) -> Option<Value> {
    codes::code_of(table, value).map(|code| coded(list, code))
}

pub fn audiences(audience: &[i32]) -> Vec<&'static str> {
    let known = audience
        .iter()
        .filter_map(|one| Audience::try_from(*one).ok());
    known
        .filter_map(|one| codes::code_of(codes::ALL_AUDIENCES, &one))
        .collect()
}

pub fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

pub fn list<T>(items: &[T], value: impl Fn(&T) -> Option<Value>) -> Option<Value> {
    (!items.is_empty()).then(|| items.iter().filter_map(value).collect())
}

pub fn swedish(value: &str) -> Value {
    json!({"strings": [{"lang": SWEDISH, "value": value}]})
}

pub fn strings(texts: &[LocalizedText]) -> Option<Value> {
    let strings = list(texts, |text| {
        Some(json!({"lang": text.language, "value": text.value}))
    })?;
    Some(json!({"strings": strings}))
}

pub fn urls(urls: &[LocalizedUrl]) -> Option<Value> {
    let urls = list(urls, |url| {
        Some(json!({"lang": url.language, "value": url.url}))
    })?;
    Some(json!({"urls": urls}))
}

pub fn open_codes(all: &[Code]) -> Option<Value> {
    list(all, |code| Some(coded(&code.list, &code.code)))
}

/// A decimal as a number: a whole one without a point.
pub fn number(decimal: &str) -> Option<Value> {
    if let Ok(whole) = decimal.parse::<u64>() {
        return Some(whole.into());
    }
    decimal.parse::<f64>().ok().map(Value::from)
}

pub fn time(time: Option<&Timestamp>) -> Option<Value> {
    local_time::write(time?).map(Value::from)
}
