//! Makes answers of two servers comparable: what each makes up for itself is told by its order of appearance.

use std::collections::{BTreeMap, HashMap};

use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use regex::{Captures, Regex};
use styrkedja::contract;
use tonic::Status;
use tonic_types::StatusExt;

use crate::documents::acts;

/// What came of a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// `OK`, or the reason of the refusal; of a push what became of each item.
    pub reasons: Vec<String>,
    pub text: String,
}

/// Knows what one server has made up so far.
pub struct Names {
    known: HashMap<String, usize>,
    made_up: Regex,
    time: Regex,
    token: Regex,
}

impl Names {
    pub fn new() -> Self {
        let uuid = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
        let etag = r"\b[0-9]{1,3}-[0-9a-f]{16}\b";
        let hash = "[A-Za-z0-9+/]{43}=";
        let regex = |pattern: &str| Regex::new(pattern).expect("a pattern");
        Self {
            known: HashMap::new(),
            made_up: regex(&format!("{uuid}|{etag}|{hash}")),
            time: regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"),
            token: regex(r#""nextPageToken": "[^"]+""#),
        }
    }

    pub fn answer<T: Message + Name>(&mut self, answer: &T) -> Outcome {
        let descriptor = contract::descriptors()
            .get_message_by_name(&T::full_name())
            .expect("a message of the contract");
        let mut message = DynamicMessage::new(descriptor);
        message.transcode_from(answer).expect("it is of that type");
        let text = serde_json::to_string_pretty(&message).expect("it has a form in JSON");
        Outcome {
            reasons: vec!["OK".to_owned()],
            text: self.normal(&text),
        }
    }

    pub fn refusal(&mut self, status: &Status) -> Outcome {
        let details = status.get_error_details();
        let metadata: BTreeMap<_, _> = details
            .error_info()
            .map(|info| info.metadata.clone())
            .unwrap_or_default()
            .into_iter()
            .collect();
        let text = format!(
            "{:?} {}\n{metadata:?}\n{:#?}\n{:#?}\n{:?}",
            status.code(),
            status.message(),
            details.bad_request(),
            acts::findings(status),
            details.retry_info(),
        );
        Outcome {
            reasons: vec![acts::reason(status)],
            text: self.normal(&text),
        }
    }

    fn normal(&mut self, text: &str) -> String {
        let text = self.time.replace_all(text, "<time>");
        let text = self.token.replace_all(&text, "<token>");
        let known = &mut self.known;
        let named = self.made_up.replace_all(&text, |found: &Captures<'_>| {
            let next = known.len();
            format!("<{}>", known.entry(found[0].to_owned()).or_insert(next))
        });
        named.into_owned()
    }
}
