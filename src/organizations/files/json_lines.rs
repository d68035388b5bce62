//! A record on each line, in the JSON that protobuf defines for it.

use prost::Name;
use prost_reflect::DynamicMessage;

use super::{File, Reading, rules};
use crate::{
    contract,
    files::{rules as shared, text},
    organizations::findings::Saying,
    proto::v1::OrganizationRecord,
};

pub(super) fn read(file: &File, reading: &mut Reading, progress: &mut dyn FnMut(usize)) {
    let Some(text) = text::decode(&file.bytes) else {
        reading.say(&file.name, "", shared::encoding());
        return;
    };
    if text.trim().is_empty() {
        reading.say(&file.name, "", shared::empty());
    }
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    for (index, line) in lines {
        progress(1);
        reading.rows += 1;
        let key = format!("{}:{}", file.name, index + 1);
        match record(line) {
            Ok(mut record) => {
                if record.key.is_empty() {
                    record.key = key;
                }
                reading.records.push(record);
            }
            Err(saying) => reading.say(&key, "", saying),
        }
    }
}

/// The fault is told by its place: what a parser says may repeat the text.
fn record(line: &str) -> Result<OrganizationRecord, Saying> {
    let fault = |error: &serde_json::Error| rules::json(error.column());
    let descriptor = contract::descriptors()
        .get_message_by_name(&OrganizationRecord::full_name())
        .ok_or_else(|| rules::json(0))?;
    let mut reader = serde_json::Deserializer::from_str(line);
    let message =
        DynamicMessage::deserialize(descriptor, &mut reader).map_err(|error| fault(&error))?;
    reader.end().map_err(|error| fault(&error))?;
    message.transcode_to().map_err(|_| rules::json(0))
}
