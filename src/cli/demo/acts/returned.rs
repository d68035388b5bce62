//! One analysis is returned: its author reads why, mends it and submits it again, and the reviewer sees what has changed.

use anyhow::ensure;

use super::reviews::submit;
use crate::{
    cli::demo::{
        caller::{Caller, Verdict},
        cast::{KARBYSKOLAN, SUPPORTER, UNITS},
        story::{Story, told},
    },
    proto::v1::{
        CompareRevisionsRequest, Document, DocumentKind, ErrorReason, ReviewComment,
        ReviewDecision, ReviewReason,
    },
};

/// Karbyskolan gets its analysis back, mends it and submits again.
pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let supporter = story.caller(SUPPORTER)?;
    let first = story.analysis(KARBYSKOLAN)?;
    let comment = ReviewComment {
        field: "analysis.causes[0].assumption".to_owned(),
        text: "Vad är det som gör att eleverna uppmärksammas sent? Pröva flera antaganden."
            .to_owned(),
    };
    let verdict = Verdict {
        decision: ReviewDecision::Return,
        reason: ReviewReason::CausesUnanalysed,
        text: "Problemet är tydligt. En av orsakerna är inte analyserad än.",
        comments: vec![comment],
    };
    let what = [
        "Återlämnar, med en kommentar på första orsaken",
        "Returns it, with a comment on the first cause",
    ];
    let returned = supporter.review(&first, verdict).await;
    let returned = story
        .teller
        .goes_well(&supporter, what, returned, |returned, language| {
            let reason = returned
                .review
                .as_ref()
                .map(|review| review.reason().as_str_name())
                .unwrap_or_default();
            format!(
                "{} ({})",
                told(returned, language),
                reason.trim_start_matches("REVIEW_REASON_")
            )
        })?;
    story.keep(KARBYSKOLAN, Some(returned))?;
    mend(story).await?;
    submit(story, KARBYSKOLAN).await?;
    let again = story.analysis(KARBYSKOLAN)?;
    compare(story, &supporter, &first, &again).await?;
    // With the newest etag, but on the content as it was.
    let outdated = Document {
        etag: again.etag,
        ..first
    };
    let what = [
        "Vill godta det den läste före ändringen",
        "Wants to accept what it read before the change",
    ];
    let answer = supporter.accept(&outdated, "Bra.").await;
    story
        .teller
        .is_refused(&supporter, what, answer, ErrorReason::ReviewOutdated)?;
    Ok(())
}

async fn mend(story: &mut Story<'_>) -> anyhow::Result<()> {
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let read = author.get(&story.analysis(KARBYSKOLAN)?.id).await;
    let what = [
        "Läser vad granskaren skriver",
        "Reads what the reviewer writes",
    ];
    let returned = story.teller.goes_well(&author, what, read, |document, _| {
        let comments = document.review.iter().flat_map(|review| &review.comments);
        comments
            .map(|comment| comment.field.clone())
            .collect::<Vec<_>>()
            .join(", ")
    })?;
    let content = story.written(KARBYSKOLAN, DocumentKind::Analysis)?.content;
    let what = ["Analyserar orsaken", "Analyses the cause"];
    let answer = author
        .update(
            Document {
                content,
                ..returned
            },
            &["analysis.causes"],
        )
        .await;
    let answer = story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            language.findings(&answer.findings)
        })?;
    story.keep(KARBYSKOLAN, answer.document)?;
    Ok(())
}

async fn compare(
    story: &mut Story<'_>,
    who: &Caller,
    first: &Document,
    again: &Document,
) -> anyhow::Result<()> {
    let request = CompareRevisionsRequest {
        id: first.id.clone(),
        from_revision: first.revision,
        to_revision: again.revision,
    };
    let what = [
        "Jämför med vad den läste förut",
        "Compares with what it read before",
    ];
    let answer = who
        .documents
        .clone()
        .compare_revisions(request)
        .await
        .map(tonic::Response::into_inner);
    let answer = story.teller.goes_well(who, what, answer, |answer, _| {
        answer
            .differences
            .iter()
            .map(|one| one.field.clone())
            .collect::<Vec<_>>()
            .join(", ")
    })?;
    let of_content = |field: &str| field.starts_with("analysis.");
    let changed: Vec<_> = answer
        .differences
        .iter()
        .filter(|one| of_content(&one.field))
        .collect();
    ensure!(
        matches!(changed[..], [one] if one.field == "analysis.causes[c1].assumption"),
        "the revisions differ in {:?}",
        answer.differences
    );
    Ok(())
}
