//! The analyses begin as drafts: present state and problems first, and the exchange says what is left to write.

use anyhow::{Context, ensure};

use crate::{
    cli::demo::{
        caller::new_request,
        cast::{KARBYSKOLAN, SUPPORTER, TEACHER, UNITS},
        story::{Story, told},
    },
    proto::v1::{
        Analysis, CreateDocumentRequest, Document, DocumentKind, ErrorReason, ListDocumentsRequest,
        Severity, document::Content,
    },
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "3. Nulägesanalyserna börjar som utkast (våren 2019)",
        "3. The analyses begin as drafts (spring 2019)",
    ];
    story.teller.chapter(title)?;
    try_dry(story).await?;
    for unit in 0..UNITS.len() {
        begin(story, unit).await?;
    }
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let unfinished = author
        .submit(&story.analysis(KARBYSKOLAN)?, Vec::new())
        .await;
    let what = [
        "Vill lämna in det ofullständiga utkastet",
        "Wants to submit the unfinished draft",
    ];
    story
        .teller
        .is_refused(&author, what, unfinished, ErrorReason::Findings)?;
    contribute(story).await
}

/// A dry run, which leaves nothing behind.
async fn try_dry(story: &mut Story<'_>) -> anyhow::Result<()> {
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let request = CreateDocumentRequest {
        request_id: new_request(),
        validate_only: true,
        document: Some(story.written(KARBYSKOLAN, DocumentKind::Analysis)?),
    };
    let what = [
        "Prövar hela analysen utan att spara",
        "Tries the whole analysis without saving it",
    ];
    let answer = author
        .documents
        .clone()
        .create_document(request)
        .await
        .map(tonic::Response::into_inner);
    story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            language.findings(&answer.findings)
        })?;
    let what = ["Listar sina dokument", "Lists its documents"];
    let listed = author.list(ListDocumentsRequest::default()).await;
    let listed = story
        .teller
        .goes_well(&author, what, listed, |listed, language| {
            format!(
                "{} {}",
                listed.len(),
                language.of(["dokument", "documents"])
            )
        })?;
    ensure!(
        listed.is_empty(),
        "a dry run left {} documents behind",
        listed.len()
    );
    Ok(())
}

/// Steps 1 and 2: the present state and the problems.
async fn begin(story: &mut Story<'_>, unit: usize) -> anyhow::Result<()> {
    let author = story.caller(UNITS[unit].author)?;
    let document = story.written(unit, DocumentKind::Analysis)?;
    let Some(Content::Analysis(whole)) = document.content else {
        anyhow::bail!("no analysis")
    };
    let begun = Analysis {
        causes: Vec::new(),
        development_areas: Vec::new(),
        participation: None,
        pupils_say: String::new(),
        ..whole
    };
    let document = Document {
        content: Some(Content::Analysis(begun)),
        ..document
    };
    let what = [
        "Skapar ett utkast: nuläge och problem",
        "Creates a draft: present state and problems",
    ];
    let answer = author.create(document).await;
    let answer = story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            let revision = answer
                .document
                .as_ref()
                .map_or(0, |document| document.revision);
            format!("rev {revision}: {}", language.findings(&answer.findings))
        })?;
    let lacks = |rule: &str| answer.findings.iter().any(|finding| finding.rule == rule);
    ensure!(
        lacks("analysis.areas_missing"),
        "the draft was answered {:?}",
        answer.findings
    );
    story.keep(unit, answer.document)?;
    Ok(())
}

/// A teacher adds evidence, and does not submit; the method supporter follows the draft.
async fn contribute(story: &mut Story<'_>) -> anyhow::Result<()> {
    let teacher = story.caller(TEACHER)?;
    let draft = story.analysis(KARBYSKOLAN)?;
    let mut changed = draft.clone();
    let Some(Content::Analysis(analysis)) = &mut changed.content else {
        anyhow::bail!("no analysis")
    };
    let quote = analysis.evidence.last_mut().context("no evidence")?;
    "Så beskrivs återkopplingen i arbetslagens samtal i mars 2019."
        .clone_into(&mut quote.description);
    let answer = teacher.update(changed, &["analysis.evidence"]).await;
    let what = [
        "Skriver i rektorns utkast",
        "Writes in the principal's draft",
    ];
    let answer = story
        .teller
        .goes_well(&teacher, what, answer, |answer, language| {
            let errors = answer
                .findings
                .iter()
                .filter(|finding| finding.severity() == Severity::Error)
                .count();
            language.of([
                format!("{errors} kvar att rätta"),
                format!("{errors} left to mend"),
            ])
        })?;
    let draft = story.keep(KARBYSKOLAN, answer.document)?;
    let what = ["Vill lämna in utkastet", "Wants to submit the draft"];
    let answer = teacher.submit(&draft, Vec::new()).await;
    story
        .teller
        .is_refused(&teacher, what, answer, ErrorReason::RoleMayNot)?;
    let supporter = story.caller(SUPPORTER)?;
    let what = [
        "Följer Karbyskolans utkast",
        "Follows the draft of Karbyskolan",
    ];
    story
        .teller
        .goes_well(&supporter, what, supporter.get(&draft.id).await, told)?;
    Ok(())
}
