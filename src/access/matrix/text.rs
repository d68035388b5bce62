//! The access matrix as text for people to review: one table for all methods that have the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{About, Cell, Holder, Relation, Verdict, cells};
use crate::{
    contract::{Contract, Method, NarrowedField},
    proto::v1::{OrganizationType, Role},
};

const HEAD: &str = "\
The access matrix: who may do what, made from the contract. Reviewed as text; a test compares it with the contract.
Write it anew with: UPDATE_MATRIX=1 cargo test --lib access::matrix

  +  let through; rules of state and content come after
  ~  let through, and refused since the role can not be granted there
  !  PERMISSION_DENIED
  .  NOT_FOUND, and left out of listings
  -  no such case

Three signs: draft, submitted or returned, accepted. Columns say where the document, organization or grant lies, as seen
from the caller's grant; own: where the caller belongs. Roles that a table does not name are denied in all of it.
";

/// The whole matrix.
pub fn text(contract: &'static Contract) -> String {
    let mut text = HEAD.to_owned();
    text += &roles(contract);
    text += &fields(contract);
    let cells = cells(contract);
    // Methods in order of their first appearance, together with those that have the same table.
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for method in contract.methods() {
        let of_method: Vec<&Cell<'_>> = cells
            .iter()
            .filter(|cell| cell.method.path == method.path)
            .collect();
        let table = format!("  does {}\n{}", acts(method), table(&of_method));
        let title = method.path.trim_start_matches("/styrkedja.v1.").to_owned();
        match tables.iter_mut().find(|(known, _)| *known == table) {
            Some((_, titles)) => titles.push(title),
            None => tables.push((table, vec![title])),
        }
    }
    for (table, titles) in tables {
        let _ = write!(text, "\n{}\n{table}", titles.join("\n"));
    }
    text
}

fn acts(method: &Method) -> String {
    let acts = std::iter::once(&method.act).chain(&method.also);
    let names: Vec<_> = acts.map(|act| name(act.as_str_name(), "ACT_")).collect();
    names.join(", ")
}

pub(super) fn roles(contract: &Contract) -> String {
    let mut text =
        "\nRoles: where they can be granted, and what a grant of them needs\n".to_owned();
    for (role, rule) in contract.roles() {
        let needs = [
            (
                rule.assigned,
                format!("a home at {}", places(&rule.home_at)),
            ),
            (rule.round_required, "a round".to_owned()),
            (rule.end_required, "an end".to_owned()),
        ];
        let needs: Vec<&str> = needs
            .iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, what)| what.as_str())
            .collect();
        let line = format!(
            "  {:<24}{:<52}{}",
            role_name(role),
            places(&rule.granted_at),
            needs.join(", ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Which role sees which narrowed field.
pub(super) fn fields(contract: &Contract) -> String {
    let mut text = "\nFields that not all see who read a document: + shown, . left out and named in hidden_fields\n".to_owned();
    let column = |(message, field): (&str, &NarrowedField)| {
        let message = message.trim_start_matches("styrkedja.v1.");
        format!("  {message}.{}", field.name)
    };
    let names: Vec<String> = contract.narrowed().map(column).collect();
    let _ = writeln!(text, "  {:<22}{}", "", names.concat());
    for (role, _) in contract.roles() {
        let mut line = format!("  {:<22}", role_name(role));
        for ((_, field), name) in contract.narrowed().zip(&names) {
            let shown = field.is_visible_to(&BTreeSet::from([role]));
            let sign = if shown { "  +" } else { "  ." };
            let _ = write!(line, "{sign:<width$}", width = name.len());
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The tables of a method, one for all subjects (kinds of document, roles to grant) that have the same.
fn table(cells: &[&Cell<'_>]) -> String {
    let mut by_subject: BTreeMap<String, Vec<&Cell<'_>>> = BTreeMap::new();
    let mut order = Vec::new();
    for cell in cells {
        let subject = subject(cell.about);
        if !order.contains(&subject) {
            order.push(subject.clone());
        }
        by_subject.entry(subject).or_default().push(cell);
    }
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for subject in order {
        let lines = lines(&by_subject[&subject]);
        match tables.iter_mut().find(|(known, _)| *known == lines) {
            Some((_, subjects)) => subjects.push(subject),
            None => tables.push((lines, vec![subject])),
        }
    }
    let only = tables.len() == 1;
    let titled = |(lines, subjects): (String, Vec<String>)| {
        let title = if only && subjects.len() > 1 {
            format!("{} and all others", subjects[0])
        } else {
            subjects.join(", ")
        };
        format!("  {title}\n{lines}")
    };
    tables.into_iter().map(titled).collect()
}

fn lines(cells: &[&Cell<'_>]) -> String {
    if cells.iter().all(|cell| cell.about == About::Call) {
        return callers(cells);
    }
    let columns: Vec<Relation> = Relation::ALL
        .into_iter()
        .filter(|relation| cells.iter().any(|cell| cell.relation == *relation))
        .collect();
    let mut holders: Vec<Holder> = Vec::new();
    for cell in cells {
        if holders.last() != Some(&cell.holder) && !holders.contains(&cell.holder) {
            holders.push(cell.holder);
        }
    }
    let mut rows: Vec<(Role, Vec<&str>, Vec<String>)> = Vec::new();
    for holder in holders {
        let of_holder: Vec<&&Cell<'_>> =
            cells.iter().filter(|cell| cell.holder == holder).collect();
        if of_holder.iter().all(|cell| cell.verdict == Verdict::Denied) {
            continue;
        }
        let signs = columns
            .iter()
            .map(|column| signs(&of_holder, *column))
            .collect();
        match rows
            .iter_mut()
            .find(|(role, _, known)| *role == holder.role && *known == signs)
        {
            Some((_, at, _)) => at.push(place(holder.at.kind())),
            None => rows.push((holder.role, vec![place(holder.at.kind())], signs)),
        }
    }
    let width = rows
        .iter()
        .map(|(role, at, _)| label(*role, at).len())
        .max()
        .unwrap_or_default();
    let mut text = line(width, "", columns.iter().map(|column| title(*column)));
    for (role, at, signs) in &rows {
        text += &line(width, &label(*role, at), signs.iter().map(String::as_str));
    }
    text
}

/// Who may call at all, where that is all there is to decide.
fn callers(cells: &[&Cell<'_>]) -> String {
    let mut allowed: Vec<Role> = cells
        .iter()
        .filter(|cell| cell.verdict == Verdict::Allowed)
        .map(|cell| cell.holder.role)
        .collect();
    if allowed.len() == cells.len() {
        return "    everybody with a token, with or without a grant\n".to_owned();
    }
    // A role comes once for each type of organization where it can be granted.
    allowed.dedup();
    let mut text = String::new();
    for role in allowed {
        let _ = writeln!(text, "    {}", role_name(role));
    }
    text
}

fn line<'a>(width: usize, label: &str, columns: impl Iterator<Item = &'a str>) -> String {
    let mut text = format!("    {label:<width$}");
    for column in columns {
        let _ = write!(text, "  {column:<10}");
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// One sign for each stage, or a single one.
fn signs(cells: &[&&Cell<'_>], column: Relation) -> String {
    let signs: String = cells
        .iter()
        .filter(|cell| cell.relation == column)
        .map(|cell| sign(cell.verdict))
        .collect();
    if signs.is_empty() {
        "-".to_owned()
    } else {
        signs
    }
}

fn sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Allowed => '+',
        Verdict::Misplaced => '~',
        Verdict::Denied => '!',
        Verdict::Absent => '.',
    }
}

fn subject(about: About) -> String {
    match about {
        About::Document(kind, _) => name(kind.as_str_name(), "DOCUMENT_KIND_"),
        About::NewDocument(kind) => format!("new {}", name(kind.as_str_name(), "DOCUMENT_KIND_")),
        About::Conflict(kind) => {
            let kind = name(kind.as_str_name(), "DOCUMENT_KIND_");
            format!("a conflict of {kind}")
        }
        About::Organization => "an organization".to_owned(),
        About::Grants => "grants".to_owned(),
        About::Grant(role) | About::NewGrant(role) => role_name(role),
        About::Submission => "a submission".to_owned(),
        About::Booking => "a booking".to_owned(),
        About::Call => "whoever calls".to_owned(),
    }
}

fn label(role: Role, at: &[&str]) -> String {
    format!("{} at {}", role_name(role), at.join(", "))
}

fn title(relation: Relation) -> &'static str {
    match relation {
        Relation::Own => "own",
        Relation::Below => "below",
        Relation::Assigned => "assigned",
        Relation::Above => "above",
        Relation::Sibling => "sibling",
        Relation::Foreign => "foreign",
        Relation::OtherRound => "other round",
        Relation::University => "university",
        Relation::Agency => "agency",
        Relation::Missing => "missing",
    }
}

fn places(kinds: &[OrganizationType]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| place(*kind)).collect();
    names.join(", ")
}

fn place(kind: OrganizationType) -> &'static str {
    match kind {
        OrganizationType::Unspecified => "nowhere",
        OrganizationType::NationalAgency => "agency",
        OrganizationType::Organizer => "organizer",
        OrganizationType::Administration => "administration",
        OrganizationType::Area => "area",
        OrganizationType::SchoolUnit => "unit",
        OrganizationType::Preschool => "preschool",
        OrganizationType::University => "university",
    }
}

fn role_name(role: Role) -> String {
    name(role.as_str_name(), "ROLE_")
}

fn name(text: &str, prefix: &str) -> String {
    text.trim_start_matches(prefix).to_owned()
}
