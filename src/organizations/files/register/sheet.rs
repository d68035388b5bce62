//! The sheets of the register that list units, and what each says of the form that they teach.

use crate::{
    files::table::Row,
    organizations::files::{Reading, rules},
    proto::v1::{SchoolForm, SchoolType},
};

/// A sheet of units.
pub(super) struct Sheet {
    file: &'static str,
    form: SchoolType,
    /// The column with the number of pupils, where the sheet does not give it by school year.
    total: Option<&'static str>,
}

const SHEETS: [Sheet; 9] = [
    Sheet::new("grundskola", SchoolType::Gr),
    Sheet::new("grundsarskola", SchoolType::Gran),
    Sheet {
        total: Some("ELEVER TOTALT"),
        ..Sheet::new("gymnasieskola", SchoolType::Gy)
    },
    Sheet::new("gymnasiesarskola", SchoolType::Gyan),
    Sheet::new("specialskola", SchoolType::Sp),
    Sheet::new("sameskola", SchoolType::Sam),
    Sheet::new("komm-vuxenutb", SchoolType::Vux),
    Sheet::new("komm-vuxenutb-i-sv-f-inv", SchoolType::Vuxsfi),
    Sheet::new("sarsk-utb-f-vuxna", SchoolType::Sarvux),
];

/// Columns of school years start so.
pub(super) const YEAR: &str = "ÅR";
pub(super) const YEAR_PUPILS: &str = "ELEVER ÅR";
pub(super) const PRESCHOOL_CLASS: &str = "FKLASS";
pub(super) const PRESCHOOL_CLASS_PUPILS: &str = "ELEVER FKLASS";

/// The sheet of the name, without `.csv`.
pub(super) fn named(name: &str) -> Option<&'static Sheet> {
    SHEETS.iter().find(|sheet| sheet.file == name)
}

impl Sheet {
    const fn new(file: &'static str, form: SchoolType) -> Self {
        Self {
            file,
            form,
            total: None,
        }
    }

    /// The forms that the row says its unit teaches. None: it says something that can not be read.
    pub(super) fn forms(&self, row: &Row, reading: &mut Reading) -> Option<Vec<SchoolForm>> {
        let before = reading.findings.len();
        let grades = grades(row, reading);
        let preschool_class = flag(row, PRESCHOOL_CLASS, reading);
        if reading.findings.len() > before {
            return None;
        }
        let mut forms = Vec::new();
        let class_pupils = pupils(row, [PRESCHOOL_CLASS_PUPILS], reading);
        if preschool_class || class_pupils > Some(0) {
            forms.push(SchoolForm {
                school_type: SchoolType::Fklass.into(),
                grades: Vec::new(),
                pupils: class_pupils,
            });
        }
        let pupils = match self.total {
            Some(total) => pupils(row, [total], reading),
            None => pupils(row, row.columns(YEAR_PUPILS), reading),
        };
        // A unit with a preschool class alone stands on the sheet of what the class leads to.
        if forms.is_empty() || !grades.is_empty() || pupils > Some(0) {
            forms.push(SchoolForm {
                school_type: self.form.into(),
                grades,
                pupils,
            });
        }
        Some(forms)
    }
}

/// The school years with a J.
fn grades(row: &Row, reading: &mut Reading) -> Vec<u32> {
    (1..=10)
        .filter(|year| flag(row, &format!("{YEAR}{year}"), reading))
        .collect()
}

fn flag(row: &Row, column: &str, reading: &mut Reading) -> bool {
    match row.cell(column) {
        "J" | "j" => true,
        "" | "N" | "n" => false,
        _ => {
            reading.say(&row.key, column, rules::flag());
            false
        }
    }
}

/// The sum of the columns. None: there is no such column, or one of them holds no number.
fn pupils<'a>(
    row: &Row,
    columns: impl IntoIterator<Item = &'a str>,
    reading: &mut Reading,
) -> Option<u32> {
    let mut columns: Vec<_> = columns
        .into_iter()
        .filter(|column| row.has(column))
        .collect();
    columns.sort_unstable();
    let mut sum = (!columns.is_empty()).then_some(0_u32);
    for column in columns {
        let number = row.cell(column).parse::<u32>().ok();
        if number.is_none() {
            reading.say(&row.key, column, rules::pupils());
        }
        sum = sum
            .zip(number)
            .and_then(|(sum, number)| sum.checked_add(number));
    }
    sum
}
