//! What is true of submissions: whose they are, how they are meant, and how far they have come.
//! Knows neither gRPC nor SQL.

use uuid::Uuid;

use crate::{
    clock::Time,
    documents::publish::Numbering,
    proto::v1::{DocumentKind, SubmissionMode, SubmissionOutcome, SubmissionRow},
};

/// A submission after so many parts of its report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    pub id: Uuid,
    /// The university.
    pub owner: Uuid,
    /// The numbering of its offers.
    pub scheme: String,
    pub mode: SubmissionMode,
    pub created_at: Time,
    pub updated_at: Time,
    /// From 1, without gaps. 0: nothing of it is written yet.
    pub parts: i32,
    /// How many rows there are in all parts.
    pub rows: i64,
    pub totals: Totals,
    pub ended: bool,
}

/// How many offers came to which end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub withdrawn: i64,
    pub refused: i64,
    /// Withdrawals that a catalogue left undone. They have no rows.
    pub withheld: i64,
}

impl Submission {
    /// A submission of which nothing has come.
    pub fn new(id: Uuid, owner: Uuid, scheme: String, mode: SubmissionMode, at: Time) -> Self {
        Self {
            id,
            owner,
            scheme,
            mode,
            created_at: at,
            updated_at: at,
            parts: 0,
            rows: 0,
            totals: Totals::default(),
            ended: false,
        }
    }

    /// After one more part with these rows.
    #[must_use]
    pub fn with(&self, rows: &[SubmissionRow], at: Time) -> Self {
        let mut totals = self.totals;
        for row in rows {
            totals.count(row.outcome());
        }
        Self {
            parts: self.parts + 1,
            rows: self.rows + i64::try_from(rows.len()).unwrap_or(i64::MAX),
            totals,
            // The clock of another server process may be behind.
            updated_at: at.max(self.updated_at),
            ..self.clone()
        }
    }

    /// After its last part.
    #[must_use]
    pub fn ended(&self, withheld: i64, at: Time) -> Self {
        let mut ended = self.with(&[], at);
        ended.totals.withheld = withheld;
        ended.ended = true;
        ended
    }

    pub fn numbering(&self) -> Numbering {
        Numbering {
            owner: self.owner,
            kind: DocumentKind::CourseOffer,
            scheme: self.scheme.clone(),
        }
    }
}

impl Totals {
    fn count(&mut self, outcome: SubmissionOutcome) {
        let counted = match outcome {
            SubmissionOutcome::Created => &mut self.created,
            SubmissionOutcome::Updated => &mut self.updated,
            SubmissionOutcome::Unchanged => &mut self.unchanged,
            SubmissionOutcome::Withdrawn => &mut self.withdrawn,
            SubmissionOutcome::Refused | SubmissionOutcome::Unspecified => &mut self.refused,
        };
        *counted += 1;
    }
}

/// Whether a catalogue may withdraw so many of the offers that stand: a tenth, or as many as its sender has agreed to.
/// A file that was cut in the middle must not empty the catalogue of a university.
pub fn may_withdraw(missing: u64, standing: u64, confirmed: u32) -> bool {
    missing.saturating_mul(10) <= standing || missing <= u64::from(confirmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_may_go_and_more_only_when_it_was_agreed_to() {
        assert!(may_withdraw(0, 0, 0));
        assert!(may_withdraw(1, 10, 0));
        assert!(!may_withdraw(1, 9, 0));
        assert!(!may_withdraw(11, 100, 10));
        assert!(may_withdraw(11, 100, 11));
        assert!(may_withdraw(100, 100, 100));
        assert!(!may_withdraw(100, 100, 99));
    }

    #[test]
    fn parts_count_on_and_the_last_one_ends() {
        let (id, owner, at) = (Uuid::from_u128(1), Uuid::from_u128(2), Time::from_micros(5));
        let row = |outcome: SubmissionOutcome| SubmissionRow {
            outcome: outcome.into(),
            ..SubmissionRow::default()
        };
        let new = Submission::new(id, owner, "uu".to_owned(), SubmissionMode::Catalogue, at);
        let rows = [
            row(SubmissionOutcome::Created),
            row(SubmissionOutcome::Refused),
        ];
        let first = new.with(&rows, Time::from_micros(4));
        let last = first.ended(3, Time::from_micros(6));
        assert_eq!((first.parts, first.rows, first.updated_at), (1, 2, at));
        assert_eq!((last.parts, last.rows, last.ended), (2, 2, true));
        let totals = Totals {
            created: 1,
            refused: 1,
            withheld: 3,
            ..Totals::default()
        };
        assert_eq!(last.totals, totals);
    }
}
