//! What document calls are answered: on the wire the messages of the contract, with documents that are encoded already.

use prost::{Message, bytes::Bytes};

use crate::proto::v1::Finding;

/// The answer of all methods that show one document.
#[derive(Clone, PartialEq, Message)]
pub struct One {
    /// An encoded `Document`.
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub document: Option<Bytes>,
    #[prost(message, repeated, tag = "2")]
    pub findings: Vec<Finding>,
}

/// The answer of all methods that list documents or revisions.
#[derive(Clone, PartialEq, Message)]
pub struct Many {
    /// Each an encoded `Document`.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub documents: Vec<Bytes>,
    #[prost(string, tag = "2")]
    pub next_page_token: String,
}

#[cfg(test)]
mod tests {
    use crate::contract;

    /// The number, the name of the type and whether it is a list, of each field.
    fn fields(name: &str) -> Vec<(u32, String, bool)> {
        let name = format!("styrkedja.v1.{name}");
        let message = contract::descriptors().get_message_by_name(&name).unwrap();
        let described = message.fields().map(|field| {
            let kind = field.kind();
            let of = match kind.as_message() {
                Some(message) => message.name().to_owned(),
                None => format!("{kind:?}").to_lowercase(),
            };
            (field.number(), of, field.is_list())
        });
        described.collect()
    }

    #[test]
    fn answers_have_the_fields_that_the_contract_says() {
        let document = (1, "Document".to_owned(), false);
        let findings = (2, "Finding".to_owned(), true);
        for method in ["Create", "Update", "Submit"] {
            let answer = format!("{method}DocumentResponse");
            assert_eq!(
                fields(&answer),
                [document.clone(), findings.clone()],
                "{answer}"
            );
        }
        for method in ["Get", "Review", "Withdraw"] {
            let answer = format!("{method}DocumentResponse");
            assert_eq!(fields(&answer), std::slice::from_ref(&document), "{answer}");
        }
        for answer in ["ListDocumentsResponse", "ListRevisionsResponse"] {
            let documents = (1, "Document".to_owned(), true);
            let token = (2, "string".to_owned(), false);
            assert_eq!(fields(answer), [documents, token], "{answer}");
        }
    }
}
