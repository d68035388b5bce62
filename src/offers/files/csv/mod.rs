//! Tables of offers, one a row, with Swedish or English headings.

mod columns;
mod row;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::HashMap, fs, io, path::PathBuf};

use super::{Part, Row, rules};
use crate::{
    files::{
        File,
        table::{self, Columns},
    },
    organizations::findings::refuses,
    proto::v1::Course,
};

/// Bytes of a file at most: it is read into memory.
const LARGEST: u64 = 256 << 20;

const COLUMNS: Columns<'static> = Columns {
    required: &["ID"],
    known: &columns::is_known,
    meant: &columns::meant,
};

/// Reads tables, and gives each row as it is known. Only what the machine can not read is an error.
pub fn read(paths: &[PathBuf], give: &mut dyn FnMut(Row)) -> io::Result<()> {
    let mut courses = HashMap::new();
    for path in paths {
        if fs::metadata(path)?.len() > LARGEST {
            let name = crate::files::name(path);
            let finding = rules::file_too_large().at("", name.clone());
            give(Row::unread(&name, "", vec![finding]));
            continue;
        }
        read_file(&File::load(path)?, &mut courses, give);
    }
    Ok(())
}

fn read_file(file: &File, courses: &mut HashMap<String, Course>, give: &mut dyn FnMut(Row)) {
    let mut told = Vec::new();
    let read = table::rows(file, &COLUMNS, &mut |key, field, saying| {
        told.push((key.to_owned(), saying.at(field, key)));
    });
    for (place, finding) in told {
        give(if refuses(&finding) {
            Row::unread(&place, "", vec![finding])
        } else {
            Row::remark(&place, "", vec![finding])
        });
    }
    for row in read.rows {
        let mut row = row::read(&row);
        check_course(&mut row, courses);
        give(row);
    }
}

/// Tells where a row says something else of a course than an earlier one.
fn check_course(row: &mut Row, courses: &mut HashMap<String, Course>) {
    let Part::Offer(offer) = &row.part else {
        return;
    };
    let course = offer.offer.as_ref().and_then(|offer| offer.course.as_ref());
    let Some(course) = course.filter(|course| !course.id.is_empty()) else {
        return;
    };
    let known = courses
        .entry(course.id.clone())
        .or_insert_with(|| course.clone());
    if known != course {
        let finding = rules::course_disagrees().at("COURSE_ID", row.id.clone());
        row.findings.push(finding);
        row.part = Part::Unread;
    }
}
