//! The register as it was at earlier positions: the tree of organizations, and the grants of one subject. Knows nothing
//! of what is decided by them.

use std::{collections::VecDeque, sync::Arc};

use sea_orm::DbErr;
use tokio::sync::Mutex;

use super::{model::Grant, register, store, tree::Tree};
use crate::{database::Database, journal::standing_at, organizations::entity as organizations};

/// How many trees are kept in memory, for all who follow the feed through the same changes.
const KEPT: usize = 16;

/// Gives out earlier states of the register.
#[derive(Debug)]
pub struct History {
    database: Database,
    /// Trees by the position that last changed them, the newest made last.
    trees: Mutex<VecDeque<(i64, Arc<Tree>)>>,
}

impl History {
    pub fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
            trees: Mutex::default(),
        }
    }

    /// The tree as it stood at a position: made from the nearest one before that is kept.
    pub async fn tree(&self, position: i64) -> Result<Arc<Tree>, DbErr> {
        use organizations::Column;
        let connection = self.database.reader();
        let changed = store::tree_changed(connection, position).await?;
        let mut trees = self.trees.lock().await;
        if let Some((_, tree)) = trees.iter().find(|(at, _)| *at == changed) {
            return Ok(Arc::clone(tree));
        }
        let before = trees.iter().filter(|(at, _)| *at < changed);
        let (from, mut tree) = before
            .max_by_key(|(at, _)| *at)
            .map_or_else(Default::default, |(at, tree)| (*at, Arc::clone(tree)));
        let standing = standing_at(changed, Column::Position, Column::UntilPosition);
        let rows = register::moved(standing, from).all(connection).await?;
        let growing = Arc::make_mut(&mut tree);
        for row in rows {
            register::put(growing, row);
        }
        trees.push_back((changed, Arc::clone(&tree)));
        if trees.len() > KEPT {
            trees.pop_front();
        }
        Ok(tree)
    }

    /// The grants of a subject as they stood at a position.
    pub async fn grants(&self, subject: &str, position: i64) -> Result<Vec<Grant>, DbErr> {
        store::grants_at(self.database.reader(), subject, position).await
    }
}
