//! Publishes documents of kinds that nobody reviews: each stands as its owner last submitted it, under the external id that
//! the owner knows it by. Decides what is to be written; whoever asks writes it.

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    model::{Encoded, Revision, Step},
    operations::must_allow,
    store,
};
use crate::{
    access::{Grant, Scope},
    clock::Time,
    error::Result,
    journal::Row,
    proto::v1::{DocumentKind, DocumentState, ExternalId, WithdrawReason},
};

/// The numbering that documents of one owner and kind are known in.
#[derive(Clone, Debug)]
pub struct Numbering {
    pub owner: Uuid,
    pub kind: DocumentKind,
    pub scheme: String,
}

/// A document as it stands.
#[derive(Clone, Debug)]
pub struct Standing(Revision);

/// What is to become of a document.
#[derive(Debug)]
pub struct Published {
    pub became: Became,
    pub document: Uuid,
    /// The revision that stands then.
    pub revision: u32,
    /// What is to be written, all or nothing.
    pub rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    Created,
    Updated,
    /// It stands like that.
    Unchanged,
    Withdrawn,
}

/// Who publishes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    pub grant: &'a Grant,
    pub at: Time,
}

impl Standing {
    pub fn document(&self) -> Uuid {
        self.0.document
    }

    pub fn revision(&self) -> i32 {
        self.0.number
    }

    pub fn is_withdrawn(&self) -> bool {
        self.0.state == DocumentState::Withdrawn
    }
}

impl Numbering {
    /// What stands under external ids, withdrawn documents too, as far as it is in scope.
    pub async fn standing(
        &self,
        db: &impl ConnectionTrait,
        scope: &Scope,
        values: impl Iterator<Item = &str>,
    ) -> Result<HashMap<String, Standing>> {
        let ids: Vec<ExternalId> = values.map(|value| self.external_id(value)).collect();
        let known: Vec<_> = ids.iter().map(|id| (self.owner, self.kind, id)).collect();
        let heads = store::heads_known_as(db, scope, &known).await?;
        let by_value = |head: Revision| {
            let value = head.external_id.as_ref()?.value.clone();
            Some((value, Standing(head)))
        };
        Ok(heads.into_iter().filter_map(by_value).collect())
    }

    /// The external ids of what is published, in order of document, after one of them, so many at most. Each with its document.
    pub async fn published(
        &self,
        db: &impl ConnectionTrait,
        after: Uuid,
        limit: u64,
    ) -> Result<Vec<(Uuid, String)>> {
        store::published(db, self, after, limit).await
    }

    /// Of these documents, those that are published in the numbering and in scope, in order, each with its external id.
    pub async fn ids_of(
        &self,
        db: &impl ConnectionTrait,
        scope: &Scope,
        documents: &[Uuid],
    ) -> Result<Vec<(Uuid, String)>> {
        let heads = store::heads_of(db, scope, documents).await?.into_iter();
        let heads = heads.filter(|head| {
            (head.owner, head.kind) == (self.owner, self.kind)
                && head.state == DocumentState::Submitted
        });
        let with_id = heads.filter_map(|head| {
            let id = head.external_id.filter(|id| id.scheme == self.scheme)?;
            Some((head.document, id.value))
        });
        let mut with_id: Vec<_> = with_id.collect();
        with_id.sort_unstable();
        Ok(with_id)
    }

    fn external_id(&self, value: &str) -> ExternalId {
        ExternalId {
            scheme: self.scheme.clone(),
            value: value.to_owned(),
        }
    }
}

impl Publisher<'_> {
    /// Lets a document stand like this under its external id, whatever stood there before.
    pub fn publish(
        self,
        numbering: &Numbering,
        value: &str,
        before: Option<&Standing>,
        content: Encoded,
    ) -> Result<Published> {
        let Some(Standing(head)) = before else {
            return Ok(self.create(numbering, value, content, Vec::new()));
        };
        if head.state == DocumentState::Withdrawn {
            let freed = self.free(head);
            return Ok(self.create(numbering, value, content, vec![freed]));
        }
        let state = must_allow(head, Step::Publish)?;
        if state == head.state && head.content_hash == content.hash {
            return Ok(unchanged(head));
        }
        let mut revision = self.next(head, state);
        if head.content_hash != content.hash {
            revision.write(content);
        }
        Ok(published(Became::Updated, &revision, Vec::new()))
    }

    /// Lets a document stand no longer.
    pub fn withdraw(self, Standing(head): &Standing) -> Result<Published> {
        if head.state == DocumentState::Withdrawn {
            return Ok(unchanged(head));
        }
        let state = must_allow(head, Step::Withdraw)?;
        let revision = Revision {
            content: None,
            review: None,
            justifications: Vec::new(),
            withdraw_reason: WithdrawReason::NoLongerOffered,
            withdrawn: true,
            ..self.next(head, state)
        };
        Ok(published(Became::Withdrawn, &revision, Vec::new()))
    }

    fn create(
        self,
        numbering: &Numbering,
        value: &str,
        content: Encoded,
        before: Vec<Row>,
    ) -> Published {
        let Numbering { owner, kind, .. } = *numbering;
        let (author, home) = (self.grant.subject.clone(), self.grant.home);
        let draft = Revision::draft(owner, kind, author, home, self.at, content);
        let state = DocumentState::Submitted;
        let revision = Revision {
            state,
            level: draft.level.with(state),
            external_id: Some(numbering.external_id(value)),
            ..draft
        };
        published(Became::Created, &revision, before)
    }

    /// Takes the external id from a withdrawn document, so that another can have it. What was withdrawn does not come back:
    /// its history would be given out again with it.
    fn free(self, head: &Revision) -> Row {
        let revision = Revision {
            external_id: None,
            ..self.next(head, head.state)
        };
        row(&revision)
    }

    fn next(self, head: &Revision, state: DocumentState) -> Revision {
        head.next(state, self.grant.subject.clone(), self.grant.home, self.at)
    }
}

fn unchanged(head: &Revision) -> Published {
    Published {
        became: Became::Unchanged,
        document: head.document,
        revision: head.number.unsigned_abs(),
        rows: Vec::new(),
    }
}

fn published(became: Became, revision: &Revision, before: Vec<Row>) -> Published {
    let mut rows = before;
    rows.push(row(revision));
    Published {
        became,
        document: revision.document,
        revision: revision.number.unsigned_abs(),
        rows,
    }
}

/// Kinds that are published link to nothing: it would have to be looked after who sees where the links lead.
fn row(revision: &Revision) -> Row {
    Row::Document {
        revision: store::row(revision),
        links: Vec::new(),
    }
}
