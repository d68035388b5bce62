//! `styrkedja audit`: whether the journal is as it was written. Reads the database itself, with or without a server.

use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Home, environment, failure::Failure, output};
use crate::{
    config::Config,
    database::{Database, Purpose},
    journal::{self, Checkpoint},
};

#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks every entry of the journal, and names the first bad one.
    Verify(Verify),
    /// Prints what the journal has come to, to be kept elsewhere and given to `verify` later.
    Checkpoint(Source),
}

#[derive(Args, Debug)]
struct Verify {
    #[command(flatten)]
    source: Source,
    /// What `audit checkpoint` or `audit verify` printed earlier: everything up to there must be as it was then.
    #[arg(long, value_name = "POSITION:HASH")]
    checkpoint: Option<Checkpoint>,
}

/// Which database to read.
#[derive(Args, Debug)]
struct Source {
    #[command(flatten)]
    home: Home,
    /// Database, instead of the setting `database`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Audit {
    pub async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Verify(command) => command.run().await,
            Command::Checkpoint(source) => print_checkpoint(source).await,
        }
    }
}

async fn print_checkpoint(source: Source) -> Result<(), Failure> {
    let database = source.open().await?;
    let checkpoint = journal::checkpoint(&database).await;
    database.close().await;
    let checkpoint = checkpoint
        .context("the journal can not be read")?
        .context("nothing has been written yet")?;
    Ok(output::line(&checkpoint.to_string())?)
}

impl Source {
    async fn open(self) -> Result<Database, Failure> {
        let flags: Vec<_> = self
            .database
            .map(|url| ("database", url))
            .into_iter()
            .collect();
        let config = Config::load(&self.home.path, environment(), &flags)
            .map_err(|faults| Failure::Usage(faults.to_string()))?;
        Ok(Database::open(config.database.reveal(), Purpose::Inspect).await?)
    }
}

impl Verify {
    async fn run(self) -> Result<(), Failure> {
        let database = self.source.open().await?;
        let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(
            "{wide_bar} {pos} of {len} entries",
        )?);
        bar.enable_steady_tick(Duration::from_millis(200));
        let verified = journal::verify(&database, self.checkpoint.as_ref(), |seen, total| {
            bar.set_length(total);
            bar.set_position(seen);
        })
        .await;
        bar.finish_and_clear();
        database.close().await;
        let verified = verified?;
        let whole = format!("The journal is whole: {} entries.", verified.entries);
        let checkpoint = verified.checkpoint();
        let lines = [
            Some(whole),
            self.checkpoint.map(|before| {
                format!(
                    "It holds what it held at the checkpoint of entry {}.",
                    before.position
                )
            }),
            checkpoint.map(|now| format!("Checkpoint, to be kept elsewhere: {now}")),
        ];
        Ok(output::line(
            &lines.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        )?)
    }
}
