//! Who calls, and what they may do: tokens, grants, scope and the gate. Knows nothing of what documents say.

mod caller;
mod decide;
pub mod entity;
mod explain;
pub mod gate;
mod history;
pub mod issuers;
mod jwks;
pub mod matrix;
mod model;
mod operations;
pub mod own_key;
mod refusals;
mod register;
mod rpc;
mod rules;
mod scope;
mod sight;
mod store;
mod token;
mod tree;

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use http::HeaderMap;

use crate::{
    clock::{self, Time},
    config::Config,
    contract::{self, Contract},
    database::Database,
    error::{Error, Result},
};
use history::History;
use issuers::{Issuers, Outside};
use refusals::Trail;
use register::{Register, Snapshot};

pub use caller::Caller;
pub use gate::caller_of;
pub use model::{Grant, Target};
pub use rpc::Rpc;
pub use scope::{Scope, Shift, target_of};
pub use sight::Sight;

/// How often the register is read anew, so that what other server processes write counts here.
const POLL: Duration = Duration::from_millis(500);
/// Nobody is let in by a register older than this: a revocation may be missing in it.
const OLDEST: Duration = Duration::from_secs(5);

/// Who may call, and what they may do. Cheap to clone; all clones see the same register.
#[derive(Clone, Debug)]
pub struct Access {
    issuers: Arc<Issuers>,
    register: Arc<Register>,
    history: Arc<History>,
    contract: &'static Contract,
}

impl Access {
    /// Reads the register and the keys, and keeps both fresh for as long as any clone lives.
    pub async fn open(config: &Config, database: &Database) -> anyhow::Result<Self> {
        let issuers = Arc::new(issuers_of(config)?);
        issuers.fetch().await;
        let register = Register::open(database)
            .await
            .context("the register of access can not be read")?;
        let access = Self {
            issuers,
            register: Arc::new(register),
            history: Arc::new(History::of(database)),
            contract: contract::get(),
        };
        access.keep_fresh();
        Ok(access)
    }

    /// Reads what was written to organizations and grants until now. Called after own writes, before they are answered.
    pub async fn refresh(&self) -> Result<()> {
        Ok(self.register.refresh().await?)
    }

    /// The names of all issuers whose tokens are accepted.
    fn issuers(&self) -> Vec<&str> {
        self.issuers.names()
    }

    /// A caller as the register has it now, everything up to the position counted, or why it may no longer call.
    pub async fn renewed(&self, caller: &Caller, position: i64) -> Result<Caller> {
        let now = clock::now();
        if caller.token_end() <= now {
            return Err(Error::TokenNotAccepted);
        }
        self.register.reach(position).await?;
        if self.register.age() > OLDEST {
            return Err(Error::try_again());
        }
        Ok(caller.seen_in(self.register.snapshot()).at_moment(now))
    }

    /// A caller with the grants that it had and the tree that there was at a position, as of the same moment: what time
    /// has ended has ended.
    pub async fn as_of(&self, caller: &Caller, position: i64) -> Result<Caller> {
        let tree = self.history.tree(position).await?;
        let grants = self.history.grants(caller.subject(), position).await?;
        let snapshot = Snapshot::at(position, tree, grants);
        Ok(caller.seen_in(Arc::new(snapshot)))
    }

    /// The caller whom the token of a request names. Every fault of a token is told alike.
    async fn identify(&self, headers: &HeaderMap, trail: &mut Trail) -> Result<Caller> {
        let now = clock::now();
        let mut refused = |fault, issuer| {
            trail.fault(fault, issuer);
            Error::TokenNotAccepted
        };
        let token = token::bearer(headers).map_err(|fault| refused(fault, None))?;
        let verified = self.issuers.verify(token, now.seconds()).await;
        let verified = verified.map_err(|fault| refused(fault, self.issuers.named_by(token)))?;
        if self.register.age() > OLDEST {
            return Err(Error::try_again());
        }
        let end = Time::from_micros(0).plus_seconds(verified.expires_at);
        Ok(Caller::new(
            &verified.subject,
            end,
            now,
            self.contract,
            self.register.snapshot(),
        ))
    }

    fn keep_fresh(&self) {
        let register = Arc::downgrade(&self.register);
        tokio::spawn(async move {
            let mut fails = false;
            loop {
                tokio::time::sleep(POLL).await;
                let Some(register) = register.upgrade() else {
                    return;
                };
                let failed_before = fails;
                let refreshed = register.refresh().await;
                fails = refreshed.is_err();
                match refreshed {
                    Err(cause) if !failed_before => {
                        tracing::warn!(%cause, "The register of access can not be read anew.");
                    }
                    Ok(()) if failed_before => {
                        tracing::info!("The register of access is read anew again.");
                    }
                    Ok(()) | Err(_) => {}
                }
            }
        });
        let issuers = Arc::downgrade(&self.issuers);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(issuers::REFRESH_EVERY).await;
                let Some(issuers) = issuers.upgrade() else {
                    return;
                };
                issuers.fetch().await;
            }
        });
    }
}

fn issuers_of(config: &Config) -> anyhow::Result<Issuers> {
    let tokens = &config.tokens;
    let own = own_key::load(&tokens.key)?;
    let outside = tokens.outside.iter().map(|outside| {
        Ok(Outside {
            issuer: Arc::new(token::Issuer {
                name: outside.name.clone(),
                iss: outside.issuer.clone(),
            }),
            source: jwks::Source::parse(&outside.keys)?,
        })
    });
    Issuers::new(
        &tokens.audience,
        &own,
        &tokens.issuer,
        outside.collect::<anyhow::Result<_>>()?,
    )
}
