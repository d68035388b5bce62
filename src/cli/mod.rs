//! The command line: the server's commands, and the exchange's client. One file a command.

mod audit;
mod backup;
mod database;
mod demo;
mod document;
mod failure;
mod grants;
mod init;
mod json;
mod offers;
mod organizations;
mod output;
mod remote;
mod restore;
mod serve;
mod sync;
mod token;
mod writing;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use prost_types::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

use failure::Failure;

/// Exchanges analyses, plans and follow-up reports between schools, organizers, universities and the national agency.
#[derive(Debug, Parser)]
#[command(name = "styrkedja", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a home folder: settings, a signing key, and the first operator.
    Init(init::Init),
    /// Runs the exchange until it is told to stop.
    Serve(serve::Serve),
    /// Checks the record of everything that was written.
    Audit(audit::Audit),
    /// Copies the database into a file, beside a running server.
    Backup(backup::Backup),
    /// Brings a backup back, as a new history.
    Restore(restore::Restore),
    /// Keeps the database.
    Database(database::Database),
    /// Plays one round of Samverkan för bästa skola, and shows what is refused.
    Demo(demo::Demo),
    /// Signs a token with the exchange's own key, and prints it.
    Token(token::Token),
    /// Reads and registers organizations.
    Organizations(organizations::Organizations),
    /// Says who may do what.
    Grants(grants::Grants),
    /// Writes, reads and reviews documents.
    Document(document::Document),
    /// Submits, exports, finds and matches course offers, and takes their places.
    Offers(offers::Offers),
    /// Keeps a copy of what you may see in a file, and pushes what you change in it.
    Sync(sync::Sync),
}

/// Where the exchange lives on this machine.
#[derive(Args, Clone, Debug)]
struct Home {
    /// Folder of the settings, the signing key and, unless set otherwise, the database.
    #[arg(
        long = "home",
        value_name = "FOLDER",
        env = "STYRKEDJA_HOME",
        default_value = ".styrkedja",
        global = true
    )]
    path: PathBuf,
}

/// Runs the command line. Exit codes: 0 done, 1 refused or failed, 2 not understood.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::from(anyhow::Error::from(error))),
    };
    match runtime.block_on(command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

impl Command {
    async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Init(command) => command.run(),
            Self::Serve(command) => command.run().await,
            Self::Audit(command) => command.run().await,
            Self::Backup(command) => command.run().await,
            Self::Restore(command) => command.run().await,
            Self::Database(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Token(command) => command.run(),
            Self::Organizations(command) => command.run().await,
            Self::Grants(command) => command.run().await,
            Self::Document(command) => command.run().await,
            Self::Offers(command) => command.run().await,
            Self::Sync(command) => command.run().await,
        }
    }
}

/// The environment as text; what is none can be no setting.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// Reads a value of an enum of the contract as people write it: `organizer-head` for `ROLE_ORGANIZER_HEAD`.
fn choice<T: Clone + Send + Sync + 'static>(
    prefix: &'static str,
    named: fn(&str) -> Option<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let name = text.to_ascii_uppercase().replace('-', "_");
        named(&format!("{prefix}{name}"))
            .filter(|_| name != "UNSPECIFIED")
            .ok_or_else(|| "is not one of them".to_owned())
    }
}

/// Reads a moment, or the first one of a day.
fn moment(text: &str) -> Result<Timestamp, String> {
    let whole = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    whole
        .parse()
        .map_err(|_| "is neither `YYYY-MM-DD` nor `YYYY-MM-DDThh:mm:ssZ`".to_owned())
}

/// Waits until somebody wants the program to end.
async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("signals can not be received")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupt = tokio::signal::ctrl_c() => interrupt.context("signals can not be received"),
    }
}

fn report(failure: &Failure) -> ExitCode {
    // A closed output is no reason to fail once more.
    let _ = writeln!(io::stderr(), "{failure}");
    failure.exit_code()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_client_command_can_act_as_a_subject() {
        for line in [
            "grants create --subject exchange:a --role principal --at 57370453 --as b",
            "grants list --subject exchange:a --as b",
            "grants whoami --as b",
            "organizations list --as b --output json",
            "document create --as b --lang en",
            "document review id --etag e --decision return --reason other --text t --as b",
        ] {
            let words = ["styrkedja"].into_iter().chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }
}
