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
        let row = entity::Model {
            kind: DocumentKind::ActionPlan as i16,
            content: Some(content.encode()),
            ..entity::tests::draft()
        };
        let state_now = state_now as i16;
        Found { row, state_now }
    }

    fn read(role: Role, state_now: DocumentState) -> v1::Document {
        let bytes = told(1, &BTreeSet::from([role]), found(state_now)).unwrap();
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
                let revision = Revision::try_from(found(state_now)).unwrap();
                let shown = Shown::to(&BTreeSet::from([role]), revision);
                assert_eq!(read(role, state_now), wire::document(shown).unwrap());
            }
        }
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
