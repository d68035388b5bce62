//! `styrkedja sync put`, `push` and `discard`: what is changed here, on its way to the exchange.

use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use indicatif::ProgressBar;

use super::{Place, status, told};
use crate::{
    cli::{document, failure::Failure, output, remote::Remote},
    replica::{self, Pushed, Queued, Replica},
};

#[derive(Args, Debug)]
pub struct Put {
    /// Files with documents as protobuf JSON, as `show` prints them; `-` is the input.
    #[arg(required = true)]
    files: Vec<String>,
    /// The organization that they are about, instead of `ownerId` in the files: its id, school unit code or organization
    /// number, as the replica holds it.
    #[arg(long, value_name = "ORGANIZATION")]
    owner: Option<String>,
}

#[derive(Args, Debug)]
pub struct Discard {
    /// Number in the outbox.
    number: i64,
}

impl Put {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let mut replica = place.open(remote).await?;
        let owner = match &self.owner {
            Some(name) => Some(owner(remote, &mut replica, name).await?),
            None => None,
        };
        for file in &self.files {
            let mut document = document::read_file(file)?;
            document.owner_id = owner.clone().unwrap_or(document.owner_id);
            let queued = match told(replica.put(&document).await, remote)? {
                Queued::New => "a new document, to be pushed",
                Queued::Change => "a change, to be pushed",
                Queued::Replaced => "in the place of one that had not gone through",
            };
            output::line(&format!("{file}: {queued}"))?;
        }
        told(replica.close().await, remote)
    }
}

async fn owner(remote: &Remote, replica: &mut Replica, name: &str) -> Result<String, Failure> {
    let held = told(replica.organization(name).await, remote)?;
    held.ok_or_else(|| Failure::Usage(format!("the replica holds no organization {name}")))
}

pub async fn push(remote: &Remote, place: &Place) -> Result<(), Failure> {
    let mut replica = place.open(remote).await?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut show = |pushed: &Pushed| {
        let (answered, cuts) = (pushed.total(), pushed.cuts);
        bar.set_message(format!("{answered} answered, cut {cuts} time(s)"));
    };
    let pushed = replica::push(&mut replica, &mut remote.link(), &mut show).await;
    bar.finish_and_clear();
    let pushed = told(pushed, remote)?;
    show_pushed(remote, &mut replica, &pushed).await?;
    told(replica.close().await, remote)?;
    match pushed.conflicts + pushed.refused {
        0 => Ok(()),
        1 => Err(anyhow!("1 document stays in the outbox").into()),
        more => Err(anyhow!("{more} documents stay in the outbox").into()),
    }
}

impl Discard {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let mut replica = place.open(remote).await?;
        let is_gone = told(replica.discard(self.number).await, remote)?;
        told(replica.close().await, remote)?;
        if is_gone {
            return Ok(output::line("It will not be pushed.")?);
        }
        Err(Failure::Usage(format!(
            "the outbox has no {} that may be discarded: what was sent and is not answered may have been written",
            self.number
        )))
    }
}

async fn show_pushed(
    remote: &Remote,
    replica: &mut Replica,
    pushed: &Pushed,
) -> Result<(), Failure> {
    let status = told(replica.status().await, remote)?;
    let draw = |pushed: &Pushed| {
        let counts = output::facts([
            ("Created", pushed.created.to_string()),
            ("Updated", pushed.updated.to_string()),
            ("Unchanged", pushed.unchanged.to_string()),
            ("Merged", pushed.merged.to_string()),
            ("Conflicts", pushed.conflicts.to_string()),
            ("Refused", pushed.refused.to_string()),
        ]);
        status::with_outbox(counts, &status, remote)
    };
    Ok(output::print(remote.output, pushed, draw)?)
}
