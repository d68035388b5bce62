//! Rules that hold for documents of every kind: the time, ids of items, links inside the document.
//! Knows no kind.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Item, Link, Subject, Target, dates,
    rule::{At, Report, Rule, rules},
};
use crate::proto::v1;

rules! {
    PERIOD_MISSING Error "document.period_missing"
        "Dokumentet säger inte vilken tid det gäller." "Ange första och sista dag."
        "The document does not say which time it is about." "State the first and the last day.";
    DATE_UNREAL Refuse "document.date_unreal"
        "Datumet finns inte." "Skriv ett datum som finns, på formen ÅÅÅÅ-MM-DD."
        "There is no such date." "Write a date that exists, as YYYY-MM-DD.";
    PERIOD_REVERSED Refuse "document.period_reversed"
        "Sista dagen ligger före den första." "Byt plats på datumen eller rätta dem."
        "The last day lies before the first." "Swap the dates or mend them.";
    ITEM_ID_TAKEN Refuse "document.item_id_taken"
        "Två poster i dokumentet har samma id." "Ge varje post ett eget id, också när de ligger i olika listor."
        "Two items of the document have the same id." "Give every item an id of its own, also when they stand in different lists.";
    REFERENCE_UNKNOWN Error "document.reference_unknown"
        "Hänvisningen leder till ett id som inte finns i dokumentet, eller till en post av annat slag." "Rätta id:t eller lägg till posten som det ska leda till."
        "The reference leads to an id that is not in the document, or to an item of another sort." "Mend the id, or add the item that it should lead to.";
    LINK_REPEATED Error "document.link_repeated"
        "Samma hänvisning står två gånger i posten." "Ta bort den ena."
        "The same link stands twice in the item." "Take one of them away.";
}

pub(super) fn check(items: &[Item<'_>], links: &[Link], report: &mut Report) {
    check_ids(items, report);
    check_references(items, links, report);
}

pub(super) fn check_time(subject: &Subject<'_>, report: &mut Report) {
    match subject.period {
        Some(period) => check_period(period, report, "period", ""),
        None => report.add(&PERIOD_MISSING, "period", ""),
    }
}

/// Both days must be there, and the right way round.
pub(super) fn check_period(period: &v1::Period, report: &mut Report, field: &str, key: &str) {
    let days = [&period.start_date, &period.end_date].map(|day| Some(day.as_str()));
    let fields = ["start_date", "end_date"].map(|name| format!("{field}.{name}"));
    check_days(days, fields, report, key);
}

/// Days that are stated must be there, and the right way round.
pub(super) fn check_days(
    days: [Option<&str>; 2],
    fields: [String; 2],
    report: &mut Report,
    key: &str,
) {
    let [start, end] = days.map(|day| day.and_then(dates::day));
    let [start_field, end_field] = fields;
    if days[0].is_some() && start.is_none() {
        report.add(&DATE_UNREAL, start_field, key);
    }
    let reversed = matches!((start, end), (Some(start), Some(end)) if end < start);
    if days[1].is_some() && end.is_none() {
        report.add(&DATE_UNREAL, end_field, key);
    } else if reversed {
        report.add(&PERIOD_REVERSED, end_field, key);
    }
}

/// Each thing stands once: notes the rule at every later place of the same.
pub(super) fn check_once<'a, T: Ord>(
    things: impl Iterator<Item = (T, At<'a>)>,
    rule: &Rule,
    report: &mut Report,
    field: &str,
) {
    let mut seen = BTreeSet::new();
    for (thing, at) in things {
        report.item_must(seen.insert(thing), rule, at, field);
    }
}

fn check_ids(items: &[Item<'_>], report: &mut Report) {
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(item.id) {
            let field = format!("{}[{}].id", item.list, item.index);
            report.add(&ITEM_ID_TAKEN, field, item.id);
        }
    }
}

/// Links to ids that are not in the document, or are of items of another sort.
pub(super) fn dangling<'l>(
    items: &[Item<'l>],
    links: &'l [Link],
) -> impl Iterator<Item = &'l Link> + use<'l> {
    let kinds: BTreeMap<_, _> = items.iter().map(|item| (item.id, item.kind)).collect();
    links.iter().filter(move |link| match &link.to {
        Target::Own(id) => kinds.get(id.as_str()) != Some(&link.relation.target()),
        Target::Other { .. } => false,
    })
}

fn check_references(items: &[Item<'_>], links: &[Link], report: &mut Report) {
    for link in dangling(items, links) {
        report.add(&REFERENCE_UNKNOWN, link.place.to_string(), &link.from_item);
    }
    let mut seen = BTreeSet::new();
    for link in links {
        if !seen.insert((&link.from_item, link.relation, &link.to)) {
            report.add(&LINK_REPEATED, link.place.to_string(), &link.from_item);
        }
    }
}
