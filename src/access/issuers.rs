//! Whose tokens are accepted: the exchange's own, and those of outside issuers, whose keys are kept fresh.
//! Remembers tokens that were verified. Does not know what their subjects may do.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use aws_lc_rs::digest;
use moka::sync::Cache;
use tokio::{sync::Mutex, time::Instant};

use super::{
    jwks::Source,
    own_key::OwnKey,
    token::{self, Fault, Issuer, Key, KeyRing, LEEWAY, MAX_BYTES, MAX_LIFETIME, Verified},
};

/// How often keys are fetched anew.
pub const REFRESH_EVERY: Duration = Duration::from_mins(5);
/// Tokens with unknown key ids make keys be fetched at most this often.
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
    own: Key,
    outside: Vec<Outside>,
    /// The keys in force, and how many times they were replaced.
    ring: RwLock<(u64, Arc<KeyRing>)>,
    /// Held while keys are fetched, so that many callers wait for one fetch.
    fetched: Mutex<Fetched>,
    /// By fingerprint: what was verified, and with which keys in force.
    remembered: Cache<[u8; 32], (u64, Verified)>,
}

#[derive(Debug)]
struct Fetched {
    /// The last good keys of each outside issuer.
    keys: Vec<Vec<Key>>,
    began: Option<Instant>,
    ended: Option<Instant>,
}

impl Issuers {
    /// Issuers in order of precedence, the exchange itself first. Call `refresh` before the first token comes.
    pub fn new(
        audience: &str,
        own: &OwnKey,
        iss: &str,
        outside: Vec<Outside>,
    ) -> anyhow::Result<Self> {
        let own = own.public(iss)?;
        Ok(Self {
            audience: audience.to_owned(),
            ring: RwLock::new((0, Arc::new(KeyRing::new([own.clone()])))),
            own,
            fetched: Mutex::new(Fetched {
                keys: vec![Vec::new(); outside.len()],
                began: None,
                ended: None,
            }),
            outside,
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
        let (mut version, mut ring) = self.ring();
        if let Some((_, verified)) = self
            .remembered
            .get(&print)
            .filter(|(with, _)| *with == version)
        {
            return if now < verified.expires_at + LEEWAY {
                Ok(verified)
            } else {
                Err(Fault::Expired)
            };
        }
        let mut verified = token::verify(token, &ring, &self.audience, now);
        if verified == Err(Fault::UnknownKey) && !self.outside.is_empty() {
            self.refresh(REFRESH_AT_MOST_EVERY).await;
            (version, ring) = self.ring();
            verified = token::verify(token, &ring, &self.audience, now);
        }
        let verified = verified?;
        self.remembered.insert(print, (version, verified.clone()));
        Ok(verified)
    }

    /// Fetches all keys now.
    pub async fn fetch(&self) {
        self.refresh(Duration::ZERO).await;
    }

    fn ring(&self) -> (u64, Arc<KeyRing>) {
        self.ring
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Fetches the keys of all issuers, unless that was done by another while this one waited, or too lately.
    /// Keys of an issuer that can not be reached stay.
    async fn refresh(&self, at_most_every: Duration) {
        let asked = Instant::now();
        let mut fetched = self.fetched.lock().await;
        let done_meanwhile = fetched.ended.is_some_and(|ended| ended >= asked);
        let lately = fetched
            .began
            .is_some_and(|began| began.elapsed() < at_most_every);
        if done_meanwhile || lately {
            return;
        }
        fetched.began = Some(asked);
        let answers =
            futures::future::join_all(self.outside.iter().map(|one| one.source.fetch(&one.issuer)))
                .await;
        for ((one, kept), answer) in self.outside.iter().zip(&mut fetched.keys).zip(answers) {
            match answer {
                Ok(keys) => *kept = keys,
                Err(cause) => {
                    let cause = format!("{cause:#}");
                    tracing::warn!(
                        issuer = one.issuer.name,
                        cause,
                        "Keys could not be fetched; the old ones stay."
                    );
                }
            }
        }
        fetched.ended = Some(Instant::now());
        self.replace_ring(&fetched.keys);
    }

    fn replace_ring(&self, outside: &[Vec<Key>]) {
        let keys = std::iter::once(&self.own)
            .chain(outside.iter().flatten())
            .cloned();
        let ring = Arc::new(KeyRing::new(keys));
        let mut in_force = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        // A key may be gone because it leaked: what was verified with the old ones is verified anew.
        *in_force = (in_force.0 + 1, ring);
    }
}

fn fingerprint(token: &str) -> [u8; 32] {
    let mut print = [0; 32];
    print.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    print
}

#[cfg(test)]
mod tests;
