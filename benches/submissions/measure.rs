//! What the benchmarks have in common: what a run is narrowed to, the databases, what is looked at in processes, and what
//! counts of many figures.

use std::time::Duration;

use tempfile::TempDir;

use super::postgres::{Cluster, Durability};

/// The bytes of a document.
pub const CONTENT: usize = 2048;

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// What a run is narrowed to: the words that it was started with.
pub struct Wanted(Vec<String>);

impl Wanted {
    pub fn read() -> Self {
        let words = std::env::args().skip(1);
        Self(words.filter(|word| !word.starts_with('-')).collect())
    }

    /// Whether the word was given, or none of its kind.
    pub fn has(&self, word: &str, kind: &[&str]) -> bool {
        self.names(word) || !kind.iter().any(|other| self.names(other))
    }

    /// Whether the word was given.
    pub fn names(&self, word: &str) -> bool {
        self.0.iter().any(|given| given == word)
    }

    /// The numbers that were given, or else these.
    pub fn numbers(&self, otherwise: &[usize]) -> Vec<usize> {
        let given: Vec<usize> = self.0.iter().filter_map(|word| word.parse().ok()).collect();
        if given.is_empty() {
            otherwise.to_vec()
        } else {
            given
        }
    }

    /// The databases that are measured.
    pub fn engines(&self) -> impl Iterator<Item = &'static str> {
        ENGINES
            .into_iter()
            .filter(|engine| self.has(engine, &ENGINES))
    }
}

/// A fresh database, as durable as in production, and a folder. It is gone when this is dropped.
pub struct Ground {
    pub url: String,
    pub folder: TempDir,
    _cluster: Option<Cluster>,
}

impl Ground {
    pub async fn of(engine: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let cluster = (engine == "postgres")
            .then(|| Cluster::start(Durability::Disk).expect("PostgreSQL starts"));
        let url = match &cluster {
            Some(cluster) => cluster.create().await,
            None => format!("sqlite:{}", folder.path().join("bench.db").display()),
        };
        Self {
            url,
            folder,
            _cluster: cluster,
        }
    }
}

/// What a process has used of the processors so far. Linux counts it in hundredths of a second.
pub fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(ticks * 10)
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What pairs of theirs and ours come to.
pub struct Compared {
    /// The medians of the sides.
    pub theirs: f64,
    pub ours: f64,
    /// The median of ours to theirs.
    pub ratio: f64,
    /// The ratio of each pair.
    pub all: String,
}

impl Compared {
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        let side = |side: fn(&(f64, f64)) -> f64| median(pairs.iter().map(side).collect());
        let ratios: Vec<f64> = pairs.iter().map(|(theirs, ours)| ours / theirs).collect();
        let all: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        Self {
            theirs: side(|pair| pair.0),
            ours: side(|pair| pair.1),
            ratio: median(ratios),
            all: all.join(" "),
        }
    }
}

pub fn per_second(things: usize, took: Duration) -> f64 {
    count(things) / took.as_secs_f64()
}

pub fn count(things: usize) -> f64 {
    f64::from(u32::try_from(things).expect("less than the world has"))
}
