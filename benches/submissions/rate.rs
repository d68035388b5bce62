//! What many clients, each waiting for its answer before it goes on, get through in a second.

use std::time::{Duration, Instant};

use super::measure::{count, per_second};

const WARM_UP: Duration = Duration::from_millis(500);
const TURN: Duration = Duration::from_secs(2);

pub struct Rate {
    pub per_second: f64,
    /// What 99 in 100 submissions wait at most.
    pub p99_ms: f64,
    /// What the server's process spends on a submission. 0 where it was not asked.
    pub processor_us: f64,
}

/// `submit` is given the number of the client, `processor_time` what the server has used so far.
pub async fn rate<F: Future<Output = ()> + Send + 'static>(
    clients: usize,
    submit: impl Fn(usize) -> F + Clone + Send + 'static,
    processor_time: impl Fn() -> Duration,
) -> Rate {
    let (began, before) = (Instant::now(), processor_time());
    let tasks: Vec<_> = (0..clients)
        .map(|number| {
            let submit = submit.clone();
            tokio::spawn(async move {
                let (mut warm_up, mut waits) = (0_usize, Vec::new());
                while began.elapsed() < WARM_UP + TURN {
                    let sent = Instant::now();
                    submit(number).await;
                    if began.elapsed() > WARM_UP {
                        waits.push(sent.elapsed());
                    } else {
                        warm_up += 1;
                    }
                }
                (warm_up, waits)
            })
        })
        .collect();
    let (mut warm_up, mut waits) = (0, Vec::new());
    for task in tasks {
        let of_client = task.await.expect("the client goes on");
        warm_up += of_client.0;
        waits.extend(of_client.1);
    }
    let measured = began.elapsed().saturating_sub(WARM_UP);
    let used = processor_time().saturating_sub(before);
    waits.sort_unstable();
    Rate {
        per_second: per_second(waits.len(), measured),
        p99_ms: waits
            .get(waits.len() * 99 / 100)
            .map_or(0.0, Duration::as_secs_f64)
            * 1e3,
        processor_us: used.as_secs_f64() * 1e6 / count(warm_up + waits.len()),
    }
}
