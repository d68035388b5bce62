//! `styrkedja sync`: keeps a copy of what the caller may see in a file. How that is done is in `replica`; here it is asked
//! for and shown.

mod conflicts;
mod init;
mod progress;
mod pull;
mod push;
mod status;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{failure::Failure, remote::Remote};
use crate::{
    proto::v1::{SyncFilter, WhoAmIRequest},
    replica::{Error, Link, Replica},
};

#[derive(Args, Debug)]
pub struct Sync {
    #[command(flatten)]
    remote: Remote,
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the copy is kept.
#[derive(Args, Debug)]
struct Place {
    /// File of the replica.
    #[arg(
        long,
        value_name = "FILE",
        env = "STYRKEDJA_REPLICA",
        default_value = "replica.db",
        global = true
    )]
    // Named so that no command's own argument has the same id.
    replica: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes an empty replica, and says what it is to hold.
    Init(init::Init),
    /// Fetches what has changed, or at first everything there is.
    Pull,
    /// Fetches what has changed, and goes on with what changes, until Ctrl-C.
    Watch,
    /// Puts changed and new documents into the outbox.
    #[command(visible_alias = "edit")]
    Put(push::Put),
    /// Sends what is in the outbox. Exit code 1 where something stays there.
    Push,
    /// Takes something out of the outbox that was not sent, or was refused.
    Discard(push::Discard),
    /// Pulls, pushes and watches, on and on: what a municipality runs as a service.
    Run,
    /// Shows a document that the replica holds, ready to be changed and put.
    Show(status::Show),
    /// Tells what the replica holds, how old it is, and what waits in the outbox.
    Status,
    /// Lists what could not be merged, or shows all sides of one.
    Conflicts(conflicts::Conflicts),
    /// Decides on what could not be merged.
    Resolve(conflicts::Resolve),
    /// Compares the replica with the exchange, and mends what differs. Exit code 1 where something did.
    Verify,
}

impl Sync {
    pub async fn run(self) -> Result<(), Failure> {
        let Self {
            remote,
            place,
            command,
        } = &self;
        match command {
            Command::Init(command) => command.run(remote, place).await,
            Command::Pull => pull::pull(remote, place).await,
            Command::Watch => pull::watch(remote, place).await,
            Command::Put(command) => command.run(remote, place).await,
            Command::Push => push::push(remote, place).await,
            Command::Discard(command) => command.run(remote, place).await,
            Command::Run => pull::run(remote, place).await,
            Command::Show(command) => command.run(remote, place).await,
            Command::Status => status::report(remote, place).await,
            Command::Conflicts(command) => command.run(remote, place).await,
            Command::Resolve(command) => command.run(remote, place).await,
            Command::Verify => verify::verify(remote, place).await,
        }
    }
}

impl Place {
    /// Opens the replica that is there.
    async fn open(&self, remote: &Remote) -> Result<Replica, Failure> {
        let replica = told(Replica::open(&self.replica).await, remote)?;
        replica.ok_or_else(|| {
            let file = self.replica.display();
            Failure::Usage(format!(
                "there is no replica in {file}: make one with `styrkedja sync init` or `pull`"
            ))
        })
    }

    /// Opens the replica that is there, or makes one of all that the caller may see.
    async fn open_or_begin(&self, remote: &Remote, link: &mut Link) -> Result<Replica, Failure> {
        match told(Replica::open(&self.replica).await, remote)? {
            Some(replica) => Ok(replica),
            None => self.begin(remote, link, None).await,
        }
    }

    async fn begin(
        &self,
        remote: &Remote,
        link: &mut Link,
        filter: Option<SyncFilter>,
    ) -> Result<Replica, Failure> {
        let mut access = told(link.client().await, remote)?.access;
        let me = remote.answer(access.who_am_i(WhoAmIRequest {})).await?;
        told(
            Replica::create(&self.replica, &me.subject, filter).await,
            remote,
        )
    }
}

/// What the replica says, as a command does.
fn told<T>(result: Result<T, Error>, remote: &Remote) -> Result<T, Failure> {
    result.map_err(|error| {
        if let Error::Refused(status) = error {
            return remote.refused(*status);
        }
        Failure::Other(error.into())
    })
}
