//! What the stories write: an analysis, a plan and a report that break no rule, as small as they can be.

use styrkedja::proto::v1::{
    ActionPlan, Analysis, Cause, CauseCategory, CauseLevel, DevelopmentArea, Document,
    DocumentLink, Effect, EffectJudgement, Evidence, Figure, FigureUnit, FollowUp, FollowUpReport,
    Goal, GoalAttainment, GoalOutcome, GoalTerm, Measure, MeasureOutcome, MeasureProvider,
    MeasureState, MeasuredValue, ObservedFigure, Participation, Period, Problem, Quote,
    StaffCategory, StaffParticipation, document::Content, evidence::Source, figure,
};

/// An analysis in the round of 2019.
pub fn analysis(owner_id: &str) -> Document {
    paper(owner_id, Content::Analysis(an_analysis()))
}

/// A plan that answers the newest analysis.
pub fn plan(owner_id: &str, analysis: &Document) -> Document {
    paper(owner_id, Content::ActionPlan(a_plan(analysis)))
}

/// A report on a plan.
pub fn report(owner_id: &str, plan: &Document) -> Document {
    paper(owner_id, Content::FollowUpReport(a_report(plan)))
}

fn paper(owner_id: &str, content: Content) -> Document {
    Document {
        owner_id: owner_id.to_owned(),
        round: crate::world::ROUND.to_owned(),
        period: Some(period("2019-08-01", "2020-06-30")),
        content: Some(content),
        ..Document::default()
    }
}

pub fn period(start_date: &str, end_date: &str) -> Period {
    Period {
        start_date: start_date.to_owned(),
        end_date: end_date.to_owned(),
    }
}

/// A link to an item of a document, at the revision given.
pub fn link(document: &Document, item_id: &str) -> DocumentLink {
    DocumentLink {
        document_id: document.id.clone(),
        revision: document.revision,
        item_id: item_id.to_owned(),
    }
}

pub fn problem(id: &str) -> Problem {
    Problem {
        id: id.to_owned(),
        statement: "Få elever får läsa skönlitteratur i undervisningen.".to_owned(),
        evidence_ids: vec!["e1".to_owned()],
        influenceable: true,
    }
}

/// Evidence of some 2,000 characters each. The first is what `an_analysis` rests on.
pub fn much_evidence(count: usize) -> Vec<Evidence> {
    let one = |number: usize| Evidence {
        id: format!("e{}", number + 1),
        description: "Samtal om att läsa. ".repeat(99),
        ..an_analysis().evidence[0].clone()
    };
    (0..count).map(one).collect()
}

pub fn an_analysis() -> Analysis {
    let quote = Quote {
        text: "Vi läser nästan aldrig böcker.".to_owned(),
        origin: "elever i årskurs 6".to_owned(),
    };
    Analysis {
        title: "Nulägesanalys läsåret 2019/20".to_owned(),
        present_state: "Läsförståelsen har sjunkit i mellanåren.".to_owned(),
        evidence: vec![Evidence {
            id: "e1".to_owned(),
            description: "Samtal med elever om läsning.".to_owned(),
            source: Some(Source::Quote(quote)),
        }],
        problems: vec![problem("p1")],
        causes: vec![Cause {
            id: "c1".to_owned(),
            problem_ids: vec!["p1".to_owned()],
            assumption: "Arbetslagen planerar läsning var för sig.".to_owned(),
            category: CauseCategory::Organisation.into(),
            level: CauseLevel::Team.into(),
        }],
        development_areas: vec![DevelopmentArea {
            id: "a1".to_owned(),
            priority: 1,
            title: "Läsning i alla ämnen".to_owned(),
            description: "Alla lärare undervisar om läsning i sitt ämne.".to_owned(),
            cause_ids: vec!["c1".to_owned()],
            themes: vec!["reading".to_owned()],
        }],
        participation: Some(participation(12, 140)),
        pupils_say: "Eleverna vill läsa mer på lektionerna.".to_owned(),
    }
}

fn participation(teachers: u32, pupils: u32) -> Participation {
    let staff = vec![StaffParticipation {
        category: StaffCategory::Teacher.into(),
        count: teachers,
    }];
    Participation {
        staff,
        pupils,
        guardians: 0,
    }
}

fn percent(number: &str) -> Figure {
    let number = number.to_owned();
    let value = figure::Value::Measured(MeasuredValue {
        number,
        approximate: false,
    });
    Figure {
        unit: FigureUnit::Percent.into(),
        value: Some(value),
    }
}

fn a_plan(analysis: &Document) -> ActionPlan {
    ActionPlan {
        title: "Åtgärdsplan läsåret 2019/20".to_owned(),
        why: "Analysen visar att läsningen behöver en plats i alla ämnen.".to_owned(),
        goals: vec![Goal {
            id: "g1".to_owned(),
            statement: "Minst 90 procent av eleverna når målen i svenska.".to_owned(),
            term: GoalTerm::Short.into(),
            development_areas: vec![link(analysis, "a1")],
            indicator: "skolverket.gr.ratioOfPupilsIn9thGradeWithAllSubjectsPassed".to_owned(),
            baseline: Some(percent("84")),
            baseline_period: "2018/19".to_owned(),
            target: Some(percent("90")),
            target_period: "2019/20".to_owned(),
        }],
        measures: vec![Measure {
            id: "m1".to_owned(),
            title: "Läslyft i arbetslagen".to_owned(),
            description: "Arbetslagen läser, prövar och jämför varannan vecka.".to_owned(),
            causes: vec![link(analysis, "c1")],
            development_areas: vec![link(analysis, "a1")],
            goal_ids: vec!["g1".to_owned()],
            activities: vec!["Åtta träffar".to_owned()],
            schedule: Some(period("2019-09-01", "2020-05-31")),
            cost_sek: Some(120_000),
            responsible: "rektor".to_owned(),
            provider: MeasureProvider::Own.into(),
            university_id: String::new(),
            target_group: vec![StaffCategory::Teacher.into()],
            places_wanted: 0,
            offer: None,
        }],
        follow_ups: vec![FollowUp {
            id: "f1".to_owned(),
            method: "Betyg och lektionsbesök.".to_owned(),
            indicator: String::new(),
            dates: vec!["2020-06-10".to_owned()],
            goal_ids: vec!["g1".to_owned()],
            measure_ids: vec!["m1".to_owned()],
        }],
    }
}

fn a_report(plan: &Document) -> FollowUpReport {
    FollowUpReport {
        title: "Uppföljning läsåret 2019/20".to_owned(),
        concludes_round: false,
        measures: vec![MeasureOutcome {
            id: "r1".to_owned(),
            measure: Some(link(plan, "m1")),
            state: MeasureState::Completed.into(),
            done: "Alla träffar genomfördes.".to_owned(),
            participation: Some(participation(11, 0)),
        }],
        goals: vec![GoalOutcome {
            id: "o1".to_owned(),
            goal: Some(link(plan, "g1")),
            outcome: Some(ObservedFigure {
                indicator: "skolverket.gr.ratioOfPupilsIn9thGradeWithAllSubjectsPassed".to_owned(),
                period: "2019/20".to_owned(),
                organization_id: String::new(),
                figure: Some(percent("91")),
            }),
            baseline: Some(percent("84")),
            target: Some(percent("90")),
            attainment: GoalAttainment::Reached.into(),
            comment: "Målet är nått.".to_owned(),
        }],
        effects: vec![Effect {
            id: "x1".to_owned(),
            measures: vec![link(plan, "m1")],
            goals: vec![link(plan, "g1")],
            judgement: EffectJudgement::Clear.into(),
            reasons: "Andelen steg mest i de arbetslag som prövade mest.".to_owned(),
            why_no_effect: String::new(),
        }],
        next_steps: "Arbetssättet fortsätter i alla ämnen.".to_owned(),
    }
}

/// The analysis in a document, to change it.
pub fn analysis_in(document: &mut Document) -> &mut Analysis {
    match &mut document.content {
        Some(Content::Analysis(analysis)) => analysis,
        _ => panic!("the document is no analysis"),
    }
}

/// The plan in a document, to change it.
pub fn plan_in(document: &mut Document) -> &mut ActionPlan {
    match &mut document.content {
        Some(Content::ActionPlan(plan)) => plan,
        _ => panic!("the document is no plan"),
    }
}
