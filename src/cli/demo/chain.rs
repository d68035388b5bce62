//! Follows links of accepted documents back from an effect to the problem that it began with.
//! Knows the documents that it is given, and nothing of how they came.

use std::collections::HashMap;

use super::words::Language;
use crate::proto::v1::{
    ActionPlan, Analysis, Cause, DevelopmentArea, Document, DocumentLink, Effect, FollowUpReport,
    Goal, GoalOutcome, Measure, MeasureProvider, Problem, document::Content,
};

/// Documents, by id.
pub type Shelf = HashMap<String, Document>;

/// One chain, from problem to effect.
pub struct Chain<'a> {
    problems: Vec<&'a Problem>,
    causes: Vec<&'a Cause>,
    area: &'a DevelopmentArea,
    goal: &'a Goal,
    measure: &'a Measure,
    outcome: &'a GoalOutcome,
    effect: &'a Effect,
}

/// The chain that an effect of the report ends. `None` where a link leads nowhere.
pub fn follow<'a>(
    shelf: &'a Shelf,
    report: &'a FollowUpReport,
    effect: &'a Effect,
) -> Option<Chain<'a>> {
    let (to_goal, to_measure) = (effect.goals.first()?, effect.measures.first()?);
    let goal = plan(shelf, to_goal)?
        .goals
        .iter()
        .find(|goal| goal.id == to_goal.item_id)?;
    let measure = plan(shelf, to_measure)?
        .measures
        .iter()
        .find(|measure| measure.id == to_measure.item_id)?;
    let outcome = report
        .goals
        .iter()
        .find(|outcome| outcome.goal.as_ref() == Some(to_goal))?;
    let to_area = goal.development_areas.first()?;
    let analysis = analysis(shelf, to_area)?;
    let area = analysis
        .development_areas
        .iter()
        .find(|area| area.id == to_area.item_id)?;
    let of_area = |cause: &&Cause| area.cause_ids.contains(&cause.id);
    let causes: Vec<&Cause> = analysis.causes.iter().filter(of_area).collect();
    let explained = |problem: &&Problem| {
        causes
            .iter()
            .any(|cause| cause.problem_ids.contains(&problem.id))
    };
    let problems: Vec<&Problem> = analysis.problems.iter().filter(explained).collect();
    let whole = !problems.is_empty();
    whole.then_some(Chain {
        problems,
        causes,
        area,
        goal,
        measure,
        outcome,
        effect,
    })
}

fn plan<'a>(shelf: &'a Shelf, link: &DocumentLink) -> Option<&'a ActionPlan> {
    let Content::ActionPlan(plan) = shelf.get(&link.document_id)?.content.as_ref()? else {
        return None;
    };
    Some(plan)
}

fn analysis<'a>(shelf: &'a Shelf, link: &DocumentLink) -> Option<&'a Analysis> {
    let Content::Analysis(analysis) = shelf.get(&link.document_id)?.content.as_ref()? else {
        return None;
    };
    Some(analysis)
}

impl Chain<'_> {
    /// The links of the chain in words, each with its label. `names` has those of organizations, by id.
    pub fn told(
        &self,
        language: Language,
        names: &HashMap<&str, &str>,
    ) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        let mut tell = |label, text: String| lines.push((language.of(label), text));
        for problem in &self.problems {
            tell(["problem", "problem"], problem.statement.clone());
        }
        for cause in &self.causes {
            tell(["orsak", "cause"], cause.assumption.clone());
        }
        tell(["område", "area"], self.area.title.clone());
        tell(["mål", "goal"], self.goal_told(language));
        tell(["åtgärd", "measure"], self.measure_told(language, names));
        tell(["effekt", "effect"], self.effect_told(language));
        lines
    }

    fn goal_told(&self, language: Language) -> String {
        let goal = self.goal;
        format!(
            "{} {} ({}) → {} ({})",
            goal.statement,
            language.figure(goal.baseline.as_ref()),
            goal.baseline_period,
            language.figure(goal.target.as_ref()),
            goal.target_period,
        )
    }

    fn measure_told(&self, language: Language, names: &HashMap<&str, &str>) -> String {
        let provider = self.measure.provider();
        let university = names.get(self.measure.university_id.as_str());
        let by = match university {
            Some(name) if provider == MeasureProvider::University => name,
            _ => language.provider(provider),
        };
        format!("{} ({by})", self.measure.title)
    }

    fn effect_told(&self, language: Language) -> String {
        let Self {
            outcome, effect, ..
        } = self;
        let observed = outcome.outcome.as_ref();
        let now = language.figure(observed.and_then(|observed| observed.figure.as_ref()));
        let when = observed
            .map(|observed| observed.period.as_str())
            .unwrap_or_default();
        let why = if effect.why_no_effect.is_empty() {
            &effect.reasons
        } else {
            &effect.why_no_effect
        };
        format!(
            "{}: {now} ({when}), {} {}. {why}",
            language.judgement(effect.judgement()),
            language.of(["målet", "the goal"]),
            language.attainment(outcome.attainment()),
        )
    }
}
