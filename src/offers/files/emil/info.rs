//! An `EducationInfo`, read as the course of an offer.

use super::{
    super::{codes, rules},
    extension::{self, Sorts},
    node::{Object, Told},
};
use crate::proto::v1::{Course, Credits, Extent};

/// Fields of EMIL that the exchange does not keep.
const NOT_KEPT: [&str; 2] = ["educationBase", "orientation"];

pub fn read(id: &str, mut info: Object<'_>, told: &mut Told) -> Course {
    let mut course = Course {
        id: id.to_owned(),
        code: info.words("code", told),
        title: info.localized("title", told),
        description: info.localized("description", told),
        eligibility: info.localized("eligibility", told),
        recommended_knowledge: info.localized("recommendedPriorKnowledge", told),
        degree: info.localized("degrees", told),
        urls: info.urls("url", told),
        credits: credits(&mut info, told),
        extent: extent(&mut info, told),
        school_type: school_type(&mut info, told),
        subjects: info.open_codes("subjects", told),
        education_levels: info.open_codes("educationLevels", told),
        vocational: info.flag("isVocational", told),
        gives_degree: info.flag("resultIsDegree", told),
        student_aid: student_aid(&mut info, told),
        edit_time: info.time("lastEdited", told),
        expire_time: info.time("expires", told),
        ..Course::default()
    };
    if let Some(form) = info.code("configuration", "C_Configuration", codes::FORMS, told) {
        course.form = form.into();
    }
    if let Some(level) = info.code("qualificationLevel", "C_Qualification", codes::LEVELS, told) {
        course.qualification_level = level;
    }
    let audience = info.code("audience", "C_Audience", codes::AUDIENCES, told);
    course.audience.extend(audience.map(i32::from));
    let mut sorts = Sorts::default();
    for object in info.objects("extensions", told) {
        extension::read_info(object, &mut sorts, &mut course, told);
    }
    info.not_kept(&NOT_KEPT, told);
    info.end(told);
    course
}

fn credits(info: &mut Object<'_>, told: &mut Told) -> Option<Credits> {
    let mut object = info.object("credits", told)?;
    let system = object.code("system", "C_Credits", codes::CREDITS, told);
    let amount = object.number("credits", told);
    if amount.is_none() && !object.has("credits") {
        told.say(object.at("credits"), rules::field_missing());
    }
    object.not_kept(&["min"], told);
    object.end(told);
    Some(Credits {
        system: system?.into(),
        amount: amount?,
    })
}

fn extent(info: &mut Object<'_>, told: &mut Told) -> Option<Extent> {
    let mut object = info.object("extent", told)?;
    let unit = object.code("unit", "C_TimeType", codes::UNITS, told);
    let length = object.number("length", told);
    for name in ["unit", "length"] {
        if !object.has(name) {
            told.say(object.at(name), rules::field_missing());
        }
    }
    object.not_kept(&["max", "note"], told);
    object.end(told);
    Some(Extent {
        length: length?,
        unit: unit?.into(),
    })
}

fn school_type(info: &mut Object<'_>, told: &mut Told) -> String {
    let places: Vec<_> = codes::SCHOOL_TYPES
        .iter()
        .map(|(code, ())| (*code, *code))
        .collect();
    let code = info.code("type", "C_SchoolType", &places, told);
    code.unwrap_or_default().to_owned()
}

fn student_aid(info: &mut Object<'_>, told: &mut Told) -> Option<bool> {
    const NAME: &str = "eligibleForStudentAid";
    let whole = codes::STUDENT_AID
        .iter()
        .map(|(code, aid)| (*code, (*code, *aid)));
    let whole: Vec<_> = whole.collect();
    let (code, aid) = info.code(NAME, "C_StudentAid", &whole, told)?;
    if code.starts_with(['A', 'B']) {
        // Which section of the rules it is of.
        told.say(info.at(NAME), rules::not_kept());
    }
    aid
}
