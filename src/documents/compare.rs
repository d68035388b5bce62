//! Compares two messages of one type field by field; items of lists are matched by their ids.
//! Knows the shape of messages from their descriptors; knows nothing of who may see what: it compares what it is given.

use std::collections::HashMap;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};

use crate::proto::v1::{Change, Difference};

/// All differences between two messages of one type, in the order of their fields.
pub fn compare(before: &DynamicMessage, after: &DynamicMessage) -> Vec<Difference> {
    let mut differences = Vec::new();
    messages("", before, after, &mut differences);
    differences
}

fn messages(
    path: &str,
    before: &DynamicMessage,
    after: &DynamicMessage,
    found: &mut Vec<Difference>,
) {
    for field in before.descriptor().fields() {
        let path = if path.is_empty() {
            field.name().to_owned()
        } else {
            format!("{path}.{}", field.name())
        };
        let values = Values {
            field: &field,
            before: &before.get_field(&field),
            after: &after.get_field(&field),
        };
        match (before.has_field(&field), after.has_field(&field)) {
            (false, false) => {}
            (true, true) => values.compare(&path, found),
            _ if values.has_zero() => found.push(values.difference(path, Change::Changed)),
            (false, true) => found.push(values.difference(path, Change::Added)),
            (true, false) => found.push(values.difference(path, Change::Removed)),
        }
    }
}

/// One field's values in both messages.
struct Values<'a> {
    field: &'a FieldDescriptor,
    before: &'a Value,
    after: &'a Value,
}

impl Values<'_> {
    fn compare(&self, path: &str, found: &mut Vec<Difference>) {
        match (self.before, self.after) {
            (before, after) if before == after => {}
            (Value::Message(before), Value::Message(after)) => messages(path, before, after, found),
            (Value::List(before), Value::List(after)) => match (by_id(before), by_id(after)) {
                (Some(before), Some(after)) => items(path, &before, &after, found),
                _ => found.push(self.difference(path.to_owned(), Change::Changed)),
            },
            _ => found.push(self.difference(path.to_owned(), Change::Changed)),
        }
    }

    /// Whether absent and zero are the same value of the field, so that it is never added or removed.
    fn has_zero(&self) -> bool {
        let scalar = !matches!(
            self.field.kind(),
            Kind::Message(_) | Kind::String | Kind::Bytes | Kind::Enum(_)
        );
        scalar && !self.field.is_list() && !self.field.supports_presence()
    }

    fn difference(&self, path: String, change: Change) -> Difference {
        let before = if change == Change::Added {
            String::new()
        } else {
            json_of_field(self.field, self.before)
        };
        let after = if change == Change::Removed {
            String::new()
        } else {
            json_of_field(self.field, self.after)
        };
        Difference {
            field: path,
            change: change.into(),
            before,
            after,
        }
    }
}

/// The items of a list with their ids, or none where an item has no id or two have the same.
struct Items<'a> {
    in_order: Vec<(&'a str, &'a DynamicMessage)>,
    places: HashMap<&'a str, usize>,
}

fn by_id(list: &[Value]) -> Option<Items<'_>> {
    let mut items = Items {
        in_order: Vec::with_capacity(list.len()),
        places: HashMap::with_capacity(list.len()),
    };
    for (place, value) in list.iter().enumerate() {
        let message = value.as_message()?;
        let id = id(message)?;
        items.in_order.push((id, message));
        if items.places.insert(id, place).is_some() {
            return None;
        }
    }
    Some(items)
}

fn id(message: &DynamicMessage) -> Option<&str> {
    let (_, value) = message.fields().find(|(field, _)| field.name() == "id")?;
    value.as_str().filter(|id| !id.is_empty())
}

fn items(path: &str, before: &Items<'_>, after: &Items<'_>, found: &mut Vec<Difference>) {
    for (id, message) in &before.in_order {
        if !after.places.contains_key(id) {
            let before = json(message);
            found.push(Difference {
                before,
                ..of_item(path, id, Change::Removed)
            });
        }
    }
    let kept: Vec<usize> = after
        .in_order
        .iter()
        .filter_map(|(id, _)| before.places.get(id).copied())
        .collect();
    let staying = longest_rising(&kept);
    for (place, (id, message)) in after.in_order.iter().enumerate() {
        let Some(&place_before) = before.places.get(id) else {
            let after = json(message);
            found.push(Difference {
                after,
                ..of_item(path, id, Change::Added)
            });
            continue;
        };
        if staying.binary_search(&place_before).is_err() {
            let (before, after) = (place_before.to_string(), place.to_string());
            found.push(Difference {
                before,
                after,
                ..of_item(path, id, Change::Moved)
            });
        }
        if let Some((_, message_before)) = before.in_order.get(place_before) {
            messages(&format!("{path}[{id}]"), message_before, message, found);
        }
    }
}

fn of_item(path: &str, id: &str, change: Change) -> Difference {
    Difference {
        field: format!("{path}[{id}]"),
        change: change.into(),
        ..Difference::default()
    }
}

/// The longest run of numbers, all different, that rise from left to right: what has not moved when the fewest have.
fn longest_rising(numbers: &[usize]) -> Vec<usize> {
    let mut lowest_ends: Vec<usize> = Vec::new();
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for &number in numbers {
        let length = lowest_ends.partition_point(|&end| end < number);
        let mut run = length
            .checked_sub(1)
            .and_then(|at| runs.get(at).cloned())
            .unwrap_or_default();
        run.push(number);
        if length < lowest_ends.len() {
            lowest_ends[length] = number;
            runs[length] = run;
        } else {
            lowest_ends.push(number);
            runs.push(run);
        }
    }
    runs.pop().unwrap_or_default()
}

fn json(message: &DynamicMessage) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

/// The value as it stands in the JSON of a message that has it.
fn json_of_field(field: &FieldDescriptor, value: &Value) -> String {
    let mut message = DynamicMessage::new(field.parent_message().clone());
    message.set_field(field, value.clone());
    let whole = serde_json::to_value(&message).unwrap_or_default();
    let zero = || {
        if matches!(field.kind(), Kind::Bool) {
            false.into()
        } else {
            0.into()
        }
    };
    whole
        .get(field.json_name())
        .cloned()
        .unwrap_or_else(zero)
        .to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost_reflect::DescriptorPool;

    use super::*;
    use crate::proto::{DESCRIPTORS, v1};

    fn differences(
        before: &v1::Analysis,
        after: &v1::Analysis,
    ) -> Vec<(String, Change, String, String)> {
        let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
        let analysis = pool.get_message_by_name("styrkedja.v1.Analysis").unwrap();
        let [before, after] = [before, after].map(|content| {
            let mut message = DynamicMessage::new(analysis.clone());
            message.transcode_from(content).unwrap();
            message
        });
        let found = compare(&before, &after).into_iter();
        found
            .map(|found| {
                (
                    found.field.clone(),
                    found.change(),
                    found.before,
                    found.after,
                )
            })
            .collect()
    }

    fn one(
        field: &str,
        change: Change,
        before: &str,
        after: &str,
    ) -> Vec<(String, Change, String, String)> {
        vec![(
            field.to_owned(),
            change,
            before.to_owned(),
            after.to_owned(),
        )]
    }

    fn problem(id: &str) -> v1::Problem {
        v1::Problem {
            id: id.to_owned(),
            statement: format!("Problem {id}"),
            ..Default::default()
        }
    }

    fn problems(ids: &[&str]) -> v1::Analysis {
        v1::Analysis {
            problems: ids.iter().map(|id| problem(id)).collect(),
            ..Default::default()
        }
    }

    #[test]
    fn equal_messages_do_not_differ() {
        assert_eq!(
            differences(&problems(&["p1", "p2"]), &problems(&["p1", "p2"])),
            []
        );
    }

    #[test]
    fn a_text_is_added_changed_and_removed() {
        let [none, some, other] = ["", "nu", "då"].map(|title| v1::Analysis {
            title: title.to_owned(),
            ..Default::default()
        });
        assert_eq!(
            differences(&none, &some),
            one("title", Change::Added, "", r#""nu""#)
        );
        assert_eq!(
            differences(&some, &other),
            one("title", Change::Changed, r#""nu""#, r#""då""#)
        );
        assert_eq!(
            differences(&some, &none),
            one("title", Change::Removed, r#""nu""#, "")
        );
    }

    #[test]
    fn a_number_without_presence_is_zero_where_it_is_not_given() {
        let [none, some] = [0, 12].map(|pupils| v1::Analysis {
            participation: Some(v1::Participation {
                pupils,
                ..Default::default()
            }),
            ..Default::default()
        });
        assert_eq!(
            differences(&none, &some),
            one("participation.pupils", Change::Changed, "0", "12")
        );
        assert_eq!(
            differences(&some, &none),
            one("participation.pupils", Change::Changed, "12", "0")
        );
        let nobody = v1::Analysis::default();
        assert_eq!(
            differences(&nobody, &some),
            one("participation", Change::Added, "", r#"{"pupils":12}"#)
        );
    }

    #[test]
    fn an_item_is_named_by_its_id_wherever_it_stands() {
        let before = problems(&["p1", "p2"]);
        let mut after = problems(&["p0", "p1", "p2"]);
        after.problems[2].influenceable = true;
        after.problems[2].evidence_ids = vec!["e1".to_owned()];
        let found = differences(&before, &after);
        let added = r#"{"id":"p0","statement":"Problem p0"}"#;
        let mut expected = one("problems[p0]", Change::Added, "", added);
        expected.extend(one(
            "problems[p2].evidence_ids",
            Change::Added,
            "",
            r#"["e1"]"#,
        ));
        expected.extend(one(
            "problems[p2].influenceable",
            Change::Changed,
            "false",
            "true",
        ));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_removed_item_does_not_move_the_others() {
        let removed = r#"{"id":"p1","statement":"Problem p1"}"#;
        let found = differences(&problems(&["p1", "p2", "p3"]), &problems(&["p2", "p3"]));
        assert_eq!(found, one("problems[p1]", Change::Removed, removed, ""));
    }

    #[test]
    fn only_the_item_that_was_moved_has_moved() {
        let found = differences(
            &problems(&["p1", "p2", "p3", "p4"]),
            &problems(&["p4", "p1", "p2", "p3"]),
        );
        assert_eq!(found, one("problems[p4]", Change::Moved, "3", "0"));
    }

    #[test]
    fn a_list_with_the_same_id_twice_is_compared_whole() {
        let found = differences(&problems(&["p1"]), &problems(&["p1", "p1"]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].0.as_str(), found[0].1),
            ("problems", Change::Changed)
        );
    }

    proptest! {
        #[test]
        fn the_fewest_items_move(order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let staying = longest_rising(&order);
            let longest = (0..256_u32)
                .map(|chosen| order.iter().copied().filter(|&number| chosen >> number & 1 == 1).collect::<Vec<_>>())
                .filter(|run| run.is_sorted())
                .map(|run| run.len())
                .max();
            prop_assert!(staying.is_sorted());
            prop_assert_eq!(Some(staying.len()), longest);
        }
    }
}
