//! The real data of the trials, which is not the project's to hand on: a folder beside the project, or one that is named.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    path::PathBuf,
    sync::Mutex,
};

/// Not among the settings of the program, which are `STYRKEDJA_…`.
const VARIABLE: &str = "TRIAL_DATA";

/// A folder of real data. None: it is not here, and the trial is told not to have run, once.
pub fn real_data(folder: &str, trial: &'static str) -> Option<PathBuf> {
    static TOLD: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os(VARIABLE).map_or_else(beside, PathBuf::from);
    let folder = data.join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    let mut told = TOLD.lock().expect("nobody panics with it");
    if told.insert(trial) {
        let line = format!("NOT RUN: {trial}: its folder is not here ({VARIABLE})");
        // Past the test harness, which keeps what a passing test prints.
        writeln!(io::stderr(), "{line}").expect("the line is printed");
    }
    None
}
