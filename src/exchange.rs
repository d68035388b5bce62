//! What the features of one server share: the database, the journal, who may do what, and the seal of page tokens.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use tokio_util::sync::CancellationToken;

use crate::{
    access::Access,
    config::Config,
    contract,
    database::{Database, OpenError, Purpose},
    feed::Feed,
    first_operator,
    intake::Intake,
    journal::{Journal, Refusal},
    offers::{Catalogue, places},
    page::PageKey,
};

/// One open exchange. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    pub database: Database,
    pub journal: Journal,
    pub access: Access,
    pub pages: Arc<PageKey>,
    pub feed: Feed,
    /// Published offers and needs, in memory.
    pub catalogue: Catalogue,
    /// What all streams share that bring items.
    pub intake: Intake,
    /// Whose turn it is at the places of an offer.
    pub turns: places::Turns,
    /// Cancelled when the server stops: streams without an end of their own end then.
    pub stopping: CancellationToken,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Contract(#[from] contract::Incomplete),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("the first operator could not be granted the role: {0}")]
    Begin(#[from] Refusal),
    #[error("{0:#}")]
    Access(anyhow::Error),
    #[error("can not read {path}: {cause}")]
    Tls {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("the certificate or its key can not be used: {0}")]
    Transport(#[from] tonic::transport::Error),
    #[error("can not listen on {address}: {cause}")]
    Listen {
        address: SocketAddr,
        cause: std::io::Error,
    },
}

impl Exchange {
    /// Opens the database and what rests on it.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let database = Database::open(config.database.reveal(), Purpose::Serve).await?;
        let journal = Journal::open(&database).await.map_err(OpenError::from)?;
        first_operator::write(&journal, config).await?;
        let access = Access::open(config, &database)
            .await
            .map_err(StartError::Access)?;
        let secret = database.page_secret().await.map_err(OpenError::from)?;
        let pages = Arc::new(PageKey::derive(&secret));
        let stopping = CancellationToken::new();
        let feed = Feed::open(&database, &journal, &stopping);
        let catalogue = Catalogue::open(&database, feed.head(), &stopping);
        Ok(Self {
            database,
            journal,
            access,
            pages,
            feed,
            catalogue,
            intake: Intake::default(),
            turns: places::Turns::default(),
            stopping,
        })
    }

    /// Writes what is queued and lets go of the database.
    pub async fn close(self) {
        self.stopping.cancel();
        self.journal.close().await;
        self.database.close().await;
    }
}
