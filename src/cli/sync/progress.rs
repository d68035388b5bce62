//! How far a transfer has come, for whoever waits for it at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::replica::{Seen, Waiting};

const SNAPSHOT: &str = "{spinner} snapshot: {human_pos} told, {per_sec} {elapsed} {msg}";
const CHANGES: &str = "{bar:40} position {human_pos}/{human_len} {elapsed} {msg}";

/// A line that says how far it has come.
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Self {
        let bar = ProgressBar::new(0).with_style(style(CHANGES));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub fn show(&self, seen: &Seen) {
        let progress = &seen.progress;
        self.0
            .set_message(seen.waiting.map(waits).unwrap_or_default());
        if progress.told > 0 {
            self.0.set_style(style(SNAPSHOT));
            self.0.set_position(progress.told);
        } else {
            self.0.set_style(style(CHANGES));
            self.0.set_length(progress.head.max(progress.position));
            self.0.set_position(progress.position);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// What is waited for, in words.
pub fn waits(Waiting { tries, pause }: Waiting) -> String {
    let (seconds, tries) = (pause.as_secs().max(1), tries.max(1));
    format!("nothing came of {tries} in a row; the next try in {seconds} s")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
