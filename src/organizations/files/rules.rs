//! What is said of files that can not be read as they should.

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

pub fn unknown_file() -> Saying {
    Saying::note(
        "file.unknown",
        (
            "Filen är inget blad ur Skolenhetsregistret, och lästes inte.",
            "The file is no sheet of the national register, and was not read.",
        ),
        (
            "Döp den efter sitt blad, till exempel grundskola.csv.",
            "Name it after its sheet, for example grundskola.csv.",
        ),
    )
}

pub fn no_sheet() -> Saying {
    Saying::error(
        "file.no_sheet",
        (
            "Här finns inget blad ur Skolenhetsregistret.",
            "There is no sheet of the national register here.",
        ),
        (
            "Ange mappen med huvudman.csv, grundskola.csv och de andra bladen.",
            "Name the folder with huvudman.csv, grundskola.csv and the other sheets.",
        ),
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

pub fn cell_missing() -> Saying {
    Saying::error(
        "file.cell_missing",
        ("Fältet är tomt.", "The cell is empty."),
        ("Fyll i det ur källan.", "Fill it in from the source."),
    )
}

pub fn flag() -> Saying {
    Saying::error(
        "register.flag",
        (
            "Fältet är varken J eller N.",
            "The cell is neither J nor N.",
        ),
        ("Skriv J eller N.", "Write J or N."),
    )
}

pub fn pupils() -> Saying {
    Saying::note(
        "register.pupils",
        (
            "Antalet elever är inget tal; antalet för skolformen lämnades öppet.",
            "The number of pupils is no number; the number for the form was left open.",
        ),
        ("Skriv ett heltal.", "Write a whole number."),
    )
}

pub fn organizer_type() -> Saying {
    Saying::error(
        "register.organizer_type",
        (
            "Huvudmannatypen är okänd.",
            "The organizer type is unknown.",
        ),
        (
            "Skriv Kommunal, Enskild, Region eller Statlig.",
            "Write Kommunal, Enskild, Region or Statlig.",
        ),
    )
}

pub fn twice_in_sheet(first: &str) -> Saying {
    Saying::error(
        "register.twice_in_sheet",
        (
            format!("Koden står redan på {first}."),
            format!("The code is on {first} already."),
        ),
        ("Behåll en av raderna.", "Keep one of the rows."),
    )
}

pub fn disagrees(first: &str) -> Saying {
    Saying::error(
        "register.disagrees",
        (
            format!("Raden säger något annat än {first} om samma enhet."),
            format!("The row says something else than {first} of the same unit."),
        ),
        (
            "Rätta den rad som är fel.",
            "Correct the row that is wrong.",
        ),
    )
}

pub fn word(choices: &str) -> Saying {
    Saying::error(
        "file.word",
        ("Ordet är okänt.", "The word is unknown."),
        (
            format!("Skriv något av: {choices}."),
            format!("Write one of: {choices}."),
        ),
    )
}

pub fn form() -> Saying {
    Saying::error(
        "file.school_form",
        (
            "Skolformen kan inte läsas.",
            "The school form can not be read.",
        ),
        (
            "Skriv till exempel GR:1-6:213|FKLASS.",
            "Write for example GR:1-6:213|FKLASS.",
        ),
    )
}

pub fn reference() -> Saying {
    Saying::error(
        "file.reference",
        (
            "Organisationen kan inte utläsas.",
            "The organization can not be made out.",
        ),
        (
            "Skriv organisationsnummer (10 siffror), skolenhetskod (8 siffror), system=identitet, eller utbytets id.",
            "Write an organization number (10 digits), a school unit code (8 digits), system=identity, or an id of the exchange.",
        ),
    )
}

pub fn predecessor() -> Saying {
    Saying::error(
        "file.predecessor",
        (
            "Föregångaren kan inte läsas.",
            "The predecessor can not be read.",
        ),
        (
            "Skriv till exempel 60381291@2020-01-01.",
            "Write for example 60381291@2020-01-01.",
        ),
    )
}

pub fn json(column: usize) -> Saying {
    Saying::error(
        "file.json",
        (
            format!("Raden är ingen post i JSON; felet är vid tecken {column}."),
            format!("The line is no record in JSON; the fault is at character {column}."),
        ),
        (
            "Skriv en post per rad, med kontraktets fältnamn.",
            "Write a record on each line, with the field names of the contract.",
        ),
    )
}

pub fn too_large() -> Saying {
    Saying::error(
        "file.record_too_large",
        ("Posten är för stor.", "The record is too large."),
        ("Korta den.", "Shorten it."),
    )
}

/// A rule of the contract that the record breaks.
pub fn breaks_contract(violation: Violation, key: &str) -> Finding {
    let Violation {
        field,
        rule,
        description,
        description_sv,
    } = violation;
    Finding {
        rule: format!("contract.{rule}"),
        severity: Severity::Error.into(),
        field: field.strip_prefix("record.").unwrap_or(&field).to_owned(),
        key: key.to_owned(),
        message_sv: description_sv,
        message_en: description,
        remedy_sv: "Rätta fältet.".to_owned(),
        remedy_en: "Correct the field.".to_owned(),
    }
}
