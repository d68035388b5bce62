//! `styrkedja sync pull`, `watch` and `run`.

use std::{fmt, future::Future};

use serde::Serialize;

use super::{
    Place,
    progress::{Progress, waits},
    told,
};
use crate::{
    cli::{failure::Failure, output, remote::Remote, told_to_stop},
    replica::{self, Pushed, Seen, Waiting},
};

pub async fn pull(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut link = remote.link();
    let mut replica = place.open_or_begin(remote, &mut link).await?;
    let progress = Progress::new();
    let mut show_seen = |seen: &Seen| progress.show(seen);
    let pulling = replica::pull(&mut replica, &mut link, &mut show_seen);
    let pulled = tokio::select! {
        pulled = pulling => Some(told(pulled, remote)?),
        stopped = told_to_stop() => stopped.map(|()| None)?,
    };
    drop(progress);
    told(replica.close().await, remote)?;
    match pulled {
        Some(seen) => show(remote, &seen),
        None => stopped(),
    }
}

pub async fn watch(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut link = remote.link().patient();
    let mut replica = place.open_or_begin(remote, &mut link).await?;
    let mut teller = Teller::new(remote);
    let mut tell = |seen: &Seen| teller.tell(seen);
    let watching = Box::pin(replica::watch(&mut replica, &mut link, &mut tell));
    until_stopped(watching, remote).await?;
    told(replica.close().await, remote)?;
    stopped()
}

pub async fn run(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut link = remote.link().patient();
    let mut replica = place.open_or_begin(remote, &mut link).await?;
    let mut teller = Teller::new(remote);
    let mut tell = |seen: &Seen| teller.tell(seen);
    let running = Box::pin(replica::watch_and_push(&mut replica, &mut link, &mut tell));
    until_stopped(running, remote).await?;
    told(replica.close().await, remote)?;
    stopped()
}

async fn until_stopped(
    running: impl Future<Output = replica::Result<Seen>>,
    remote: &Remote,
) -> Result<(), Failure> {
    tokio::select! {
        ended = running => told(ended, remote).map(|_| ()),
        stopped = told_to_stop() => Ok(stopped?),
    }
}

/// What was pulled.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pulled {
    documents: u64,
    organizations: u64,
    deleted: u64,
    snapshots: u64,
    cuts: u32,
    position: u64,
}

impl From<&Seen> for Pulled {
    fn from(seen: &Seen) -> Self {
        Self {
            documents: seen.applied.documents,
            organizations: seen.applied.organizations,
            deleted: seen.applied.deleted,
            snapshots: seen.applied.snapshots,
            cuts: seen.cuts,
            position: seen.progress.position,
        }
    }
}

fn show(remote: &Remote, seen: &Seen) -> Result<(), Failure> {
    let draw = |pulled: &Pulled| {
        output::facts([
            ("Documents taken in", pulled.documents.to_string()),
            ("Organizations taken in", pulled.organizations.to_string()),
            ("Deleted", pulled.deleted.to_string()),
            ("Snapshots begun", pulled.snapshots.to_string()),
            ("Cut, and gone on", pulled.cuts.to_string()),
            ("Position", pulled.position.to_string()),
        ])
    };
    Ok(output::print(remote.output, &Pulled::from(seen), draw)?)
}

fn stopped() -> Result<(), Failure> {
    Ok(output::line("Stopped. What was taken in is stored.")?)
}

/// Prints a line for each message that brought something.
struct Teller<'a> {
    remote: &'a Remote,
    told: Seen,
}

impl<'a> Teller<'a> {
    fn new(remote: &'a Remote) -> Self {
        Self {
            remote,
            told: Seen::default(),
        }
    }

    fn tell(&mut self, seen: &Seen) {
        let before = std::mem::replace(&mut self.told, *seen);
        if let Some(waiting) = seen.waiting {
            self.say(&Waits::from(waiting));
        }
        let cuts = before.pushed.cuts;
        let pushed = Pushed {
            cuts,
            ..seen.pushed
        };
        if (seen.applied, pushed) == (before.applied, before.pushed) {
            return;
        }
        let (applied, pushed) = (seen.applied, seen.pushed);
        let new = Told {
            position: seen.progress.position,
            documents: applied.documents - before.applied.documents,
            organizations: applied.organizations - before.applied.organizations,
            deleted: applied.deleted - before.applied.deleted,
            pushed: pushed.total() - before.pushed.total(),
            conflicts: pushed.conflicts - before.pushed.conflicts,
            refused: pushed.refused - before.pushed.refused,
        };
        self.say(&new);
    }

    fn say<T: Serialize + fmt::Display>(&self, what: &T) {
        let line = match self.remote.output {
            output::Format::Json => serde_json::to_string(what).unwrap_or_default(),
            output::Format::Table => what.to_string(),
        };
        // Whoever no longer reads it need not be told.
        let _ = output::line(&line);
    }
}

/// That it goes on after a pause.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Waits {
    tries_in_vain: u32,
    next_try_seconds: u64,
    #[serde(skip)]
    waiting: Waiting,
}

impl From<Waiting> for Waits {
    fn from(waiting: Waiting) -> Self {
        Self {
            tries_in_vain: waiting.tries,
            next_try_seconds: waiting.pause.as_secs(),
            waiting,
        }
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&waits(self.waiting))
    }
}

/// What has come and gone since it was last told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    position: u64,
    documents: u64,
    organizations: u64,
    deleted: u64,
    pushed: u64,
    conflicts: u64,
    refused: u64,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "position {}", self.position)?;
        for (count, what) in [
            (self.documents, "document(s) taken in"),
            (self.organizations, "organization(s) taken in"),
            (self.deleted, "deleted"),
            (self.pushed, "pushed"),
            (self.conflicts, "in conflict"),
            (self.refused, "refused"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
