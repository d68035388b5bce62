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
    clippy::unwrap_used,
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
mod upsert;
#[path = "../submissions/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use measure::{CONTENT, processor_time};
use postgres::{Cluster, Durability};

const OFFERS: [u32; 2] = [10_000, 100_000];

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let numbers: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let engines = ["sqlite", "postgres"];
    let named = |engine: &str| words.iter().any(|word| word == engine);
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
    for engine in engines {
        if engines.iter().any(|engine| named(engine)) && !named(engine) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let cluster = (engine == "postgres")
            .then(|| Cluster::start(Durability::Disk).expect("PostgreSQL starts"));
        let url = match &cluster {
            Some(cluster) => cluster.create().await,
            None => format!("sqlite:{}", folder.path().join("bench.db").display()),
        };
        let exchange = exchange::Exchange::start(&folder.path().join("home"), &url, 1).await;
        let mut floor = upsert::Side::open(&url).await;
        let ours = ours::Side::open(&exchange).await;
        for offers in OFFERS {
            if numbers.is_empty() || numbers.contains(&offers) {
                compare(engine, offers, &exchange, &mut floor, &ours).await;
            }
        }
    }
}

async fn compare(
    engine: &str,
    offers: u32,
    exchange: &exchange::Exchange,
    floor: &mut upsert::Side,
    ours: &ours::Side,
) {
    // What is sent is made before, once for both.
    let all: Vec<_> = (0..offers)
        .map(|number| ours::offer(offers, number))
        .collect();
    let raw = timed(floor.upsert(&all)).await;
    let before = processor_time(exchange.process());
    let new = timed(ours.submit(&all)).await;
    let spent = processor_time(exchange.process()).saturating_sub(before);
    let unchanged = timed(ours.submit(&all)).await;
    let per_second = |took: Duration| f64::from(offers) / took.as_secs_f64();
    println!(
        "{engine:<9} {offers:>7} {:>10.0} {:>10.0} {:>6.2} {:>12.0} {:>6.2} {:>14.0} {:>10}",
        per_second(raw),
        per_second(new),
        raw.as_secs_f64() / new.as_secs_f64(),
        per_second(unchanged),
        raw.as_secs_f64() / unchanged.as_secs_f64(),
        spent.as_secs_f64() * 1e6 / f64::from(offers),
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
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let words = line.unwrap_or_default().split_whitespace();
    let kib: Option<u64> = words.skip(1).find_map(|word| word.parse().ok());
    kib.unwrap_or_default() / 1024
}
