//! The two languages of the story, and how it says what the contract has codes for.

pub use crate::cli::output::Language;
use crate::proto::v1::{
    DocumentState, EffectJudgement, Figure, FigureUnit, Finding, GoalAttainment, MeasureProvider,
    Severity, figure::Value,
};

/// In Swedish, in English.
pub type Text<'a> = [&'a str; 2];

impl Language {
    pub fn of<T>(self, [sv, en]: [T; 2]) -> T {
        match self {
            Self::Sv => sv,
            Self::En => en,
        }
    }

    pub fn state(self, state: DocumentState) -> &'static str {
        self.of(match state {
            DocumentState::Unspecified => ["utan läge", "no state"],
            DocumentState::Draft => ["utkast", "draft"],
            DocumentState::Submitted => ["inlämnad", "submitted"],
            DocumentState::Returned => ["återlämnad", "returned"],
            DocumentState::Accepted => ["godtagen", "accepted"],
            DocumentState::Withdrawn => ["återkallad", "withdrawn"],
        })
    }

    pub fn judgement(self, judgement: EffectJudgement) -> &'static str {
        self.of(match judgement {
            EffectJudgement::Unspecified => ["inte bedömd", "not judged"],
            EffectJudgement::TooEarly => ["för tidigt att bedöma", "too early to say"],
            EffectJudgement::Negative => ["försämring", "worse"],
            EffectJudgement::None => ["ingen effekt", "no effect"],
            EffectJudgement::Small => ["liten effekt", "a small effect"],
            EffectJudgement::Clear => ["tydlig effekt", "a clear effect"],
            EffectJudgement::Large => ["stor effekt", "a large effect"],
        })
    }

    pub fn attainment(self, attainment: GoalAttainment) -> &'static str {
        self.of(match attainment {
            GoalAttainment::Unspecified => ["inte bedömt", "not judged"],
            GoalAttainment::TooEarly => ["för tidigt att bedöma", "too early to say"],
            GoalAttainment::NotReached => ["ej uppnått", "not reached"],
            GoalAttainment::PartlyReached => ["delvis uppnått", "partly reached"],
            GoalAttainment::Reached => ["uppnått", "reached"],
        })
    }

    pub fn provider(self, provider: MeasureProvider) -> &'static str {
        self.of(match provider {
            MeasureProvider::Unspecified => ["utförare ej angiven", "provider not stated"],
            MeasureProvider::Own => ["i egen regi", "on its own"],
            MeasureProvider::University => ["lärosäte", "a university"],
            MeasureProvider::NationalAgency => ["myndighet", "a national agency"],
            MeasureProvider::Other => ["annan utförare", "another provider"],
        })
    }

    /// A figure as its type says, never as a bare number.
    pub fn figure(self, figure: Option<&Figure>) -> String {
        let Some((figure, value)) =
            figure.and_then(|figure| Some((figure, figure.value.as_ref()?)))
        else {
            return self.of(["ej angivet", "not stated"]).to_owned();
        };
        let unit = match figure.unit() {
            FigureUnit::Percent => " %",
            FigureUnit::Points => self.of([" poäng", " points"]),
            FigureUnit::Count | FigureUnit::Quotient | FigureUnit::Unspecified => "",
        };
        match value {
            Value::Measured(value) if value.approximate => {
                format!(
                    "{} {}{unit}",
                    self.of(["cirka", "about"]),
                    self.number(&value.number)
                )
            }
            Value::Measured(value) => format!("{}{unit}", self.number(&value.number)),
            Value::Rounded(value) => format!("~{}{unit}", self.number(&value.number)),
            Value::Suppressed(_) => self
                .of([".. (visas inte, få elever)", ".. (withheld, few pupils)"])
                .to_owned(),
            Value::Missing(_) => self.of(["saknas", "missing"]).to_owned(),
            Value::NotApplicable(_) => self.of([". (finns inte)", ". (can not exist)"]).to_owned(),
            Value::TeachersExcluded(_) => "*".to_owned(),
            Value::Unknown(value) => value.text.clone(),
        }
    }

    fn number(self, number: &str) -> String {
        self.of([number.replace('.', ","), number.to_owned()])
    }

    /// What findings ask for, in short.
    pub fn findings(self, findings: &[Finding]) -> String {
        let count = |severity| {
            findings
                .iter()
                .filter(|finding| finding.severity() == severity)
                .count()
        };
        let told: Vec<String> = [
            (count(Severity::Error), ["att rätta", "to mend"]),
            (count(Severity::Justify), ["att motivera", "to justify"]),
            (count(Severity::Note), ["att notera", "to note"]),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {}", self.of(what)))
        .collect();
        if told.is_empty() {
            self.of(["inga anmärkningar", "no findings"]).to_owned()
        } else {
            told.join(", ")
        }
    }
}

/// A number with its thousands apart.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::{MeasuredValue, SuppressedValue};

    #[test]
    fn a_figure_is_told_by_its_type() {
        let measured = MeasuredValue {
            number: "81.7".to_owned(),
            approximate: false,
        };
        let mut figure = Figure {
            unit: FigureUnit::Percent.into(),
            value: Some(Value::Measured(measured)),
        };
        assert_eq!(Language::Sv.figure(Some(&figure)), "81,7 %");
        assert_eq!(Language::En.figure(Some(&figure)), "81.7 %");
        figure.value = Some(Value::Suppressed(SuppressedValue {}));
        assert_eq!(
            Language::Sv.figure(Some(&figure)),
            ".. (visas inte, få elever)"
        );
        assert_eq!(Language::Sv.figure(None), "ej angivet");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [1_025_000, 950, 0].map(grouped),
            ["1\u{a0}025\u{a0}000", "950", "0"]
        );
    }
}
