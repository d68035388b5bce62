//! `styrkedja document`: writes, reads and reviews documents.

mod compare;
mod list;
mod read;
mod review;
mod submit;
mod write;

use clap::{Args, Subcommand};

use super::{failure::Failure, json, output, remote::Remote};
use crate::proto::v1::{Document as Envelope, Review};
pub use write::read_file;

#[derive(Args, Debug)]
pub struct Document {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Creates a draft from protobuf JSON.
    Create(write::Create),
    /// Changes fields of a draft or a returned document.
    Update(write::Update),
    /// Shows a document, as it stands or at a revision.
    Get(read::Get),
    /// Lists documents.
    List(list::List),
    /// Hands a document in for review.
    Submit(submit::Submit),
    /// Accepts or returns a submitted document.
    Review(review::Review),
    /// Withdraws a document.
    Withdraw(review::Withdraw),
    /// Lists the revisions of a document.
    Revisions(read::Revisions),
    /// Compares two revisions of a document.
    Compare(compare::Compare),
}

impl Document {
    pub async fn run(self) -> Result<(), Failure> {
        let remote = &self.remote;
        match self.command {
            Command::Create(command) => command.run(remote).await,
            Command::Update(command) => command.run(remote).await,
            Command::Get(command) => command.run(remote).await,
            Command::List(command) => command.run(remote).await,
            Command::Submit(command) => command.run(remote).await,
            Command::Review(command) => command.run(remote).await,
            Command::Withdraw(command) => command.run(remote).await,
            Command::Revisions(command) => command.run(remote).await,
            Command::Compare(command) => command.run(remote).await,
        }
    }
}

/// The envelope, without content.
pub fn envelope(one: &Envelope) -> String {
    let external = one
        .external_id
        .as_ref()
        .map(|id| format!("{}={}", id.scheme, id.value))
        .unwrap_or_default();
    let period = one
        .period
        .as_ref()
        .map(|period| format!("{} to {}", period.start_date, period.end_date));
    output::facts([
        ("Id", one.id.clone()),
        ("Kind", kind(one)),
        ("State", state(one)),
        ("Revision", one.revision.to_string()),
        ("Etag", one.etag.clone()),
        ("Owner", one.owner_id.clone()),
        ("External id", external),
        ("Round", one.round.clone()),
        ("Period", period.unwrap_or_default()),
        ("Author", one.author.clone()),
        ("Created", output::time(one.create_time.as_ref())),
        ("Written", output::time(one.update_time.as_ref())),
        ("Content hash", output::hex(&one.content_hash)),
        (
            "Review",
            one.review.as_ref().map(review).unwrap_or_default(),
        ),
        (
            "Withdrawn",
            output::word(one.withdraw_reason().as_str_name(), "WITHDRAW_REASON_"),
        ),
        ("Hidden from you", one.hidden_fields.join(", ")),
    ])
}

fn review(review: &Review) -> String {
    let decision = output::word(review.decision().as_str_name(), "REVIEW_DECISION_");
    let reason = output::word(review.reason().as_str_name(), "REVIEW_REASON_");
    let comments = review
        .comments
        .iter()
        .map(|comment| format!("\n{}: {}", comment.field, comment.text));
    let comments: String = comments.collect();
    format!(
        "{decision} ({reason}) of revision {}: {}{comments}",
        review.revision, review.text
    )
}

/// The envelope, and the content as JSON.
fn whole(one: &Envelope) -> anyhow::Result<String> {
    let content = Envelope {
        content: one.content.clone(),
        ..Envelope::default()
    };
    Ok(format!("{}\n{}", envelope(one), json::write(&content)?))
}

fn kind(one: &Envelope) -> String {
    output::word(one.kind().as_str_name(), "DOCUMENT_KIND_")
}

fn state(one: &Envelope) -> String {
    output::word(one.state().as_str_name(), "DOCUMENT_STATE_")
}
