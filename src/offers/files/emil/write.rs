//! Writes offers as EMIL 3: an event for each, each course once, and the university as their provider. Says nothing that the
//! offers do not say: what EMIL requires and they lack is told.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use prost_types::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    super::{codes, rules},
    event::APPLICATION,
    extension::{OWN_EVENT, OWN_INFO, UNIVERSITY},
    node::{SWEDISH, Told},
};
use crate::proto::v1::{
    ApplicationWindow, Audience, Code, Course, CourseOffer, Fee, Finding, LocalizedText,
    LocalizedUrl, Offering, StudyMode,
};

/// The university, as a provider.
#[derive(Clone, Debug, Default)]
pub struct University {
    /// The id that its offers name it by.
    pub provider_id: String,
    pub name: String,
    pub organization_number: String,
    pub edit_time: Option<Timestamp>,
}

/// Writes a document, event by event.
pub struct Writer<W> {
    out: W,
    /// Courses by their ids, each with the offer that told of it.
    courses: BTreeMap<String, (Course, String)>,
    count: usize,
    findings: Vec<Finding>,
}

impl<W: Write> Writer<W> {
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"educationEvents\": [")?;
        Ok(Self {
            out,
            courses: BTreeMap::new(),
            count: 0,
            findings: Vec::new(),
        })
    }

    pub fn write(&mut self, id: &str, offer: &CourseOffer) -> io::Result<()> {
        let mut told = Told::of(id);
        let mut course = offer.course.clone().unwrap_or_default();
        if course.id.is_empty() {
            told.say("course_offer.course.id", rules::course_without_id());
            id.clone_into(&mut course.id);
        }
        let offering = offer.offering.clone().unwrap_or_default();
        let content = event(id, &course.id, &offering, &offer.themes, &mut told);
        self.item(id, content)?;
        match self.courses.get(&course.id) {
            Some((known, _)) if *known == course => {}
            Some((known, _)) => {
                for field in differing(known, &course) {
                    told.say(field, rules::course_disagrees());
                }
            }
            None => {
                self.courses
                    .insert(course.id.clone(), (course, id.to_owned()));
            }
        }
        self.findings.append(&mut told.findings);
        Ok(())
    }

    /// Writes the courses and the university, and tells what was found.
    pub fn end(mut self, university: &University) -> io::Result<(W, Vec<Finding>)> {
        self.out.write_all(b"\n], \"educationInfos\": [")?;
        self.count = 0;
        for (id, (course, _)) in std::mem::take(&mut self.courses) {
            let mut told = Told::of(&id);
            let content = info(&id, &course, &mut told);
            self.item(&id, content)?;
            self.findings.append(&mut told.findings);
        }
        self.out.write_all(b"\n], \"educationProviders\": [")?;
        self.count = 0;
        if !university.provider_id.is_empty() {
            let mut told = Told::of(&university.provider_id);
            let content = provider(university, &mut told);
            self.item(&university.provider_id, content)?;
            self.findings.append(&mut told.findings);
        }
        self.out.write_all(b"\n]}\n")?;
        Ok((self.out, self.findings))
    }

    fn item(&mut self, id: &str, content: Fields) -> io::Result<()> {
        let comma: &[u8] = if self.count == 0 { b"\n" } else { b",\n" };
        self.count += 1;
        self.out.write_all(comma)?;
        let item = json!({"id": id, "status": "ACTIVE", "content": content.value()});
        serde_json::to_writer(&mut self.out, &item).map_err(io::Error::from)
    }
}

/// The fields of an object that say something.
struct Fields(Map<String, Value>);

impl Fields {
    fn of(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Self {
        let said = fields.into_iter();
        Self(
            said.filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        )
    }

    fn value(self) -> Value {
        Value::Object(self.0)
    }

    /// None where nothing is said.
    fn some(self) -> Option<Value> {
        (!self.0.is_empty()).then(|| self.value())
    }

    fn require(&self, names: &[&str], told: &mut Told) {
        for name in names.iter().filter(|name| !self.0.contains_key(**name)) {
            told.say(format!("content.{name}"), rules::required());
        }
    }
}

fn info(id: &str, course: &Course, told: &mut Told) -> Fields {
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

fn event(
    id: &str,
    education: &str,
    offering: &Offering,
    themes: &[String],
    told: &mut Told,
) -> Fields {
    let execution = offering.execution.as_ref();
    let round = offering.round_code.parse::<i32>().ok();
    let round = round.and_then(|round| u32::try_from(round).ok());
    let round = round.filter(|round| round.to_string() == offering.round_code);
    let fields = Fields::of([
        ("identifier", Some(id.into())),
        ("education", Some(education.into())),
        (
            "providers",
            list(&offering.provider_ids, |id| Some(id.clone().into())),
        ),
        ("title", strings(&offering.title)),
        ("description", strings(&offering.description)),
        ("url", urls(&offering.urls)),
        (
            "execution",
            execution.map(|execution| {
                Fields::of([
                    (
                        "condition",
                        code(
                            "C_ExecutionCondition",
                            codes::CONDITIONS,
                            &execution.condition(),
                        ),
                    ),
                    ("start", text(&execution.start_date)),
                    ("end", text(&execution.end_date)),
                ])
                .value()
            }),
        ),
        (
            "locations",
            list(&offering.places, |place| {
                Fields::of([
                    ("areaCode", text(&place.municipality_code)),
                    ("town", text(&place.town)),
                ])
                .some()
            }),
        ),
        (
            "languageOfInstructions",
            list(&offering.languages, |code| Some(code.clone().into())),
        ),
        (
            "paceOfStudy",
            offering.pace.as_ref().map(|pace| {
                Fields::of([
                    (
                        "percentage",
                        (pace.percent > 0).then(|| pace.percent.into()),
                    ),
                    ("individual", pace.individual.then_some(Value::Bool(true))),
                ])
                .value()
            }),
        ),
        (
            "timeOfStudy",
            code("C_TimeOfStudy", codes::TIMES, &offering.study_time()),
        ),
        ("distance", distance(offering)),
        (
            "isCancelled",
            Some((code_state(offering) == Some("cancelled")).into()),
        ),
        ("application", application(&offering.application_windows)),
        ("places", offering.capacity.map(Value::from)),
        ("fees", list(&offering.fees, |one| Some(fee(one)))),
        (
            "keywords",
            list(&offering.keywords, |word| Some(swedish(word))),
        ),
        ("lastEdited", time(offering.edit_time.as_ref())),
        ("expires", time(offering.expire_time.as_ref())),
        (
            "extensions",
            extensions([
                university_extension(offering, round),
                own_extension(offering, round, themes),
            ]),
        ),
    ]);
    fields.require(&["providers", "lastEdited", "expires", "execution"], told);
    fields
}

fn code_state(offering: &Offering) -> Option<&'static str> {
    codes::code_of(codes::STATES, &offering.state())
}

fn is_distance(offering: &Offering) -> bool {
    let mode = offering.mode();
    matches!(mode, StudyMode::Distance | StudyMode::Blended)
        || offering.mandatory_sessions.is_some()
}

fn distance(offering: &Offering) -> Option<Value> {
    is_distance(offering).then(|| {
        let sessions = offering.mandatory_sessions.map(Value::from);
        Fields::of([("noOfMandatorySessions", sessions)]).value()
    })
}

/// EMIL has one application: the one that all can use, or else the first.
fn application(windows: &[ApplicationWindow]) -> Option<Value> {
    let is_for_all = |window: &&ApplicationWindow| window.target_group.is_empty();
    let window = windows
        .iter()
        .find(is_for_all)
        .or_else(|| windows.first())?;
    Some(Fields::of(window_fields(window)).value())
}

fn window_fields(window: &ApplicationWindow) -> [(&'static str, Option<Value>); 6] {
    [
        ("first", text(&window.first_date)),
        ("last", text(&window.last_date)),
        ("continuous", window.continuous.then_some(Value::Bool(true))),
        ("code", text(&window.code)),
        (
            "url",
            text(&window.url).map(|url| json!({"urls": [{"lang": SWEDISH, "value": url}]})),
        ),
        ("instruction", strings(&window.instructions)),
    ]
}

fn fee(fee: &Fee) -> Value {
    Fields::of([
        ("totalAmount", number(&fee.amount)),
        ("currency", text(&fee.currency)),
        (
            "condition",
            text(&fee.purpose).map(|_| swedish(&fee.purpose)),
        ),
    ])
    .value()
}

fn university_extension(offering: &Offering, round: Option<u32>) -> Option<Fields> {
    let (term, year) = offering.start_term.split_at_checked(2).unwrap_or_default();
    let semester = codes::SEMESTERS.iter().find(|(_, known)| *known == term);
    let period = Fields::of([
        ("semester", semester.map(|(code, _)| (*code).into())),
        ("year", semester.map(|_| format!("20{year}").into())),
        (
            "periodNumber",
            (offering.start_period > 0).then(|| offering.start_period.into()),
        ),
    ]);
    let start = Fields::of([
        (
            "week",
            (offering.start_week > 0).then(|| offering.start_week.into()),
        ),
        ("period", period.some()),
    ]);
    let start = start.some();
    let says_something = start.is_some() || round.is_some() || !offering.funding_code.is_empty();
    says_something.then(|| {
        Fields::of([
            ("type", Some(UNIVERSITY.into())),
            ("startPeriod", start.or_else(|| Some(json!({})))),
            ("courseRound", round.map(Value::from)),
            ("formOfFunding", text(&offering.funding_code)),
        ])
    })
}

/// What EMIL has no place for.
fn own_extension(offering: &Offering, round: Option<u32>, themes: &[String]) -> Option<Fields> {
    let execution = offering.execution.clone().unwrap_or_default();
    let cancelled = code_state(offering) == Some("cancelled");
    let state = code_state(offering)
        .filter(|_| codes::implied_state(cancelled, execution.condition()) != offering.state());
    let implied = codes::implied_mode(is_distance(offering), offering.mandatory_sessions);
    let mode = codes::code_of(codes::MODES, &offering.mode());
    let fields = Fields::of([
        ("themes", list(themes, |theme| Some(theme.clone().into()))),
        ("state", state.map(Value::from)),
        (
            "mode",
            mode.filter(|_| implied != offering.mode()).map(Value::from),
        ),
        (
            "roundCode",
            round
                .is_none()
                .then(|| text(&offering.round_code))
                .flatten(),
        ),
        (
            "applicationWindows",
            own_windows(&offering.application_windows),
        ),
    ]);
    (!fields.0.is_empty()).then(|| {
        let mut fields = fields;
        fields.0.insert("type".to_owned(), OWN_EVENT.into());
        fields
    })
}

fn own_windows(windows: &[ApplicationWindow]) -> Option<Value> {
    if let [one] = windows {
        let has_days = one.continuous || !one.first_date.is_empty() || !one.last_date.is_empty();
        if one.id == APPLICATION && one.target_group.is_empty() && has_days {
            return None;
        }
    }
    list(windows, |window| {
        let head = [
            ("id", text(&window.id)),
            (
                "targetGroup",
                list(&audiences(&window.target_group), |code| {
                    Some((*code).into())
                }),
            ),
        ];
        Some(Fields::of(head.into_iter().chain(window_fields(window))).value())
    })
}

/// Extensions, each with an id as EMIL demands.
fn extensions(all: [Option<Fields>; 2]) -> Option<Value> {
    let all = all.into_iter().flatten().enumerate();
    let all = all.map(|(index, mut fields)| {
        fields.0.insert("id".to_owned(), index.to_string().into());
        fields.value()
    });
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then_some(Value::Array(all))
}

fn provider(university: &University, told: &mut Told) -> Fields {
    let fields = Fields::of([
        ("identifier", Some(university.provider_id.clone().into())),
        (
            "name",
            text(&university.name).map(|_| swedish(&university.name)),
        ),
        ("organisationNumber", text(&university.organization_number)),
        ("lastEdited", time(university.edit_time.as_ref())),
    ]);
    let required = [
        "lastEdited",
        "name",
        "url",
        "contactAddress",
        "emailAddresses",
        "responsibleBody",
    ];
    fields.require(&required, told);
    fields
}

fn coded(list: &str, code: &str) -> Value {
    json!({"type": list, "code": code})
}

fn code<T: PartialEq>(list: &str, table: codes::Table<T>, value: &T) -> Option<Value> {
    codes::code_of(table, value).map(|code| coded(list, code))
}

fn audiences(audience: &[i32]) -> Vec<&'static str> {
    let known = audience
        .iter()
        .filter_map(|one| Audience::try_from(*one).ok());
    known
        .filter_map(|one| codes::code_of(codes::ALL_AUDIENCES, &one))
        .collect()
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| text.into())
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Option<Value>) -> Option<Value> {
    (!items.is_empty()).then(|| items.iter().filter_map(value).collect())
}

fn swedish(value: &str) -> Value {
    json!({"strings": [{"lang": SWEDISH, "value": value}]})
}

fn strings(texts: &[LocalizedText]) -> Option<Value> {
    let strings = list(texts, |text| {
        Some(json!({"lang": text.language, "value": text.value}))
    })?;
    Some(json!({"strings": strings}))
}

fn urls(urls: &[LocalizedUrl]) -> Option<Value> {
    let urls = list(urls, |url| {
        Some(json!({"lang": url.language, "value": url.url}))
    })?;
    Some(json!({"urls": urls}))
}

fn open_codes(all: &[Code]) -> Option<Value> {
    list(all, |code| Some(coded(&code.list, &code.code)))
}

/// A decimal as a number: a whole one without a point.
fn number(decimal: &str) -> Option<Value> {
    if let Ok(whole) = decimal.parse::<u64>() {
        return Some(whole.into());
    }
    decimal.parse::<f64>().ok().map(Value::from)
}

fn time(time: Option<&Timestamp>) -> Option<Value> {
    super::super::local_time::write(time?).map(Value::from)
}

/// The fields in which two tellings of a course differ.
fn differing(one: &Course, other: &Course) -> Vec<&'static str> {
    let course = |field| move |differs: bool| differs.then_some(field);
    let found = [
        course("course_offer.course.code")(one.code != other.code),
        course("course_offer.course.form")(one.form != other.form),
        course("course_offer.course.title")(one.title != other.title),
        course("course_offer.course.description")(one.description != other.description),
        course("course_offer.course.eligibility")(one.eligibility != other.eligibility),
        course("course_offer.course.credits")(one.credits != other.credits),
        course("course_offer.course.audience")(one.audience != other.audience),
    ];
    let found: Vec<_> = found.into_iter().flatten().collect();
    if found.is_empty() {
        vec!["course_offer.course"]
    } else {
        found
    }
}
