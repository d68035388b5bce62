//! Words for codes, as people write them in tables: Swedish, English, or the code of EMIL 3. In small letters.

use super::super::codes::{self, Table};
use crate::proto::v1::{
    Audience, CourseForm, CreditSystem, ExecutionCondition, OfferingState, StudyMode, StudyTime,
    TimeUnit,
};

pub const FLAGS: Table<bool> = &[
    ("ja", true),
    ("nej", false),
    ("yes", true),
    ("no", false),
    ("j", true),
    ("n", false),
    ("true", true),
    ("false", false),
    ("1", true),
    ("0", false),
];

pub const FORMS: Table<CourseForm> = &[
    ("kurs", CourseForm::Course),
    ("kurspaket", CourseForm::Package),
    ("program", CourseForm::Programme),
    ("course", CourseForm::Course),
    ("package", CourseForm::Package),
    ("programme", CourseForm::Programme),
];

pub const CREDITS: Table<CreditSystem> = codes::CREDITS;

pub const UNITS: Table<TimeUnit> = &[
    ("timmar", TimeUnit::Hours),
    ("dagar", TimeUnit::Days),
    ("veckor", TimeUnit::Weeks),
    ("månader", TimeUnit::Months),
    ("år", TimeUnit::Years),
    ("terminer", TimeUnit::Semesters),
    ("hours", TimeUnit::Hours),
    ("days", TimeUnit::Days),
    ("weeks", TimeUnit::Weeks),
    ("months", TimeUnit::Months),
    ("years", TimeUnit::Years),
    ("semesters", TimeUnit::Semesters),
];

pub const AUDIENCES: Table<Audience> = &[
    ("rektorer", Audience::Principal),
    ("lärare", Audience::Teacher),
    ("förskollärare", Audience::PreschoolTeacher),
    ("yrkeslärare", Audience::VocationalTeacher),
    ("annan personal", Audience::OtherStaff),
    ("förskolelärare", Audience::PreschoolTeacher),
    ("principals", Audience::Principal),
    ("teachers", Audience::Teacher),
    ("preschool teachers", Audience::PreschoolTeacher),
    ("vocational teachers", Audience::VocationalTeacher),
    ("other staff", Audience::OtherStaff),
];

pub const CONDITIONS: Table<ExecutionCondition> = &[
    ("start och slut", ExecutionCondition::Dates),
    ("ej planerad", ExecutionCondition::NotPlanned),
    ("deltagaren bestämmer", ExecutionCondition::Participant),
    ("anordnaren bestämmer", ExecutionCondition::Provider),
    ("dates", ExecutionCondition::Dates),
    ("not planned", ExecutionCondition::NotPlanned),
    ("participant", ExecutionCondition::Participant),
    ("provider", ExecutionCondition::Provider),
    ("0", ExecutionCondition::NotPlanned),
    ("1", ExecutionCondition::Dates),
    ("2", ExecutionCondition::Participant),
    ("3", ExecutionCondition::Provider),
];

pub const MODES: Table<StudyMode> = &[
    ("på plats", StudyMode::OnSite),
    ("distans", StudyMode::Distance),
    ("distans med träffar", StudyMode::Blended),
    ("on site", StudyMode::OnSite),
    ("distance", StudyMode::Distance),
    ("blended", StudyMode::Blended),
];

pub const TIMES: Table<StudyTime> = &[
    ("dag", StudyTime::Day),
    ("eftermiddag", StudyTime::Afternoon),
    ("kväll", StudyTime::Evening),
    ("veckoslut", StudyTime::Weekend),
    ("blandat", StudyTime::Mixed),
    ("ingen", StudyTime::NotSet),
    ("day", StudyTime::Day),
    ("afternoon", StudyTime::Afternoon),
    ("evening", StudyTime::Evening),
    ("weekend", StudyTime::Weekend),
    ("mixed", StudyTime::Mixed),
    ("none", StudyTime::NotSet),
];

pub const STATES: Table<OfferingState> = &[
    ("aktivt", OfferingState::Active),
    ("under övervägande", OfferingState::Concept),
    ("inställt", OfferingState::Cancelled),
    ("avslutat", OfferingState::Inactive),
    ("active", OfferingState::Active),
    ("concept", OfferingState::Concept),
    ("cancelled", OfferingState::Cancelled),
    ("inactive", OfferingState::Inactive),
];
