//! The acts of the story, in order. Each is a script: who does what, and what the exchange must answer.

mod access;
mod analyses;
mod closing;
mod courses;
mod drafts;
mod follow_up;
mod grants;
mod organizations;
mod plans;
mod returned;
mod reviews;

use super::story::Story;

/// Plays the whole round.
pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    organizations::play(story).await?;
    grants::play(story).await?;
    analyses::play(story).await?;
    drafts::play(story).await?;
    reviews::play(story).await?;
    plans::play(story).await?;
    follow_up::play(story).await?;
    courses::play(story).await?;
    access::play(story).await?;
    closing::play(story).await
}
