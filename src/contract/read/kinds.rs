//! What the contract says of kinds of documents.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::Reading;
use crate::{
    contract::rules::KindRule,
    proto::v1::{self, DocumentKind, DocumentState, Role},
};

impl Reading<'_> {
    /// Kinds, content messages and fields of `Document` must pair up: `DOCUMENT_KIND_X` with the field `x`.
    pub(super) fn kinds(&mut self) -> Vec<(DocumentKind, KindRule)> {
        let content = self
            .pool
            .get_message_by_name("styrkedja.v1.Document")
            .and_then(|document| document.oneofs().find(|oneof| oneof.name() == "content"));
        let (Some(content), Some(kinds)) = (
            content,
            self.pool.get_enum_by_name("styrkedja.v1.DocumentKind"),
        ) else {
            self.missing.push("there is no oneof styrkedja.v1.Document.content or no enum styrkedja.v1.DocumentKind".to_owned());
            return Vec::new();
        };
        let mut rules = Vec::new();
        for field in content.fields() {
            let name = format!("DOCUMENT_KIND_{}", field.name().to_ascii_uppercase());
            self.demand(kinds.get_value_by_name(&name).is_some(), || {
                format!("Document.{} has no {name}", field.name())
            });
            let message = field.kind().as_message().cloned();
            let Some(rule) = message.and_then(|message| self.kind(&message, &field)) else {
                continue;
            };
            match DocumentKind::from_str_name(&name) {
                Some(kind) => rules.push((kind, rule)),
                None => self
                    .missing
                    .push(format!("{name} is not known to the program")),
            }
        }
        for value in kinds.values().filter(|value| value.number() != 0) {
            let field = value
                .name()
                .trim_start_matches("DOCUMENT_KIND_")
                .to_ascii_lowercase();
            self.demand(content.fields().any(|other| other.name() == field), || {
                format!("{} has no field {field} in Document.content", value.name())
            });
        }
        rules
    }

    fn kind(&mut self, message: &MessageDescriptor, field: &FieldDescriptor) -> Option<KindRule> {
        let Some(access) = self.option::<v1::KindAccess>(&message.options(), "kind") else {
            self.missing
                .push(format!("{} states no access rule", message.full_name()));
            return None;
        };
        let rule = KindRule {
            message: message.full_name().to_owned(),
            field: field.name().to_owned(),
            number: field.number(),
            authors: access.authors().collect(),
            reviewers: access.reviewers().collect(),
            readers: access.readers().collect(),
            published_from: Some(access.published_from())
                .filter(|from| *from != DocumentState::Unspecified),
            narrowed: self.narrowed_within(message),
        };
        self.demand(!rule.authors.is_empty(), || {
            format!("{} states no authors", rule.message)
        });
        let goes_on = !rule.reviewers.is_empty() || rule.published_from.is_some();
        self.demand(goes_on, || {
            format!("{} states no reviewers and is not published", rule.message)
        });
        let unspecified = [&rule.authors, &rule.reviewers, &rule.readers]
            .iter()
            .any(|roles| roles.contains(&Role::Unspecified));
        self.demand(!unspecified, || {
            format!("{} names an unspecified role", rule.message)
        });
        Some(rule)
    }
}
