//! Keeps the models of the catalogue as the journal has them: read whole when they are first asked for, and then as far as
//! positions have moved on, so that every server process knows what any wrote.

use std::{
    mem,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use sea_orm::DatabaseConnection;
use tokio::{
    sync::{Mutex, watch},
    task::spawn_blocking,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    bookings::Bookings,
    lists::Lists,
    need::{Needs, Paper},
    offer::Offer,
    offers::{Change, Offers},
    store::{self, Changed, Standing},
};
use crate::{
    database::Database,
    documents::Found,
    error::{Error, Result},
    journal::{self, Reached, Target},
    kinds::Content,
    proto::v1::{DocumentKind, DocumentState, Period},
};

/// Documents read at a time.
const AT_ONCE: usize = 500;
/// Positions looked through at a time.
const SPAN: i64 = 1000;
/// The offers are read on where nobody asks: once nothing was written for so long,
const CALM: Duration = Duration::from_secs(1);
/// or so long after something was.
const PATIENCE: Duration = Duration::from_secs(10);

/// What this process knows of published offers and of needs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Catalogue {
    offers: Arc<Live<Offers>>,
    needs: Arc<Live<Placed>>,
    /// Unmet needs whose pages are being read.
    pub(super) lists: Lists,
}

impl Catalogue {
    /// Reads the offers, and reads on as the head moves until it is told to stop, so that a call finds little left to
    /// read: what was written in the last moment, or in the last ten seconds where there is no end of writing. Needs are
    /// read when they are first asked for.
    pub fn open(
        database: &Database,
        head: watch::Receiver<i64>,
        stopping: &CancellationToken,
    ) -> Self {
        let catalogue = Self {
            offers: Arc::new(Live::of(database.reader())),
            needs: Arc::new(Live::of(database.reader())),
            lists: Lists::default(),
        };
        let keeping = catalogue.clone().keep_current(head);
        let stopping = stopping.clone();
        tokio::spawn(async move { stopping.run_until_cancelled(keeping).await });
        catalogue
    }

    async fn keep_current(self, mut head: watch::Receiver<i64>) {
        loop {
            if let Err(cause) = self.offers().await {
                tracing::debug!(%cause, "The published offers can not be read.");
            }
            if head.changed().await.is_err() {
                return;
            }
            // Much that comes at a time, as submissions do, is read once it is there.
            let _ = timeout(PATIENCE, calm(&mut head)).await;
        }
    }

    /// The published offers, everything counted that was written before.
    pub(super) async fn offers(&self) -> Result<Arc<At<Offers>>> {
        Arc::clone(&self.offers).now().await
    }

    /// What was accepted, everything counted that was written before.
    pub(super) async fn needs(&self) -> Result<Arc<At<Placed>>> {
        Arc::clone(&self.needs).now().await
    }
}

/// Waits until nothing was written for a moment.
async fn calm(head: &mut watch::Receiver<i64>) {
    while let Ok(Ok(())) = timeout(CALM, head.changed()).await {}
}

/// A model as of a position.
#[derive(Clone, Debug)]
pub struct At<M> {
    pub reached: Reached,
    pub model: M,
}

/// What is made of documents that stand.
pub trait Model: Clone + Default + Send + Sync + 'static {
    const STANDING: Standing;

    /// Takes in what became of documents.
    fn change(&mut self, changes: Vec<Changed>) -> Result<()>;

    /// Takes in what it rests on besides documents, as of a position or later.
    fn look_around(
        &mut self,
        reader: &DatabaseConnection,
        position: i64,
    ) -> impl Future<Output = Result<()>> + Send;
}

impl Model for Offers {
    const STANDING: Standing = Standing {
        kinds: &[DocumentKind::CourseOffer],
        state: DocumentState::Submitted,
        beside: Some(Target::Places),
    };

    fn change(&mut self, changes: Vec<Changed>) -> Result<()> {
        let change = |changed: Changed| {
            let (id, university) = (changed.document, changed.owner);
            let content = changed.found.map(content_of).transpose()?.flatten();
            let read =
                content.and_then(|content| Offer::of(id, university, &content, changed.taken));
            Ok(read.map_or(Change::Gone(id), |read| Change::Put(Box::new(read))))
        };
        let changes = changes.into_iter().map(change).collect::<Result<_>>()?;
        Self::change(self, changes);
        Ok(())
    }

    async fn look_around(&mut self, _: &DatabaseConnection, _: i64) -> Result<()> {
        Ok(())
    }
}

/// Needs, where the organizations are that have them, and which places they have booked.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    pub needs: Needs,
    pub bookings: Bookings,
    /// Organizations count up to here.
    seen: i64,
    /// And bookings up to here.
    booked: i64,
}

impl Model for Placed {
    const STANDING: Standing = Standing {
        kinds: &[DocumentKind::Analysis, DocumentKind::ActionPlan],
        state: DocumentState::Accepted,
        beside: None,
    };

    fn change(&mut self, changes: Vec<Changed>) -> Result<()> {
        let change = |changed: Changed| {
            let paper = changed.found.map(paper_of).transpose()?.flatten();
            Ok(((changed.owner, changed.document), paper))
        };
        let changes = changes.into_iter().map(change).collect::<Result<_>>()?;
        self.needs.change(changes);
        Ok(())
    }

    async fn look_around(&mut self, reader: &DatabaseConnection, position: i64) -> Result<()> {
        let (moved, seen) = store::organizations(reader, self.seen).await?;
        self.needs.move_organizations(moved);
        self.seen = seen;
        while self.booked < position {
            // Where nothing was read yet, all that stand are read at once.
            let begins = self.booked == 0;
            let until = if begins {
                position
            } else {
                position.min(self.booked + SPAN)
            };
            let booked = store::bookings(reader, (self.booked, until)).await?;
            self.bookings.change(booked);
            self.booked = until;
        }
        Ok(())
    }
}

fn content_of(found: Found) -> Result<Option<Content>> {
    let kind = DocumentKind::try_from(i32::from(found.row.kind)).unwrap_or_default();
    let content = found.row.content;
    let content = content.map(|bytes| Content::decode(kind, &bytes));
    content.transpose().map_err(Error::fault)
}

fn paper_of(mut found: Found) -> Result<Option<Paper>> {
    let row = &mut found.row;
    let key = (row.owner_id, row.document_id, row.revision);
    let period = mem::take(&mut row.period_start).zip(mem::take(&mut row.period_end));
    let period = period.map(|(start_date, end_date)| Period {
        start_date,
        end_date,
    });
    let envelope = (mem::take(&mut row.round), row.level, period);
    let content = content_of(found)?;
    Ok(content.and_then(|content| Paper::of(key, envelope, &content)))
}

/// A model that is kept as the journal has it.
#[derive(Debug)]
struct Live<M> {
    reader: DatabaseConnection,
    now: RwLock<Option<Arc<At<M>>>>,
    /// Held while the tables are read.
    reading: Mutex<()>,
}

impl<M: Model> Live<M> {
    fn of(reader: &DatabaseConnection) -> Self {
        Self {
            reader: reader.clone(),
            now: RwLock::default(),
            reading: Mutex::default(),
        }
    }

    async fn now(self: Arc<Self>) -> Result<Arc<At<M>>> {
        let reached = journal::reached(&self.reader).await?;
        if let Some(known) = self.known(reached) {
            return Ok(known);
        }
        // In a task of its own: what was read serves the next, whether or not this caller still waits.
        let reading = tokio::spawn(async move { self.read_up_to(reached).await });
        reading.await.map_err(Error::fault)?
    }

    /// What is known, where it has come so far.
    fn known(&self, reached: Reached) -> Option<Arc<At<M>>> {
        self.last().filter(|known| {
            known.reached.epoch == reached.epoch && known.reached.position >= reached.position
        })
    }

    fn last(&self) -> Option<Arc<At<M>>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.clone()
    }

    async fn read_up_to(&self, reached: Reached) -> Result<Arc<At<M>>> {
        let _turn = self.reading.lock().await;
        if let Some(known) = self.known(reached) {
            return Ok(known);
        }
        let before = self.last().filter(|at| at.reached.epoch == reached.epoch);
        let mut at = match before {
            Some(before) => At::clone(&before),
            None => self.begin(reached).await?,
        };
        // What was read whole may be newer in part than where the reading began: here it all comes to one position.
        let reached = journal::reached(&self.reader).await?;
        self.catch_up(&mut at, reached).await?;
        at.model
            .look_around(&self.reader, at.reached.position)
            .await?;
        let at = Arc::new(at);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&at));
        Ok(at)
    }

    /// Everything that stands, no older than the position.
    async fn begin(&self, reached: Reached) -> Result<At<M>> {
        let mut model = M::default();
        for &kind in M::STANDING.kinds {
            let mut after = Uuid::nil();
            loop {
                let heads =
                    store::heads(&self.reader, kind, M::STANDING.state, after, AT_ONCE as u64)
                        .await?;
                let Some(last) = heads.last() else { break };
                after = last.document;
                model = self.changed(model, heads, reached.position).await?;
            }
        }
        Ok(At { reached, model })
    }

    async fn catch_up(&self, at: &mut At<M>, reached: Reached) -> Result<()> {
        let reader = &self.reader;
        let mut after = at.reached.position;
        while after < reached.position {
            let until = reached.position.min(after + SPAN);
            let written = store::written(reader, M::STANDING, (after, until)).await?;
            for keys in written.chunks(AT_ONCE) {
                let became =
                    store::as_of(reader, M::STANDING.state, keys, reached.position).await?;
                let model = mem::take(&mut at.model);
                at.model = self.changed(model, became, reached.position).await?;
            }
            after = until;
        }
        at.reached = reached;
        Ok(())
    }

    /// The model with changes taken in that were read as of a position.
    async fn changed(&self, mut model: M, mut changes: Vec<Changed>, position: i64) -> Result<M> {
        if M::STANDING.beside == Some(Target::Places) {
            store::put_taken(&self.reader, &mut changes, position).await?;
        }
        // Reading documents takes time that others can use.
        let changing = spawn_blocking(move || model.change(changes).map(|()| model));
        changing.await.map_err(Error::fault)?
    }
}
