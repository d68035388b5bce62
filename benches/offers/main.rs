//! Course offers submitted in one stream, 10,000 and then 100,000, new and then once more as they stand, each with an answer of
//! its own and a row in the report, the server a process of its own.
//!
//! They are held against raw upserts of as many rows of the same bytes into the same database, as many to a durable
//! transaction as the server writes at a time: on PostgreSQL in one statement of arrays, on SQLite by one prepared statement.
//! Words narrow the run: `cargo bench --bench offers -- sqlite 10000`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops when it can not go on"
)]

#[path = "../submissions/exchange.rs"]
#[expect(
    dead_code,
    reason = "shared with another benchmark, which uses all of it"
)]
mod exchange;
#[path = "../submissions/measure.rs"]
#[expect(
    dead_code,
    reason = "shared with another benchmark, which uses all of it"
)]
mod measure;
mod ours;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;
#[path = "../push/upsert.rs"]
mod upsert;
#[path = "../submissions/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use measure::{CONTENT, Ground, Wanted, per_second, processor_time};

/// As many as the server writes at a time.
const BATCH: usize = 500;
const OFFERS: [usize; 2] = [10_000, 100_000];

#[tokio::main]
async fn main() {
    let wanted = Wanted::read();
    println!(
        "{:<9} {:>7} {:>10} {:>10} {:>6} {:>12} {:>6} {:>14} {:>10}",
        "database",
        "offers",
        "raw/s",
        "new/s",
        "ratio",
        "unchanged/s",
        "ratio",
        "server CPU µs",
        "RSS MiB"
    );
    for engine in wanted.engines() {
        let ground = Ground::of(engine).await;
        let home = ground.folder.path().join("home");
        let exchange = exchange::Exchange::start(&home, &ground.url, 1).await;
        let mut floor = upsert::Side::open(&ground.url).await;
        let ours = ours::Side::open(&exchange).await;
        for offers in wanted.numbers(&OFFERS) {
            compare(engine, offers, &exchange, &mut floor, &ours).await;
        }
    }
}

async fn compare(
    engine: &str,
    offers: usize,
    exchange: &exchange::Exchange,
    floor: &mut upsert::Side,
    ours: &ours::Side,
) {
    // What is sent is made before, once for both.
    let all: Vec<_> = (0..offers)
        .map(|number| ours::offer(offers, number))
        .collect();
    let raw = timed(async {
        for batch in all.chunks(BATCH) {
            floor.upsert(batch.iter().map(|offer| offer.to_vec())).await;
        }
    })
    .await;
    let before = processor_time(exchange.process());
    let new = timed(ours.submit(&all)).await;
    let spent = processor_time(exchange.process()).saturating_sub(before);
    let unchanged = timed(ours.submit(&all)).await;
    println!(
        "{engine:<9} {offers:>7} {:>10.0} {:>10.0} {:>6.2} {:>12.0} {:>6.2} {:>14.0} {:>10}",
        per_second(offers, raw),
        per_second(offers, new),
        raw.as_secs_f64() / new.as_secs_f64(),
        per_second(offers, unchanged),
        raw.as_secs_f64() / unchanged.as_secs_f64(),
        1e6 / per_second(offers, spent),
        resident_mib(exchange.process()),
    );
}

async fn timed(work: impl Future<Output = ()>) -> Duration {
    let began = Instant::now();
    work.await;
    began.elapsed()
}

/// The most memory that a process has ever held.
fn resident_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let words = line.unwrap_or_default().split_whitespace();
    let kib: Option<u64> = words.skip(1).find_map(|word| word.parse().ok());
    kib.unwrap_or_default() / 1024
}
