//! Durable submissions per second at 1, 16 and 64 clients: documents of 2 KB created one by one over gRPC, with everything
//! on, each client on a connection and with a token of its own, the server a process of its own.
//!
//! They are held against the raw floor of the same database (single rows of 2 KB, each in a durable transaction of its own,
//! over as many connections; on SQLite over its one writer) and, where etcd is installed, against etcd with JWT and RBAC.
//! The two sides of a pair take turns in one run; what counts is the median of their ratios.
//!
//! Words narrow the run: databases, numbers of clients, `floor` or `etcd` as the other side, and `journal` for ours without
//! wire, tokens and validation: `cargo bench --bench submissions -- sqlite 64 floor`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops when it can not go on"
)]

#[expect(dead_code, reason = "shared with the benchmark of the feed")]
mod etcd;
#[expect(dead_code, reason = "shared with other benchmarks")]
mod exchange;
mod floor;
mod journal;
mod measure;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;
mod rate;
mod wire;

use std::{path::Path, time::Duration};

use measure::{CONTENT, Compared, Ground, Wanted, processor_time};
use rate::{Rate, rate};

const CLIENTS: [usize; 3] = [1, 16, 64];
const PAIRS: usize = 5;

#[tokio::main]
async fn main() {
    let wanted = Wanted::read();
    println!(
        "{:<9} {:>7} {:<8} {:>8} {:>8} {:>6}  {:>15} {:>15}  ratios of the pairs",
        "database", "clients", "against", "theirs/s", "ours/s", "ratio", "p99 ms", "server CPU µs"
    );
    for engine in wanted.engines() {
        let ground = Ground::of(engine).await;
        if wanted.names("journal") {
            journal_alone(engine, &ground.url, &wanted).await;
        } else {
            whole(engine, &ground.url, ground.folder.path(), &wanted).await;
        }
    }
}

/// Ours from wire to disk.
async fn whole(engine: &str, url: &str, folder: &Path, wanted: &Wanted) {
    let sides = ["floor", "etcd"];
    let clients = wanted.numbers(&CLIENTS);
    let most = clients.iter().copied().max().unwrap_or(1);
    let exchange = exchange::Exchange::start(&folder.join("home"), url, most).await;
    let etcd = if wanted.has("etcd", &sides) {
        etcd::Etcd::start(folder).await
    } else {
        None
    };
    if etcd.is_none() && wanted.has("etcd", &sides) {
        println!("etcd is not installed (Debian: etcd-server): not compared");
    }
    for clients in clients {
        let ours = exchange.side(clients).await;
        let ours = async || {
            let side = ours.clone();
            rate(
                clients,
                move |number| side.submit(number),
                || processor_time(exchange.process()),
            )
            .await
        };
        if wanted.has("floor", &sides) {
            let floor = floor::Side::open(url, clients).await;
            let theirs = async || on_floor(&floor, clients).await;
            compare(&format!("{engine:<9} {clients:>7} floor"), theirs, &ours).await;
        }
        if let Some(etcd) = &etcd {
            let side = etcd.side(clients).await;
            let theirs = async || {
                let side = side.clone();
                rate(
                    clients,
                    move |number| side.submit(number),
                    || processor_time(etcd.process()),
                )
                .await
            };
            compare(&format!("{engine:<9} {clients:>7} etcd"), theirs, &ours).await;
        }
    }
}

/// Ours from the journal to disk, in this process.
async fn journal_alone(engine: &str, url: &str, wanted: &Wanted) {
    let ours = journal::Side::open(url).await;
    for clients in wanted.numbers(&CLIENTS) {
        let floor = floor::Side::open(url, clients).await;
        let theirs = async || on_floor(&floor, clients).await;
        let mine = async || {
            let side = ours.clone();
            rate(clients, move |_| side.submit(), Duration::default).await
        };
        compare(&format!("{engine:<9} {clients:>7} floor"), theirs, &mine).await;
    }
    ours.close().await;
}

async fn on_floor(floor: &floor::Side, clients: usize) -> Rate {
    let side = floor.clone();
    rate(clients, move |_| side.submit(), Duration::default).await
}

async fn compare(name: &str, theirs: impl AsyncFn() -> Rate, ours: impl AsyncFn() -> Rate) {
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        pairs.push((theirs().await, ours().await));
    }
    let of = |value: fn(&Rate) -> f64| {
        let pairs = pairs
            .iter()
            .map(|(theirs, ours)| (value(theirs), value(ours)));
        Compared::of(&pairs.collect::<Vec<_>>())
    };
    let (rates, p99, cpu) = (
        of(|r| r.per_second),
        of(|r| r.p99_ms),
        of(|r| r.processor_us),
    );
    println!(
        "{name:<26} {:>8.0} {:>8.0} {:>6.2}  {:>6.1} / {:>6.1} {:>6.0} / {:>6.0}  {}",
        rates.theirs,
        rates.ours,
        rates.ratio,
        p99.theirs,
        p99.ours,
        cpu.theirs,
        cpu.ours,
        rates.all
    );
}
