//! Durable submissions per second at 1, 16 and 64 clients, against the raw floor of the same database: single rows of 2 KB,
//! each in a durable transaction of its own, over as many connections (on SQLite over its one writer).
//!
//! Floor and ours take turns in one run; what counts is the median of their ratios. Prints a table and writes nothing else.
//! Names of databases or numbers of clients on the command line narrow the run: `cargo bench --bench submissions -- sqlite 64`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops when it can not go on"
)]

mod floor;
mod journal;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use postgres::{Cluster, Durability};

const CLIENTS: [usize; 3] = [1, 16, 64];
const PAIRS: usize = 5;
const WARM_UP: Duration = Duration::from_millis(500);
const TURN: Duration = Duration::from_secs(2);

/// The bytes of a document.
const CONTENT: usize = 2048;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let clients: Vec<usize> = wanted.iter().filter_map(|word| word.parse().ok()).collect();
    let clients = if clients.is_empty() {
        CLIENTS.to_vec()
    } else {
        clients
    };
    let engines: Vec<&str> = ["sqlite", "postgres"]
        .into_iter()
        .filter(|name| wanted.iter().any(|word| word == name))
        .collect();
    let engines = if engines.is_empty() {
        vec!["sqlite", "postgres"]
    } else {
        engines
    };

    println!(
        "{:<10} {:>7} {:>11} {:>11} {:>7}  ratios of the pairs",
        "database", "clients", "floor/s", "ours/s", "ratio"
    );
    for engine in engines {
        let folder = tempfile::tempdir().unwrap();
        let cluster = (engine == "postgres")
            .then(|| Cluster::start(Durability::Disk).expect("PostgreSQL starts"));
        let url = match &cluster {
            Some(cluster) => cluster.create().await,
            None => format!("sqlite://{}", folder.path().join("bench.db").display()),
        };
        for &clients in &clients {
            compare(engine, &url, clients).await;
        }
    }
}

async fn compare(engine: &str, url: &str, clients: usize) {
    let ours = journal::Side::open(url).await;
    let floor = floor::Side::open(url, clients).await;
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        let (one, other) = (floor.clone(), ours.clone());
        let floor = rate(clients, move || one.submit()).await;
        let ours = rate(clients, move || other.submit()).await;
        pairs.push((floor, ours));
    }
    ours.close().await;
    let ratios: Vec<f64> = pairs.iter().map(|(floor, ours)| ours / floor).collect();
    let all = ratios
        .iter()
        .map(|ratio| format!("{ratio:.2}"))
        .collect::<Vec<_>>()
        .join(" ");
    let floor = median(pairs.iter().map(|pair| pair.0).collect());
    let ours = median(pairs.iter().map(|pair| pair.1).collect());
    println!(
        "{engine:<10} {clients:>7} {floor:>11.0} {ours:>11.0} {:>7.2}  {all}",
        median(ratios)
    );
}

/// What many clients, each waiting for its answer before it goes on, get through in a second.
async fn rate<F: Future<Output = ()> + Send + 'static>(
    clients: usize,
    submit: impl Fn() -> F + Clone + Send + 'static,
) -> f64 {
    let began = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let submit = submit.clone();
            tokio::spawn(async move {
                let mut counted = 0_u32;
                while began.elapsed() < WARM_UP + TURN {
                    submit().await;
                    counted += u32::from(began.elapsed() > WARM_UP);
                }
                counted
            })
        })
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await.expect("the client goes on");
    }
    f64::from(total) / began.elapsed().saturating_sub(WARM_UP).as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
