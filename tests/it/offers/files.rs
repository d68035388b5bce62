//! The commands for files of course offers, run as programs against a real server.

mod broken;
mod trial;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::{Value, json};
use styrkedja::proto::v1::{DocumentKind, ListDocumentsRequest};

use super::UPPSALA;
use crate::world::{Caller, World};

stories!(
    a_file_is_submitted_and_comes_back_as_it_was,
    a_dry_run_writes_nothing,
    faults_are_told_by_sort_and_every_row_is_reported,
    a_catalogue_that_is_cut_withdraws_nothing_and_a_whole_one_does,
    a_table_is_submitted_found_and_its_places_are_taken,
);

/// Runs `styrkedja offers` as a caller, in the folder of the world.
pub async fn offers(world: &World, caller: &Caller, arguments: &[&str]) -> Output {
    offers_at(&world.address(), world, caller, arguments).await
}

/// As `offers`, where the server is reached elsewhere.
async fn offers_at(server: &str, world: &World, caller: &Caller, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_styrkedja"));
    command
        .arg("offers")
        .args(arguments)
        .args(["--server", server])
        .env("STYRKEDJA_TOKEN", world.token_of(&caller.subject))
        .current_dir(world.place().folder());
    tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it ends")
        .expect("it runs")
}

pub fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command printed as JSON.
pub fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output:?}"))
}

fn sample(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("docs/samples")
        .join(name);
    path.to_string_lossy().into_owned()
}

fn emil() -> Value {
    let text = fs::read_to_string(sample("offers-emil.json")).expect("the sample is there");
    serde_json::from_str(&text).expect("it is JSON")
}

/// Puts a file into the folder of the world.
fn put(world: &World, name: &str, text: &str) {
    fs::write(world.place().folder().join(name), text).expect("it is written");
}

/// How many offers stand.
async fn standing(caller: &Caller) -> usize {
    let request = ListDocumentsRequest {
        kinds: vec![DocumentKind::CourseOffer.into()],
        page_size: 200,
        ..ListDocumentsRequest::default()
    };
    let answer = caller.documents().list_documents(request).await;
    answer
        .expect("they are listed")
        .into_inner()
        .documents
        .len()
}

async fn a_file_is_submitted_and_comes_back_as_it_was(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let file = sample("offers-emil.json");
    let first = offers(&world, &coordinator, &["submit", &file, "--output", "json"]).await;
    assert!(first.status.success(), "{first:?}");
    let first = told(&first);
    assert_eq!(
        (&first["created"], &first["ended"]),
        (&json!(1), &json!(true))
    );
    let again = offers(&world, &coordinator, &["submit", &file, "--output", "json"]).await;
    assert_eq!(told(&again)["unchanged"], 1, "{again:?}");

    let export = offers(&world, &coordinator, &["export", "--out", "back.json"]).await;
    assert!(export.status.success(), "{export:?}");
    let back = fs::read_to_string(world.place().folder().join("back.json")).expect("it is there");
    let back: Value = serde_json::from_str(&back).expect("it is JSON");
    for list in ["educationInfos", "educationEvents"] {
        assert_eq!(back[list], emil()[list], "{list}");
    }
    let provider = &back["educationProviders"][0]["content"];
    assert_eq!(
        (&provider["identifier"], &provider["organisationNumber"]),
        (&json!("p.uoh.uu"), &json!("2021002932"))
    );

    let id = first["submission"].as_str().expect("it has an id");
    let report = offers(
        &world,
        &coordinator,
        &["report", id, "--report", "rows.csv"],
    )
    .await;
    assert!(printed(&report).contains("delta"), "{report:?}");
    let rows = fs::read_to_string(world.place().folder().join("rows.csv")).expect("it is there");
    assert!(
        rows.contains("e.uoh.uu.rektorsprogrammet.ht26,created"),
        "{rows}"
    );
    let list = offers(&world, &coordinator, &["submissions"]).await;
    assert!(printed(&list).contains(id), "{list:?}");
}

async fn a_dry_run_writes_nothing(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let file = sample("offers-emil.json");
    let run = offers(&world, &coordinator, &["submit", &file, "--dry-run"]).await;
    assert!(
        run.status.success() && printed(&run).contains("dry run"),
        "{run:?}"
    );
    assert_eq!(standing(&coordinator).await, 0);
}

async fn faults_are_told_by_sort_and_every_row_is_reported(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let mut file = emil();
    let event = file["educationEvents"][0].clone();
    for (id, change) in [
        ("e.unread", ("places", json!("sextio"))),
        (
            "e.refused",
            (
                "execution",
                json!({"condition": {"type": "C_ExecutionCondition", "code": "1"}, "start": "2029-01-01", "end": "2026-01-01"}),
            ),
        ),
        ("e.noted", ("examiningBodies", json!(["p.uoh.su"]))),
    ] {
        let mut event = event.clone();
        event["id"] = json!(id);
        event["content"]["identifier"] = json!(id);
        event["content"][change.0] = change.1;
        file["educationEvents"]
            .as_array_mut()
            .expect("a list")
            .push(event);
    }
    put(&world, "faulty.json", &file.to_string());
    let run = offers(
        &world,
        &coordinator,
        &["submit", "faulty.json", "--report", "rows.jsonl"],
    )
    .await;
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    for part in [
        "Talet är skrivet som text",
        "Sista dagen",
        "Utbytet sparar inte fältet",
        "e.unread",
    ] {
        assert!(
            printed(&run).contains(part),
            "{part} is not in: {}",
            printed(&run)
        );
    }
    let rows = fs::read_to_string(world.place().folder().join("rows.jsonl")).expect("it is there");
    let rows: Vec<Value> = rows
        .lines()
        .map(|row| serde_json::from_str(row).expect("a row"))
        .collect();
    let outcome = |id: &str| {
        let row = rows.iter().find(|row| row["id"] == id);
        row.map(|row| row["outcome"].as_str().expect("a word").to_owned())
    };
    assert_eq!(outcome("e.unread").as_deref(), Some("not-sent"));
    assert_eq!(outcome("e.refused").as_deref(), Some("refused"));
    assert_eq!(outcome("e.noted").as_deref(), Some("created"));
    assert_eq!(standing(&coordinator).await, 2);

    let check = offers(
        &world,
        &coordinator,
        &["check", "faulty.json", "--lang", "en"],
    )
    .await;
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    assert!(
        printed(&check).contains("e.refused") && printed(&check).contains("e.unread"),
        "{check:?}"
    );
}

async fn a_catalogue_that_is_cut_withdraws_nothing_and_a_whole_one_does(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let mut file = emil();
    let event = file["educationEvents"][0].clone();
    for id in ["e.2", "e.3"] {
        let mut event = event.clone();
        event["id"] = json!(id);
        event["content"]["identifier"] = json!(id);
        file["educationEvents"]
            .as_array_mut()
            .expect("a list")
            .push(event);
    }
    put(&world, "all.json", &file.to_string());
    let all = offers(
        &world,
        &coordinator,
        &["submit", "all.json", "--mode", "catalogue"],
    )
    .await;
    assert!(all.status.success(), "{all:?}");
    assert_eq!(standing(&coordinator).await, 3);

    // A document that ends inside of its second event.
    let infos = emil()["educationInfos"].to_string();
    let cut = format!("{{\"educationInfos\":{infos},\"educationEvents\":[{event},{{\"id\":\"e.2\"");
    put(&world, "cut.json", &cut);
    let run = offers(
        &world,
        &coordinator,
        &[
            "submit",
            "cut.json",
            "--mode",
            "catalogue",
            "--confirm-withdrawals",
            "9",
        ],
    )
    .await;
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(
        String::from_utf8_lossy(&run.stderr).contains("nothing was withdrawn"),
        "{run:?}"
    );
    assert_eq!(standing(&coordinator).await, 3);

    let empty = [
        "submit",
        "empty.json",
        "--mode",
        "catalogue",
        "--confirm-withdrawals",
        "9",
    ];
    put(&world, "empty.json", "{\"educationEvents\": []}");
    let run = offers(&world, &coordinator, &empty).await;
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert_eq!(standing(&coordinator).await, 3);

    // The same catalogue, whole, withdraws the two that it does not name once that is agreed to.
    let whole = sample("offers-emil.json");
    let run = offers(
        &world,
        &coordinator,
        &["submit", &whole, "--mode", "catalogue"],
    )
    .await;
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert_eq!(standing(&coordinator).await, 3);
    let agreed = [
        "submit",
        &whole,
        "--mode",
        "catalogue",
        "--confirm-withdrawals",
        "2",
    ];
    let run = offers(&world, &coordinator, &agreed).await;
    assert!(run.status.success(), "{run:?}");
    assert_eq!(standing(&coordinator).await, 1);
}

async fn a_table_is_submitted_found_and_its_places_are_taken(world: World) {
    let coordinator = world.coordinator_of(UPPSALA).await;
    let run = offers(
        &world,
        &coordinator,
        &["submit", &sample("offers.csv"), "--output", "json"],
    )
    .await;
    assert!(run.status.success(), "{run:?}");
    assert_eq!(told(&run)["created"], 2);

    let head = world.head_of("Bergs kommun").await;
    let found = offers(
        &world,
        &head,
        &[
            "search",
            "språk",
            "--audience",
            "teacher",
            "--output",
            "json",
        ],
    )
    .await;
    assert!(found.status.success(), "{found:?}");
    let found = told(&found);
    let offer = found["offers"][0]["document"]["id"]
        .as_str()
        .expect("it is found")
        .to_owned();
    let hold = [
        "hold",
        &offer,
        "--for",
        "2120002502",
        "--audience",
        "teacher",
        "--places",
        "10",
        "--output",
        "json",
    ];
    let booked = offers(&world, &head, &hold).await;
    assert!(booked.status.success(), "{booked:?}");
    let booked = told(&booked);
    let (id, etag) = (
        booked["id"].as_str().expect("an id"),
        booked["etag"].as_str().expect("an etag"),
    );
    let confirmed = offers(
        &world,
        &head,
        &["confirm", id, "--etag", etag, "--output", "json"],
    )
    .await;
    assert_eq!(
        told(&confirmed)["state"],
        "BOOKING_STATE_CONFIRMED",
        "{confirmed:?}"
    );
    let places = offers(
        &world,
        &coordinator,
        &["places", &offer, "--output", "json"],
    )
    .await;
    assert_eq!(told(&places)["confirmed"], 10, "{places:?}");
    let etag = told(&confirmed)["etag"]
        .as_str()
        .expect("an etag")
        .to_owned();
    let released = offers(&world, &head, &["release", id, "--etag", &etag]).await;
    assert!(
        released.status.success() && printed(&released).contains("released"),
        "{released:?}"
    );

    for command in [&["match"][..], &["search"]] {
        let run = offers(&world, &head, command).await;
        assert!(run.status.success(), "{run:?}");
    }
}
