//! The follow-up: what was done, what it led to, and what nobody can say yet.

use super::plans::{accept, hand_in};
use crate::{
    cli::demo::{
        cast::{HEAD, KARBYSKOLAN, OFFICE, OFFICER, SUPPORTER, UNITS},
        story::Story,
    },
    proto::v1::{DocumentKind, ErrorReason},
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "7. Uppföljningen efter ett läsår (juni 2020)",
        "7. The follow-up after a school year (June 2020)",
    ];
    story.teller.chapter(title)?;
    for unit in 0..UNITS.len() {
        hand_in(story, unit, DocumentKind::FollowUpReport).await?;
    }
    let supporter = story.caller(SUPPORTER)?;
    let report = story.document(KARBYSKOLAN, DocumentKind::FollowUpReport)?;
    let what = [
        "Vill godta en uppföljning, som huvudmannen granskar",
        "Wants to accept a report, which the organizer reviews",
    ];
    let answer = supporter.accept(&report, "Bra.").await;
    story
        .teller
        .is_refused(&supporter, what, answer, ErrorReason::RoleMayNot)?;
    let (head, officer) = (story.caller(HEAD)?, story.caller(OFFICER)?);
    for unit in 0..UNITS.len() {
        let reviewer = if unit == OFFICE { &officer } else { &head };
        accept(story, reviewer, unit, DocumentKind::FollowUpReport).await?;
    }
    Ok(())
}
