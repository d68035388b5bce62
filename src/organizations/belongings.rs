//! Under whom an organization has been, day by day. Knows nothing of who that was.

use uuid::Uuid;

use super::codes::Date;

/// A span of days below another organization. No start: from the beginning. No end: until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belonging {
    pub parent: Uuid,
    pub start: Option<Date>,
    pub end: Option<Date>,
}

/// Every belonging of an organization, oldest first; no two share a day, and only the last may be open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Belongings(Vec<Belonging>);

/// Why a belonging does not fit with those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveFault {
    /// It lies below another organization today, and no day of the move is given.
    NoDay,
    /// The day is not after the start of the belonging that it would end.
    TooEarly,
}

impl Belongings {
    /// Takes belongings that were kept, oldest first.
    pub fn kept(belongings: Vec<Belonging>) -> Self {
        Self(belongings)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Belonging> {
        self.0.iter()
    }

    /// Below whom it lies until further notice.
    pub fn parent(&self) -> Option<Uuid> {
        self.open().map(|belonging| belonging.parent)
    }

    /// Below whom it lay on a day.
    pub fn parent_on(&self, day: Date) -> Option<Uuid> {
        let holds = |belonging: &&Belonging| {
            belonging.start.is_none_or(|start| start <= day)
                && belonging.end.is_none_or(|end| day <= end)
        };
        self.0.iter().find(holds).map(|belonging| belonging.parent)
    }

    /// The belongings when it lies below the parent since the day, or without a day from the beginning. What is said
    /// of a belonging that is known already changes nothing.
    pub fn below(&self, parent: Uuid, since: Option<Date>) -> Result<Self, MoveFault> {
        let known = |belonging: &Belonging| {
            belonging.parent == parent
                && (belonging.start == since && since.is_some()
                    || belonging.end.is_none() && since.is_none())
        };
        if self.0.iter().any(known) {
            return Ok(self.clone());
        }
        let mut belongings = self.0.clone();
        let day_before = since.and_then(Date::day_before);
        match belongings.last().copied().filter(|last| last.end.is_none()) {
            Some(open) if open.parent == parent => {
                belongings.pop();
                let ended_for_it =
                    |last: &&mut Belonging| last.end == open.start.and_then(Date::day_before);
                if let Some(last) = belongings.last_mut().filter(ended_for_it) {
                    last.end = day_before;
                }
            }
            Some(_) if since.is_none() => return Err(MoveFault::NoDay),
            Some(_) => {
                if let Some(last) = belongings.last_mut() {
                    last.end = day_before;
                }
            }
            None => {}
        }
        let fits =
            |last: &Belonging| last.end.is_some() && last.end < since && last.start <= last.end;
        if !belongings.last().is_none_or(fits) {
            return Err(MoveFault::TooEarly);
        }
        belongings.push(Belonging {
            parent,
            start: since,
            end: None,
        });
        Ok(Self(belongings))
    }

    fn open(&self) -> Option<&Belonging> {
        self.0.last().filter(|belonging| belonging.end.is_none())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn first() -> Belongings {
        Belongings::default()
            .below(ONE, None)
            .expect("the first always fits")
    }

    #[test]
    fn a_move_ends_the_old_belonging_the_day_before() {
        let moved = first().below(TWO, Some(day("2018-07-01"))).expect("fits");
        assert_eq!(moved.parent(), Some(TWO));
        assert_eq!(moved.parent_on(day("2018-06-30")), Some(ONE));
        assert_eq!(moved.parent_on(day("2018-07-01")), Some(TWO));
        assert_eq!(moved.iter().count(), 2);
    }

    #[test]
    fn a_move_needs_a_day() {
        assert_eq!(first().below(TWO, None), Err(MoveFault::NoDay));
    }

    #[test]
    fn a_move_can_not_be_before_the_last() {
        let moved = first().below(TWO, Some(day("2018-07-01"))).expect("fits");
        for early in ["2018-07-01", "2017-01-01"] {
            assert_eq!(
                moved.below(ONE, Some(day(early))),
                Err(MoveFault::TooEarly),
                "{early}"
            );
        }
    }

    #[test]
    fn what_is_known_changes_nothing() {
        let moved = first().below(TWO, Some(day("2018-07-01"))).expect("fits");
        assert_eq!(moved.below(TWO, None), Ok(moved.clone()));
        assert_eq!(moved.below(TWO, Some(day("2018-07-01"))), Ok(moved.clone()));
    }

    #[test]
    fn the_first_day_can_be_told_later_and_corrected() {
        let told = first().below(ONE, Some(day("2010-01-01"))).expect("fits");
        assert_eq!(told.parent_on(day("2009-12-31")), None);
        assert_eq!(told.parent_on(day("2010-01-01")), Some(ONE));
        let moved = told.below(TWO, Some(day("2018-07-01"))).expect("fits");
        let corrected = moved.below(TWO, Some(day("2018-08-01"))).expect("fits");
        assert_eq!(corrected.parent_on(day("2018-07-31")), Some(ONE));
        assert_eq!(corrected.parent_on(day("2018-08-01")), Some(TWO));
        assert_eq!(
            moved.below(TWO, Some(day("2010-01-01"))),
            Err(MoveFault::TooEarly)
        );
    }

    proptest! {
        #[test]
        fn no_two_belongings_share_a_day(moves in prop::collection::vec((0_u128..4, prop::option::of(0_u32..2000)), 1..12)) {
            let mut belongings = Belongings::default();
            for (parent, since) in moves {
                let since = since.map(|days| {
                    Date::from(chrono::NaiveDate::from_ymd_opt(2015, 1, 1).expect("a day") + chrono::Days::new(days.into()))
                });
                if let Ok(next) = belongings.below(Uuid::from_u128(parent), since) {
                    belongings = next;
                }
                let all: Vec<_> = belongings.iter().collect();
                for pair in all.windows(2) {
                    prop_assert!(pair[0].end.is_some() && pair[0].end < pair[1].start);
                }
                for one in all {
                    prop_assert!(one.end.is_none() || one.start <= one.end);
                }
                prop_assert!(belongings.parent().is_some());
            }
        }
    }
}
