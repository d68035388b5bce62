//! Pushes, and decisions on the conflicts that come of them.

use proptest::{option, prelude::*};

use super::{Act, OWNERS, Oddity, Paper, Which, oddities, paper, rarely, which};

/// External ids that are pushed: few, so that some are there already.
const IDS: usize = 24;

/// One item of a push.
#[derive(Clone, Debug)]
pub enum Pushed {
    /// A document that may be there already.
    New {
        owner: usize,
        paper: Paper,
        on: usize,
        oddities: Vec<Oddity>,
        external: Option<usize>,
    },
    /// A change of one, made from its newest revision or from its first.
    Change {
        which: Which,
        late: bool,
        stale: bool,
        title: bool,
        word: usize,
    },
}

pub fn push() -> impl Strategy<Value = Act> {
    let owner = prop_oneof![20 => Just(0), 1 => 0..OWNERS];
    let external = option::weighted(0.95, 0..IDS);
    let new = (owner, paper(), any::<usize>(), oddities(), external).prop_map(
        |(owner, paper, on, oddities, external)| Pushed::New {
            owner,
            paper,
            on,
            oddities,
            external,
        },
    );
    let change = (which(), any::<bool>(), rarely(), any::<bool>(), 0..3_usize).prop_map(
        |(which, late, stale, title, word)| Pushed::Change {
            which,
            late,
            stale,
            title,
            word,
        },
    );
    let items = prop::collection::vec(prop_oneof![1 => new, 3 => change], 1..5);
    (prop::bool::weighted(0.3), rarely(), items).prop_map(|(together, dry, items)| Act::Push {
        together,
        dry,
        items,
    })
}

pub fn conflict() -> impl Strategy<Value = Act> {
    let resolve = (any::<usize>(), 0..3_usize, rarely(), rarely()).prop_map(
        |(conflict, side, stale, dry)| Act::Resolve {
            conflict,
            side,
            stale,
            dry,
        },
    );
    prop_oneof![
        5 => resolve,
        2 => any::<usize>().prop_map(|conflict| Act::Conflict { conflict }),
        1 => (any::<bool>(), 0..4_u32).prop_map(|(resolved, size)| Act::Conflicts { resolved, size }),
    ]
}
