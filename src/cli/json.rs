//! Messages as protobuf JSON. Refuses fields that the contract does not have.

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, SerializeOptions};

use super::failure::Failure;
use crate::contract;

/// Reads a message, by the descriptor of its own name.
pub fn read<T: Message + Name + Default>(text: &str) -> Result<T, Failure> {
    let descriptor = contract::descriptors()
        .get_message_by_name(&T::full_name())
        .ok_or_else(|| anyhow::anyhow!("the contract has no {}", T::full_name()))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let message = DynamicMessage::deserialize(descriptor, &mut reader)
        .and_then(|message| reader.end().map(|()| message))
        .map_err(|error| Failure::Usage(format!("the JSON is no {}: {error}", T::NAME)))?;
    Ok(message.transcode_to().map_err(anyhow::Error::from)?)
}

/// Writes a message on indented lines.
pub fn write<T: Message + Name>(message: &T) -> anyhow::Result<String> {
    let descriptor = contract::descriptors()
        .get_message_by_name(&T::full_name())
        .ok_or_else(|| anyhow::anyhow!("the contract has no {}", T::full_name()))?;
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())?;
    let mut text = Vec::new();
    let mut writer = serde_json::Serializer::pretty(&mut text);
    message.serialize_with_options(&mut writer, &SerializeOptions::new())?;
    Ok(String::from_utf8(text)?)
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
        assert_eq!(
            read::<Document>(&write(&document).unwrap()).unwrap(),
            document
        );
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
        let Err(Failure::Usage(wrong)) = read::<Document>("{\n\"owner\": \"o\"}") else {
            panic!("it was read")
        };
        assert!(
            wrong.contains("owner") && wrong.contains("line 2"),
            "{wrong}"
        );
        assert!(read::<Document>("{} {}").is_err());
    }
}
