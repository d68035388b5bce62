//! `styrkedja audit verify`: whether the journal is as it was written. Reads the database itself, with or without a server.

use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Home, environment, failure::Failure, output};
use crate::{
    config::Config,
    database::{Database, Purpose},
    journal,
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
}

#[derive(Args, Debug)]
struct Verify {
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
        }
    }
}

impl Verify {
    async fn run(self) -> Result<(), Failure> {
        let flags: Vec<_> = self
            .database
            .map(|url| ("database", url))
            .into_iter()
            .collect();
        let config = Config::load(&self.home.path, environment(), &flags)
            .map_err(|faults| Failure::Usage(faults.to_string()))?;
        let database = Database::open(config.database.reveal(), Purpose::Inspect).await?;
        let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(
            "{wide_bar} {pos} of {len} entries",
        )?);
        bar.enable_steady_tick(Duration::from_millis(200));
        let verified = journal::verify(&database, |seen, total| {
            bar.set_length(total);
            bar.set_position(seen);
        })
        .await;
        bar.finish_and_clear();
        database.close().await;
        let verified = verified?;
        Ok(output::line(&format!(
            "The journal is whole: {} entries up to position {}.\nChain hash of the last one: {}",
            verified.entries,
            verified.position,
            output::hex(&verified.chain_hash),
        ))?)
    }
}
