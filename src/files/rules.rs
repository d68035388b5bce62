//! What is said of files and tables that can not be read as they should, whatever they hold.

use crate::{
    contract::Violation,
    organizations::findings::Saying,
    proto::v1::{Finding, Severity},
};

pub fn empty() -> Saying {
    Saying::error(
        "file.empty",
        ("Filen är tom.", "The file is empty."),
        (
            "Spara den på nytt från källan.",
            "Save it again from its source.",
        ),
    )
}

pub fn encoding() -> Saying {
    Saying::error(
        "file.encoding",
        (
            "Filen är inte text i UTF-8 eller UTF-16.",
            "The file is not text in UTF-8 or UTF-16.",
        ),
        ("Spara den som ”CSV UTF-8”.", "Save it as \"CSV UTF-8\"."),
    )
}

pub fn column_missing() -> Saying {
    Saying::error(
        "file.column_missing",
        (
            "Kolumnen saknas, och filens rader kan inte läsas utan den.",
            "The column is missing, and the rows of the file can not be read without it.",
        ),
        (
            "Lägg till kolumnen, eller rätta rubriken.",
            "Add the column, or correct its heading.",
        ),
    )
}

pub fn column_unknown() -> Saying {
    Saying::note(
        "file.column_unknown",
        (
            "Kolumnen är okänd, och lästes inte.",
            "The column is unknown, and was not read.",
        ),
        (
            "Rätta rubriken om den är felstavad.",
            "Correct the heading if it is misspelt.",
        ),
    )
}

pub fn column_twice() -> Saying {
    Saying::error(
        "file.column_twice",
        (
            "Två kolumner har samma rubrik.",
            "Two columns have the same heading.",
        ),
        ("Ta bort den ena.", "Take one of them away."),
    )
}

pub fn cells() -> Saying {
    Saying::error(
        "file.cells",
        (
            "Raden har ett annat antal fält än rubrikraden.",
            "The row has another number of cells than the heading.",
        ),
        (
            "Sätt citattecken om fält som innehåller skiljetecken eller radbyten.",
            "Quote cells that contain the separator or line breaks.",
        ),
    )
}

pub fn quote_open() -> Saying {
    Saying::error(
        "file.quote_open",
        (
            "Ett citattecken i raden har inget slut. Raden och allt efter den är inte läst.",
            "A quotation mark in the row has no end. The row and all after it were not read.",
        ),
        (
            "Skriv citattecknet två gånger om det hör till texten, eller avsluta fältet.",
            "Write the quotation mark twice if it is part of the text, or end the cell.",
        ),
    )
}

pub fn heading_missing(column: usize) -> Saying {
    Saying::note(
        "file.heading_missing",
        (
            format!("Kolumn {column} har fält men ingen rubrik, och lästes inte."),
            format!("Column {column} has cells but no heading, and was not read."),
        ),
        (
            "Ge kolumnen en rubrik, eller töm den.",
            "Give the column a heading, or empty it.",
        ),
    )
}

/// A cell that says nothing unless another is filled in.
pub fn cell_alone(other: &str) -> Saying {
    Saying::note(
        "file.cell_alone",
        (
            format!("Fältet lästes inte: {other} är tomt."),
            format!("The cell was not read: {other} is empty."),
        ),
        (
            format!("Fyll i {other} om det saknas."),
            format!("Fill in {other} if it is missing."),
        ),
    )
}

pub fn cell_missing() -> Saying {
    Saying::error(
        "file.cell_missing",
        ("Fältet är tomt.", "The cell is empty."),
        ("Fyll i det ur källan.", "Fill it in from the source."),
    )
}

/// A rule of the contract that a record breaks, of which `within` leads to the record: `record.`.
pub fn breaks_contract(violation: Violation, within: &str, key: &str) -> Finding {
    let Violation {
        field,
        rule,
        description,
        description_sv,
    } = violation;
    Finding {
        rule: format!("contract.{rule}"),
        severity: Severity::Error.into(),
        field: field.strip_prefix(within).unwrap_or(&field).to_owned(),
        key: key.to_owned(),
        message_sv: description_sv,
        message_en: description,
        remedy_sv: "Rätta fältet.".to_owned(),
        remedy_en: "Correct the field.".to_owned(),
    }
}
