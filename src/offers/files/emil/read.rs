//! Reads EMIL files into offers, in two passes: first what events refer to, then the events, one at a time.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufRead, BufReader, Read, Seek},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    super::{Part, Row, rules},
    event, info,
    items::{self, Found, Sort},
    json::{self, Read as Json, shown},
    node::{Object, Told},
    provider,
};
use crate::{
    files,
    organizations::{codes::OrganizationNumber, findings::refuses},
    proto::v1::{Course, SubmittedOffer},
};

/// Reads the files, and gives each row as it is known. Only what the machine can not read is an error.
pub fn read(
    paths: &[PathBuf],
    university: Option<&OrganizationNumber>,
    give: &mut dyn FnMut(Row),
) -> io::Result<()> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(open(path, give)?);
    }
    let mut known = Known::default();
    for file in &mut files {
        file.each(&mut |place, found| known.first(&place, found, university, give))?;
    }
    for file in &mut files {
        file.each(&mut |place, found| known.second(&place, found, give))?;
    }
    known.tell_unused(give);
    Ok(())
}

struct Opened {
    name: String,
    input: BufReader<fs::File>,
    start: u64,
}

/// Opens a file that can be read. None: what is wrong was told.
fn open(path: &Path, give: &mut dyn FnMut(Row)) -> io::Result<Option<Opened>> {
    let name = files::name(path);
    let mut input = BufReader::new(fs::File::open(path)?);
    let mut head = Vec::new();
    input.by_ref().take(3).read_to_end(&mut head)?;
    let (start, saying) = match head.as_slice() {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [_, 0, ..] | [0, _, ..] => (0, Some(rules::utf16())),
        [0xEF, 0xBB, 0xBF] => (3, None),
        _ => (0, None),
    };
    input.seek(io::SeekFrom::Start(start))?;
    let is_empty = saying.is_none() && input.fill_buf()?.is_empty();
    let saying = saying.or_else(|| is_empty.then(files::rules::empty));
    if let Some(saying) = saying {
        give(Row::unread(&name, "", vec![saying.at("", name.clone())]));
        return Ok(None);
    }
    Ok(Some(Opened { name, input, start }))
}

impl Opened {
    /// Tells all that is in the file, each with its place.
    fn each(&mut self, take: &mut dyn FnMut(String, Found)) -> io::Result<()> {
        self.input.seek(io::SeekFrom::Start(self.start))?;
        let name = &self.name;
        items::each(&mut self.input, &mut |line, found| {
            take(format!("{name}:{line}"), found);
        })
    }
}

/// What the first pass has found.
#[derive(Default)]
struct Known {
    infos: HashMap<String, Info>,
    /// Providers whose number is stated: whether it is another's.
    foreign: HashMap<String, bool>,
}

struct Info {
    place: String,
    course: Course,
    is_faulty: bool,
    is_used: bool,
}

/// An item out of its wrapper.
struct Item<'v> {
    id: String,
    sort: Sort,
    /// None: it was taken away.
    content: Option<Object<'v>>,
}

impl Known {
    /// Keeps infos and providers, and tells all faults but those of events.
    fn first(
        &mut self,
        place: &str,
        found: Found,
        university: Option<&OrganizationNumber>,
        give: &mut dyn FnMut(Row),
    ) {
        let (sort, bytes) = match found {
            Found::Item(sort, bytes) => (sort, bytes),
            fault @ (Found::TooLarge(_)
            | Found::Unknown(_)
            | Found::UnknownList(_)
            | Found::Syntax
            | Found::Cut) => {
                return give(faulty_part(place, fault));
            }
        };
        if sort == Some(Sort::Event) {
            return;
        }
        let mut told = Told::of(place);
        let Some(value) = parsed(&bytes, &mut told) else {
            return give(Row::unread(place, "", told.findings));
        };
        let Some(item) = unwrap(&value, sort, &mut told) else {
            return give(Row::unread(place, "", told.findings));
        };
        if item.sort == Sort::Event {
            return;
        }
        told.key.clone_from(&item.id);
        match (item.sort, item.content) {
            (Sort::Info, Some(content)) => {
                self.keep_info(place, item.id.clone(), content, &mut told);
            }
            (Sort::Provider, Some(content)) => {
                if let Some(foreign) = provider::is_foreign(content, university, &mut told) {
                    self.foreign.insert(item.id.clone(), foreign);
                }
            }
            (Sort::Event, _) | (_, None) => {}
        }
        if !told.findings.is_empty() {
            give(Row::remark(place, &item.id, told.findings));
        }
    }

    fn keep_info(&mut self, place: &str, id: String, content: Object<'_>, told: &mut Told) {
        let course = info::read(&id, content, told);
        let is_faulty = told.findings.iter().any(refuses);
        match self.infos.get(&id) {
            Some(known) if known.course == course => {}
            Some(_) => told.say("id", rules::info_twice()),
            None => {
                let info = Info {
                    place: place.to_owned(),
                    course,
                    is_faulty,
                    is_used: false,
                };
                self.infos.insert(id, info);
            }
        }
    }

    /// Makes offers of events.
    fn second(&mut self, place: &str, found: Found, give: &mut dyn FnMut(Row)) {
        let Found::Item(sort @ (Some(Sort::Event) | None), bytes) = found else {
            return;
        };
        let mut told = Told::of(place);
        let Some(value) = parsed(&bytes, &mut told) else {
            // Where no list says what it is, the first pass has told.
            if sort.is_some() {
                give(Row::unread(place, "", told.findings));
            }
            return;
        };
        let Some(item) = unwrap(&value, sort, &mut told) else {
            if sort.is_some() {
                give(Row::unread(place, "", told.findings));
            }
            return;
        };
        if item.sort != Sort::Event {
            return;
        }
        told.key.clone_from(&item.id);
        let Some(content) = item.content else {
            return give(if told.findings.iter().any(refuses) {
                Row::unread(place, &item.id, told.findings)
            } else {
                Row {
                    place: place.to_owned(),
                    part: Part::Withdrawal,
                    id: item.id,
                    findings: told.findings,
                }
            });
        };
        let mut event = event::read(content, &mut told);
        event.offer.course = self.course(&event.education, &mut told);
        let providers = event
            .offer
            .offering
            .iter()
            .flat_map(|offering| &offering.provider_ids);
        let foreign: Vec<_> = providers.map(|id| self.foreign.get(id)).collect();
        if !foreign.is_empty() && foreign.iter().all(|foreign| *foreign == Some(&true)) {
            told.say("content.providers", rules::provider_foreign());
        }
        give(if told.findings.iter().any(refuses) {
            Row::unread(place, &item.id, told.findings)
        } else {
            Row {
                place: place.to_owned(),
                part: Part::Offer(Box::new(SubmittedOffer {
                    id: item.id.clone(),
                    offer: Some(event.offer),
                })),
                id: item.id,
                findings: told.findings,
            }
        });
    }

    fn course(&mut self, education: &str, told: &mut Told) -> Option<Course> {
        if education.is_empty() {
            return None;
        }
        let Some(info) = self.infos.get_mut(education) else {
            told.say("content.education", rules::event_without_info());
            return None;
        };
        info.is_used = true;
        if info.is_faulty {
            told.say("content.education", rules::info_faulty());
        }
        Some(info.course.clone())
    }

    fn tell_unused(self, give: &mut dyn FnMut(Row)) {
        let unused = self.infos.into_iter().filter(|(_, info)| !info.is_used);
        let mut unused: Vec<_> = unused.map(|(id, info)| (info.place, id)).collect();
        unused.sort();
        for (place, id) in unused {
            let finding = rules::info_unused().at("id", id.clone());
            give(Row::remark(&place, &id, vec![finding]));
        }
    }
}

fn faulty_part(place: &str, fault: Found) -> Row {
    let at =
        |field: &str, saying: crate::organizations::findings::Saying| vec![saying.at(field, place)];
    match fault {
        Found::Unknown(name) => Row::remark(place, "", at(&shown(&name), rules::field_unknown())),
        Found::UnknownList(name) => {
            Row::unread(place, "", at(&shown(&name), rules::list_unknown()))
        }
        Found::Syntax => Row::unread(place, "", at("", rules::syntax())),
        Found::Cut => Row::unread(place, "", at("", rules::cut())),
        Found::TooLarge(_) | Found::Item(..) => {
            Row::unread(place, "", at("", rules::item_too_large()))
        }
    }
}

fn parsed(bytes: &[u8], told: &mut Told) -> Option<Value> {
    let Some(Json { value, twice }) = json::read(bytes) else {
        told.say("", rules::item_syntax());
        return None;
    };
    for path in twice {
        told.say(path, rules::field_twice());
    }
    Some(value)
}

/// An item out of its wrapper `{id, status, content}`.
fn unwrap<'v>(value: &'v Value, sort: Option<Sort>, told: &mut Told) -> Option<Item<'v>> {
    let mut wrapper = Object::of(value, String::new(), told)?;
    if !wrapper.has("content") {
        told.say("content", rules::wrapper_missing());
        return None;
    }
    let id = wrapper.words("id", told);
    // That it is there says all that the status would.
    wrapper.text("status", told);
    let mut content = wrapper.object("content", told);
    wrapper.end(told);
    if id.is_empty() {
        told.say("id", rules::id_missing());
        return None;
    }
    let Some(sort) = sort.or_else(|| sort_of(&id, content.as_ref())) else {
        told.say("", rules::kind_untold());
        return None;
    };
    if let Some(content) = &mut content {
        match content.text("identifier", told) {
            Some(identifier) if identifier == id => {}
            Some(_) => told.say("content.identifier", rules::id_differs()),
            None => told.say("content.identifier", rules::field_missing()),
        }
    }
    Some(Item { id, sort, content })
}

/// What an item is, by fields that only such have, or by its id.
fn sort_of(id: &str, content: Option<&Object<'_>>) -> Option<Sort> {
    let has = |name: &str| content.is_some_and(|content| content.has(name));
    if has("execution") || has("education") {
        return Some(Sort::Event);
    }
    if has("responsibleBody") || has("organisationNumber") || has("contactAddress") {
        return Some(Sort::Provider);
    }
    if has("resultIsDegree") || has("configuration") || has("subjects") {
        return Some(Sort::Info);
    }
    match id.split_once('.')?.0 {
        "i" => Some(Sort::Info),
        "e" => Some(Sort::Event),
        "p" => Some(Sort::Provider),
        _ => None,
    }
}
