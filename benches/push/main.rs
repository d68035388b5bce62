//! Documents pushed in batches of 100 and 1,000, of 2 KB each, every one with a precondition and an answer of its own, over
//! gRPC with everything on, the server a process of its own.
//!
//! They are held against raw upserts of as many rows of 2 KB into the same database, a batch a durable transaction: on
//! PostgreSQL in one statement of arrays, on SQLite by one prepared statement. The two sides take turns in one run; what
//! counts is the median of their ratios. Words narrow the run: `cargo bench --bench push -- sqlite 1000`.

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
mod measure;
mod ours;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;
mod upsert;
#[path = "../submissions/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use measure::{CONTENT, Compared, Ground, Wanted, count, median, per_second, processor_time};
use prost::Message;

const BATCHES: [usize; 2] = [100, 1000];
const PAIRS: usize = 5;
const TURN: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let wanted = Wanted::read();
    println!(
        "{:<9} {:>6} {:>10} {:>10} {:>6} {:>14}  ratios of the pairs",
        "database", "batch", "raw/s", "ours/s", "ratio", "server CPU µs"
    );
    for engine in wanted.engines() {
        let ground = Ground::of(engine).await;
        let home = ground.folder.path().join("home");
        let exchange = exchange::Exchange::start(&home, &ground.url, 1).await;
        let mut floor = upsert::Side::open(&ground.url).await;
        let mut ours = ours::Side::open(&exchange).await;
        for batch in wanted.numbers(&BATCHES) {
            compare(engine, batch, &exchange, &mut floor, &mut ours).await;
        }
    }
}

async fn compare(
    engine: &str,
    batch: usize,
    exchange: &exchange::Exchange,
    floor: &mut upsert::Side,
    ours: &mut ours::Side,
) {
    let (mut pairs, mut used) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (began, mut rows) = (Instant::now(), 0);
        while began.elapsed() < TURN {
            let contents = (0..batch).map(|_| exchange::analysis().encode_to_vec());
            floor.upsert(contents).await;
            rows += batch;
        }
        let theirs = per_second(rows, began.elapsed());
        let before = processor_time(exchange.process());
        let (began, mut documents) = (Instant::now(), 0);
        while began.elapsed() < TURN {
            ours.push(batch).await;
            documents += batch;
        }
        let mine = per_second(documents, began.elapsed());
        let spent = processor_time(exchange.process()).saturating_sub(before);
        used.push(spent.as_secs_f64() * 1e6 / count(documents));
        pairs.push((theirs, mine));
    }
    let compared = Compared::of(&pairs);
    println!(
        "{engine:<9} {batch:>6} {:>10.0} {:>10.0} {:>6.2} {:>14.0}  {}",
        compared.theirs,
        compared.ours,
        compared.ratio,
        median(used),
        compared.all
    );
}
