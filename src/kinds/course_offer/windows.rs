//! When one can apply for an offering: several windows, of which no two are open to the same people on the same day.

use chrono::NaiveDate;

use super::{WINDOWS, check_texts, if_stated, rules};
use crate::{
    kinds::{
        dates,
        every_kind::check_days,
        rule::{At, Report},
    },
    proto::v1::{ApplicationWindow, Offering},
};

pub(super) fn check(offering: &Offering, report: &mut Report) {
    let windows = &offering.application_windows;
    let end = offering
        .execution
        .as_ref()
        .and_then(|execution| dates::day(&execution.end_date));
    for (at, window) in At::each(WINDOWS, windows, |window| &window.id) {
        let (first, last) = (&window.first_date, &window.last_date);
        let fields = [at.field("first_date"), at.field("last_date")];
        check_days(if_stated([first, last]), fields, report, at.key);
        let stated = window.continuous || !first.is_empty() || !last.is_empty();
        report.item_must(stated, &rules::WINDOW_WITHOUT_DATES, at, "");
        let late = matches!((dates::day(first), end), (Some(first), Some(end)) if first > end);
        report.item_must(!late, &rules::WINDOW_AFTER_THE_END, at, "first_date");
        let before = windows.iter().take(at.index);
        let overlaps = before.into_iter().any(|other| overlap(window, other));
        report.item_must(!overlaps, &rules::WINDOWS_OVERLAP, at, "");
        check_texts(&window.instructions, &at.field("instructions"), report);
    }
}

/// Whether two windows are open to the same people on the same day.
fn overlap(one: &ApplicationWindow, other: &ApplicationWindow) -> bool {
    let (groups, others) = (&one.target_group, &other.target_group);
    let same_people = (groups.is_empty() && others.is_empty())
        || groups.iter().any(|group| others.contains(group));
    let ((first, last), (other_first, other_last)) = (span(one), span(other));
    same_people && first <= other_last && other_first <= last
}

fn span(window: &ApplicationWindow) -> (NaiveDate, NaiveDate) {
    (
        dates::day(&window.first_date).unwrap_or(NaiveDate::MIN),
        dates::day(&window.last_date).unwrap_or(NaiveDate::MAX),
    )
}
