//! What is sent to those who pull and watch: on the wire the messages of the contract, with events that are encoded
//! already, once for all who are told the same.

use prost::{Message, bytes::Bytes};

use crate::proto::v1::{self, event::What};

/// A `PullResponse` and a `WatchResponse`: they are alike.
#[derive(Clone, PartialEq, Message)]
pub struct Answer {
    /// Each an encoded `Event`.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub events: Vec<Bytes>,
    /// Empty: more of the same write follows.
    #[prost(string, tag = "2")]
    pub cursor: String,
    #[prost(message, optional, tag = "3")]
    pub progress: Option<v1::SyncProgress>,
}

/// An encoded `Event`.
pub fn event(what: What) -> Bytes {
    let event = v1::Event { what: Some(what) };
    event.encode_to_vec().into()
}

/// How a document is told of: the field of `Event` that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// As `Event.upsert`.
    Upsert = 1,
    /// As `Event.entered`.
    Entered = 3,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[test]
    fn an_answer_is_what_the_contract_says() {
        let document = v1::Document {
            id: "a".to_owned(),
            revision: 3,
            ..v1::Document::default()
        };
        let told = [
            What::Upsert(document.clone()),
            What::Entered(document.clone()),
            What::SnapshotEnd(v1::SnapshotEnd {}),
        ];
        let progress = Some(v1::SyncProgress {
            position: 1,
            head: 2,
            told: 3,
        });
        let answer = Answer {
            events: told.clone().map(event).to_vec(),
            cursor: "c".to_owned(),
            progress,
        };
        let (events, cursor) = (
            told.map(|what| v1::Event { what: Some(what) }).to_vec(),
            "c".to_owned(),
        );
        let pulled = v1::PullResponse {
            events: events.clone(),
            cursor: cursor.clone(),
            progress,
        };
        let watched = v1::WatchResponse {
            events,
            cursor,
            progress,
        };
        assert_eq!(answer.encode_to_vec(), pulled.encode_to_vec());
        assert_eq!(answer.encode_to_vec(), watched.encode_to_vec());
    }

    #[test]
    fn no_field_of_the_contract_is_missing() {
        for name in ["styrkedja.v1.PullResponse", "styrkedja.v1.WatchResponse"] {
            let message = contract::descriptors().get_message_by_name(name).unwrap();
            let fields: Vec<_> = message.fields().map(|field| field.number()).collect();
            assert_eq!(fields, [1, 2, 3], "{name}");
        }
    }
}
