//! SQLite: the file is copied by a reader beside the server, and brought back by taking the place of what is there, which is
//! kept under another name.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    Progress, Restored, Tell,
    file::{folder_of, size_of, sync_folder},
    must_name, open, verify,
};
use crate::{clock, database, database::Purpose, journal};

/// How often it is told how far it has come.
const LOOK: Duration = Duration::from_millis(200);
const CHUNK: usize = 1024 * 1024;
/// What an SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The ends of the names of what holds a database: its file, and what SQLite takes into a file of that name when it opens.
const KEPT: [&str; 3] = ["", "-wal", "-journal"];

/// Copies what is committed at one moment into an empty file.
pub async fn copy(path: &str, to: &Path, tell: Tell<'_>) -> anyhow::Result<()> {
    ensure!(Path::new(path).exists(), "{path} does not exist");
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let to_name = to.display().to_string();
    let copying = sqlx::query("VACUUM INTO $1")
        .bind(&to_name)
        .execute(&mut connection);
    let looking = async {
        loop {
            tell(Progress::Copied(
                size_of(to),
                Some(size_of(Path::new(path))),
            ));
            tokio::time::sleep(LOOK).await;
        }
    };
    let copied = tokio::select! {
        copied = copying => copied,
        never = looking => never,
    };
    copied.context("the database can not be copied")?;
    Ok(connection.close().await?)
}

/// Makes a copy of the backup ready beside the database, and puts it in its place when it has been found whole.
pub async fn restore(
    path: &Path,
    from: &Path,
    overwrite: Option<&str>,
    tell: Tell<'_>,
) -> anyhow::Result<Restored> {
    let _lock = database::lock_file(path)?;
    // Where the file is gone, its log may hold all there is.
    if KEPT.iter().any(|end| size_of(&beside(path, end)) > 0) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        must_name(overwrite, &name)?;
    }
    let copy = tempfile::Builder::new()
        .prefix(".styrkedja-")
        .tempfile_in(folder_of(path))?
        .into_temp_path();
    read_in(from, &copy, tell)?;
    let journal = begin_anew(&copy, tell).await?;
    fs::File::open(&copy)?.sync_all()?;
    let replaced = set_aside(path).await?;
    sync_folder(path)?;
    copy.persist(path)?;
    sync_folder(path)?;
    Ok(Restored {
        journal,
        replaced: replaced.map(|path| path.display().to_string()),
    })
}

fn read_in(from: &Path, to: &Path, tell: Tell<'_>) -> anyhow::Result<()> {
    let mut backup = fs::File::open(from).with_context(|| from.display().to_string())?;
    let total = backup.metadata()?.len();
    let (mut copy, mut chunk, mut copied) = (fs::File::create(to)?, vec![0; CHUNK], 0);
    loop {
        let read = backup.read(&mut chunk)?;
        let is_database = copied > 0 || chunk[..read].starts_with(MAGIC);
        ensure!(
            is_database,
            "{} is no backup of an SQLite database",
            from.display()
        );
        if read == 0 {
            return Ok(());
        }
        copy.write_all(&chunk[..read])?;
        copied += read as u64;
        tell(Progress::Copied(copied, Some(total)));
    }
}

/// Brings its schema up to date, looks at it and begins a new epoch.
async fn begin_anew(copy: &Path, tell: Tell<'_>) -> anyhow::Result<journal::Verified> {
    let database = open(copy, Purpose::Serve).await?;
    let result = async {
        let verified = verify(&database, tell).await?;
        journal::begin_epoch(&database).await?;
        Ok(verified)
    };
    let result: anyhow::Result<_> = result.await;
    database.close().await;
    // The file alone takes the place: the epoch must be in it.
    let left = size_of(&beside(copy, "-wal"));
    for end in [".lock", "-wal", "-shm"] {
        remove(&beside(copy, end))?;
    }
    let verified = result?;
    ensure!(
        left == 0,
        "What was written last could not be moved into the file; nothing was changed"
    );
    Ok(verified)
}

/// Gives what is there another name as well, with what was written last to it, and leaves nothing that SQLite would take for
/// a part of what comes in its place. Returns where it is kept, if anything was there.
async fn set_aside(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    // Who closes a database last puts into the file what is beside it; beside an empty file SQLite throws it away. One that
    // is damaged may not even open.
    if size_of(path) > 0 {
        let options = SqliteConnectOptions::new().filename(path);
        if let Ok(connection) = SqliteConnection::connect_with(&options).await {
            let _ = connection.close().await;
        }
    }
    let aside = beside(path, &format!(".replaced-{}", clock::now().micros()));
    let mut kept = Vec::new();
    for end in KEPT {
        let (there, to) = (beside(path, end), beside(&aside, end));
        if size_of(&there) > 0 {
            fs::hard_link(&there, &to).with_context(|| to.display().to_string())?;
            kept.push(to);
        }
    }
    for end in ["-wal", "-shm", "-journal"] {
        remove(&beside(path, end))?;
    }
    Ok(kept.into_iter().next())
}

fn remove(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| file.display().to_string())
        }
        _ => Ok(()),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_copy_whose_log_can_not_be_moved_into_it_takes_no_place() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy");
        begin_anew(&copy, &mut |_| ()).await.unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names(), 1, "nothing is left beside it");

        // Who reads keeps the log from being moved.
        let options = SqliteConnectOptions::new().filename(&copy);
        let mut reader = SqliteConnection::connect_with(&options).await.unwrap();
        let read = sqlx::raw_sql("BEGIN; SELECT * FROM partitions");
        read.execute(&mut reader).await.unwrap();
        let refused = begin_anew(&copy, &mut |_| ()).await.unwrap_err();
        assert!(refused.to_string().contains("nothing was changed"));
    }
}
