//! What it costs to follow: documents of 2 KB pulled from memory and from the tables, and 1,000 watchers, over gRPC with
//! everything on, the server a process of its own.
//!
//! Pulls are held against a raw keyset pull of as many rows of 2 KB from the same database, and, where etcd is installed,
//! against its list of as many values. Watchers are held against etcd's watchers: the delay from sending a write until it
//! is delivered, what the server's process spends on a delivery, deliveries per second, and memory per idle watcher. The two
//! sides of a pair take turns in one run; what counts is the median of their ratios. Nobody decodes what is delivered further
//! than to separate events.
//!
//! Words narrow the run: databases, `pull` or `watch`, `hot`, `cold` or `old` pulls, and numbers of watchers:
//! `cargo bench --bench feed -- sqlite watch 1000`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops when it can not go on"
)]

#[path = "../submissions/etcd.rs"]
mod etcd;
#[path = "../submissions/exchange.rs"]
#[expect(
    dead_code,
    reason = "shared with another benchmark, which uses all of it"
)]
mod exchange;
mod keyset;
#[path = "../submissions/measure.rs"]
mod measure;
mod ours;
#[path = "../../tests/it/world/postgres.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod postgres;
mod theirs;
mod watchers;
#[path = "../submissions/wire.rs"]
mod wire;

use std::time::Instant;

use futures::future::join_all;
use measure::{CONTENT, Compared, Ground, Wanted, count, median, per_second, processor_time};

const WRITERS: usize = 16;
const PAIRS: usize = 5;
/// What is pulled: what was written last; all, as a snapshot; all, from a cursor of before.
const PULLS: [&str; 3] = ["hot", "cold", "old"];
/// Documents pulled from the tables, and from memory.
const COLD: usize = 20_000;
const HOT: usize = 900;
/// How often what is hot is pulled for one figure.
const TIMES: usize = 10;

/// The two sides.
pub struct Sides {
    ours: exchange::Exchange,
    etcd: Option<etcd::Etcd>,
}

#[tokio::main]
async fn main() {
    let wanted = Wanted::read();
    let kinds = ["pull", "watch"];
    for engine in wanted.engines() {
        let ground = Ground::of(engine).await;
        let (folder, url) = (ground.folder.path(), &ground.url);
        let sides = Sides {
            ours: exchange::Exchange::start(&folder.join("home"), url, WRITERS).await,
            etcd: etcd::Etcd::start(folder).await,
        };
        if sides.etcd.is_none() {
            println!("etcd is not installed (Debian: etcd-server): not compared");
        }
        if wanted.has("watch", &kinds) {
            for watchers in wanted.numbers(&[1000]) {
                watchers::compare(engine, &sides, watchers).await;
            }
        }
        if wanted.has("pull", &kinds) {
            pulls(engine, url, &sides, &wanted).await;
        }
    }
}

/// Pulls documents, from memory and from the tables.
async fn pulls(engine: &str, url: &str, sides: &Sides, wanted: &Wanted) {
    println!(
        "{:<9} {:<5} {:<7} {:>10} {:>10} {:>6}  ratios of the pairs",
        "database", "pull", "against", "theirs/s", "ours/s", "ratio"
    );
    let mine = sides.ours.side(WRITERS).await;
    let puller = ours::Puller::of(&sides.ours, "system").await;
    let old = ours::head(&puller).await;
    each(COLD, |writer| mine.submit(writer)).await;
    let cold = puller.cursor_after(0).await;
    let hot = ours::head(&puller).await;
    each(HOT, |writer| mine.submit(writer)).await;
    let floor = keyset::Side::fill(url, COLD).await;
    let read = async |documents: usize, times: usize| {
        let began = Instant::now();
        for _ in 0..times {
            assert_eq!(floor.read(documents).await, documents);
        }
        per_second(documents * times, began.elapsed())
    };
    let pull = async |cursor: &str, documents: usize, times: usize| {
        let began = Instant::now();
        for _ in 0..times {
            assert!(puller.pull(cursor).await >= documents);
        }
        per_second(documents * times, began.elapsed())
    };
    let wanted: Vec<_> = PULLS
        .into_iter()
        .zip([(&hot, HOT, TIMES), (&cold, COLD, 1), (&old, COLD, 1)])
        .filter(|(name, _)| wanted.has(name, &PULLS))
        .collect();
    for (name, (cursor, documents, times)) in &wanted {
        let ours = async || pull(cursor, *documents, *times).await;
        let theirs = async || read(*documents, *times).await;
        against(&format!("{engine:<9} {name:<5} keyset"), theirs, &ours).await;
    }
    if let Some(etcd) = &sides.etcd {
        let side = etcd.side(WRITERS).await;
        each(COLD, |writer| side.submit(writer)).await;
        let lister = theirs::Lister::of(etcd).await;
        let list = async |documents: usize, times: usize| {
            let began = Instant::now();
            for _ in 0..times {
                assert_eq!(lister.list(documents).await, documents);
            }
            per_second(documents * times, began.elapsed())
        };
        for (name, (cursor, documents, times)) in &wanted {
            let ours = async || pull(cursor, *documents, *times).await;
            let theirs = async || list(*documents, *times).await;
            against(&format!("{engine:<9} {name:<5} etcd"), theirs, &ours).await;
        }
    }
}

/// Writes so many, all writers at once.
async fn each<F: Future<Output = ()>>(writes: usize, write: impl Fn(usize) -> F) {
    let in_turn = async |number: usize| {
        for _ in 0..writes / WRITERS + usize::from(number < writes % WRITERS) {
            write(number).await;
        }
    };
    join_all((0..WRITERS).map(in_turn)).await;
}

async fn against(name: &str, theirs: impl AsyncFn() -> f64, ours: &impl AsyncFn() -> f64) {
    let mut pairs = Vec::new();
    for _ in 0..PAIRS {
        pairs.push((theirs().await, ours().await));
    }
    let compared = Compared::of(&pairs);
    println!(
        "{name:<23} {:>10.0} {:>10.0} {:>6.2}  {}",
        compared.theirs, compared.ours, compared.ratio, compared.all
    );
}
