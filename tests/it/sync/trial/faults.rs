//! What can be wrong with what a watcher was told, held against what was written. Knows nothing of how it was told.

use std::collections::{BTreeSet, HashMap, HashSet};

/// A revision of something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Change {
    pub of: String,
    pub revision: u32,
}

/// What was told between two cursors: what a copy stores in one transaction.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Where the step ends.
    pub position: u64,
    pub told: Vec<Change>,
}

/// What is wrong with it. Nothing, if all is well.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Written, and never told.
    pub missed: usize,
    /// Told after a later revision of the same thing, or at an earlier position than before.
    pub reordered: usize,
    /// Told again past a cursor, or never written.
    pub doubled: usize,
    /// Writes told in more than one step.
    pub torn: usize,
}

/// Looks at what a watcher was told. `written` is what it had to be told, by write.
pub fn faults(steps: &[Step], written: &[Vec<Change>]) -> Faults {
    let must: HashSet<&Change> = written.iter().flatten().collect();
    let mut faults = Faults::default();
    let mut told_in: HashMap<&Change, usize> = HashMap::new();
    let mut newest: HashMap<&str, u32> = HashMap::new();
    let mut position = 0;
    for (number, step) in steps.iter().enumerate() {
        let stands_still = step.position == position && step.told.is_empty();
        if step.position <= position && !stands_still {
            faults.reordered += 1;
        }
        position = step.position;
        for change in &step.told {
            if told_in.insert(change, number).is_some() || !must.contains(change) {
                faults.doubled += 1;
            }
            let newest = newest.entry(&change.of).or_default();
            if change.revision < *newest {
                faults.reordered += 1;
            }
            *newest = change.revision.max(*newest);
        }
    }
    faults.missed = must
        .iter()
        .filter(|change| !told_in.contains_key(*change))
        .count();
    let steps_of = |write: &Vec<Change>| -> BTreeSet<usize> {
        let steps = write.iter().filter_map(|change| told_in.get(change));
        steps.copied().collect()
    };
    faults.torn = written
        .iter()
        .filter(|write| steps_of(write).len() > 1)
        .count();
    faults
}

fn change(of: &str, revision: u32) -> Change {
    Change {
        of: of.to_owned(),
        revision,
    }
}

#[test]
fn each_fault_is_found() {
    let write = |changes: &[(&str, u32)]| -> Vec<Change> {
        changes
            .iter()
            .map(|&(of, revision)| change(of, revision))
            .collect()
    };
    let written = [
        write(&[("a", 1)]),
        write(&[("a", 2), ("b", 1)]),
        write(&[("a", 3)]),
    ];
    let look = |steps: &[(u64, &[(&str, u32)])]| {
        let steps = steps.iter().map(|&(position, told)| Step {
            position,
            told: write(told),
        });
        faults(&steps.collect::<Vec<_>>(), &written)
    };
    let well = look(&[
        (1, &[("a", 1)]),
        (3, &[("a", 2), ("b", 1)]),
        (3, &[]),
        (4, &[("a", 3)]),
    ]);
    assert_eq!(well, Faults::default());
    let missed = look(&[(1, &[("a", 1)]), (4, &[("a", 2), ("b", 1)])]);
    assert_eq!(
        missed,
        Faults {
            missed: 1,
            ..Faults::default()
        }
    );
    let reordered = look(&[(3, &[("a", 2), ("b", 1), ("a", 1)]), (4, &[("a", 3)])]);
    assert_eq!(
        reordered,
        Faults {
            reordered: 1,
            ..Faults::default()
        }
    );
    let back = look(&[(4, &[("a", 1)]), (3, &[("a", 2), ("b", 1), ("a", 3)])]);
    assert_eq!(
        back,
        Faults {
            reordered: 1,
            ..Faults::default()
        }
    );
    let doubled = look(&[
        (1, &[("a", 1)]),
        (4, &[("a", 1), ("a", 2), ("b", 1), ("a", 3)]),
    ]);
    assert_eq!(
        doubled,
        Faults {
            doubled: 1,
            ..Faults::default()
        }
    );
    let torn = look(&[(2, &[("a", 1), ("a", 2)]), (4, &[("b", 1), ("a", 3)])]);
    assert_eq!(
        torn,
        Faults {
            torn: 1,
            ..Faults::default()
        }
    );
}
