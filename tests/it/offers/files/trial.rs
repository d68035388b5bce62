//! The trial on real programmes of 32 universities, where their folder is: turned into EMIL 3, read, and submitted whole.

use std::{collections::BTreeMap, time::Instant};

use prost::Message;
use serde_json::{Value, json};
use styrkedja::{
    clock,
    offers::files::{self, Format, Part},
    organizations::findings::refuses,
    proto::v1::{
        CreateGrantRequest, ImportHeader, ImportOrganizationsRequest, OrganizationRecord,
        OrganizationType, Role, Submission, SubmissionEnd, SubmissionHeader, SubmissionMode,
        SubmitCourseOffersRequest, SubmittedOffer, import_organizations_request::Part as Imported,
        submit_course_offers_request::Part as Sent,
        submit_course_offers_response::Part as Answered,
    },
};

use crate::world::{Caller, World, ids, real_data, request_id};

stories!(the_programmes_of_thirty_two_universities_are_submitted_whole);

const PROGRAMMES: usize = 729;
const ROUNDS: usize = 3427;
/// The universities of the programme, by the letters of UHR, with how many programmes they have.
const OF_THE_PROGRAMME: [(&str, usize); 8] = [
    ("SU", 64),
    ("GU", 78),
    ("UU", 46),
    ("UMU", 33),
    ("LNU", 30),
    ("KAU", 22),
    ("MIU", 17),
    ("HDA", 13),
];

/// The programmes. None: their folder is not here.
fn programmes() -> Option<Value> {
    let folder = real_data(
        "university-programmes-2010-2022",
        "offers::files::trial, the trial on real programmes",
    )?;
    let text = std::fs::read_to_string(folder.join("programmes.json"));
    Some(serde_json::from_str(&text.expect("it can be read")).expect("it is JSON"))
}

/// The programmes of each university as a document of EMIL 3. The days are those of the terms; where they are given is not
/// in the data, so that the university stands for its town.
fn emil(programmes: &Value) -> BTreeMap<String, Value> {
    let mut documents: BTreeMap<String, Value> = BTreeMap::new();
    for programme in programmes.as_object().expect("an object").values() {
        let text = |name: &str| programme[name].as_str().expect("a text").to_owned();
        let (code, name) = (text("code"), text("name"));
        let (university, number) = code.split_once('-').expect("letters and a number");
        let place = format!("uoh.{}", university.to_lowercase());
        let info = format!("i.{place}.{number}");
        let document = documents
            .entry(university.to_owned())
            .or_insert_with(|| json!({"educationInfos": [], "educationEvents": []}));
        let wrapped =
            |id: &str, content: Value| json!({"id": id, "status": "ACTIVE", "content": content});
        let content = json!({
            "identifier": info, "code": code, "lastEdited": "2022-12-01T12:00:00",
            "title": {"strings": [{"lang": "swe", "value": name}]},
            "type": {"type": "C_SchoolType", "code": "HS"},
            "configuration": {"type": "C_Configuration", "code": "program"},
            "resultIsDegree": true,
        });
        list(document, "educationInfos").push(wrapped(&info, content));
        for (index, round) in programme["statistics"]
            .as_array()
            .expect("a list")
            .iter()
            .enumerate()
        {
            let year = round["year"].as_i64().expect("a year");
            let is_autumn = round["term"] == "HT";
            let (start, end) = if is_autumn {
                (format!("{year}-09-01"), format!("{}-01-19", year + 1))
            } else {
                (format!("{year}-01-20"), format!("{year}-06-05"))
            };
            let semester = if is_autumn { "ht" } else { "vt" };
            let id = format!("e.{place}.{number}.{year}{semester}.{index}");
            let content = json!({
                "identifier": id, "education": info, "providers": [format!("p.{place}")],
                "lastEdited": "2022-12-01T12:00:00", "expires": "2023-01-01T00:00:00",
                "execution": {"condition": {"type": "C_ExecutionCondition", "code": "1"}, "start": start, "end": end},
                "locations": [{"town": text("university")}],
                "places": round["admitted"],
                "isCancelled": false,
                "extensions": [{"type": "UHEventExtension", "id": "0", "startPeriod": {"period": {
                    "year": year.to_string(), "periodNumber": 1, "semester": semester,
                }}}],
            });
            list(document, "educationEvents").push(wrapped(&id, content));
        }
    }
    documents
}

fn list<'v>(document: &'v mut Value, name: &str) -> &'v mut Vec<Value> {
    document[name].as_array_mut().expect("a list")
}

/// The offers of a document, read from a file.
fn read(folder: &std::path::Path, university: &str, document: &Value) -> Vec<SubmittedOffer> {
    let path = folder.join(format!("{university}.json"));
    std::fs::write(&path, document.to_string()).expect("it is written");
    let mut offers = Vec::new();
    let read = files::read(&[path], Format::Emil, None, &mut |row| {
        assert_eq!(row.findings, [], "{}", row.place);
        match row.part {
            Part::Offer(offer) => offers.push(*offer),
            other @ (Part::Withdrawal | Part::Unread | Part::Remark) => {
                panic!("{} is no offer: {other:?}", row.place)
            }
        }
    });
    read.expect("it is read");
    offers
}

async fn the_programmes_of_thirty_two_universities_are_submitted_whole(world: World) {
    let Some(programmes) = programmes() else {
        return;
    };
    let documents = emil(&programmes);
    assert_eq!(documents.len(), 32);
    let infos = |university: &str| {
        documents[university]["educationInfos"]
            .as_array()
            .expect("a list")
            .len()
    };
    assert_eq!(
        documents
            .keys()
            .map(|university| infos(university))
            .sum::<usize>(),
        PROGRAMMES
    );
    for (university, count) in OF_THE_PROGRAMME {
        assert_eq!(infos(university), count, "{university}");
    }
    let names: Vec<_> = documents.keys().cloned().collect();
    register(&world, &names).await;
    let known = ids(&world.operator()).await;

    let (mut created, began) = (0, Instant::now());
    for (university, document) in &documents {
        let offers = read(world.place().folder(), university, document);
        for offer in &offers {
            let judged = files::judge(offer);
            assert!(!judged.iter().any(refuses), "{judged:?}");
        }
        let coordinator = coordinator(&world, university, &known[university]).await;
        let whole = submit(&coordinator, &known[university], &offers).await;
        assert_eq!(
            (whole.created, whole.refused),
            (offers.len() as u64, 0),
            "{university}"
        );
        created += offers.len();
    }
    assert_eq!(created, ROUNDS);
    let took = began.elapsed();
    assert!(took.as_secs() < 120, "it took {took:?}");
    // The same once more costs nothing.
    let university = "SU";
    let offers = read(world.place().folder(), university, &documents[university]);
    let coordinator = coordinator(&world, university, &known[university]).await;
    let again = submit(&coordinator, &known[university], &offers).await;
    assert_eq!((again.unchanged, again.created), (offers.len() as u64, 0));
}

/// An organization number that nobody here has: nine digits and the one that checks them.
fn made_up_number(index: usize) -> String {
    let digits = format!("2021009{index:02}");
    let doubled = digits.bytes().enumerate().map(|(place, byte)| {
        let digit = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    let check = (10 - doubled.sum::<u32>() % 10) % 10;
    format!("{digits}{check}")
}

/// Registers universities by the letters of UHR.
async fn register(world: &World, universities: &[String]) {
    let header = ImportHeader {
        request_id: request_id(),
        validate_only: false,
        source: "Universities of the trial".to_owned(),
    };
    let records = universities.iter().enumerate();
    let records = records.map(|(index, university)| OrganizationRecord {
        key: university.clone(),
        r#type: OrganizationType::University.into(),
        display_name: university.clone(),
        organization_number: made_up_number(index),
        ..OrganizationRecord::default()
    });
    let parts: Vec<_> = std::iter::once(Imported::Header(header))
        .chain(records.map(Imported::Record))
        .map(|part| ImportOrganizationsRequest { part: Some(part) })
        .collect();
    let imported = world
        .operator()
        .organizations()
        .import_organizations(tokio_stream::iter(parts))
        .await
        .expect("they are taken in")
        .into_inner();
    assert_eq!(imported.refused, 0, "{:?}", imported.findings);
}

async fn coordinator(world: &World, university: &str, id: &str) -> Caller {
    let grant = CreateGrantRequest {
        request_id: request_id(),
        subject: format!("exchange:{}", university.to_lowercase()),
        role: Role::UniversityCoordinator.into(),
        organization_id: id.to_owned(),
        ..CreateGrantRequest::default()
    };
    world.granted(&world.officer().await, grant).await
}

async fn submit(caller: &Caller, university: &str, offers: &[SubmittedOffer]) -> Submission {
    let header = SubmissionHeader {
        submission_id: clock::new_id().to_string(),
        university_id: university.to_owned(),
        id_scheme: "emil".to_owned(),
        mode: SubmissionMode::Catalogue.into(),
        ..SubmissionHeader::default()
    };
    let parts: Vec<_> = std::iter::once(Sent::Header(header))
        .chain(
            offers
                .iter()
                .map(|offer| Sent::Offer(offer.encode_to_vec().into())),
        )
        .chain([Sent::End(SubmissionEnd {})])
        .map(|part| SubmitCourseOffersRequest { part: Some(part) })
        .collect();
    let answers = caller
        .offers()
        .submit_course_offers(tokio_stream::iter(parts))
        .await;
    let mut answers = answers.expect("it is taken").into_inner();
    let mut ended = None;
    while let Some(answer) = answers.message().await.expect("it goes on") {
        if let Some(Answered::Ended(whole)) = answer.part {
            ended = Some(whole);
        }
    }
    ended.expect("it ended")
}
