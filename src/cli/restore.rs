//! `styrkedja restore`: a backup takes the place of the database, and a new history begins.

use std::path::PathBuf;

use clap::Args;

use super::{
    backup::{Source, bar, show},
    failure::Failure,
    output,
};
use crate::backup;

#[derive(Args, Debug)]
pub struct Restore {
    #[command(flatten)]
    source: Source,
    /// File that `backup` wrote.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Name of the database that may be replaced: of its file, or as PostgreSQL names it.
    #[arg(long, value_name = "NAME")]
    overwrite: Option<String>,
}

impl Restore {
    pub async fn run(self) -> Result<(), Failure> {
        let url = self.source.url()?;
        let bar = bar();
        let (overwrite, mut tell) = (self.overwrite.as_deref(), |progress| show(&bar, progress));
        let restored = backup::restore(url.reveal(), &self.from, overwrite, &mut tell).await;
        bar.finish_and_clear();
        let restored = restored?;
        let whole = format!(
            "Restored: the journal is whole, {} entries. A new epoch has begun, so that everybody begins anew.",
            restored.journal.entries
        );
        let replaced = restored.replaced;
        let lines = [
            Some(whole),
            replaced.map(|file| format!("What was there before is kept as {file}")),
        ];
        let lines: Vec<_> = lines.into_iter().flatten().collect();
        Ok(output::line(&lines.join("\n"))?)
    }
}
