//! The plans: goals answer development areas and measures answer causes, by links that must lead somewhere.

use anyhow::ensure;

use crate::{
    cli::demo::{
        caller::Caller,
        cast::{BALLSTABERGSSKOLAN, KARBYSKOLAN, OFFICE, OFFICER, RESEARCHER, SUPPORTER, UNITS},
        story::{Story, told},
    },
    clock,
    proto::v1::{Document, DocumentKind, ErrorReason, Severity, document::Content},
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "6. Åtgärdsplanerna (augusti 2019)",
        "6. The action plans (August 2019)",
    ];
    story.teller.chapter(title)?;
    lead_nowhere(story).await?;
    for unit in 0..UNITS.len() {
        hand_in(story, unit, DocumentKind::ActionPlan).await?;
    }
    let supporter = story.caller(SUPPORTER)?;
    let officer = story.caller(OFFICER)?;
    for unit in 0..UNITS.len() {
        let reviewer = if unit == OFFICE { &officer } else { &supporter };
        accept(story, reviewer, unit, DocumentKind::ActionPlan).await?;
    }
    read_as_researcher(story).await
}

async fn lead_nowhere(story: &mut Story<'_>) -> anyhow::Result<()> {
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let plan = story.written(KARBYSKOLAN, DocumentKind::ActionPlan)?;
    let nowhere = clock::new_id().to_string();
    let foreign = story.analysis(BALLSTABERGSSKOLAN)?.id;
    let own = story.analysis(KARBYSKOLAN)?.id;
    let tries = [
        (
            nowhere,
            "a1",
            [
                "Länkar målet till en analys som inte finns",
                "Links the goal to an analysis that does not exist",
            ],
        ),
        (
            foreign,
            "a1",
            [
                "Länkar målet till en annan skolas analys",
                "Links the goal to the analysis of another school",
            ],
        ),
        (
            own,
            "a9",
            [
                "Länkar målet till ett område som inte finns",
                "Links the goal to an area that does not exist",
            ],
        ),
    ];
    for (document_id, item_id, what) in tries {
        let answer = author
            .create(linked(plan.clone(), &document_id, item_id))
            .await;
        story
            .teller
            .is_refused(&author, what, answer, ErrorReason::Findings)?;
    }
    Ok(())
}

/// The plan, with its first goal linked to something else.
fn linked(mut plan: Document, document_id: &str, item_id: &str) -> Document {
    if let Some(Content::ActionPlan(content)) = &mut plan.content {
        let link = &mut content.goals[0].development_areas[0];
        document_id.clone_into(&mut link.document_id);
        item_id.clone_into(&mut link.item_id);
    }
    plan
}

/// Creates and submits what the unit has written.
pub async fn hand_in(story: &mut Story<'_>, unit: usize, kind: DocumentKind) -> anyhow::Result<()> {
    let author = story.caller(UNITS[unit].author)?;
    let created = author.create(story.written(unit, kind)?).await;
    let what = if kind == DocumentKind::FollowUpReport {
        ["Skapar uppföljningen", "Creates the follow-up report"]
    } else {
        [
            "Skapar planen, länkad till analysen",
            "Creates the plan, linked to the analysis",
        ]
    };
    let created = story
        .teller
        .goes_well(&author, what, created, |answer, language| {
            language.findings(&answer.findings)
        })?;
    let bad = created
        .findings
        .iter()
        .find(|finding| finding.severity() != Severity::Note);
    ensure!(
        bad.is_none(),
        "what {} has written has {bad:?}",
        UNITS[unit].slug
    );
    let draft = story.keep(unit, created.document)?;
    let submitted = author.submit(&draft, Vec::new()).await;
    let submitted = story.teller.goes_well(
        &author,
        ["Lämnar in", "Submits"],
        submitted,
        |answer, language| {
            answer
                .document
                .as_ref()
                .map(|document| told(document, language))
                .unwrap_or_default()
        },
    )?;
    story.keep(unit, submitted.document)?;
    Ok(())
}

pub async fn accept(
    story: &mut Story<'_>,
    reviewer: &Caller,
    unit: usize,
    kind: DocumentKind,
) -> anyhow::Result<()> {
    let submitted = reviewer.get(&story.document(unit, kind)?.id).await?;
    let accepted = reviewer
        .accept(&submitted, "Det går att följa från problem till åtgärd.")
        .await;
    let name = UNITS[unit].name;
    let what = if kind == DocumentKind::FollowUpReport {
        [
            format!("Godtar uppföljningen från {name}"),
            format!("Accepts the report of {name}"),
        ]
    } else {
        [
            format!("Godtar planen från {name}"),
            format!("Accepts the plan of {name}"),
        ]
    };
    let accepted = story
        .teller
        .goes_well(reviewer, [&what[0], &what[1]], accepted, told)?;
    story.keep(unit, Some(accepted))?;
    Ok(())
}

/// The researcher sees what is asked of the university, and not what it costs.
async fn read_as_researcher(story: &mut Story<'_>) -> anyhow::Result<()> {
    let researcher = story.caller(RESEARCHER)?;
    let seen = researcher.get(&story.plan(KARBYSKOLAN)?.id).await;
    let what = ["Läser Karbyskolans plan", "Reads the plan of Karbyskolan"];
    let seen = story
        .teller
        .goes_well(&researcher, what, seen, |seen, language| {
            format!(
                "{}: {}",
                language.of(["dolt", "hidden"]),
                seen.hidden_fields.join(", ")
            )
        })?;
    let Some(Content::ActionPlan(plan)) = seen.content else {
        anyhow::bail!("no plan")
    };
    ensure!(
        plan.measures
            .iter()
            .all(|measure| measure.cost_sek.is_none()),
        "the researcher sees costs"
    );
    Ok(())
}
