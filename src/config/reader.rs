//! Takes settings by name, remembers every fault, and in the end reports what nobody asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    str::FromStr,
};

use serde_json::Value;

pub struct Reader {
    /// By dotted name; items of lists have their index as a part of it.
    values: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader {
    pub fn new(config: ::config::Config) -> Self {
        let mut reader = Self {
            values: BTreeMap::new(),
            faults: Vec::new(),
        };
        match config.try_deserialize::<Value>() {
            Ok(tree) => flatten(String::new(), tree, &mut reader.values),
            Err(error) => reader.faults.push(error.to_string()),
        }
        reader
    }

    /// A text, which may be empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.values.remove(name) {
            Some(text) => Some(text),
            None => self.fault(name, "is missing"),
        }
    }

    /// A text that must not be empty.
    pub fn filled(&mut self, name: &str) -> Option<String> {
        match self.text(name)? {
            text if text.trim().is_empty() => self.fault(name, "must not be empty"),
            text => Some(text),
        }
    }

    /// A value that must pass a check, which says what is wrong without the text, since that may be secret.
    pub fn checked<T>(
        &mut self,
        name: &str,
        check: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.filled(name)?;
        match check(&text) {
            Ok(value) => Some(value),
            Err(wrong) => self.fault(name, &wrong),
        }
    }

    /// A value of a form, which the fault describes.
    pub fn parsed<T: FromStr>(&mut self, name: &str, form: &str) -> Option<T> {
        self.checked(name, |text| {
            text.parse().map_err(|_| format!("must be {form}"))
        })
    }

    /// A file that is there.
    pub fn file(&mut self, name: &str, home: &Path, path: &str) -> Option<PathBuf> {
        let path = home.join(path);
        if path.is_file() {
            return Some(path);
        }
        self.fault(name, &format!("there is no file {}", path.display()))
    }

    /// A list of texts: as such in the file, with commas between from elsewhere. Each must pass a check.
    pub fn list<T>(
        &mut self,
        name: &str,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let items: Vec<String> = match self.values.remove(name) {
            Some(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
            None => (0..self.length(name))
                .filter_map(|index| self.text(&format!("{name}.{index}")))
                .collect(),
        };
        let checked: Vec<Option<T>> = items
            .iter()
            .filter(|item| !item.is_empty())
            .map(|item| check(item).map_or_else(|wrong| self.fault(name, &wrong), Some))
            .collect();
        checked.into_iter().collect()
    }

    /// How many items a list has.
    pub fn length(&self, list: &str) -> usize {
        let start = format!("{list}.");
        let indices = self
            .values
            .keys()
            .filter_map(|name| name.strip_prefix(&start)?.split('.').next());
        indices.collect::<BTreeSet<_>>().len()
    }

    pub fn fault<T>(&mut self, name: &str, wrong: &str) -> Option<T> {
        self.faults.push(format!("`{name}` {wrong}"));
        None
    }

    /// Every fault, with the settings that nobody asked for.
    pub fn finish(self) -> Vec<String> {
        let unknown = self
            .values
            .into_keys()
            .map(|name| format!("`{name}` is not a setting"));
        self.faults.into_iter().chain(unknown).collect()
    }
}

fn flatten(name: String, value: Value, into: &mut BTreeMap<String, String>) {
    let below = |part: &str| {
        if name.is_empty() {
            part.to_owned()
        } else {
            format!("{name}.{part}")
        }
    };
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                flatten(below(&part), value, into);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.into_iter().enumerate() {
                flatten(below(&index.to_string()), value, into);
            }
        }
        Value::String(text) => {
            into.insert(name, text);
        }
        Value::Null => {}
        other @ (Value::Bool(_) | Value::Number(_)) => {
            into.insert(name, other.to_string());
        }
    }
}
