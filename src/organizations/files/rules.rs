//! What is said of files that can not be read as they should.

use crate::organizations::findings::Saying;

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
