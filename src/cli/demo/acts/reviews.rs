//! The analyses are completed, submitted and reviewed: one is returned with comments and comes back better.

use anyhow::{Context, ensure};

use super::returned;
use crate::{
    cli::demo::{
        cast::{
            BOARD, DEVELOPER, HEAD, KARBYSKOLAN, OFFICE, OFFICER, ORMSTA, RESEARCHER, ROUND,
            SUPPORTER, UNITS,
        },
        story::{Story, told},
        teller::findings,
    },
    proto::v1::{
        Document, DocumentKind, ErrorReason, Finding, Justification, ListDocumentsRequest,
        Severity, document::Content,
    },
};

/// What the principal of Karbyskolan writes at first as the cause. It is none.
const NO_CAUSE: &str = "Det har vi inte hunnit titta på.";

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "5. Analyserna lämnas in och granskas (maj 2019)",
        "5. The analyses are submitted and reviewed (May 2019)",
    ];
    story.teller.chapter(title)?;
    for unit in 0..UNITS.len() {
        complete(story, unit).await?;
        submit(story, unit).await?;
    }
    edit_submitted(story).await?;
    own_review(story).await?;
    too_early(story).await?;
    returned::play(story).await?;
    for unit in 0..UNITS.len() {
        accept(story, unit).await?;
    }
    read(story).await
}

/// Steps 3 and 4: causes and development areas, and who took part.
async fn complete(story: &mut Story<'_>, unit: usize) -> anyhow::Result<()> {
    let name = if unit == OFFICE {
        DEVELOPER
    } else {
        UNITS[unit].author
    };
    let author = story.caller(name)?;
    let draft = story.analysis(unit)?;
    let mut content = story.written(unit, DocumentKind::Analysis)?.content;
    if let (KARBYSKOLAN, Some(Content::Analysis(analysis))) = (unit, &mut content) {
        NO_CAUSE.clone_into(&mut analysis.causes[0].assumption);
    }
    let mask = [
        "analysis.causes",
        "analysis.development_areas",
        "analysis.participation",
        "analysis.pupils_say",
    ];
    let what = [
        "Fyller i orsaker, utvecklingsområden och delaktighet",
        "Adds causes, development areas and participation",
    ];
    let answer = author.update(Document { content, ..draft }, &mask).await;
    let answer = story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            language.findings(&answer.findings)
        })?;
    let error = answer
        .findings
        .iter()
        .find(|finding| finding.severity() == Severity::Error);
    ensure!(error.is_none(), "the completed analysis has {error:?}");
    story.keep(unit, answer.document)?;
    Ok(())
}

pub async fn submit(story: &mut Story<'_>, unit: usize) -> anyhow::Result<()> {
    let author = story.caller(UNITS[unit].author)?;
    let draft = story.analysis(unit)?;
    let mut justifications = Vec::new();
    if unit == ORMSTA {
        let what = [
            "Lämnar in, utan barnens röster",
            "Submits, without the children's voices",
        ];
        let answer = author.submit(&draft, Vec::new()).await;
        let refused = story
            .teller
            .is_refused(&author, what, answer, ErrorReason::Findings)?;
        justifications = findings(&refused).into_iter().map(justified).collect();
    }
    let what = if justifications.is_empty() {
        ["Lämnar in", "Submits"]
    } else {
        ["Lämnar in, med skäl", "Submits, with a reason"]
    };
    let answer = author.submit(&draft, justifications).await;
    let answer = story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            answer
                .document
                .as_ref()
                .map(|document| told(document, language))
                .unwrap_or_default()
        })?;
    story.keep(unit, answer.document)?;
    Ok(())
}

fn justified(finding: Finding) -> Justification {
    Justification {
        rule: finding.rule,
        field: finding.field,
        reason: "Barnens röster samlas in med bilder under hösten, när den nya gruppen har börjat."
            .to_owned(),
    }
}

async fn edit_submitted(story: &mut Story<'_>) -> anyhow::Result<()> {
    let submitted = story.analysis(KARBYSKOLAN)?;
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let what = [
        "Vill ändra det inlämnade",
        "Wants to change what it has submitted",
    ];
    let answer = author.update(submitted.clone(), &["analysis.title"]).await;
    story
        .teller
        .is_refused(&author, what, answer, ErrorReason::StateForbids)?;
    let head = story.caller(HEAD)?;
    let what = [
        "Vill ändra i Karbyskolans analys",
        "Wants to change the analysis of Karbyskolan",
    ];
    let answer = head.update(submitted.clone(), &["analysis.title"]).await;
    story
        .teller
        .is_refused(&head, what, answer, ErrorReason::RoleMayNot)?;
    let what = [
        "Vill godta sin egen analys",
        "Wants to accept its own analysis",
    ];
    let answer = author.accept(&submitted, "Bra.").await;
    story
        .teller
        .is_refused(&author, what, answer, ErrorReason::RoleMayNot)?;
    Ok(())
}

/// The board has nothing to do with what is not accepted yet.
async fn too_early(story: &mut Story<'_>) -> anyhow::Result<()> {
    let board = story.caller(BOARD)?;
    let what = [
        "Läser Karbyskolans inlämnade analys",
        "Reads the submitted analysis of Karbyskolan",
    ];
    let answer = board.get(&story.analysis(KARBYSKOLAN)?.id).await;
    story
        .teller
        .is_refused(&board, what, answer, ErrorReason::NotFound)?;
    Ok(())
}

/// The head may review, but not what its own office has written.
async fn own_review(story: &mut Story<'_>) -> anyhow::Result<()> {
    let head = story.caller(HEAD)?;
    let own = story.analysis(OFFICE)?;
    let what = [
        "Vill godta förvaltningens egen analys",
        "Wants to accept the analysis of its own office",
    ];
    let answer = head.accept(&own, "Bra.").await;
    story
        .teller
        .is_refused(&head, what, answer, ErrorReason::OwnReview)?;
    Ok(())
}

async fn accept(story: &mut Story<'_>, unit: usize) -> anyhow::Result<()> {
    let supporter = story.caller(SUPPORTER)?;
    let submitted = supporter.get(&story.analysis(unit)?.id).await?;
    let accepted = supporter
        .accept(
            &submitted,
            "Analysen går från nuläge till område, steg för steg.",
        )
        .await;
    let what = [
        format!("Godtar analysen från {}", UNITS[unit].name),
        format!("Accepts the analysis of {}", UNITS[unit].name),
    ];
    let accepted = story
        .teller
        .goes_well(&supporter, [&what[0], &what[1]], accepted, told)?;
    story.keep(unit, Some(accepted))?;
    Ok(())
}

/// The board reads what is accepted; the researcher does too, but not who took part.
async fn read(story: &mut Story<'_>) -> anyhow::Result<()> {
    let board = story.caller(BOARD)?;
    let request = || ListDocumentsRequest {
        round: ROUND.to_owned(),
        ..ListDocumentsRequest::default()
    };
    let what = [
        "Listar rundans dokument",
        "Lists the documents of the round",
    ];
    let listed = story.teller.goes_well(
        &board,
        what,
        board.list(request()).await,
        |listed, language| {
            language.of([
                format!("{} godtagna analyser", listed.len()),
                format!("{} accepted analyses", listed.len()),
            ])
        },
    )?;
    ensure!(
        listed.len() == UNITS.len(),
        "the board sees {} documents",
        listed.len()
    );
    let researcher = story.caller(RESEARCHER)?;
    let what = [
        "Läser Karbyskolans analys",
        "Reads the analysis of Karbyskolan",
    ];
    let seen = researcher.get(&story.analysis(KARBYSKOLAN)?.id).await;
    let seen = story
        .teller
        .goes_well(&researcher, what, seen, |seen, language| {
            format!(
                "{}: {}",
                language.of(["dolt", "hidden"]),
                seen.hidden_fields.join(", ")
            )
        })?;
    let hides = |field: &str| seen.hidden_fields.iter().any(|hidden| hidden == field);
    ensure!(
        hides("analysis.participation"),
        "the researcher is not told what is hidden"
    );
    let content = seen.content.context("no content")?;
    ensure!(matches!(content, Content::Analysis(analysis) if analysis.participation.is_none()));
    let officer = story.caller(OFFICER)?;
    let what = [
        "Listar alla dokument i rundan",
        "Lists all documents of the round",
    ];
    story.teller.goes_well(
        &officer,
        what,
        officer.list(request()).await,
        |listed, language| {
            format!(
                "{} {}",
                listed.len(),
                language.of(["dokument", "documents"])
            )
        },
    )?;
    Ok(())
}
