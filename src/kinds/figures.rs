//! Rules for figures of statistics: a number has a unit and lies where such numbers can lie.
//! Does not know what any indicator means.

use v1::figure::Value;

use super::{
    dates::months,
    rule::{At, Report, rules},
};
use crate::proto::v1::{self, FigureUnit};

rules! {
    UNIT_MISSING Error "figure.unit_missing"
        "Talet saknar enhet." "Ange om talet är procent, poäng, antal eller kvot."
        "The number has no unit." "State whether the number is percent, points, a count or a quotient.";
    OUT_OF_RANGE Error "figure.out_of_range"
        "Talet kan inte stämma med sin enhet." "Procent ligger mellan 0 och 100, antal är heltal från 0, kvoter är från 0. Rätta talet eller enheten."
        "The number can not be right for its unit." "Percent lie between 0 and 100, counts are whole numbers from 0, quotients are from 0. Mend the number or the unit.";
    PERIOD_UNREAL Refuse "figure.period_unreal"
        "Tiden finns inte." "Skriv läsår som 2024/25, termin som VT24 eller HT24, kalenderår som 2024."
        "There is no such time." "Write a school year as 2024/25, a term as VT24 or HT24, a calendar year as 2024.";
}

/// The number that a figure gives, if it gives one.
pub(super) fn number(figure: &v1::Figure) -> Option<f64> {
    match figure.value.as_ref()? {
        Value::Measured(measured) => measured.number.parse().ok(),
        Value::Rounded(rounded) => rounded.number.parse().ok(),
        Value::Suppressed(_)
        | Value::Missing(_)
        | Value::NotApplicable(_)
        | Value::TeachersExcluded(_)
        | Value::Unknown(_) => None,
    }
}

/// Whether both figures give a unit, and not the same.
pub(super) fn units_differ(one: Option<&v1::Figure>, other: Option<&v1::Figure>) -> bool {
    let unit = |figure: Option<&v1::Figure>| {
        figure
            .map(v1::Figure::unit)
            .filter(|unit| *unit != FigureUnit::Unspecified)
    };
    matches!((unit(one), unit(other)), (Some(one), Some(other)) if one != other)
}

pub(super) fn check(figure: Option<&v1::Figure>, report: &mut Report, at: At<'_>, field: &str) {
    let Some(figure) = figure else { return };
    let Some(number) = number(figure) else { return };
    report.item_must(
        figure.unit() != FigureUnit::Unspecified,
        &UNIT_MISSING,
        at,
        &format!("{field}.unit"),
    );
    let possible = match figure.unit() {
        FigureUnit::Percent => (0.0..=100.0).contains(&number),
        FigureUnit::Count => number >= 0.0 && number.fract() == 0.0,
        FigureUnit::Quotient => number >= 0.0,
        FigureUnit::Points | FigureUnit::Unspecified => true,
    };
    report.item_must(possible, &OUT_OF_RANGE, at, field);
}

/// An empty time is not stated yet, which is for others to judge.
pub(super) fn check_period(code: &str, report: &mut Report, at: At<'_>, field: &str) {
    report.item_must(
        code.is_empty() || months(code).is_some(),
        &PERIOD_UNREAL,
        at,
        field,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(figure: &v1::Figure) -> Vec<String> {
        let mut report = Report::default();
        let at = At {
            list: "analysis.evidence",
            index: 0,
            key: "e1",
        };
        check(Some(figure), &mut report, at, "observation.figure");
        report
            .findings
            .into_iter()
            .map(|finding| finding.rule)
            .collect()
    }

    fn measured(number: &str, unit: FigureUnit) -> v1::Figure {
        let value = v1::MeasuredValue {
            number: number.to_owned(),
            approximate: false,
        };
        v1::Figure {
            unit: unit.into(),
            value: Some(Value::Measured(value)),
        }
    }

    #[test]
    fn a_number_needs_a_unit_and_a_marker_does_not() {
        assert_eq!(
            found(&measured("85.7", FigureUnit::Unspecified)),
            ["figure.unit_missing"]
        );
        let suppressed = v1::Figure {
            unit: 0,
            value: Some(Value::Suppressed(v1::SuppressedValue {})),
        };
        assert!(found(&suppressed).is_empty());
    }

    #[test]
    fn a_number_lies_where_its_unit_allows() {
        for (number, unit) in [
            ("100.1", FigureUnit::Percent),
            ("-1", FigureUnit::Percent),
            ("1.5", FigureUnit::Count),
            ("-2", FigureUnit::Count),
            ("-0.1", FigureUnit::Quotient),
        ] {
            assert_eq!(
                found(&measured(number, unit)),
                ["figure.out_of_range"],
                "{number} {unit:?}"
            );
        }
        for (number, unit) in [
            ("0", FigureUnit::Percent),
            ("100", FigureUnit::Percent),
            ("38", FigureUnit::Count),
            ("263.8", FigureUnit::Points),
            ("-3.5", FigureUnit::Points),
        ] {
            assert!(
                found(&measured(number, unit)).is_empty(),
                "{number} {unit:?}"
            );
        }
    }

    #[test]
    fn a_rounded_number_is_held_to_the_same() {
        let value = Value::Rounded(v1::RoundedValue {
            number: "101".to_owned(),
        });
        let figure = v1::Figure {
            unit: FigureUnit::Percent.into(),
            value: Some(value),
        };
        assert_eq!(found(&figure), ["figure.out_of_range"]);
    }
}
