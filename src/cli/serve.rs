//! `styrkedja serve`: the exchange itself, until it is told to stop.

use clap::Args;

use super::{Home, environment, failure::Failure, told_to_stop};
use crate::{config::Config, server, telemetry};

#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    home: Home,
    /// Address and port to listen on, instead of the setting `listen`.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Database, instead of the setting `database`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Setting by name, for example `--set log.format=json`. Any number.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

impl Serve {
    pub async fn run(self) -> Result<(), Failure> {
        let mut flags: Vec<(&str, String)> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        flags.extend(self.listen.map(|address| ("listen", address)));
        flags.extend(self.database.map(|url| ("database", url)));
        let config = Config::load(&self.home.path, environment(), &flags)
            .map_err(|faults| Failure::Usage(faults.to_string()))?;
        telemetry::start(&config.log)?;
        let running = server::start(&config).await?;
        told_to_stop().await?;
        tracing::info!("Stopping: no new calls, those under way are finished.");
        running.stop().await;
        Ok(())
    }
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("give a name, `=` and a value")?;
    Ok((name.to_owned(), value.to_owned()))
}
