//! Many watchers at once, ours and etcd's by turns.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{StreamExt, future::join_all, stream};
use tokio::task::JoinSet;
use tonic::Streaming;

use super::{
    Compared, Sides, WRITERS, count, median,
    ours::{self, Puller},
    per_second, processor_time,
    theirs::{self, Lister},
};

const TURNS: usize = 3;
/// Streams on a connection.
const SHARED: usize = 100;
/// Writes of a slow turn, and how long they are apart.
const WRITES: usize = 40;
const PACE: Duration = Duration::from_millis(200);
/// How long all write as fast as they can.
const RUSH: Duration = Duration::from_secs(4);
const SETTLING: Duration = Duration::from_secs(3);

/// What a turn comes to.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    /// From sending a write until it is delivered, of 99 in 100 deliveries, at a few writes a second.
    p99_ms: f64,
    /// Of the server's process, on a delivery, at a few writes a second and in the rush.
    slow_us: f64,
    rush_us: f64,
    /// Deliveries per second in the rush.
    per_second: f64,
}

/// What watchers have taken so far.
#[derive(Debug, Default)]
struct Taken {
    deliveries: AtomicUsize,
    /// When each of the first writes was delivered, to whomever.
    times: Mutex<Vec<(usize, Instant)>>,
}

/// Events of a stream, counted.
trait Counted: Send + 'static {
    fn events(&self) -> usize;
}

impl Counted for ours::Answer {
    fn events(&self) -> usize {
        self.events.len()
    }
}

impl Counted for theirs::Watched {
    fn events(&self) -> usize {
        self.events.len()
    }
}

pub async fn compare(engine: &str, sides: &Sides, watchers: usize) {
    println!("{engine}: {watchers} watchers, ours / theirs");
    for (name, streams) in [
        ("shared connections", SHARED),
        ("connections of their own", 1),
    ] {
        let mine = memory(
            sides.ours.process(),
            &our_streams(sides, watchers, streams).await,
            watchers,
        )
        .await;
        let etcd = match &sides.etcd {
            Some(etcd) => {
                memory(
                    etcd.process(),
                    &their_streams(sides, watchers, streams).await,
                    watchers,
                )
                .await
            }
            None => 0.0,
        };
        println!("  memory per idle watcher, {name}: {mine:.1} / {etcd:.1} KiB");
    }
    let (mut mine, mut etcd) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let side = sides.ours.side(WRITERS).await;
        let streams = our_streams(sides, watchers, SHARED).await.streams;
        mine.push(turn(streams, sides.ours.process(), |writer| side.submit(writer)).await);
        if let Some(server) = &sides.etcd {
            let side = server.side(WRITERS).await;
            let streams = their_streams(sides, watchers, SHARED).await.streams;
            etcd.push(turn(streams, server.process(), |writer| side.submit(writer)).await);
        }
    }
    for (name, figure) in [
        (
            "p99 from sending to delivery, 5 writes/s, ms",
            (|turn| turn.p99_ms) as fn(&Turn) -> f64,
        ),
        ("server CPU per delivery, 5 writes/s, µs", |turn| {
            turn.slow_us
        }),
        ("server CPU per delivery in a rush, µs", |turn| {
            turn.rush_us
        }),
        ("deliveries per second in a rush", |turn| turn.per_second),
    ] {
        if etcd.is_empty() {
            let alone = median(mine.iter().map(figure).collect());
            println!("  {name}: {alone:.1}");
            continue;
        }
        let pairs = etcd.iter().zip(&mine);
        let pairs: Vec<_> = pairs
            .map(|(etcd, mine)| (figure(etcd), figure(mine)))
            .collect();
        let compared = Compared::of(&pairs);
        println!(
            "  {name}: {:.1} / {:.1}, ratio {:.2} ({})",
            compared.ours, compared.theirs, compared.ratio, compared.all
        );
    }
}

/// Open streams, with what holds their connections, and what the process weighed before.
struct Open<T> {
    streams: Vec<Streaming<T>>,
    before: u64,
}

async fn our_streams(sides: &Sides, watchers: usize, on_each: usize) -> Open<ours::Answer> {
    let first = Puller::of(&sides.ours, "system").await;
    let cursor = ours::head(&first).await;
    let before = settled(sides.ours.process()).await;
    let connections =
        (0..watchers / on_each).map(async |_| Puller::of(&sides.ours, "system").await);
    let connections: Vec<Puller> = stream::iter(connections).buffered(50).collect().await;
    let mut streams = Vec::new();
    for connection in &connections {
        streams.extend(join_all((0..on_each).map(|_| connection.watch(&cursor))).await);
    }
    Open { streams, before }
}

async fn their_streams(sides: &Sides, watchers: usize, on_each: usize) -> Open<theirs::Watched> {
    let etcd = sides.etcd.as_ref().expect("there is one");
    let before = settled(etcd.process()).await;
    let connections = (0..watchers / on_each).map(async |_| Lister::of(etcd).await);
    let connections: Vec<Lister> = stream::iter(connections).buffered(50).collect().await;
    let mut streams = Vec::new();
    for connection in &connections {
        streams.extend(join_all((0..on_each).map(|_| connection.watch())).await);
    }
    Open { streams, before }
}

/// What each stream has added to a process, in KiB.
async fn memory<T>(process: u32, open: &Open<T>, watchers: usize) -> f64 {
    let now = settled(process).await;
    let kib = now.saturating_sub(open.before);
    f64::from(u32::try_from(kib).expect("not so much"))
        / f64::from(u32::try_from(watchers).expect("a few"))
}

/// What a process weighs, in KiB, when it has come to rest.
async fn settled(process: u32) -> u64 {
    tokio::time::sleep(SETTLING).await;
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.and_then(|word| word.parse().ok()).expect("a number")
}

async fn turn<T: Counted, F: Future<Output = ()>>(
    streams: Vec<Streaming<T>>,
    process: u32,
    write: impl Fn(usize) -> F,
) -> Turn {
    let (watchers, taken) = (streams.len(), Arc::new(Taken::default()));
    let mut listening = JoinSet::new();
    for stream in streams {
        listening.spawn(listen(stream, Arc::clone(&taken)));
    }
    let mut result = Turn::default();

    let before = processor_time(process);
    let mut sent = Vec::new();
    for _ in 0..WRITES {
        // Not when it was answered: who answers late would seem to deliver early.
        sent.push(Instant::now());
        write(0).await;
        tokio::time::sleep(PACE).await;
    }
    until(&taken, WRITES * watchers).await;
    let used = processor_time(process).saturating_sub(before);
    result.slow_us = used.as_secs_f64() / count(WRITES * watchers) * 1e6;

    let (before, began, at_first) = (
        processor_time(process),
        Instant::now(),
        taken.deliveries.load(Ordering::Relaxed),
    );
    let written = AtomicUsize::new(0);
    let writer = async |number: usize| {
        while began.elapsed() < RUSH {
            let before = written.fetch_add(1, Ordering::Relaxed);
            // Nobody writes on while more are waited for than there are writers.
            let waited_for = before.saturating_sub(WRITERS);
            until(&taken, at_first + waited_for * watchers).await;
            write(number).await;
        }
    };
    join_all((0..WRITERS).map(writer)).await;
    let written = written.into_inner();
    until(&taken, at_first + written * watchers).await;
    let used = processor_time(process).saturating_sub(before);
    result.rush_us = used.as_secs_f64() / count(written * watchers) * 1e6;
    result.per_second = per_second(written * watchers, began.elapsed());

    listening.shutdown().await;
    let times = taken.times.lock().expect("nobody panics with it");
    let delays = times
        .iter()
        .map(|(write, time)| time.saturating_duration_since(sent[*write]));
    let mut delays: Vec<Duration> = delays.collect();
    delays.sort_unstable();
    let p99 = delays.get(delays.len() * 99 / 100);
    result.p99_ms = p99.map_or(0.0, Duration::as_secs_f64) * 1e3;
    result
}

async fn listen<T: Counted>(mut stream: Streaming<T>, taken: Arc<Taken>) {
    let mut seen = 0;
    while let Some(message) = stream.message().await.expect("it goes on") {
        let (now, events) = (Instant::now(), message.events());
        if seen < WRITES && events > 0 {
            let mut times = taken.times.lock().expect("nobody panics with it");
            times.extend((seen..(seen + events).min(WRITES)).map(|write| (write, now)));
        }
        seen += events;
        taken.deliveries.fetch_add(events, Ordering::Relaxed);
    }
}

async fn until(taken: &Taken, deliveries: usize) {
    while taken.deliveries.load(Ordering::Relaxed) < deliveries {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
