//! Imports records: works out what they do, and writes it in pieces through the journal.
//!
//! A cut leaves whole pieces behind, each of which holds together. The same request again goes on after them, and is
//! answered as the first try would have been.

use std::{collections::HashMap, time::Duration};

use prost::Message;
use uuid::Uuid;

use super::pieces::{self, Keys};
use crate::{
    access::{Caller, Scope, Target},
    clock,
    error::{Error, Result},
    exchange::Exchange,
    journal::{self, Actor, Refusal, RequestKey, Row, Write, Written},
    organizations::{
        import::{Step, key_of, plan},
        store,
    },
    proto::v1::{Act, ImportOrganizationsResponse, OrganizationRecord},
};

pub(super) const METHOD: &str = "/styrkedja.v1.OrganizationService/ImportOrganizations";
/// How many times an import is worked out because others changed the register meanwhile.
const TRIES: usize = 10;
/// How long it waits at first before it is worked out anew, so that those who were faster get on; twice as long each time.
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// An import as the caller sent it.
#[derive(Debug)]
pub struct Import {
    pub request_id: Uuid,
    pub validate_only: bool,
    pub source: String,
    pub records: Vec<OrganizationRecord>,
}

/// Imports what is right, and tells what is wrong.
pub async fn import(
    exchange: &Exchange,
    caller: &Caller,
    import: Import,
) -> Result<ImportOrganizationsResponse> {
    let actor = caller.actor(Act::ImportOrganizations, &Target::Anything)?;
    let keys = Keys::of(&import, caller, actor.organization);
    let mut run = Run {
        exchange,
        scope: caller.scope(Act::ImportOrganizations),
        import: &import,
        actor,
        keys,
        register_at: 0,
        answered: HashMap::new(),
        idle: HashMap::new(),
    };
    let mut pause = PAUSE;
    for tried in 0..TRIES {
        if tried > 0 {
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
        if let Some(answer) = exchange.journal.answer_to(&run.keys.whole()).await? {
            return decode(&answer);
        }
        if let Some(answer) = run.attempt().await? {
            exchange.access.refresh().await?;
            tracing::info!(
                created = answer.created,
                updated = answer.updated,
                unchanged = answer.unchanged,
                refused = answer.refused,
                dry_run = import.validate_only,
                "Organizations were imported."
            );
            return Ok(answer);
        }
    }
    Err(Error::try_again())
}

/// An import under way.
struct Run<'a> {
    exchange: &'a Exchange,
    scope: Scope,
    import: &'a Import,
    actor: Actor,
    keys: Keys,
    /// Up to where the register is known: as it was read, and with what this import has written since.
    register_at: i64,
    /// What was answered for each piece that is written.
    answered: HashMap<usize, ImportOrganizationsResponse>,
    /// What is to be answered for each piece that changes nothing.
    idle: HashMap<usize, ImportOrganizationsResponse>,
}

/// What became of a piece.
enum Piece {
    Written,
    /// It was written before, or the register has changed: the rest is to be worked out anew.
    Overtaken,
}

impl Run<'_> {
    /// Works the import out and writes what is not written. None: it was overtaken.
    async fn attempt(&mut self) -> Result<Option<ImportOrganizationsResponse>> {
        let now = clock::now();
        let reader = self.exchange.database.reader();
        self.answered = answered(self.exchange, &self.keys, self.import.records.len()).await?;
        // Read first: what comes between is refused by the journal, and not missed.
        self.register_at = journal::reached(reader).await?.position;
        let register = store::register(reader, &self.scope).await?;
        let today = now
            .date()
            .parse()
            .map_err(|_| Error::fault(anyhow::anyhow!("today is no day")))?;
        let steps = plan(&self.import.records, &register, today, now);
        drop(register);
        self.idle.clear();
        for (index, piece) in steps.chunks(pieces::RECORDS).enumerate() {
            if let Piece::Overtaken = self.piece(index, piece).await? {
                return Ok(None);
            }
        }
        // Only now are all there that they may link.
        let successions = steps.iter().flat_map(|step| &step.successions);
        let rows: Vec<_> = successions
            .map(|succession| Row::Succession(store::succession_row(succession)))
            .collect();
        for rows in rows.chunks(pieces::RECORDS) {
            if self.write(None, Vec::new(), rows.to_vec()).await?.is_none() {
                return Ok(None);
            }
        }
        self.conclude().await.map(Some)
    }

    async fn piece(&mut self, index: usize, steps: &[Step]) -> Result<Piece> {
        if self.answered.contains_key(&index) {
            return Ok(Piece::Written);
        }
        let answer = pieces::count(steps);
        let rows: Vec<_> = steps
            .iter()
            .filter_map(|step| step.organization.as_ref())
            .map(|organization| Row::Organization(store::organization_row(organization)))
            .collect();
        // The first piece is always noted, so that other records under the same request id are refused.
        if index > 0 && answer.created + answer.updated == 0 {
            self.idle.insert(index, answer);
            return Ok(Piece::Written);
        }
        match self
            .write(Some(self.keys.piece(index)), answer.encode_to_vec(), rows)
            .await?
        {
            Some(Written::Now { .. }) => {
                self.answered.insert(index, answer);
                Ok(Piece::Written)
            }
            Some(Written::Before { .. }) | None => Ok(Piece::Overtaken),
        }
    }

    /// Keeps the answer under the import's own request id.
    async fn conclude(&mut self) -> Result<ImportOrganizationsResponse> {
        let mut places = HashMap::new();
        for (index, record) in self.import.records.iter().enumerate() {
            places.entry(key_of(index, record)).or_insert(index);
        }
        let mut pieces: Vec<_> = self.answered.drain().chain(self.idle.drain()).collect();
        pieces.sort_by_key(|(index, _)| *index);
        let pieces = pieces.into_iter().map(|(_, answer)| answer);
        let answer = pieces::sum(pieces, |key| places.get(key).copied().unwrap_or(usize::MAX));
        match self
            .write(Some(self.keys.whole()), answer.encode_to_vec(), Vec::new())
            .await?
        {
            Some(Written::Before { answer }) => decode(&answer),
            Some(Written::Now { .. }) | None => Ok(answer),
        }
    }

    /// Writes rows. None: they rest on a register that has changed meanwhile.
    async fn write(
        &mut self,
        request: Option<RequestKey>,
        answer: Vec<u8>,
        rows: Vec<Row>,
    ) -> Result<Option<Written>> {
        let changes = !rows.is_empty();
        let write = Write {
            actor: self.actor.clone(),
            method: METHOD,
            request,
            register_unchanged_since: changes.then_some(self.register_at),
            expects: Vec::new(),
            dry_run: self.import.validate_only,
            answer,
            rows,
        };
        match self.exchange.journal.write(write).await {
            Ok(written) => {
                if let Written::Now { position } = written
                    && changes
                    && !self.import.validate_only
                {
                    self.register_at = position;
                }
                Ok(Some(written))
            }
            Err(
                Refusal::RegisterChanged
                | Refusal::Outdated { .. }
                | Refusal::CodeTaken { .. }
                | Refusal::ExternalIdTaken { .. },
            ) => Ok(None),
            Err(
                refusal @ (Refusal::ExpectedOtherwise
                | Refusal::RequestIdConflict
                | Refusal::Together
                | Refusal::Unavailable(_)
                | Refusal::NoRoom),
            ) => Err(refusal.into()),
        }
    }
}

/// What was answered for the pieces of an earlier try that was cut. The first piece tells whether there was any.
async fn answered(
    exchange: &Exchange,
    keys: &Keys,
    records: usize,
) -> Result<HashMap<usize, ImportOrganizationsResponse>> {
    let mut answered = HashMap::new();
    for index in 0..records.div_ceil(pieces::RECORDS) {
        match exchange.journal.answer_to(&keys.piece(index)).await? {
            Some(answer) => answered.insert(index, decode(&answer)?),
            None if index == 0 => break,
            None => None,
        };
    }
    Ok(answered)
}

fn decode(answer: &[u8]) -> Result<ImportOrganizationsResponse> {
    ImportOrganizationsResponse::decode(answer).map_err(Error::fault)
}
