//! `styrkedja database`: what is done to a database as a whole, while no server runs on it.

use clap::{Args, Subcommand};

use super::{Home, environment, failure::Failure, output};
use crate::{
    config::Config,
    database::{self, Purpose},
    journal,
};

#[derive(Args, Debug)]
pub struct Database {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says that the database was restored from a backup, so that nobody goes on where another history was.
    Restored(Restored),
}

#[derive(Args, Debug)]
struct Restored {
    #[command(flatten)]
    home: Home,
    /// Database, instead of the setting `database`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Database {
    pub async fn run(self) -> Result<(), Failure> {
        let Command::Restored(Restored { home, database }) = self.command;
        let flags: Vec<_> = database.map(|url| ("database", url)).into_iter().collect();
        let config = Config::load(&home.path, environment(), &flags)
            .map_err(|faults| Failure::Usage(faults.to_string()))?;
        let database = database::Database::open(config.database.reveal(), Purpose::Serve).await?;
        let begun = journal::begin_epoch(&database).await;
        database.close().await;
        begun?;
        Ok(output::line(
            "A new epoch has begun. Listings that began before are asked to start again.",
        )?)
    }
}
