//! The columns of a table of offers, by their English names and their Swedish ones.

/// Columns of an offer, in English and in Swedish.
pub const COLUMNS: &[(&str, &str)] = &[
    ("ID", "ID"),
    ("WITHDRAWN", "ÅTERTAGET"),
    ("COURSE_ID", "KURSID"),
    ("COURSE_CODE", "KURSKOD"),
    ("FORM", "FORM"),
    ("TITLE", "TITEL"),
    ("TITLE_EN", "TITEL_EN"),
    ("DESCRIPTION", "BESKRIVNING"),
    ("DESCRIPTION_EN", "BESKRIVNING_EN"),
    ("ELIGIBILITY", "BEHÖRIGHET"),
    ("ELIGIBILITY_EN", "BEHÖRIGHET_EN"),
    ("RECOMMENDED_KNOWLEDGE", "FÖRKUNSKAPER"),
    ("RECOMMENDED_KNOWLEDGE_EN", "FÖRKUNSKAPER_EN"),
    ("URL", "LÄNK"),
    ("URL_EN", "LÄNK_EN"),
    ("CREDITS", "POÄNG"),
    ("CREDIT_SYSTEM", "POÄNGSYSTEM"),
    ("SCHOOL_TYPE", "SKOLFORM"),
    ("QUALIFICATION_LEVEL", "NIVÅ"),
    ("SUBJECTS", "ÄMNEN"),
    ("EDUCATION_LEVELS", "UTBILDNINGSNIVÅER"),
    ("AUDIENCE", "MÅLGRUPP"),
    ("EXTENT", "OMFATTNING"),
    ("EXTENT_UNIT", "OMFATTNING_ENHET"),
    ("VOCATIONAL", "YRKESINRIKTAD"),
    ("GIVES_DEGREE", "GER_EXAMEN"),
    ("DEGREE", "EXAMEN"),
    ("DEGREE_EN", "EXAMEN_EN"),
    ("STUDENT_AID", "STUDIEMEDEL"),
    ("THEMES", "TEMAN"),
    ("CONDITION", "TID"),
    ("START_DATE", "START"),
    ("END_DATE", "SLUT"),
    ("MUNICIPALITY_CODE", "KOMMUNKOD"),
    ("TOWN", "ORT"),
    ("MODE", "DELTAGANDE"),
    ("MANDATORY_SESSIONS", "OBLIGATORISKA_TRÄFFAR"),
    ("LANGUAGES", "SPRÅK"),
    ("PACE", "STUDIETAKT"),
    ("INDIVIDUAL_PACE", "EGEN_TAKT"),
    ("STUDY_TIME", "TID_PÅ_DAGEN"),
    ("CAPACITY", "PLATSER"),
    ("FEE", "AVGIFT"),
    ("CURRENCY", "VALUTA"),
    ("FEE_PURPOSE", "AVGIFT_FÖR"),
    ("STATE", "LÄGE"),
    ("START_TERM", "STARTTERMIN"),
    ("START_WEEK", "STARTVECKA"),
    ("START_PERIOD", "LÄSPERIOD"),
    ("ROUND_CODE", "TILLFÄLLESKOD"),
    ("FUNDING_CODE", "FINANSIERINGSFORM"),
    ("KEYWORDS", "NYCKELORD"),
    ("PROVIDER_IDS", "ANORDNARE"),
    ("OFFERING_TITLE", "TILLFÄLLE_TITEL"),
    ("OFFERING_DESCRIPTION", "TILLFÄLLE_BESKRIVNING"),
    ("OFFERING_URL", "TILLFÄLLE_LÄNK"),
    ("COURSE_EDIT_TIME", "KURS_ÄNDRAD"),
    ("EDIT_TIME", "ÄNDRAD"),
    ("EXPIRE_TIME", "VISAS_TILL"),
];

/// Columns of an application window: `WINDOW2_LAST_DATE` and `ANMÄLAN2_SISTA`. The first may go without a number.
pub const WINDOW_COLUMNS: &[(&str, &str)] = &[
    ("FIRST_DATE", "FÖRSTA"),
    ("LAST_DATE", "SISTA"),
    ("CONTINUOUS", "LÖPANDE"),
    ("TARGET_GROUP", "MÅLGRUPP"),
    ("CODE", "KOD"),
    ("URL", "LÄNK"),
    ("INSTRUCTIONS", "ANVISNING"),
];

/// How many windows an offer can have.
pub const WINDOWS: usize = 20;

/// The English name of the column that a heading means. What is unknown stays as it is.
pub fn meant(heading: String) -> String {
    let name = heading.replace([' ', '-'], "_");
    let of = |columns: &[(&'static str, &'static str)], name: &str| {
        let found = columns
            .iter()
            .find(|(english, swedish)| name == *english || name == *swedish);
        found.map(|(english, _)| *english)
    };
    if let Some(english) = of(COLUMNS, &name) {
        return english.to_owned();
    }
    let window = ["WINDOW", "ANMÄLAN"]
        .iter()
        .find_map(|word| name.strip_prefix(word));
    let window = window.and_then(|rest| rest.split_once('_'));
    let known = window.and_then(|(number, column)| Some((number, of(WINDOW_COLUMNS, column)?)));
    match known {
        Some((number, column)) => {
            let number = if number.is_empty() { "1" } else { number };
            format!("WINDOW{number}_{column}")
        }
        None => heading,
    }
}

/// Whether a name is that of a column.
pub fn is_known(column: &str) -> bool {
    let is_window = || {
        let (number, name) = column.strip_prefix("WINDOW")?.split_once('_')?;
        let is_number = number
            .parse()
            .is_ok_and(|number: usize| (1..=WINDOWS).contains(&number));
        let is_canonical = !number.starts_with('0');
        Some(is_number && is_canonical && WINDOW_COLUMNS.iter().any(|(known, _)| name == *known))
    };
    COLUMNS.iter().any(|(known, _)| column == *known) || is_window() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_known_by_both_its_names_and_no_two_share_one() {
        for (english, swedish) in COLUMNS {
            assert_eq!(meant((*english).to_owned()), *english);
            assert_eq!(meant((*swedish).to_owned()), *english);
            let named =
                |(other, its): &&(&str, &str)| other == english || its == swedish || its == english;
            assert_eq!(COLUMNS.iter().filter(named).count(), 1, "{english}");
        }
    }

    #[test]
    fn windows_are_numbered() {
        for (heading, column, known) in [
            ("ANMÄLAN_SISTA", "WINDOW1_LAST_DATE", true),
            ("ANMÄLAN2 MÅLGRUPP", "WINDOW2_TARGET_GROUP", true),
            ("WINDOW20_URL", "WINDOW20_URL", true),
            ("WINDOW21_URL", "WINDOW21_URL", false),
            ("WINDOW0_URL", "WINDOW0_URL", false),
            ("WINDOW01_URL", "WINDOW01_URL", false),
            ("ANMÄLAN1_FEL", "ANMÄLAN1_FEL", false),
        ] {
            assert_eq!(meant(heading.to_owned()), column);
            assert_eq!(is_known(column), known, "{column}");
        }
    }
}
