//! Whose tokens are accepted: the exchange's own, and those of outside issuers, whose keys are kept fresh.
//! Remembers tokens that were verified. Does not know what their subjects may do.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::digest;
use futures::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, Shared},
    stream::FuturesUnordered,
};
use moka::sync::Cache;
use tokio::{task::AbortHandle, time::Instant};

use super::{
    jwks::Source,
    own_key::{self, OwnKey},
    token::{self, Fault, Issuer, Key, KeyRing, LEEWAY, MAX_BYTES, MAX_LIFETIME, Verified},
};

/// How often keys are fetched anew.
pub const REFRESH_EVERY: Duration = Duration::from_mins(5);
/// Tokens with unknown key ids make the keys of an issuer be fetched at most this often.
const REFRESH_AT_MOST_EVERY: Duration = Duration::from_secs(30);
/// Verified tokens remembered at most.
const REMEMBERED: u64 = 10_000;

/// An issuer outside the exchange, as the configuration names it.
#[derive(Clone, Debug)]
pub struct Outside {
    pub issuer: Arc<Issuer>,
    pub source: Source,
}

/// Who may issue tokens for this exchange.
#[derive(Debug)]
pub struct Issuers {
    audience: String,
    outside: Vec<Outside>,
    /// Of each outside issuer: the last time that its keys were fetched.
    fetches: Vec<Mutex<Option<Fetch>>>,
    in_force: Arc<RwLock<InForce>>,
    /// By fingerprint: what was verified, and with which keys in force.
    remembered: Cache<[u8; 32], (u64, Verified)>,
}

/// A fetch of one issuer's keys, in a task of its own: it goes on when those who wait for it have gone.
#[derive(Debug)]
struct Fetch {
    began: Instant,
    task: AbortHandle,
    done: Done,
}

type Done = Shared<BoxFuture<'static, ()>>;

/// The keys in force, and how many times they became others.
#[derive(Debug)]
struct InForce {
    version: u64,
    ring: Arc<KeyRing>,
    own: Key,
    /// The last good keys of each outside issuer.
    outside: Vec<Vec<Key>>,
}

impl Issuers {
    /// Issuers in order of precedence, the exchange itself first. Call `fetch` before the first token comes.
    pub fn new(
        audience: &str,
        own: &OwnKey,
        iss: &str,
        outside: Vec<Outside>,
    ) -> anyhow::Result<Self> {
        let own = own.public(iss)?;
        let in_force = InForce {
            version: 0,
            ring: Arc::new(KeyRing::new([own.clone()])),
            own,
            outside: vec![Vec::new(); outside.len()],
        };
        Ok(Self {
            audience: audience.to_owned(),
            fetches: outside.iter().map(|_| Mutex::default()).collect(),
            outside,
            in_force: Arc::new(RwLock::new(in_force)),
            remembered: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(Duration::from_secs(MAX_LIFETIME.unsigned_abs()))
                .build(),
        })
    }

    /// Whom the token names, at `now` in seconds since the epoch.
    pub async fn verify(&self, token: &str, now: i64) -> Result<Verified, Fault> {
        if token.len() > MAX_BYTES {
            return Err(Fault::TooLarge);
        }
        let print = fingerprint(token);
        if let Some((_, verified)) = self
            .remembered
            .get(&print)
            .filter(|(with, _)| *with == self.ring().0)
        {
            return if now < verified.expires_at + LEEWAY {
                Ok(verified)
            } else {
                Err(Fault::Expired)
            };
        }
        let (version, verified) = self.verify_anew(token, now).await;
        let verified = verified?;
        self.remembered.insert(print, (version, verified.clone()));
        Ok(verified)
    }

    /// The name of the issuer whose key a refused token names. For the log alone: nothing was verified.
    pub fn named_by(&self, token: &str) -> Option<String> {
        token::named_key(token, &self.ring().1).map(|key| key.issuer.name.clone())
    }

    /// Their names, with which subjects begin.
    pub fn names(&self) -> Vec<&str> {
        let outside = self.outside.iter().map(|outside| &*outside.issuer.name);
        std::iter::once(own_key::NAME).chain(outside).collect()
    }

    /// Fetches all keys now.
    pub async fn fetch(&self) {
        self.refresh(Duration::ZERO).collect::<()>().await;
    }

    /// Verifies with the keys in force, and where the key is unknown, anew after each issuer that has answered: no
    /// issuer that is slow delays the tokens of another.
    async fn verify_anew(&self, token: &str, now: i64) -> (u64, Result<Verified, Fault>) {
        let verify = || {
            let (version, ring) = self.ring();
            (version, token::verify(token, &ring, &self.audience, now))
        };
        let verified = verify();
        if verified.1 != Err(Fault::UnknownKey) {
            return verified;
        }
        let mut fetches = self.refresh(REFRESH_AT_MOST_EVERY);
        loop {
            let verified = verify();
            if verified.1 != Err(Fault::UnknownKey) || fetches.next().await.is_none() {
                return verified;
            }
        }
    }

    fn ring(&self) -> (u64, Arc<KeyRing>) {
        let in_force = self.in_force.read().unwrap_or_else(PoisonError::into_inner);
        (in_force.version, Arc::clone(&in_force.ring))
    }

    /// The fetches to wait for: of every issuer that is being asked, and of those that were not asked lately.
    fn refresh(&self, at_most_every: Duration) -> FuturesUnordered<Done> {
        (0..self.outside.len())
            .filter_map(|n| self.fetch_one(n, at_most_every))
            .collect()
    }

    fn fetch_one(&self, n: usize, at_most_every: Duration) -> Option<Done> {
        let mut fetch = self.fetches[n]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*fetch {
            if !last.task.is_finished() {
                return Some(last.done.clone());
            }
            if last.began.elapsed() < at_most_every {
                return None;
            }
        }
        let one = self.outside[n].clone();
        let in_force = Arc::clone(&self.in_force);
        let task = tokio::spawn(async move {
            match one.source.fetch(&one.issuer).await {
                Ok(keys) => in_force
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .replace(n, keys),
                Err(cause) => {
                    let cause = format!("{cause:#}");
                    tracing::warn!(
                        issuer = one.issuer.name,
                        cause,
                        "Keys could not be fetched; the old ones stay."
                    );
                }
            }
        });
        let abort = task.abort_handle();
        let done = task.map(|_| ()).boxed().shared();
        *fetch = Some(Fetch {
            began: Instant::now(),
            task: abort,
            done: done.clone(),
        });
        Some(done)
    }
}

impl InForce {
    /// Puts an issuer's keys in force. A key may be gone because it leaked: what was verified with the old ones is
    /// verified anew.
    fn replace(&mut self, n: usize, keys: Vec<Key>) {
        if self.outside[n] == keys {
            return;
        }
        self.outside[n] = keys;
        let keys = std::iter::once(&self.own)
            .chain(self.outside.iter().flatten())
            .cloned();
        self.ring = Arc::new(KeyRing::new(keys));
        self.version += 1;
    }
}

fn fingerprint(token: &str) -> [u8; 32] {
    let mut print = [0; 32];
    print.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    print
}

#[cfg(test)]
mod tests;
