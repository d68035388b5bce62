//! A document as the feed tells it: a revision that was read elsewhere, encoded as `GetDocument` would show it.

use std::collections::BTreeSet;

use prost::bytes::Bytes;

use super::{model::Revision, operations::Shown, store::Found, wire};
use crate::{error::Result, proto::v1::Role};

/// The encoded `Document` as this field of another message, without what those who have the roles may not see.
pub fn told(field: u32, roles: &BTreeSet<Role>, found: Found) -> Result<Bytes> {
    wire::encoded_as(field, Shown::to(roles, Revision::try_from(found)?))
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::{
        documents::entity,
        kinds::Content,
        proto::v1::{self, DocumentKind, DocumentState},
    };

    fn found(state_now: DocumentState) -> Found {
        let content = Content::ActionPlan(v1::ActionPlan {
            title: "Läsning".to_owned(),
            measures: vec![v1::Measure {
                id: "m1".to_owned(),
                cost_sek: Some(5),
                ..v1::Measure::default()
            }],
            ..v1::ActionPlan::default()
        });
        row_of(DocumentKind::ActionPlan, &content, state_now)
    }

    /// A kind of which nothing is narrowed but the envelope.
    fn offer(state_now: DocumentState) -> Found {
        let content = Content::CourseOffer(Box::new(v1::CourseOffer {
            themes: vec!["7".to_owned()],
            ..v1::CourseOffer::default()
        }));
        row_of(DocumentKind::CourseOffer, &content, state_now)
    }

    fn row_of(kind: DocumentKind, content: &Content, state_now: DocumentState) -> Found {
        let row = entity::Model {
            kind: kind as i16,
            content: Some(content.encode()),
            ..entity::tests::draft()
        };
        let state_now = state_now as i16;
        Found { row, state_now }
    }

    fn read(role: Role, state_now: DocumentState) -> v1::Document {
        told_to(role, found(state_now))
    }

    fn told_to(role: Role, found: Found) -> v1::Document {
        let bytes = told(1, &BTreeSet::from([role]), found).unwrap();
        let event = v1::Event::decode(bytes).unwrap();
        let Some(v1::event::What::Upsert(document)) = event.what else {
            panic!("it is told as it was asked")
        };
        document
    }

    #[test]
    fn what_is_told_is_what_is_shown() {
        for role in [Role::Principal, Role::Observer, Role::GoverningBoard] {
            for state_now in [DocumentState::Draft, DocumentState::Withdrawn] {
                for found in [found(state_now), offer(state_now)] {
                    let revision = Revision::try_from(found.clone()).unwrap();
                    let shown = Shown::to(&BTreeSet::from([role]), revision);
                    assert_eq!(told_to(role, found), wire::document(shown).unwrap());
                }
            }
        }
    }

    #[test]
    fn content_of_which_nothing_is_hidden_is_told_as_it_is_kept() {
        // prost would drop what it does not know, and the content would not be what was hashed.
        let unknown = [&[0xba, 0x3e, 1][..], b"x"].concat();
        let offer = Found {
            row: entity::Model {
                content: Some(unknown.clone()),
                ..offer(DocumentState::Draft).row
            },
            state_now: DocumentState::Draft as i16,
        };
        let told = told(1, &BTreeSet::from([Role::Observer]), offer).unwrap();
        assert!(told.ends_with(&unknown));
        assert_eq!(
            told_to(Role::Observer, self::offer(DocumentState::Draft)).hidden_fields,
            ["author"]
        );
    }

    #[test]
    fn content_is_told_to_those_who_may_see_it() {
        let whole = read(Role::Principal, DocumentState::Draft);
        assert_eq!(whole.kind(), DocumentKind::ActionPlan);
        let Some(v1::document::Content::ActionPlan(plan)) = whole.content else {
            panic!("it has its content")
        };
        assert_eq!(plan.measures[0].cost_sek, Some(5));
        let narrowed = read(Role::Observer, DocumentState::Draft);
        assert_eq!(
            narrowed.hidden_fields,
            ["author", "action_plan.measures[0].cost_sek"]
        );
        let withdrawn = read(Role::Principal, DocumentState::Withdrawn);
        assert_eq!(withdrawn.content, None);
    }
}
