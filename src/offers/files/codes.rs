//! The codes of EMIL 3, and what each stands for in the contract. Of several codes for one thing, the first is written.

use crate::proto::v1::{
    Audience, CourseForm, CreditSystem, ExecutionCondition, OfferingState, StudyMode, StudyTime,
    TimeUnit,
};

pub type Table<T> = &'static [(&'static str, T)];

pub const FORMS: Table<CourseForm> = &[
    ("kurs", CourseForm::Course),
    ("kurspaket", CourseForm::Package),
    ("program", CourseForm::Programme),
];

pub const CREDITS: Table<CreditSystem> = &[
    ("hp", CreditSystem::HigherEducation),
    ("yh", CreditSystem::HigherVocational),
    ("gy", CreditSystem::UpperSecondary),
    ("fup", CreditSystem::Continued),
    ("vp", CreditSystem::Preparatory),
    ("nyp", CreditSystem::Adult),
];

pub const UNITS: Table<TimeUnit> = &[
    ("hours", TimeUnit::Hours),
    ("days", TimeUnit::Days),
    ("weeks", TimeUnit::Weeks),
    ("months", TimeUnit::Months),
    ("years", TimeUnit::Years),
    ("semesters", TimeUnit::Semesters),
];

pub const CONDITIONS: Table<ExecutionCondition> = &[
    ("0", ExecutionCondition::NotPlanned),
    ("1", ExecutionCondition::Dates),
    ("2", ExecutionCondition::Participant),
    ("3", ExecutionCondition::Provider),
];

pub const TIMES: Table<StudyTime> = &[
    ("dag", StudyTime::Day),
    ("eftermiddag", StudyTime::Afternoon),
    ("kväll", StudyTime::Evening),
    ("veckoslut", StudyTime::Weekend),
    ("blandat", StudyTime::Mixed),
    ("ingen", StudyTime::NotSet),
];

/// The audiences that EMIL has codes for.
pub const AUDIENCES: Table<Audience> = &[
    ("rektorer", Audience::Principal),
    ("lärare", Audience::Teacher),
    ("förskolelärare", Audience::PreschoolTeacher),
    ("yrkeslärare", Audience::VocationalTeacher),
];

/// Those of the exchange: EMIL's, and one more.
pub const ALL_AUDIENCES: Table<Audience> = &[
    ("rektorer", Audience::Principal),
    ("lärare", Audience::Teacher),
    ("förskolelärare", Audience::PreschoolTeacher),
    ("yrkeslärare", Audience::VocationalTeacher),
    ("annan personal", Audience::OtherStaff),
];

pub const LEVELS: Table<u32> = &[
    ("1", 1),
    ("2", 2),
    ("3", 3),
    ("4", 4),
    ("5", 5),
    ("6", 6),
    ("7", 7),
    ("8", 8),
];

/// Of student aid it is kept whether there is any, not of which sort.
pub const STUDENT_AID: Table<Option<bool>> = &[
    ("ja", Some(true)),
    ("nej", Some(false)),
    ("saknas", None),
    ("A 1", Some(true)),
    ("A 1 gr", Some(true)),
    ("A 1 gy", Some(true)),
    ("A 2", Some(true)),
    ("A 3", Some(true)),
    ("B 1", Some(true)),
    ("B 2", Some(true)),
];

pub const SEMESTERS: Table<&str> = &[("vt", "VT"), ("ht", "HT")];

/// The states of OEAPI, for what EMIL can not say.
pub const STATES: Table<OfferingState> = &[
    ("concept", OfferingState::Concept),
    ("active", OfferingState::Active),
    ("cancelled", OfferingState::Cancelled),
    ("inactive", OfferingState::Inactive),
];

/// The modes of OEAPI, for what EMIL can not say.
pub const MODES: Table<StudyMode> = &[
    ("presential", StudyMode::OnSite),
    ("online", StudyMode::Distance),
    ("blended", StudyMode::Blended),
];

/// Forms of education.
pub const SCHOOL_TYPES: Table<()> = &[
    ("AU", ()),
    ("AUB", ()),
    ("FHS", ()),
    ("FKLASS", ()),
    ("FTH", ()),
    ("GR", ()),
    ("GRAN", ()),
    ("GY", ()),
    ("GYAN", ()),
    ("HS", ()),
    ("KKU", ()),
    ("KU", ()),
    ("NY", ()),
    ("OPPFTH", ()),
    ("SAM", ()),
    ("SP", ()),
    ("STF", ()),
    ("VUX", ()),
    ("VUXGR", ()),
    ("VUXGRAN", ()),
    ("VUXGY", ()),
    ("VUXGYAN", ()),
    ("VUXSFI", ()),
    ("YH", ()),
];

/// The code of a value. None: it has none.
pub fn code_of<T: PartialEq>(table: Table<T>, value: &T) -> Option<&'static str> {
    let found = table.iter().find(|(_, known)| known == value);
    found.map(|(code, _)| *code)
}

/// What the exchange takes from the fields of EMIL alone: cancelled or not, and whether an occasion is planned.
pub fn implied_state(is_cancelled: bool, condition: ExecutionCondition) -> OfferingState {
    match (is_cancelled, condition) {
        (true, _) => OfferingState::Cancelled,
        (false, ExecutionCondition::NotPlanned) => OfferingState::Concept,
        (
            false,
            ExecutionCondition::Unspecified
            | ExecutionCondition::Dates
            | ExecutionCondition::Participant
            | ExecutionCondition::Provider,
        ) => OfferingState::Active,
    }
}

/// What the exchange takes from the fields of EMIL alone: whether there is a `distance`, and how many must meet.
pub fn implied_mode(is_distance: bool, mandatory_sessions: Option<u32>) -> StudyMode {
    match (is_distance, mandatory_sessions) {
        (false, _) => StudyMode::OnSite,
        (true, None | Some(0)) => StudyMode::Distance,
        (true, Some(_)) => StudyMode::Blended,
    }
}
