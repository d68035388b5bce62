//! The fields of a document as the contract lists them: every text in it, and where a path stands.
//! Goes by the descriptors, so that no field of any kind can be forgotten.

use std::{collections::BTreeMap, sync::LazyLock};

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};

use super::Content;
use crate::contract;

/// Calls back for every text in the content that is not empty: path, id of the nearest item around it, text.
pub(super) fn each_text(content: &Content, mut visit: impl FnMut(String, &str, &str)) {
    let Some(field) = document().and_then(|document| document.get_field_by_name(content.field()))
    else {
        return;
    };
    let Some(descriptor) = field.kind().as_message().cloned() else {
        return;
    };
    // The bytes come from the same message type, so that they always decode.
    if let Ok(message) = DynamicMessage::decode(descriptor, content.encode().as_slice()) {
        walk(&message, content.field(), "", &mut visit);
    }
}

fn walk(
    message: &DynamicMessage,
    path: &str,
    key: &str,
    visit: &mut impl FnMut(String, &str, &str),
) {
    let id = message.get_field_by_name("id");
    let key = id.as_ref().and_then(|id| id.as_str()).unwrap_or(key);
    for (field, value) in message.fields() {
        let path = format!("{path}.{}", field.name());
        if let Value::List(values) = value {
            for (index, value) in values.iter().enumerate() {
                walk_value(value, format!("{path}[{index}]"), key, visit);
            }
        } else {
            walk_value(value, path, key, visit);
        }
    }
}

fn walk_value(value: &Value, path: String, key: &str, visit: &mut impl FnMut(String, &str, &str)) {
    if let Some(text) = value.as_str() {
        visit(path, key, text);
    } else if let Some(message) = value.as_message() {
        walk(message, &path, key, visit);
    }
}

/// Where a path such as `analysis.problems[2].statement` stands in a document: number and index of each step.
/// A path that the contract does not know stands at its last known step.
pub(super) fn place(path: &str) -> Vec<(u32, usize)> {
    let mut message = Some(&*DOCUMENT);
    let mut place = Vec::new();
    for step in path.split('.') {
        let (name, index) = step.split_once('[').unwrap_or((step, ""));
        let Some(field) = message.and_then(|message| message.get(name)) else {
            break;
        };
        // What is said of a whole list comes before what is said of its first item.
        place.push((
            field.number,
            index
                .trim_end_matches(']')
                .parse()
                .map_or(0, |index: usize| index + 1),
        ));
        message = field.message.as_ref();
    }
    place
}

/// The fields of a message by name. Descriptors know the same, and take much longer to say it.
type Fields = BTreeMap<String, Field>;

struct Field {
    number: u32,
    message: Option<Fields>,
}

static DOCUMENT: LazyLock<Fields> = LazyLock::new(|| {
    document()
        .map(|document| fields_of(&document))
        .unwrap_or_default()
});

fn fields_of(message: &MessageDescriptor) -> Fields {
    let field = |field: FieldDescriptor| {
        let message = field.kind().as_message().map(fields_of);
        let number = field.number();
        (field.name().to_owned(), Field { number, message })
    };
    message.fields().map(field).collect()
}

pub(super) fn document() -> Option<MessageDescriptor> {
    contract::descriptors().get_message_by_name("styrkedja.v1.Document")
}

/// Whether the contract knows every step of the path.
#[cfg(test)]
pub(super) fn is_known(path: &str) -> bool {
    place(path).len() == path.split('.').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1;

    #[test]
    fn every_text_is_visited_with_its_path_and_the_nearest_id() {
        let quote = v1::Quote {
            text: "ord".to_owned(),
            origin: String::new(),
        };
        let evidence = v1::Evidence {
            id: "e1".to_owned(),
            source: Some(v1::evidence::Source::Quote(quote)),
            ..Default::default()
        };
        let content = Content::Analysis(v1::Analysis {
            title: "titel".to_owned(),
            evidence: vec![evidence],
            ..Default::default()
        });
        let mut seen = Vec::new();
        each_text(&content, |path, key, text| {
            seen.push(format!("{path} {key} {text}"));
        });
        assert_eq!(
            seen,
            [
                "analysis.title  titel",
                "analysis.evidence[0].id e1 e1",
                "analysis.evidence[0].quote.text e1 ord",
            ]
        );
    }

    #[test]
    fn places_follow_the_contract_not_the_alphabet() {
        assert!(place("period.start_date") < place("analysis.title"));
        assert!(place("analysis.problems") < place("analysis.problems[0].statement"));
        assert!(place("analysis.problems[9].id") < place("analysis.problems[10].id"));
        assert!(place("analysis.problems[1]") < place("analysis.causes[0]"));
    }

    #[test]
    fn unknown_paths_are_told_apart() {
        assert!(is_known("analysis.problems[2].evidence_ids[0]"));
        assert!(!is_known("analysis.problemz[2]"));
    }
}
