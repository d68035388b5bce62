//! How far a transfer has come, for whoever waits for it at a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::replica::Seen;

const SNAPSHOT: &str = "{spinner} snapshot: {human_pos} told, {per_sec} {elapsed}";
const CHANGES: &str = "{bar:40} position {human_pos}/{human_len} {elapsed}";

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

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
