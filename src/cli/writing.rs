//! What all commands that change something have in common.

use clap::Args;

use crate::clock;

#[derive(Args, Clone, Debug)]
pub struct Writing {
    /// Check everything and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// A UUID that makes trying again safe. A new one when not given.
    #[arg(long, value_name = "UUID")]
    request_id: Option<String>,
}

impl Writing {
    pub fn request_id(&self) -> String {
        self.request_id
            .clone()
            .unwrap_or_else(|| clock::new_id().to_string())
    }

    /// Says below an answer that nothing was changed, where that is so.
    pub fn noted(&self, text: String) -> String {
        if self.dry_run {
            format!("{text}\nDry run: accepted, and nothing was changed.")
        } else {
            text
        }
    }
}
