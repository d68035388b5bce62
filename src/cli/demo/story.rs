//! What the acts of the story share: the stage, the teller, and what has happened so far.
//! Holds only what a client would remember: ids, and documents as they were last answered.

use std::collections::HashMap;

use anyhow::Context;

use super::{
    caller::Caller,
    cast::{UNITS, UNIVERSITY, Unit},
    round,
    stage::Stage,
    teller::Teller,
    words::Language,
};
use crate::proto::v1::{Document, DocumentKind, DocumentState};

pub struct Story<'a> {
    pub stage: Stage,
    pub teller: Teller<'a>,
    /// Ids of organizations, by name.
    pub organizations: HashMap<String, String>,
    documents: HashMap<(usize, DocumentKind), Document>,
}

impl<'a> Story<'a> {
    pub fn new(stage: Stage, teller: Teller<'a>) -> Self {
        Self {
            stage,
            teller,
            organizations: HashMap::new(),
            documents: HashMap::new(),
        }
    }

    pub fn caller(&self, name: &'static str) -> anyhow::Result<Caller> {
        self.stage.caller(name)
    }

    pub fn organization(&self, name: &str) -> anyhow::Result<String> {
        self.organizations
            .get(name)
            .cloned()
            .with_context(|| format!("{name} is not registered"))
    }

    /// A unit's document of the kind, as it was last answered.
    pub fn document(&self, unit: usize, kind: DocumentKind) -> anyhow::Result<Document> {
        let missing = || format!("{} has no {}", UNITS[unit].slug, kind.as_str_name());
        self.documents
            .get(&(unit, kind))
            .cloned()
            .with_context(missing)
    }

    pub fn analysis(&self, unit: usize) -> anyhow::Result<Document> {
        self.document(unit, DocumentKind::Analysis)
    }

    pub fn plan(&self, unit: usize) -> anyhow::Result<Document> {
        self.document(unit, DocumentKind::ActionPlan)
    }

    /// Remembers a document as it was answered.
    pub fn keep(&mut self, unit: usize, document: Option<Document>) -> anyhow::Result<Document> {
        let document = document.context("the answer holds no document")?;
        self.documents
            .insert((unit, document.kind()), document.clone());
        Ok(document)
    }

    /// What the unit has written, linked to what it has written before.
    pub fn written(&self, unit: usize, kind: DocumentKind) -> anyhow::Result<Document> {
        let owner: &Unit = &UNITS[unit];
        let mut ids = vec![("{university}", self.organization(UNIVERSITY)?)];
        let before = [
            ("{analysis}", "{analysis-revision}", DocumentKind::Analysis),
            ("{plan}", "{plan-revision}", DocumentKind::ActionPlan),
        ];
        for (id, revision, kind) in before {
            if let Some(document) = self.documents.get(&(unit, kind)) {
                ids.push((id, document.id.clone()));
                ids.push((revision, document.revision.to_string()));
            }
        }
        round::document(owner.writer(), kind, &self.organization(owner.name)?, &ids)
    }
}

/// Where a document stands, as a cell of the table.
pub fn told(document: &Document, language: Language) -> String {
    let state = language.state(DocumentState::try_from(document.state).unwrap_or_default());
    format!("rev {}, {state}", document.revision)
}
