//! The tree of organizations as access sees it: types, parents and children. Knows no names and no history.

use std::collections::HashMap;

use uuid::Uuid;

use crate::proto::v1::OrganizationType;

/// Deeper than any tree is. Bounds every walk, so that rows gone wrong can not make one endless.
const DEPTH: usize = 32;

#[derive(Clone, Debug)]
struct Node {
    kind: OrganizationType,
    parent: Option<Uuid>,
    /// The last day, `YYYY-MM-DD`.
    end_date: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: HashMap<Uuid, Node>,
    children: HashMap<Uuid, Vec<Uuid>>,
}

impl Tree {
    /// Puts an organization in its place, or moves it there. It is open until closed.
    pub fn put(&mut self, id: Uuid, kind: OrganizationType, parent: Option<Uuid>) {
        let before = self.nodes.insert(
            id,
            Node {
                kind,
                parent,
                end_date: None,
            },
        );
        let old_parent = before.and_then(|node| node.parent);
        if old_parent == parent {
            return;
        }
        if let Some(siblings) = old_parent.and_then(|parent| self.children.get_mut(&parent)) {
            siblings.retain(|sibling| *sibling != id);
        }
        if let Some(parent) = parent {
            self.children.entry(parent).or_default().push(id);
        }
    }

    /// Says what an organization's last day is.
    pub fn close(&mut self, id: Uuid, end_date: Option<String>) {
        if let Some(node) = self.nodes.get_mut(&id) {
            node.end_date = end_date;
        }
    }

    /// Whether its last day lies before the day, `YYYY-MM-DD`.
    pub fn has_ended(&self, id: Uuid, day: &str) -> bool {
        self.nodes
            .get(&id)
            .and_then(|node| node.end_date.as_deref())
            .is_some_and(|end_date| end_date < day)
    }

    pub fn contains(&self, id: Uuid) -> bool {
        self.nodes.contains_key(&id)
    }

    pub fn kind(&self, id: Uuid) -> Option<OrganizationType> {
        self.nodes.get(&id).map(|node| node.kind)
    }

    /// What lies above, the nearest first.
    pub fn above(&self, id: Uuid) -> impl Iterator<Item = Uuid> {
        let parent = |id: Uuid| self.nodes.get(&id).and_then(|node| node.parent);
        std::iter::successors(parent(id), move |id| parent(*id)).take(DEPTH)
    }

    pub fn is_below_or_same(&self, ancestor: Uuid, id: Uuid) -> bool {
        self.contains(id) && (ancestor == id || self.above(id).any(|above| above == ancestor))
    }

    /// The organization and everything below it.
    pub fn with_descendants(&self, id: Uuid) -> Vec<Uuid> {
        let mut found = Vec::new();
        let mut level = if self.contains(id) {
            vec![id]
        } else {
            Vec::new()
        };
        for _ in 0..=DEPTH {
            let below = level
                .iter()
                .filter_map(|id| self.children.get(id))
                .flatten()
                .copied()
                .collect();
            found.append(&mut level);
            level = below;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        // Children may come before their parents.
        tree.put(id(3), OrganizationType::SchoolUnit, Some(id(2)));
        tree.put(id(2), OrganizationType::Area, Some(id(1)));
        tree.put(id(1), OrganizationType::Organizer, None);
        tree.put(id(4), OrganizationType::SchoolUnit, Some(id(1)));
        tree
    }

    #[test]
    fn an_organization_lies_below_itself_and_all_above_it() {
        let tree = tree();
        assert!(tree.is_below_or_same(id(1), id(3)));
        assert!(tree.is_below_or_same(id(3), id(3)));
        assert!(!tree.is_below_or_same(id(2), id(4)));
        assert!(
            !tree.is_below_or_same(id(9), id(9)),
            "what is not there lies nowhere"
        );
        assert_eq!(tree.above(id(3)).collect::<Vec<_>>(), [id(2), id(1)]);
        assert_eq!(tree.with_descendants(id(1)), [id(1), id(2), id(4), id(3)]);
    }

    #[test]
    fn a_move_leaves_nothing_behind() {
        let mut tree = tree();
        tree.put(id(3), OrganizationType::SchoolUnit, Some(id(1)));
        assert_eq!(tree.with_descendants(id(2)), [id(2)]);
        assert!(!tree.is_below_or_same(id(2), id(3)));
        assert!(tree.is_below_or_same(id(1), id(3)));
    }

    #[test]
    fn an_organization_is_open_through_its_last_day() {
        let mut tree = tree();
        tree.close(id(3), Some("2026-06-30".to_owned()));
        assert!(!tree.has_ended(id(3), "2026-06-30"));
        assert!(tree.has_ended(id(3), "2026-07-01"));
        assert!(
            !tree.has_ended(id(4), "2026-07-01"),
            "what has no last day is open"
        );
    }

    #[test]
    fn rows_that_form_a_circle_end_no_walk() {
        let mut tree = Tree::default();
        tree.put(id(1), OrganizationType::Area, Some(id(2)));
        tree.put(id(2), OrganizationType::Area, Some(id(1)));
        assert!(!tree.is_below_or_same(id(3), id(1)));
        assert!(tree.with_descendants(id(1)).len() <= DEPTH + 1);
    }
}
