//! What holding a request against the contract takes, beside plain decoding of the same bytes: creations of some 2 KB, made of
//! the samples in `docs/samples/`. Check and decoding take turns in one run; what counts is the median of their ratios.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops when it can not go on"
)]

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use prost::Message as _;
use prost_reflect::{DynamicMessage, Value};
use styrkedja::{contract, proto::v1::CreateDocumentRequest};

const SAMPLES: [&str; 3] = ["analysis", "action-plan", "follow-up-report"];
const BYTES: usize = 2048;
const PAIRS: usize = 15;
const TURN: Duration = Duration::from_millis(100);

fn main() {
    let contract = contract::load().expect("the contract is complete");
    let rules = contract
        .request("styrkedja.v1.CreateDocumentRequest")
        .expect("it is a request");
    println!(
        "{:<17} {:>6} {:>12} {:>12} {:>6}",
        "sample", "bytes", "decode, ns", "check, ns", "ratio"
    );
    for sample in SAMPLES {
        let request = request(sample);
        rules.check(&request).expect("it keeps the rules");
        let turns: Vec<_> = (0..PAIRS)
            .map(|_| {
                let decode = nanoseconds(|| {
                    black_box(CreateDocumentRequest::decode(black_box(&*request)).is_ok())
                });
                let check = nanoseconds(|| black_box(rules.check(black_box(&request)).is_ok()));
                (decode, check)
            })
            .collect();
        println!(
            "{sample:<17} {:>6} {:>12.0} {:>12.0} {:>6.2}",
            request.len(),
            median(turns.iter().map(|(decode, _)| *decode)),
            median(turns.iter().map(|(_, check)| *check)),
            median(turns.iter().map(|(decode, check)| check / decode)),
        );
    }
}

/// The creation of the sample, from which items are taken until it is small enough.
fn request(sample: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/samples/{sample}.json"));
    let json = std::fs::read_to_string(file).expect("the sample can be read");
    let of = |name: &str| contract::descriptors().get_message_by_name(name);
    let mut reader = serde_json::Deserializer::from_str(&json);
    let document = of("styrkedja.v1.Document").expect("it has documents");
    let mut document =
        DynamicMessage::deserialize(document, &mut reader).expect("the sample is a document");
    while document.encoded_len() > BYTES {
        shorten(&mut document);
    }
    let request = of("styrkedja.v1.CreateDocumentRequest").expect("it has creations");
    let mut request = DynamicMessage::new(request);
    let id = "0199e5c4-0000-7000-8000-000000000001".to_owned();
    request.set_field_by_name("request_id", Value::String(id));
    request.set_field_by_name("document", Value::Message(document));
    request.encode_to_vec()
}

/// Takes the last item from the longest list of the content.
fn shorten(document: &mut DynamicMessage) {
    let content = document
        .fields_mut()
        .find(|(field, _)| field.containing_oneof().is_some())
        .and_then(|(_, content)| content.as_message_mut());
    let lists = content.expect("it has a content").fields_mut();
    let longest = lists
        .filter_map(|(_, list)| list.as_list_mut())
        .max_by_key(|list| list.len());
    longest.and_then(Vec::pop).expect("it has a list");
}

/// What one call takes.
fn nanoseconds(call: impl Fn() -> bool) -> f64 {
    let began = Instant::now();
    let mut calls = 0_u32;
    while began.elapsed() < TURN {
        for _ in 0..100 {
            call();
        }
        calls += 100;
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
