//! Writes offers as EMIL 3: an event for each, each course once, and the university as their provider. Says nothing that the
//! offers do not say: what EMIL requires and they lack is told.

mod event;
mod extension;
mod fields;
mod info;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use prost_types::Timestamp;
use serde_json::json;

use super::{super::rules, node::Told};
use crate::proto::v1::{Course, CourseOffer, Finding};
use event::event;
use fields::{Fields, swedish, text, time};
use info::info;

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
