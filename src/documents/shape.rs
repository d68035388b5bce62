//! The shape of documents, from the descriptors of the contract. Knows no values.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use crate::{
    contract,
    error::{Error, Result},
    proto::v1::DocumentKind,
};

/// The message of a document.
pub fn document() -> Result<MessageDescriptor> {
    contract::descriptors()
        .get_message_by_name("styrkedja.v1.Document")
        .ok_or_else(unstated)
}

/// The field of the document's message that holds the content of a kind.
pub fn content_field(kind: DocumentKind) -> Result<FieldDescriptor> {
    document()?
        .get_field_by_name(&contract::get().kind(kind).field)
        .ok_or_else(unstated)
}

/// The message that a field holds.
pub fn message_of(field: &FieldDescriptor) -> Result<MessageDescriptor> {
    field.kind().as_message().cloned().ok_or_else(unstated)
}

/// Whether a path leads to a field of documents with this content: names of the contract with points between them, places
/// in lists in brackets, for example `analysis.problems[0].statement`.
pub fn has_path(content: &FieldDescriptor, path: &str) -> bool {
    let mut message = Some(content.parent_message().clone());
    let mut depth = 0;
    let mut through_list = false;
    path.split('.').all(|part| {
        let (name, place) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((name, place)) => (name, Some(place)),
            None => (part, None),
        };
        let Some(field) = message
            .as_ref()
            .and_then(|message| message.get_field_by_name(name))
        else {
            return false;
        };
        let written = field == *content || ["external_id", "round", "period"].contains(&name);
        let is_place =
            |place: &str| !place.is_empty() && place.bytes().all(|digit| digit.is_ascii_digit());
        let fits = !through_list
            && (depth > 0 || written)
            && place.is_none_or(|place| field.is_list() && is_place(place));
        depth += 1;
        through_list = field.is_list() && place.is_none();
        message = field.kind().as_message().cloned();
        fits
    })
}

fn unstated() -> Error {
    Error::fault(anyhow::anyhow!(
        "the contract does not state the message of a document"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_of_the_content_or_of_what_is_written_around_it() {
        let content = content_field(DocumentKind::Analysis).unwrap();
        for path in [
            "analysis",
            "analysis.title",
            "analysis.problems",
            "analysis.problems[0]",
            "analysis.problems[12].evidence_ids[3]",
            "analysis.evidence[0].observation.figure",
            "analysis.participation.pupils",
            "period.start_date",
            "external_id",
            "round",
        ] {
            assert!(has_path(&content, path), "{path}");
        }
        for path in [
            "",
            "title",
            "analysis.",
            "analysis..title",
            "analysis.problems.statement",
            "analysis.problems[].statement",
            "analysis.problems[x].statement",
            "analysis.problems[0",
            "analysis.problems0]",
            "analysis.problems[0]].statement",
            "analysis.title[0]",
            "analysis.title.length",
            "action_plan.goals",
            "owner_id",
            "state",
            "analysis.presentState",
        ] {
            assert!(!has_path(&content, path), "{path}");
        }
    }
}
