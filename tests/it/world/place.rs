//! Where a story plays: a fresh database on one of the engines, and a folder of its own.

use std::{path::Path, sync::Arc};

use tempfile::TempDir;

use super::postgres::cluster;

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database and a folder.
#[derive(Clone, Debug)]
pub struct Place {
    engine: Engine,
    url: String,
    folder: Arc<TempDir>,
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        let folder = TempDir::with_prefix("styrkedja-it-").expect("a folder can be made");
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("styrkedja.db").display()),
            Engine::Postgres => cluster().create().await,
        };
        Self {
            engine,
            url,
            folder: Arc::new(folder),
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The database, empty at first.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder, empty at first but for an SQLite database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Drops the database. The folder goes with the last who holds the place.
    pub async fn clear(self) {
        if self.engine == Engine::Postgres {
            cluster().drop(&self.url).await;
        }
    }
}
