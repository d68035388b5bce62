//! Staff, as courses are meant for them: a set of `Audience`, bit n for number n.

use crate::proto::v1::{Audience, StaffCategory};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audiences(u8);

impl Audiences {
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    pub fn contains(self, audience: Audience) -> bool {
        self.0 & bit(audience) != 0
    }

    /// Those who are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// In order of their numbers.
    pub fn each(self) -> impl Iterator<Item = Audience> {
        (1..8)
            .filter_map(|number| Audience::try_from(number).ok())
            .filter(move |audience| self.contains(*audience))
    }
}

impl FromIterator<Audience> for Audiences {
    fn from_iter<I: IntoIterator<Item = Audience>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, one| bits | bit(one)))
    }
}

/// Nobody is unspecified.
fn bit(audience: Audience) -> u8 {
    (1 << audience as u8) & !1
}

/// For whom courses are meant that are for the staff of a category. EMIL 3 knows few.
pub fn of_staff(category: StaffCategory) -> Audience {
    match category {
        StaffCategory::Unspecified => Audience::Unspecified,
        StaffCategory::Principal | StaffCategory::SchoolLeader => Audience::Principal,
        StaffCategory::Teacher | StaffCategory::SpecialEducation => Audience::Teacher,
        StaffCategory::PreschoolTeacher => Audience::PreschoolTeacher,
        StaffCategory::ChildcareWorker
        | StaffCategory::Educare
        | StaffCategory::PupilHealth
        | StaffCategory::Librarian
        | StaffCategory::Developer
        | StaffCategory::Administration
        | StaffCategory::Other => Audience::OtherStaff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Audiences = [
            Audience::Teacher,
            Audience::Principal,
            Audience::Unspecified,
        ]
        .into_iter()
        .collect();
        assert_eq!(
            set.each().collect::<Vec<_>>(),
            [Audience::Principal, Audience::Teacher]
        );
        assert_eq!(set.count(), 2);
        assert!(!set.contains(Audience::OtherStaff));
        assert!(Audiences::from_iter([Audience::Unspecified]).is_empty());
    }
}
