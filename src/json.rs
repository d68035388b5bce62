//! Messages as protobuf JSON. Refuses fields that the contract does not have.

use anyhow::{Context, anyhow};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::contract;

/// Reads a message, by the descriptor of its own name.
pub fn read<T: Message + Name + Default>(text: &str) -> anyhow::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize(descriptor::<T>()?, &mut reader)
        .and_then(|message| reader.end().map(|()| message))
        .with_context(|| format!("the JSON is no {}", T::NAME))?;
    Ok(message.transcode_to()?)
}

/// Writes a message on indented lines, for people.
pub fn write<T: Message + Name>(message: &T) -> anyhow::Result<String> {
    write_as(message, PrettyFormatter::new())
}

/// Writes a message on one line, for programs.
pub fn line<T: Message + Name>(message: &T) -> anyhow::Result<String> {
    write_as(message, CompactFormatter)
}

fn write_as<T: Message + Name>(message: &T, formatter: impl Formatter) -> anyhow::Result<String> {
    let bytes = message.encode_to_vec();
    let message = DynamicMessage::decode(descriptor::<T>()?, bytes.as_slice())?;
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut text, formatter);
    message.serialize_with_options(&mut writer, &SerializeOptions::new())?;
    Ok(String::from_utf8(text)?)
}

fn descriptor<T: Name>() -> anyhow::Result<MessageDescriptor> {
    contract::descriptors()
        .get_message_by_name(&T::full_name())
        .ok_or_else(|| anyhow!("the contract has no {}", T::full_name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::{Document, document::Content};

    #[test]
    fn a_document_survives_json() {
        let text = r#"{"ownerId": "o", "round": "sbs-2019-1", "period": {"startDate": "2019-08-01"}, "analysis": {}}"#;
        let document: Document = read(text).unwrap();
        assert_eq!(document.owner_id, "o");
        assert!(matches!(document.content, Some(Content::Analysis(_))));
        for written in [write(&document), line(&document)] {
            assert_eq!(read::<Document>(&written.unwrap()).unwrap(), document);
        }
        assert!(!line(&document).unwrap().contains('\n'));
    }

    #[test]
    fn names_of_the_contract_are_understood_as_well() {
        assert_eq!(
            read::<Document>(r#"{"owner_id": "o"}"#).unwrap().owner_id,
            "o"
        );
    }

    #[test]
    fn what_is_no_field_of_the_contract_is_refused_with_its_place() {
        let wrong = read::<Document>("{\n\"owner\": \"o\"}").unwrap_err();
        let wrong = format!("{wrong:#}");
        assert!(
            wrong.contains("owner") && wrong.contains("line 2"),
            "{wrong}"
        );
        assert!(read::<Document>("{} {}").is_err());
    }
}
