//! The catalogue with 10,000 and 100,000 offers, over gRPC with everything on, the server a process of its own on SQLite.
//!
//! Told of each: how long the server takes until the catalogue is read, what it weighs, how long 1,000 needs take to be held
//! against all offers with the 10 best of each told, and how long 64 clients wait for pages of 20 offers, by words and by
//! filters. Growth is the ratio of the two sizes: what is linear grows by 10. Words narrow the run:
//! `cargo bench --bench catalogue -- 10000`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints rough figures, and stops when it can not go on"
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
mod papers;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;
mod rows;
mod server;
#[path = "../submissions/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use measure::{CONTENT, median, processor_time};
use server::Server;
use styrkedja::{
    client::Client,
    proto::v1::{MatchNeedsRequest, SearchCourseOffersRequest},
};
use tokio_stream::StreamExt;

const SIZES: [usize; 2] = [10_000, 100_000];
const NEEDS: usize = 1000;
const TURNS: usize = 3;
const CLIENTS: usize = 64;
const SEARCHING: Duration = Duration::from_secs(10);

/// What was measured of one size.
struct Figures {
    read: Duration,
    memory_kib: u64,
    matching: Duration,
    matching_cpu: Duration,
    searches: usize,
    p50: Duration,
    p99: Duration,
}

#[tokio::main]
async fn main() {
    let named: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let file = folder.path().join("bench.db");
    let url = format!("sqlite://{}", file.display());
    let owners = server::register(&home, &url).await;
    let mut rows = rows::Rows::open(&file).await;
    rows.accept(&owners, NEEDS).await;
    println!(
        "{:>8} {:>8} {:>10} {:>11} {:>11} {:>10} {:>8} {:>8}",
        "offers",
        "read s",
        "memory MB",
        "matching s",
        "its CPU s",
        "searches/s",
        "p50 ms",
        "p99 ms"
    );
    let mut all = Vec::new();
    for size in SIZES {
        if !named.is_empty() && !named.contains(&size) {
            continue;
        }
        rows.publish_up_to(owners.university, size).await;
        let figures = measure(&home, &url, size).await;
        println!(
            "{size:>8} {:>8.2} {:>10.0} {:>11.2} {:>11.2} {:>10.0} {:>8.1} {:>8.1}",
            figures.read.as_secs_f64(),
            figures.memory_kib as f64 / 1024.0,
            figures.matching.as_secs_f64(),
            figures.matching_cpu.as_secs_f64(),
            figures.searches as f64 / SEARCHING.as_secs_f64(),
            figures.p50.as_secs_f64() * 1e3,
            figures.p99.as_secs_f64() * 1e3,
        );
        all.push(figures);
    }
    if let [small, large] = &all[..] {
        let offers = (SIZES[1] - SIZES[0]) as f64;
        println!(
            "growth: matching {:.1}, its CPU {:.1}, p99 {:.1}; {:.0} bytes an offer",
            ratio(large.matching, small.matching),
            ratio(large.matching_cpu, small.matching_cpu),
            ratio(large.p99, small.p99),
            (large.memory_kib - small.memory_kib) as f64 * 1024.0 / offers
        );
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

async fn measure(home: &std::path::Path, url: &str, size: usize) -> Figures {
    let began = Instant::now();
    let server = Server::start(home, url).await;
    let mut caller = server.caller().await;
    let first = caller
        .offers
        .search_course_offers(SearchCourseOffersRequest::default())
        .await
        .expect("it is searched")
        .into_inner();
    assert_eq!(first.total, size as u64);
    let read = began.elapsed();
    let memory_kib = server.memory_kib();
    let (mut matching, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (before, began) = (processor_time(server.process()), Instant::now());
        match_all(&mut caller).await;
        matching.push(began.elapsed().as_secs_f64());
        let spent = processor_time(server.process()).saturating_sub(before);
        cpu.push(spent.as_secs_f64());
    }
    let mut waits = search_all(&server).await;
    waits.sort();
    Figures {
        read,
        memory_kib,
        matching: Duration::from_secs_f64(median(matching)),
        matching_cpu: Duration::from_secs_f64(median(cpu)),
        searches: waits.len(),
        p50: waits[waits.len() / 2],
        p99: waits[waits.len() * 99 / 100],
    }
}

async fn match_all(caller: &mut Client) {
    let answers = caller.offers.match_needs(MatchNeedsRequest::default());
    let mut answers = answers.await.expect("they are matched").into_inner();
    let mut count = 0;
    while let Some(answer) = answers.next().await {
        let answer = answer.expect("a need");
        assert_eq!(answer.matches.len(), 10);
        count += 1;
    }
    assert_eq!(count, NEEDS);
}

/// How long each search of 64 clients took.
async fn search_all(server: &Server) -> Vec<Duration> {
    let mut tasks = Vec::new();
    let until = Instant::now() + SEARCHING;
    for number in 0..CLIENTS {
        let mut caller = server.caller().await;
        tasks.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            while Instant::now() < until {
                let request = papers::search(number + waits.len());
                let began = Instant::now();
                let answer = caller.offers.search_course_offers(request).await;
                answer.expect("it is searched");
                waits.push(began.elapsed());
            }
            waits
        }));
    }
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.expect("it ends"));
    }
    waits
}
