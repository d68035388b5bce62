//! Offers that have one fault each: it is named, and stops that offer alone.

use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint},
};
use styrkedja::proto::v1::{
    ApplicationWindow, CourseOffer, Offering, Severity, SubmissionRow, SubmittedOffer,
    submit_course_offers_request::Part,
};
use tonic_types::StatusExt;

use super::{END, delta, offer, sample, stands, submit};
use crate::{offers::UPPSALA, push::status, world::World};

stories!(each_fault_is_named_and_stops_its_offer_alone);

/// A fault, and the rule or the field that is told of it.
type Fault = (&'static str, fn(&mut CourseOffer));

const FAULTS: [Fault; 6] = [
    ("course_offer.municipality_unknown", |one| {
        "9999".clone_into(&mut offering(one).places[0].municipality_code);
    }),
    ("document.period_reversed", |one| {
        let dates = offering(one).execution.get_or_insert_default();
        "2027-06-01".clone_into(&mut dates.start_date);
        "2027-01-18".clone_into(&mut dates.end_date);
    }),
    ("course_offer.windows_overlap", |one| {
        let windows = &mut offering(one).application_windows;
        windows.clear();
        windows.extend(["w1", "w2"].map(|id| ApplicationWindow {
            id: id.to_owned(),
            first_date: "2026-03-01".to_owned(),
            last_date: "2026-04-01".to_owned(),
            ..ApplicationWindow::default()
        }));
    }),
    ("course_offer.text_marked_up", |one| {
        "<p>Kursen</p>".clone_into(description(one));
    }),
    ("course_offer.text_marked_up", |one| {
        "Kursen <script>alert(1)</script>".clone_into(description(one));
    }),
    ("offer.themes[0]", |one| {
        "Inget tema".clone_into(&mut one.themes[0]);
    }),
];

fn offering(one: &mut CourseOffer) -> &mut Offering {
    one.offering.as_mut().expect("it is given")
}

fn description(one: &mut CourseOffer) -> &mut String {
    let course = one.course.as_mut().expect("it is taught");
    &mut course.description[0].value
}

async fn each_fault_is_named_and_stops_its_offer_alone(world: World) {
    let uppsala = world.coordinator_of(UPPSALA).await;
    let mut parts = vec![offer("first", 1)];
    for (number, (_, fault)) in FAULTS.iter().enumerate() {
        let mut one = sample();
        fault(&mut one);
        parts.push(stands(&format!("faulty-{number}"), one));
    }
    parts.extend([minus_one("minus"), offer("last", 1), END]);
    let told = submit(&uppsala, &delta(), parts).await.expect("it goes on");
    let [first, faulty @ .., minus, last] = &*told.rows else {
        panic!("each is answered: {told:?}")
    };
    for whole in [first, last] {
        assert_eq!(super::word(whole), "created");
    }
    let expected = FAULTS.map(|(fault, _)| vec![fault.to_owned()]);
    let named: Vec<_> = faulty.iter().map(named).collect();
    assert_eq!(named, expected);
    assert_eq!(self::named(minus), ["offer.offering.capacity"]);
}

/// The rules that stop an offer, or the fields that are not as the contract says.
fn named(row: &SubmissionRow) -> Vec<String> {
    assert_eq!(row.document_id, "");
    if let Some(refusal) = &row.refusal {
        let faults = status(refusal).get_details_bad_request();
        let faults = faults.expect("it names fields").field_violations;
        return faults.into_iter().map(|fault| fault.field).collect();
    }
    let rules = row
        .findings
        .iter()
        .filter(|one| one.severity() == Severity::Error);
    rules.map(|one| one.rule.clone()).collect()
}

/// The sample with -1 places, which our types can not say.
fn minus_one(id: &str) -> Part {
    let mut one = sample();
    offering(&mut one).capacity = None;
    let mut occasion = one.offering.take().expect("it is given").encode_to_vec();
    encode_key(9, WireType::Varint, &mut occasion);
    encode_varint(u64::MAX, &mut occasion);
    let mut content = one.encode_to_vec();
    put(2, &occasion, &mut content);
    let mut submitted = SubmittedOffer {
        id: id.to_owned(),
        offer: None,
    }
    .encode_to_vec();
    put(2, &content, &mut submitted);
    Part::Offer(submitted.into())
}

/// Adds a message in a field.
fn put(field: u32, message: &[u8], into: &mut Vec<u8>) {
    encode_key(field, WireType::LengthDelimited, into);
    encode_varint(message.len() as u64, into);
    into.extend_from_slice(message);
}
