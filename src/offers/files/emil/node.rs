//! An object of EMIL as it is read field by field: what is not asked for is told at its end. Everything wrong is told, and
//! reading goes on.

use serde_json::{Map, Value};

use super::{
    super::{
        languages::{Language, language},
        local_time, plain, rules,
    },
    json,
};
use crate::{
    organizations::findings::Saying,
    proto::v1::{Code, Finding, LocalizedText, LocalizedUrl},
};

const TEXT: (&str, &str) = ("en text inom citattecken", "a text in quotation marks");
const FLAG: (&str, &str) = ("true eller false", "true or false");
const NUMBER: (&str, &str) = ("ett tal", "a number");
const OBJECT: (&str, &str) = ("ett objekt inom { }", "an object in { }");
const LIST: (&str, &str) = ("en lista inom [ ]", "a list in [ ]");
pub const SWEDISH: &str = "swe";

/// What was found of an item.
#[derive(Debug, Default)]
pub struct Told {
    /// The id of the item, or its place in the file.
    pub key: String,
    pub findings: Vec<Finding>,
}

impl Told {
    pub fn of(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            findings: Vec::new(),
        }
    }

    pub fn say(&mut self, field: impl Into<String>, saying: Saying) {
        self.findings.push(saying.at(field, self.key.clone()));
    }
}

/// An object, and which of its fields were asked for.
pub struct Object<'v> {
    fields: &'v Map<String, Value>,
    path: String,
    asked: Vec<&'static str>,
}

impl<'v> Object<'v> {
    pub fn of(value: &'v Value, path: String, told: &mut Told) -> Option<Self> {
        let Value::Object(fields) = value else {
            told.say(path, rules::field_type(OBJECT));
            return None;
        };
        Some(Self {
            fields,
            path,
            asked: Vec::new(),
        })
    }

    /// The path of a field.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands in a field. None where nothing does.
    pub fn ask(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.push(name);
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    pub fn text(&mut self, name: &'static str, told: &mut Told) -> Option<&'v str> {
        let value = self.ask(name)?;
        let text = value.as_str();
        if text.is_none() {
            told.say(self.at(name), rules::field_type(TEXT));
        }
        text
    }

    /// As `text`, empty where there is none.
    pub fn words(&mut self, name: &'static str, told: &mut Told) -> String {
        self.text(name, told).unwrap_or_default().to_owned()
    }

    pub fn flag(&mut self, name: &'static str, told: &mut Told) -> bool {
        let Some(value) = self.ask(name) else {
            return false;
        };
        let flag = value.as_bool();
        if flag.is_none() {
            told.say(self.at(name), rules::field_type(FLAG));
        }
        flag.unwrap_or_default()
    }

    pub fn whole(&mut self, name: &'static str, told: &mut Told) -> Option<u32> {
        let number = self.number(name, told)?;
        let whole = number.parse().ok();
        if whole.is_none() {
            told.say(self.at(name), rules::number_range());
        }
        whole
    }

    /// A number in decimal form, `7.5` and never `7.50`.
    pub fn number(&mut self, name: &'static str, told: &mut Told) -> Option<String> {
        match self.ask(name)? {
            Value::Number(number) => Some(match number.as_f64() {
                Some(float) if number.is_f64() => float.to_string(),
                _ => number.to_string(),
            }),
            Value::String(_) => {
                told.say(self.at(name), rules::number_comma());
                None
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                told.say(self.at(name), rules::field_type(NUMBER));
                None
            }
        }
    }

    pub fn object(&mut self, name: &'static str, told: &mut Told) -> Option<Self> {
        let value = self.ask(name)?;
        Self::of(value, self.at(name), told)
    }

    /// The values of a list, each with its path.
    pub fn list(&mut self, name: &'static str, told: &mut Told) -> Vec<(String, &'v Value)> {
        let Some(value) = self.ask(name) else {
            return Vec::new();
        };
        let Value::Array(values) = value else {
            told.say(self.at(name), rules::field_type(LIST));
            return Vec::new();
        };
        let path = |(index, value)| (format!("{}[{index}]", self.at(name)), value);
        values.iter().enumerate().map(path).collect()
    }

    pub fn objects(&mut self, name: &'static str, told: &mut Told) -> Vec<Self> {
        let values = self.list(name, told).into_iter();
        values
            .filter_map(|(path, value)| Self::of(value, path, told))
            .collect()
    }

    pub fn texts(&mut self, name: &'static str, told: &mut Told) -> Vec<String> {
        let mut texts = Vec::new();
        for (path, value) in self.list(name, told) {
            match value.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => told.say(path, rules::field_type(TEXT)),
            }
        }
        texts
    }

    /// A time in Swedish local time.
    pub fn time(&mut self, name: &'static str, told: &mut Told) -> Option<prost_types::Timestamp> {
        let text = self.text(name, told)?;
        let time = local_time::read(text);
        if time.is_none() {
            told.say(self.at(name), rules::time_malformed());
        }
        time
    }

    /// A code of a list of EMIL, as what it stands for.
    pub fn code<T: Copy>(
        &mut self,
        name: &'static str,
        list: &str,
        table: &[(&'static str, T)],
        told: &mut Told,
    ) -> Option<T> {
        let object = self.object(name, told)?;
        object.coded(list, table, told)
    }

    fn coded<T: Copy>(
        mut self,
        list: &str,
        table: &[(&'static str, T)],
        told: &mut Told,
    ) -> Option<T> {
        let kind = self.text("type", told);
        if kind != Some(list) {
            told.say(self.at("type"), rules::code_list(list));
        }
        let found = if let Some(code) = self.text("code", told) {
            find(code, table, self.at("code"), told)
        } else {
            told.say(self.at("code"), rules::field_missing());
            None
        };
        self.end(told);
        found
    }

    /// Codes of lists that the exchange keeps as they are.
    pub fn open_codes(&mut self, name: &'static str, told: &mut Told) -> Vec<Code> {
        let mut codes = Vec::new();
        for mut object in self.objects(name, told) {
            let code = Code {
                list: object.words("type", told),
                code: object.words("code", told),
            };
            object.end(told);
            codes.push(code);
        }
        codes
    }

    /// A `LangString`.
    pub fn localized(&mut self, name: &'static str, told: &mut Told) -> Vec<LocalizedText> {
        let object = self.object(name, told);
        object.map_or_else(Vec::new, |object| object.strings(told))
    }

    /// The texts of a `LangString`.
    pub fn strings(mut self, told: &mut Told) -> Vec<LocalizedText> {
        let mut texts = Vec::new();
        for mut node in self.objects("strings", told) {
            let language = node.language(told);
            let html = node.is_html(told);
            let text = node.text("value", told).unwrap_or_default();
            let value = if html {
                plain::plain(text)
            } else {
                text.to_owned()
            };
            if value.trim().is_empty() {
                told.say(node.at("value"), rules::text_empty());
            } else {
                texts.push(LocalizedText { language, value });
            }
            node.end(told);
        }
        self.end(told);
        texts
    }

    fn is_html(&mut self, told: &mut Told) -> bool {
        const CONTENTS: [(&str, bool); 3] = [("HTML", true), ("html", true), ("TEXT", false)];
        let Some(content) = self.text("content", told) else {
            return false;
        };
        let html = find(content, &CONTENTS, self.at("content"), told) == Some(true);
        if html {
            told.say(self.at("value"), rules::html());
        }
        html
    }

    fn language(&mut self, told: &mut Told) -> String {
        let Some(code) = self.text("lang", told) else {
            told.say(self.at("lang"), rules::language_missing());
            return SWEDISH.to_owned();
        };
        check_language(code, self.at("lang"), told);
        code.to_owned()
    }

    /// A `LangUrl`.
    pub fn urls(&mut self, name: &'static str, told: &mut Told) -> Vec<LocalizedUrl> {
        let Some(mut object) = self.object(name, told) else {
            return Vec::new();
        };
        let mut urls = Vec::new();
        for mut node in object.objects("urls", told) {
            let language = node.language(told);
            let url = node.words("value", told);
            if url.is_empty() {
                told.say(node.at("value"), rules::text_empty());
            } else {
                urls.push(LocalizedUrl { language, url });
            }
            node.end(told);
        }
        object.end(told);
        urls
    }

    /// Tells of fields that EMIL has and the exchange does not keep, where they say something.
    pub fn not_kept(&mut self, names: &[&'static str], told: &mut Told) {
        for name in names {
            if self.ask(name).is_some_and(says_something) {
                told.say(self.at(name), rules::not_kept());
            }
        }
    }

    /// Tells of the fields that were not asked for.
    pub fn end(self, told: &mut Told) {
        for name in self.fields.keys() {
            if !self.asked.contains(&name.as_str()) {
                told.say(self.at(&json::shown(name)), rules::field_unknown());
            }
        }
    }
}

/// The one of several texts that is kept where only one can be: Swedish, or else the first. The rest is told.
pub fn one(texts: Vec<LocalizedText>, field: &str, told: &mut Told) -> String {
    if texts.len() > 1 {
        told.say(field, rules::not_kept());
    }
    let swedish = texts.iter().position(|text| text.language == SWEDISH);
    let mut texts = texts.into_iter();
    let text = texts.nth(swedish.unwrap_or_default());
    text.map(|text| text.value).unwrap_or_default()
}

/// What a code stands for, told where it is unknown.
pub fn find<T: Copy>(
    code: &str,
    table: &[(&'static str, T)],
    field: String,
    told: &mut Told,
) -> Option<T> {
    let found = table.iter().find(|(known, _)| *known == code);
    if found.is_none() {
        told.say(
            field,
            rules::code_unknown(table.iter().map(|(code, _)| *code)),
        );
    }
    found.map(|(_, meaning)| *meaning)
}

pub fn check_language(code: &str, field: String, told: &mut Told) {
    match language(code) {
        Language::Known => {}
        Language::Unknown => told.say(field, rules::language_unknown()),
        Language::Malformed => told.say(field, rules::language_malformed()),
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
