//! What is true of documents: revisions, the states they pass through, and what identifies each.
//! Knows neither gRPC nor SQL, and nothing of what contents mean.

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Uuid;

use crate::{
    clock::{self, Time},
    proto::v1::{self, DocumentKind, DocumentState, WithdrawReason},
};

/// One revision of a document.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "the revision that wrote the content is another one"
)]
pub struct Revision {
    pub owner: Uuid,
    pub document: Uuid,
    /// From 1, without gaps.
    pub number: i32,
    pub kind: DocumentKind,
    pub state: DocumentState,
    pub level: Level,
    /// None: outside of rounds.
    pub round: Option<String>,
    pub period: Option<v1::Period>,
    pub external_id: Option<v1::ExternalId>,
    /// Who wrote this revision, and for whom.
    pub author: String,
    pub author_organization: Uuid,
    pub created_at: Time,
    pub updated_at: Time,
    /// The encoded content, where it was asked for and is still given out.
    pub content: Option<Vec<u8>>,
    /// The revision that wrote the content.
    pub content_revision: i32,
    pub content_hash: Vec<u8>,
    pub review: Option<v1::Review>,
    pub justifications: Vec<v1::Justification>,
    pub withdraw_reason: WithdrawReason,
    /// Whether the document has been withdrawn, by this revision or a later one: of all its revisions only identity and
    /// business keys are given out.
    pub withdrawn: bool,
}

/// The highest stage that a document has ever reached. It decides who sees it, and never falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum Level {
    Draft = 1,
    Submitted = 2,
    Accepted = 3,
}

/// What takes a document from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Update,
    Submit,
    Accept,
    Return,
    Withdraw,
    /// Of a kind that nobody reviews: what is submitted stands at once, and may be submitted again.
    Publish,
}

impl Step {
    /// The state after the step. None: the state does not allow it.
    pub fn from(self, state: DocumentState) -> Option<DocumentState> {
        use DocumentState::{Accepted, Draft, Returned, Submitted, Unspecified, Withdrawn};
        match (self, state) {
            (Self::Update, Draft | Returned) => Some(state),
            (Self::Accept, Submitted) => Some(Accepted),
            (Self::Return, Submitted) => Some(Returned),
            (Self::Submit, Draft | Returned) | (Self::Publish, Draft | Returned | Submitted) => {
                Some(Submitted)
            }
            (Self::Withdraw, Draft | Submitted | Returned | Accepted) => Some(Withdrawn),
            (_, Unspecified | Draft | Submitted | Returned | Accepted | Withdrawn) => None,
        }
    }
}

impl Level {
    /// The level after a document of this level came to the state.
    #[must_use]
    pub fn with(self, state: DocumentState) -> Self {
        let reached = match state {
            DocumentState::Unspecified | DocumentState::Draft | DocumentState::Withdrawn => {
                Self::Draft
            }
            DocumentState::Submitted | DocumentState::Returned => Self::Submitted,
            DocumentState::Accepted => Self::Accepted,
        };
        self.max(reached)
    }
}

impl Revision {
    /// Changes with every revision.
    pub fn etag(&self) -> String {
        etag(self.document, self.number, &self.content_hash)
    }

    /// The first revision of a new document, outside of rounds.
    pub fn draft(
        owner: Uuid,
        kind: DocumentKind,
        author: String,
        author_organization: Uuid,
        at: Time,
        content: Encoded,
    ) -> Self {
        Self {
            owner,
            document: clock::new_id(),
            number: 1,
            kind,
            state: DocumentState::Draft,
            level: Level::Draft,
            round: None,
            period: None,
            external_id: None,
            author,
            author_organization,
            created_at: at,
            updated_at: at,
            content: Some(content.bytes),
            content_revision: 1,
            content_hash: content.hash,
            review: None,
            justifications: Vec::new(),
            withdraw_reason: WithdrawReason::Unspecified,
            withdrawn: false,
        }
    }

    /// The next revision, in another state and otherwise as this one.
    #[must_use]
    pub fn next(
        &self,
        state: DocumentState,
        author: String,
        author_organization: Uuid,
        at: Time,
    ) -> Self {
        Self {
            number: self.number + 1,
            state,
            level: self.level.with(state),
            author,
            author_organization,
            // The clock of another server process may be behind; time does not run backwards in a history.
            updated_at: at.max(self.updated_at),
            ..self.clone()
        }
    }

    /// Puts another content in the place of the present one.
    pub fn write(&mut self, content: Encoded) {
        self.content_hash = content.hash;
        self.content_revision = self.number;
        self.content = Some(content.bytes);
    }
}

/// A content as it is kept, and its hash.
#[derive(Clone, Debug)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub hash: Vec<u8>,
}

impl From<Vec<u8>> for Encoded {
    fn from(bytes: Vec<u8>) -> Self {
        let hash = digest(&SHA256, &bytes).as_ref().to_vec();
        Self { bytes, hash }
    }
}

/// What tells one revision of a document from another.
pub fn etag(document: Uuid, revision: i32, content_hash: &[u8]) -> String {
    let mut identity = Vec::with_capacity(64);
    identity.extend(document.as_bytes());
    identity.extend(revision.to_be_bytes());
    identity.extend(content_hash);
    let hash = digest(&SHA256, &identity);
    let (short, _) = hash.as_ref().split_at(8);
    let short = short
        .iter()
        .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
    format!("{revision}-{short:016x}")
}

/// Who wrote a document: those whose revisions are no reviews. `history` has all revisions, oldest first.
pub fn writers<T>(history: impl IntoIterator<Item = (DocumentState, T)>) -> Vec<T> {
    let mut before = DocumentState::Unspecified;
    let written = history.into_iter().filter_map(|(state, by)| {
        let is_review = before == DocumentState::Submitted
            && matches!(state, DocumentState::Accepted | DocumentState::Returned);
        before = state;
        (!is_review).then_some(by)
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATES: [DocumentState; 6] = [
        DocumentState::Unspecified,
        DocumentState::Draft,
        DocumentState::Submitted,
        DocumentState::Returned,
        DocumentState::Accepted,
        DocumentState::Withdrawn,
    ];
    const STEPS: [Step; 6] = [
        Step::Update,
        Step::Submit,
        Step::Accept,
        Step::Return,
        Step::Withdraw,
        Step::Publish,
    ];

    fn draft() -> Revision {
        let at = Time::from_micros(1_000);
        let mut revision = Revision {
            owner: Uuid::from_u128(1),
            document: Uuid::from_u128(2),
            number: 1,
            kind: DocumentKind::Analysis,
            state: DocumentState::Draft,
            level: Level::Draft,
            round: None,
            period: None,
            external_id: None,
            author: "exchange:anna".to_owned(),
            author_organization: Uuid::from_u128(1),
            created_at: at,
            updated_at: at,
            content: None,
            content_revision: 1,
            content_hash: Vec::new(),
            review: None,
            justifications: Vec::new(),
            withdraw_reason: WithdrawReason::Unspecified,
            withdrawn: false,
        };
        revision.write(b"content".to_vec().into());
        revision
    }

    fn next(revision: &Revision, state: DocumentState, micros: i64) -> Revision {
        revision.next(
            state,
            "exchange:bo".to_owned(),
            Uuid::from_u128(3),
            Time::from_micros(micros),
        )
    }

    #[test]
    fn what_each_state_allows_is_this() {
        let allowed = STATES.map(|state| {
            let steps = STEPS.into_iter().filter(|step| step.from(state).is_some());
            (
                state.as_str_name().trim_start_matches("DOCUMENT_STATE_"),
                steps.collect::<Vec<_>>(),
            )
        });
        let expected = [
            ("UNSPECIFIED", vec![]),
            (
                "DRAFT",
                vec![Step::Update, Step::Submit, Step::Withdraw, Step::Publish],
            ),
            (
                "SUBMITTED",
                vec![Step::Accept, Step::Return, Step::Withdraw, Step::Publish],
            ),
            (
                "RETURNED",
                vec![Step::Update, Step::Submit, Step::Withdraw, Step::Publish],
            ),
            ("ACCEPTED", vec![Step::Withdraw]),
            ("WITHDRAWN", vec![]),
        ];
        assert_eq!(allowed, expected);
    }

    #[test]
    fn a_returned_document_stays_returned_while_it_is_edited() {
        assert_eq!(
            Step::Update.from(DocumentState::Returned),
            Some(DocumentState::Returned)
        );
    }

    #[test]
    fn the_etag_changes_with_every_revision_and_with_the_content() {
        let first = draft();
        let second = next(&first, DocumentState::Draft, 2_000);
        let mut other = second.clone();
        other.write(b"other".to_vec().into());
        let etags = [first.etag(), second.etag(), other.etag()];
        assert_eq!(
            etags.iter().collect::<std::collections::HashSet<_>>().len(),
            3
        );
        assert!(etags[2].starts_with("2-"));
        assert_eq!(draft().etag(), first.etag());
    }

    #[test]
    fn time_does_not_run_backwards_in_a_history() {
        let second = next(&draft(), DocumentState::Draft, 500);
        assert_eq!(second.updated_at, draft().updated_at);
    }

    #[test]
    fn reviewers_are_not_writers_and_those_who_mend_what_was_returned_are() {
        use DocumentState::{Accepted, Draft, Returned, Submitted};
        let history = [
            (Draft, "a"),
            (Submitted, "b"),
            (Returned, "reviewer"),
            (Returned, "c"),
            (Submitted, "b"),
            (Accepted, "r"),
        ];
        assert_eq!(writers(history), ["a", "b", "c", "b"]);
    }

    proptest! {
        #[test]
        fn a_level_never_falls_and_every_revision_is_one_higher(steps in prop::collection::vec(0..6_usize, 0..20)) {
            let mut revision = draft();
            for step in steps {
                let Some(state) = STEPS[step].from(revision.state) else { continue };
                let later = next(&revision, state, 5_000);
                prop_assert!(later.level >= revision.level);
                prop_assert_eq!(later.number, revision.number + 1);
                prop_assert_ne!(later.etag(), revision.etag());
                revision = later;
            }
        }
    }
}
