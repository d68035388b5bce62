//! The chain from problem to effect, school by school, put together from what the exchange answers the officer.

use std::collections::HashMap;

use anyhow::{Context, ensure};

use crate::{
    cli::demo::{
        cast::{OFFICER, ROUND, UNITS, UNIVERSITY},
        story::Story,
        teller::wrapped,
    },
    proto::v1::{
        ActionPlan, Analysis, Cause, DevelopmentArea, Document, DocumentKind, DocumentLink,
        DocumentState, Effect, FollowUpReport, Goal, ListDocumentsRequest, Measure,
        MeasureProvider, Problem, document::Content,
    },
};

/// How wide the texts of the chain are.
const WIDTH: usize = 96;

/// Accepted documents, by id.
type Shelf = HashMap<String, Document>;

/// One chain, from problem to effect.
struct Chain<'a> {
    problem: &'a Problem,
    cause: &'a Cause,
    area: &'a DevelopmentArea,
    goal: &'a Goal,
    measure: &'a Measure,
    effect: &'a Effect,
}

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "9. Styrkedjan: problem → orsak → område → mål → åtgärd → effekt",
        "9. The chain: problem → cause → area → goal → measure → effect",
    ];
    story.teller.chapter(title)?;
    let officer = story.caller(OFFICER)?;
    let request = ListDocumentsRequest {
        round: ROUND.to_owned(),
        states: vec![DocumentState::Accepted.into()],
        page_size: 5,
        ..ListDocumentsRequest::default()
    };
    let what = [
        "Hämtar rundans godtagna dokument, fem i taget",
        "Gets the accepted documents of the round, five at a time",
    ];
    let listed = officer.list(request).await;
    let listed = story
        .teller
        .goes_well(&officer, what, listed, |listed, _| listed.len().to_string())?;
    ensure!(
        listed.len() == 3 * UNITS.len(),
        "{} documents are accepted",
        listed.len()
    );
    let shelf: Shelf = listed
        .into_iter()
        .map(|document| (document.id.clone(), document))
        .collect();
    for unit in &UNITS {
        let owner = story.organization(unit.name)?;
        let reports = shelf
            .values()
            .filter(|one| one.owner_id == owner && one.kind() == DocumentKind::FollowUpReport);
        for report in reports {
            tell(story, unit.name, &shelf, report)?;
        }
    }
    figures(story, &shelf)
}

fn tell(story: &mut Story<'_>, name: &str, shelf: &Shelf, report: &Document) -> anyhow::Result<()> {
    let Some(Content::FollowUpReport(report)) = &report.content else {
        anyhow::bail!("no report")
    };
    story
        .teller
        .say([&format!("\n{name}"), &format!("\n{name}")])?;
    for effect in &report.effects {
        let chain =
            chain(shelf, effect).with_context(|| format!("the chain of {name} is broken"))?;
        say(story, &chain, report)?;
    }
    Ok(())
}

/// Follows the links of an effect back to the problem that it began with.
fn chain<'a>(shelf: &'a Shelf, effect: &'a Effect) -> Option<Chain<'a>> {
    let goal_link = effect.goals.first()?;
    let plan = plan(shelf, goal_link)?;
    let goal = plan
        .goals
        .iter()
        .find(|goal| goal.id == goal_link.item_id)?;
    let measure = plan
        .measures
        .iter()
        .find(|measure| measure.id == effect.measures[0].item_id)?;
    let area_link = goal.development_areas.first()?;
    let analysis = analysis(shelf, area_link)?;
    let area = analysis
        .development_areas
        .iter()
        .find(|area| area.id == area_link.item_id)?;
    let cause = analysis
        .causes
        .iter()
        .find(|cause| area.cause_ids.contains(&cause.id))?;
    let problem = analysis
        .problems
        .iter()
        .find(|problem| cause.problem_ids.contains(&problem.id))?;
    Some(Chain {
        problem,
        cause,
        area,
        goal,
        measure,
        effect,
    })
}

fn plan<'a>(shelf: &'a Shelf, link: &DocumentLink) -> Option<&'a ActionPlan> {
    match shelf.get(&link.document_id)?.content.as_ref()? {
        Content::ActionPlan(plan) => Some(plan),
        Content::Analysis(_) | Content::FollowUpReport(_) => None,
    }
}

fn analysis<'a>(shelf: &'a Shelf, link: &DocumentLink) -> Option<&'a Analysis> {
    match shelf.get(&link.document_id)?.content.as_ref()? {
        Content::Analysis(analysis) => Some(analysis),
        Content::ActionPlan(_) | Content::FollowUpReport(_) => None,
    }
}

fn say(story: &mut Story<'_>, chain: &Chain<'_>, report: &FollowUpReport) -> anyhow::Result<()> {
    let language = story.teller.language;
    let Chain {
        problem,
        cause,
        area,
        goal,
        measure,
        effect,
    } = chain;
    let outcome = report
        .goals
        .first()
        .context("the report says nothing of the goal")?;
    let goal = format!(
        "{} {} → {}",
        goal.statement,
        language.figure(goal.baseline.as_ref()),
        language.figure(goal.target.as_ref())
    );
    let provider = if measure.provider() == MeasureProvider::University {
        UNIVERSITY
    } else {
        language.provider(measure.provider())
    };
    let measure = format!("{} ({provider})", measure.title);
    let now = outcome
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.figure.as_ref());
    let effect = format!(
        "{}. {} {}, {}. {}",
        language.judgement(effect.judgement()),
        language.of(["Nu", "Now"]),
        language.figure(now),
        language.attainment(outcome.attainment()),
        if effect.why_no_effect.is_empty() {
            &effect.reasons
        } else {
            &effect.why_no_effect
        },
    );
    let lines = [
        (["problem", "problem"], problem.statement.as_str()),
        (["orsak", "cause"], &cause.assumption),
        (["område", "area"], &area.title),
        (["mål", "goal"], &goal),
        (["åtgärd", "measure"], &measure),
        (["effekt", "effect"], &effect),
    ];
    for (label, text) in lines {
        let mut label = language.of(label);
        for line in wrapped(text, WIDTH) {
            let line = format!("  {label:<8} {line}");
            story.teller.say([&line, &line])?;
            label = "";
        }
    }
    Ok(())
}

/// What was exchanged, counted from the answers.
fn figures(story: &mut Story<'_>, shelf: &Shelf) -> anyhow::Result<()> {
    let of_kind = |kind| shelf.values().filter(|one| one.kind() == kind).count();
    let revisions: u32 = shelf.values().map(|one| one.revision).sum();
    let plans = shelf.values().filter_map(|one| match &one.content {
        Some(Content::ActionPlan(plan)) => Some(plan),
        Some(Content::Analysis(_) | Content::FollowUpReport(_)) | None => None,
    });
    let measures: Vec<&Measure> = plans.flat_map(|plan| &plan.measures).collect();
    let places: u32 = measures.iter().map(|measure| measure.places_wanted).sum();
    let cost: u32 = measures.iter().filter_map(|measure| measure.cost_sek).sum();
    let (analyses, plans, reports) = (
        of_kind(DocumentKind::Analysis),
        of_kind(DocumentKind::ActionPlan),
        of_kind(DocumentKind::FollowUpReport),
    );
    let (steps, refusals) = (story.teller.steps, story.teller.refusals);
    let organizations = story.organizations.len();
    story
        .teller
        .chapter(["Vad som utbyttes", "What was exchanged"])?;
    story.teller.say([
        &format!("  {organizations} organisationer; {analyses} analyser, {plans} planer och {reports} uppföljningar, i {revisions} revisioner"),
        &format!("  {organizations} organizations; {analyses} analyses, {plans} plans and {reports} reports, in {revisions} revisions"),
    ])?;
    story.teller.say([
        &format!("  {} åtgärder, {places} önskade platser hos {UNIVERSITY}, {cost} kr i kostnader (exempelsiffror)", measures.len()),
        &format!("  {} measures, {places} places wanted with {UNIVERSITY}, SEK {cost} in costs (example figures)", measures.len()),
    ])?;
    story.teller.say([
        &format!("  {steps} steg, varav {refusals} nekades, precis som de skulle"),
        &format!("  {steps} steps, of which {refusals} were refused, just as they should be"),
    ])?;
    Ok(())
}
