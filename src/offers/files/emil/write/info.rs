//! A course as an education.

use serde_json::{Value, json};

use super::{
    super::{super::codes, extension::OWN_INFO, node::Told},
    fields::{Fields, audiences, code, coded, number, open_codes, strings, text, time, urls},
};
use crate::proto::v1::{Audience, Course};

pub fn info(id: &str, course: &Course, told: &mut Told) -> Fields {
    let [first, ..] = course.audience.as_slice() else {
        return info_of(id, course, None, None, told);
    };
    let known = Audience::try_from(*first).ok();
    let code = known.and_then(|audience| codes::code_of(codes::AUDIENCES, &audience));
    let is_all = code.is_some() && course.audience.len() == 1;
    let own = (!is_all)
        .then(|| json!([{"type": OWN_INFO, "id": "0", "audience": audiences(&course.audience)}]));
    info_of(
        id,
        course,
        code.map(|code| coded("C_Audience", code)),
        own,
        told,
    )
}

fn info_of(
    id: &str,
    course: &Course,
    audience: Option<Value>,
    extensions: Option<Value>,
    told: &mut Told,
) -> Fields {
    let fields = Fields::of([
        ("identifier", Some(id.into())),
        ("code", text(&course.code)),
        (
            "configuration",
            code("C_Configuration", codes::FORMS, &course.form()),
        ),
        ("title", strings(&course.title)),
        ("description", strings(&course.description)),
        ("eligibility", strings(&course.eligibility)),
        (
            "recommendedPriorKnowledge",
            strings(&course.recommended_knowledge),
        ),
        ("degrees", strings(&course.degree)),
        ("url", urls(&course.urls)),
        (
            "credits",
            course.credits.as_ref().map(|credits| {
                Fields::of([
                    (
                        "system",
                        code("C_Credits", codes::CREDITS, &credits.system()),
                    ),
                    ("credits", number(&credits.amount)),
                ])
                .value()
            }),
        ),
        (
            "type",
            text(&course.school_type).map(|code| json!({"type": "C_SchoolType", "code": code})),
        ),
        (
            "qualificationLevel",
            code(
                "C_Qualification",
                codes::LEVELS,
                &course.qualification_level,
            ),
        ),
        ("subjects", open_codes(&course.subjects)),
        ("educationLevels", open_codes(&course.education_levels)),
        ("audience", audience),
        (
            "extent",
            course.extent.as_ref().map(|extent| {
                Fields::of([
                    ("length", number(&extent.length)),
                    ("unit", code("C_TimeType", codes::UNITS, &extent.unit())),
                ])
                .value()
            }),
        ),
        (
            "isVocational",
            course.vocational.then_some(Value::Bool(true)),
        ),
        ("resultIsDegree", Some(course.gives_degree.into())),
        (
            "eligibleForStudentAid",
            course
                .student_aid
                .and_then(|aid| code("C_StudentAid", codes::STUDENT_AID, &Some(aid))),
        ),
        ("lastEdited", time(course.edit_time.as_ref())),
        ("expires", time(course.expire_time.as_ref())),
        ("extensions", extensions),
    ]);
    fields.require(&["code", "lastEdited", "title", "type", "subjects"], told);
    fields
}
