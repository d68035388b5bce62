//! Leaves out of a document what its reader's roles may not see, as `visible_to` in the contract says.
//! Does not know how the reader came by the roles.

use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, ReflectMessage, Value};

use super::{Contract, KindRule, descriptors, get};
use crate::proto::v1::{Document, Role};

/// Which of the narrowed fields are shown. Whoever has the same is shown the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visibility(Vec<bool>);

impl Visibility {
    /// What those who have the roles see.
    pub fn of(roles: &BTreeSet<Role>) -> Self {
        let narrowed = get().narrowed();
        Self(
            narrowed
                .map(|(_, field)| field.is_visible_to(roles))
                .collect(),
        )
    }
}

/// Clears the fields that none of the roles may see, and gives their paths. A field that is empty is not hidden.
pub fn redact(document: &mut Document, roles: &BTreeSet<Role>) -> Vec<String> {
    let contract = get();
    // Most readers may see all there is, and nothing is unpacked for them.
    if contract.shows_everything_to(roles) {
        return Vec::new();
    }
    let Some(descriptor) = descriptors().get_message_by_name("styrkedja.v1.Document") else {
        *document = Document::default();
        return Vec::new();
    };
    let mut message = DynamicMessage::new(descriptor);
    let mut hidden = Vec::new();
    let unpacked = message.transcode_from(document).and_then(|()| {
        clear(contract, roles, "", &mut message, &mut hidden);
        message.transcode_to()
    });
    // A message of ours always fits its own descriptor. If it ever did not, nothing of it would be shown.
    *document = unpacked.unwrap_or_default();
    hidden
}

impl Contract {
    /// Whether nothing is hidden from those who have the roles.
    pub fn shows_everything_to(&self, roles: &BTreeSet<Role>) -> bool {
        self.narrowed().all(|(_, field)| field.is_visible_to(roles))
    }
}

impl KindRule {
    /// Whether nothing in a content of the kind is hidden from those who have the roles.
    pub fn shows_content_to(&self, roles: &BTreeSet<Role>) -> bool {
        self.narrowed.iter().all(|field| field.is_visible_to(roles))
    }
}

fn clear(
    contract: &Contract,
    roles: &BTreeSet<Role>,
    path: &str,
    message: &mut DynamicMessage,
    hidden: &mut Vec<String>,
) {
    let descriptor = message.descriptor();
    for narrowed in contract.narrowed_fields(descriptor.full_name()) {
        if !narrowed.is_visible_to(roles) && message.has_field_by_number(narrowed.number) {
            message.clear_field_by_number(narrowed.number);
            hidden.push(format!("{path}{}", narrowed.name));
        }
    }
    for (field, value) in message.fields_mut() {
        let path = format!("{path}{}", field.name());
        if let Value::Message(inner) = value {
            clear(contract, roles, &format!("{path}."), inner, hidden);
        } else if let Value::List(items) = value {
            for (index, item) in items.iter_mut().enumerate() {
                if let Value::Message(inner) = item {
                    clear(contract, roles, &format!("{path}[{index}]."), inner, hidden);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::{self, document::Content};

    fn plan() -> Document {
        let measure = |id: &str, cost_sek| v1::Measure {
            id: id.to_owned(),
            cost_sek,
            ..Default::default()
        };
        let measures = vec![
            measure("m1", Some(0)),
            measure("m2", None),
            measure("m3", Some(5)),
        ];
        Document {
            author: "exchange:anna".to_owned(),
            round: "sbs-2019-1".to_owned(),
            content: Some(Content::ActionPlan(v1::ActionPlan {
                measures,
                ..Default::default()
            })),
            ..Default::default()
        }
    }

    #[test]
    fn what_no_role_may_see_is_left_out_and_named() {
        let mut document = plan();
        let hidden = redact(&mut document, &BTreeSet::from([Role::Observer]));
        assert_eq!(
            hidden,
            [
                "author",
                "action_plan.measures[0].cost_sek",
                "action_plan.measures[2].cost_sek"
            ]
        );
        assert_eq!(
            (document.author.as_str(), document.round.as_str()),
            ("", "sbs-2019-1")
        );
        let Some(Content::ActionPlan(plan)) = document.content else {
            panic!("the content is still there")
        };
        assert!(
            plan.measures
                .iter()
                .all(|measure| measure.cost_sek.is_none())
        );
        assert_eq!(plan.measures.len(), 3);
    }

    #[test]
    fn one_role_that_may_see_a_field_is_enough() {
        let mut document = plan();
        let hidden = redact(
            &mut document,
            &BTreeSet::from([Role::Observer, Role::GoverningBoard]),
        );
        assert_eq!(hidden, ["author"]);
        assert_eq!(
            redact(&mut plan(), &BTreeSet::from([Role::Principal])),
            [""; 0]
        );
    }

    #[test]
    fn without_a_role_every_narrowed_field_is_hidden() {
        assert_eq!(redact(&mut plan(), &BTreeSet::new()).len(), 3);
    }

    #[test]
    fn whoever_authors_a_kind_sees_all_of_it() {
        for (kind, rule) in get().kinds() {
            let messages = messages_in(&rule.message);
            let narrowed = get()
                .narrowed()
                .filter(|(message, _)| messages.contains(*message));
            for (message, field) in narrowed {
                for role in &rule.authors {
                    let roles = BTreeSet::from([*role]);
                    let seen = field.is_visible_to(&roles);
                    assert!(
                        seen,
                        "{role:?} writes {message}.{} of {kind:?} blindly",
                        field.name
                    );
                }
            }
        }
    }

    /// The envelope, a content message and all that they hold, by full name.
    fn messages_in(content: &str) -> BTreeSet<String> {
        let pool = crate::contract::descriptors();
        let mut waiting = vec![pool.get_message_by_name(content).unwrap()];
        let mut names = BTreeSet::from(["styrkedja.v1.Document".to_owned()]);
        while let Some(message) = waiting.pop() {
            if names.insert(message.full_name().to_owned()) {
                waiting.extend(
                    message
                        .fields()
                        .filter_map(|field| field.kind().as_message().cloned()),
                );
            }
        }
        names
    }
}
