//! `styrkedja backup`: the whole database in one file, while the server runs.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::{Home, environment, failure::Failure, output};
use crate::{
    backup::{self, Progress},
    config::{Config, DatabaseUrl},
};

#[derive(Args, Debug)]
pub struct Backup {
    #[command(flatten)]
    source: Source,
    /// File to write. It must not be there yet.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Which database is meant.
#[derive(Args, Debug)]
pub struct Source {
    #[command(flatten)]
    home: Home,
    /// Database, instead of the setting `database`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Source {
    pub fn url(self) -> Result<DatabaseUrl, Failure> {
        let flags: Vec<_> = self
            .database
            .map(|url| ("database", url))
            .into_iter()
            .collect();
        let config = Config::load(&self.home.path, environment(), &flags);
        let config = config.map_err(|faults| Failure::Usage(faults.to_string()))?;
        Ok(config.database)
    }
}

impl Backup {
    pub async fn run(self) -> Result<(), Failure> {
        let url = self.source.url()?;
        let bar = bar();
        let mut tell = |progress| show(&bar, progress);
        let bytes = backup::back_up(url.reveal(), &self.to, &mut tell).await;
        bar.finish_and_clear();
        Ok(output::line(&format!(
            "{} holds all of the database, {}. Settings and issuer.key are not in it.",
            self.to.display(),
            HumanBytes(bytes?)
        ))?)
    }
}

/// What shows how far it has come, where somebody looks.
pub fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

pub fn show(bar: &ProgressBar, progress: Progress) {
    let (look, done, of) = match progress {
        Progress::Copied(bytes, Some(of)) => {
            ("{wide_bar} {bytes} of {total_bytes}", bytes, Some(of))
        }
        Progress::Copied(bytes, None) => ("{spinner} {bytes}", bytes, None),
        Progress::Verified(entries, of) => ("{wide_bar} {pos} of {len} entries", entries, Some(of)),
    };
    if let Ok(style) = ProgressStyle::with_template(look) {
        bar.set_style(style);
    }
    if let Some(of) = of {
        bar.set_length(of);
    }
    bar.set_position(done);
}
