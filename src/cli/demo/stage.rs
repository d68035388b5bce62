//! Where the story plays: a folder with a key and a database, and the real server on a port of its own.
//! Mints a real token for whoever calls. Knows no step of the story.

use std::{
    fs::{self, File, TryLockError},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use tonic::transport::Channel;

use super::caller::Caller;
use crate::{
    access::own_key::{self, OwnKey},
    client, clock,
    config::Config,
    database::{Database, Purpose},
    journal,
    server::{self, Running},
};

const DATABASE: &str = "styrkedja.db";
const KEY: &str = "issuer.key";
/// Says that the folder is a demo's, and may be emptied by the next.
const MARK: &str = "demo.txt";
/// What a demo makes in its folder, and nothing else of what may lie there.
const MADE: [&str; 6] = [
    DATABASE,
    "styrkedja.db-wal",
    "styrkedja.db-shm",
    "styrkedja.db.lock",
    KEY,
    MARK,
];
/// Longer than the story, shorter than what the exchange accepts.
const TOKEN_LIFETIME: Duration = Duration::from_mins(10);

pub struct Stage {
    running: Running,
    channel: Channel,
    config: Config,
    key: OwnKey,
}

/// Makes the folder ready. Says whether a demo was there before; what a demo did not make is left alone.
pub fn clear(folder: &Path) -> anyhow::Result<bool> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let before = folder.join(MARK).exists();
    if !before {
        for name in MADE {
            ensure!(
                !folder.join(name).exists(),
                "{} is there and was not made by a demo; choose another --folder",
                folder.join(name).display()
            );
        }
    }
    ensure_nobody_serves(&folder.join("styrkedja.db.lock"))?;
    for name in MADE {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::write(
        folder.join(MARK),
        "Made by `styrkedja demo`, and replaced by the next one.\n",
    )?;
    Ok(before)
}

fn ensure_nobody_serves(lock: &PathBuf) -> anyhow::Result<()> {
    let Ok(file) = File::open(lock) else {
        return Ok(());
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => bail!(
            "a server runs on the demo's database ({}); stop it first",
            lock.display()
        ),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

impl Stage {
    /// Makes a key and starts the server. `database` replaces the file in the folder.
    pub async fn open(folder: &Path, port: u16, database: Option<&str>) -> anyhow::Result<Self> {
        let folder = fs::canonicalize(folder)?;
        let mut flags = vec![("listen", format!("127.0.0.1:{port}"))];
        flags.extend(database.map(|url| ("database", url.to_owned())));
        let key = own_key::create(&folder.join(KEY))?;
        // Nothing from the environment: the demo is the same everywhere.
        let config = Config::load(&folder, [], &flags)?;
        let running = server::start(&config).await?;
        let channel = client::connect(&format!("http://{}", running.address()), None).await?;
        Ok(Self {
            running,
            channel,
            config,
            key,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Somebody with a token of the exchange's own issuer.
    pub fn caller(&self, name: &'static str) -> anyhow::Result<Caller> {
        Caller::new(
            name,
            Some(&self.token(name, clock::now().seconds())?),
            &self.channel,
        )
    }

    /// Somebody with another token, or none.
    pub fn caller_with(&self, name: &'static str, token: Option<&str>) -> anyhow::Result<Caller> {
        Caller::new(name, token, &self.channel)
    }

    /// A token that was made at the time, in seconds.
    pub fn token(&self, name: &str, at: i64) -> anyhow::Result<String> {
        let tokens = &self.config.tokens;
        self.key
            .mint(&tokens.issuer, &tokens.audience, name, TOKEN_LIFETIME, at)
    }

    /// Somebody's token, with another subject written into it and the signature left as it was.
    pub fn forged(&self, from: &str, to: &str) -> anyhow::Result<String> {
        let token = self.token(from, clock::now().seconds())?;
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            bail!("a token has three parts")
        };
        let claims = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(claims)?)?.replace(from, to);
        Ok(format!(
            "{header}.{}.{signature}",
            BASE64_URL_SAFE_NO_PAD.encode(claims)
        ))
    }

    /// Stops the server, and verifies the journal that it leaves behind. Tells how many entries it has.
    pub async fn close(self) -> anyhow::Result<u64> {
        drop(self.channel);
        self.running.stop().await;
        let database = Database::open(self.config.database.reveal(), Purpose::Inspect).await?;
        let verified = journal::verify(&database, None, |_, _| {}).await;
        database.close().await;
        Ok(verified?.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_emptied_of_what_a_demo_made_and_of_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!clear(folder.path()).unwrap());
        fs::write(folder.path().join(DATABASE), "old").unwrap();
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        assert!(clear(folder.path()).unwrap());
        assert!(!folder.path().join(DATABASE).exists());
        assert!(folder.path().join("mine.txt").exists());
    }

    #[test]
    fn a_database_that_no_demo_made_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(DATABASE), "real").unwrap();
        assert!(clear(folder.path()).is_err());
        assert_eq!(
            fs::read_to_string(folder.path().join(DATABASE)).unwrap(),
            "real"
        );
    }

    #[test]
    fn a_database_in_use_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        clear(folder.path()).unwrap();
        let lock = File::create(folder.path().join("styrkedja.db.lock")).unwrap();
        lock.lock().unwrap();
        assert!(
            clear(folder.path())
                .unwrap_err()
                .to_string()
                .contains("stop it first")
        );
    }
}
