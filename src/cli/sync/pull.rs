//! `styrkedja sync pull` and `watch`.

use clap::Args;
use serde::Serialize;

use super::{Place, progress::Progress, told};
use crate::{
    cli::{failure::Failure, output, remote::Remote, told_to_stop},
    replica::{self, Seen},
};

#[derive(Args, Debug)]
pub struct Pull {}

#[derive(Args, Debug)]
pub struct Watch {}

impl Pull {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
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
}

impl Watch {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let mut link = remote.link().patient();
        let mut replica = place.open_or_begin(remote, &mut link).await?;
        let mut teller = Teller::new(remote);
        let mut tell = |seen: &Seen| teller.tell(seen);
        let watching = replica::watch(&mut replica, &mut link, &mut tell);
        tokio::select! {
            ended = watching => told(ended, remote).map(|_| ())?,
            stopped = told_to_stop() => stopped?,
        }
        told(replica.close().await, remote)?;
        stopped()
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
        let before = std::mem::replace(&mut self.told, *seen).applied;
        let applied = seen.applied;
        if applied == before {
            return;
        }
        let new = Pulled {
            documents: applied.documents - before.documents,
            organizations: applied.organizations - before.organizations,
            deleted: applied.deleted - before.deleted,
            snapshots: applied.snapshots - before.snapshots,
            cuts: seen.cuts,
            position: seen.progress.position,
        };
        let line = match self.remote.output {
            output::Format::Json => serde_json::to_string(&new).unwrap_or_default(),
            output::Format::Table => format!(
                "position {}: {} document(s), {} organization(s) taken in, {} deleted",
                new.position, new.documents, new.organizations, new.deleted
            ),
        };
        // Whoever no longer reads it need not be told.
        let _ = output::line(&line);
    }
}
