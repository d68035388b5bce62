//! Keeps the whole database in one file, while it is used, and brings it back from there: as another history, in which
//! nobody goes on where an earlier one was. Knows nothing of what is kept in it.

mod file;
mod postgres;
mod sqlite;
mod tools;

use std::path::Path;

use anyhow::{Context, ensure};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{
    database::{Database, Purpose},
    journal::{self, Verified},
};

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes, of how many where that is known.
    Copied(u64, Option<u64>),
    /// Entries of the journal.
    Verified(u64, u64),
}

/// What is told of it, every now and then.
pub type Tell<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// What a restore has brought back.
#[derive(Clone, Debug)]
pub struct Restored {
    pub journal: Verified,
    /// Where that which was there before is kept.
    pub replaced: Option<String>,
}

/// Copies the database at a URL into a new file, as it stands at one moment, and looks at the copy. Others may write on.
pub async fn back_up(url: &str, to: &Path, tell: Tell<'_>) -> anyhow::Result<u64> {
    let copy = file::NewFile::at(to)?;
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            sqlite::copy(path, copy.path(), tell).await?;
            let copied = open(copy.path(), Purpose::Inspect).await?;
            let verified = verify(&copied, tell).await;
            copied.close().await;
            verified?;
        }
        None => postgres::dump(url, copy.path(), tell).await?,
    }
    copy.keep()
}

/// Brings a backup back to the URL of a database that no server uses, and begins a new epoch. What is there already is only
/// replaced where `overwrite` names it.
pub async fn restore(
    url: &str,
    from: &Path,
    overwrite: Option<&str>,
    tell: Tell<'_>,
) -> anyhow::Result<Restored> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        return sqlite::restore(Path::new(path), from, overwrite, tell).await;
    }
    postgres::restore(url, from, overwrite, tell).await?;
    let database = Database::open(url, Purpose::Serve).await?;
    let journal = verify(&database, tell).await;
    database.close().await;
    Ok(Restored {
        journal: journal.context("It was restored, and is not as it was written")?,
        replaced: None,
    })
}

async fn open(file: &Path, purpose: Purpose) -> anyhow::Result<Database> {
    let url = format!("sqlite://{}", file.display());
    Ok(Database::open(&url, purpose).await?)
}

/// Whether the file is sound, and the journal as it was written.
async fn verify(database: &Database, tell: Tell<'_>) -> anyhow::Result<Verified> {
    if database.backend() == DbBackend::Sqlite {
        let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check(1)");
        let row = database.reader().query_one_raw(check).await?;
        let found: String = row.context("nothing was checked")?.try_get_by_index(0)?;
        ensure!(found == "ok", "The file is damaged: {found}");
    }
    let verified = journal::verify(database, None, |seen, total| {
        tell(Progress::Verified(seen, total));
    });
    Ok(verified.await?)
}

/// That what is there is named, if anything is.
fn must_name(named: Option<&str>, there: &str) -> anyhow::Result<()> {
    ensure!(
        named == Some(there),
        "There is a database already; nothing was changed. To replace it, add --overwrite {there}"
    );
    Ok(())
}
