//! Lists in a merge: sets, and lists of items that keys tell apart.

use std::collections::{HashMap, HashSet};

use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _, Value};

use super::{Merging, Sides};

/// As sets: what either side added, and none of what either took away.
pub fn union(sides: &Sides<&[Value]>) -> Value {
    let Sides {
        base,
        theirs,
        yours,
    } = sides;
    let kept = theirs
        .iter()
        .filter(|value| yours.contains(value) || !base.contains(value));
    let added = yours
        .iter()
        .filter(|value| !base.contains(value) && !theirs.contains(value));
    Value::List(kept.chain(added).cloned().collect())
}

/// Item by item. None where it can not be told which items are the same, or something else is in conflict.
pub fn by_key(
    merging: &mut Merging,
    path: &str,
    key: &str,
    sides: &Sides<&[Value]>,
) -> Option<Value> {
    let known = (
        Items::of(sides.base, key),
        Items::of(sides.theirs, key),
        Items::of(sides.yours, key),
    );
    let (Some(base), Some(theirs), Some(yours)) = known else {
        return merging.conflict(path.to_owned());
    };
    let sides = Sides {
        base: &base,
        theirs: &theirs,
        yours: &yours,
    };
    let mut merged = items(merging, path, &sides);
    let Some(order) = order(&sides, &merged) else {
        return merging.conflict(path.to_owned());
    };
    let in_order = order
        .into_iter()
        .filter_map(|key| merged.remove(&key).map(Value::Message));
    Some(Value::List(in_order.collect()))
}

/// The items of one side by their keys, and the keys in order.
struct Items<'a> {
    keys: Vec<String>,
    by_key: HashMap<String, &'a DynamicMessage>,
}

impl<'a> Items<'a> {
    /// None where two items have the same key, or one has none.
    fn of(list: &'a [Value], key: &str) -> Option<Self> {
        let mut items = Self {
            keys: Vec::with_capacity(list.len()),
            by_key: HashMap::with_capacity(list.len()),
        };
        for value in list {
            let item = value.as_message()?;
            let key = key_of(item, key)?;
            items.keys.push(key.clone());
            if items.by_key.insert(key, item).is_some() {
                return None;
            }
        }
        Some(items)
    }

    fn get(&self, key: &str) -> Option<&'a DynamicMessage> {
        self.by_key.get(key).copied()
    }

    fn has(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }
}

fn key_of(item: &DynamicMessage, key: &str) -> Option<String> {
    let field = item.descriptor().get_field_by_name(key)?;
    let value = item.get_field(&field);
    let key = if let Kind::Enum(of) = field.kind() {
        of.get_value(value.as_enum_number()?)?.name().to_owned()
    } else {
        value.as_str()?.to_owned()
    };
    Some(key).filter(|key| !key.is_empty() && item.has_field(&field))
}

/// What becomes of each item that stays.
fn items(
    merging: &mut Merging,
    path: &str,
    sides: &Sides<&Items<'_>>,
) -> HashMap<String, DynamicMessage> {
    let added = sides.yours.keys.iter().filter(|key| !sides.theirs.has(key));
    let mut merged = HashMap::new();
    for key in sides.theirs.keys.iter().chain(added) {
        let item = Sides {
            base: sides.base.get(key),
            theirs: sides.theirs.get(key),
            yours: sides.yours.get(key),
        };
        if let Some(item) = one(merging, &format!("{path}[{key}]"), item) {
            merged.insert(key.clone(), item);
        }
    }
    merged
}

/// None where it is gone or in conflict.
fn one(
    merging: &mut Merging,
    path: &str,
    item: Sides<Option<&DynamicMessage>>,
) -> Option<DynamicMessage> {
    if let Some(stands) = item.plainly() {
        return stands.cloned();
    }
    let (Some(base), Some(theirs), Some(yours)) = (item.base, item.theirs, item.yours) else {
        // Changed here and taken away there, or made twice in two ways.
        return merging.conflict(path.to_owned());
    };
    let item = Sides {
        base,
        theirs,
        yours,
    };
    Some(merging.message(path, item))
}

/// The keys of what stays, in an order that keeps what either side did to it. None where both have put the same items in
/// another order.
fn order(
    sides: &Sides<&Items<'_>>,
    staying: &HashMap<String, DynamicMessage>,
) -> Option<Vec<String>> {
    let shared: HashSet<&str> = staying
        .keys()
        .map(String::as_str)
        .filter(|key| sides.theirs.has(key) && sides.yours.has(key))
        .collect();
    let of = |items: &Items<'_>, chosen: &dyn Fn(&str) -> bool| -> Vec<String> {
        let chosen = items.keys.iter().filter(|key| chosen(key));
        chosen.cloned().collect()
    };
    let in_both = |key: &str| shared.contains(key);
    let (theirs, yours) = (of(sides.theirs, &in_both), of(sides.yours, &in_both));
    let from_base = |key: &str| shared.contains(key) && sides.base.has(key);
    let old = Sides {
        base: of(sides.base, &from_base),
        theirs: of(sides.theirs, &from_base),
        yours: of(sides.yours, &from_base),
    };
    let backbone = if theirs == yours {
        theirs
    } else if old.theirs == old.yours {
        // They differ in where they put what both have added alike.
        theirs.min(yours)
    } else if old.yours == old.base {
        theirs
    } else if old.theirs == old.base {
        yours
    } else {
        return None;
    };
    let mut following = HashMap::new();
    for side in [sides.theirs, sides.yours] {
        for (anchor, run) in runs(side, &shared, staying) {
            following.entry(anchor).or_insert_with(Vec::new).push(run);
        }
    }
    Some(lay_out(backbone, following))
}

/// What only this side has added, run by run, by the shared item that each follows.
fn runs(
    side: &Items<'_>,
    shared: &HashSet<&str>,
    staying: &HashMap<String, DynamicMessage>,
) -> HashMap<Option<String>, Vec<String>> {
    let mut runs: HashMap<Option<String>, Vec<String>> = HashMap::new();
    let mut anchor = None;
    for key in side.keys.iter().filter(|key| staying.contains_key(*key)) {
        if shared.contains(key.as_str()) {
            anchor = Some(key.clone());
        } else {
            runs.entry(anchor.clone()).or_default().push(key.clone());
        }
    }
    runs
}

/// Puts after each item what follows it; runs of both sides in order of their keys, whichever side they come from.
fn lay_out(
    backbone: Vec<String>,
    mut following: HashMap<Option<String>, Vec<Vec<String>>>,
) -> Vec<String> {
    let mut next = |anchor: &Option<String>| {
        let mut runs = following.remove(anchor).unwrap_or_default();
        runs.sort_unstable();
        runs.into_iter().flatten()
    };
    let mut order: Vec<String> = next(&None).collect();
    for key in backbone {
        order.push(key.clone());
        order.extend(next(&Some(key)));
    }
    order
}
