//! A row of a table, read as an offer. What a row leaves out is left out, but for what nearly all rows would say alike: the
//! offering is active, has a first and a last day, gives higher education credits, and costs Swedish kronor.

use prost_types::Timestamp;

use super::{
    super::{
        Part, Row,
        codes::Table,
        emil::{Told, check_language, find, whole_percent},
        local_time, rules,
    },
    columns::WINDOWS,
    words,
};
use crate::{
    files::{self, table},
    organizations::{codes::MunicipalityCode, findings::refuses},
    proto::v1::{
        ApplicationWindow, Code, Course, CourseForm, CourseOffer, CreditSystem, Credits, Execution,
        ExecutionCondition, Extent, Fee, LocalizedText, LocalizedUrl, Offering, OfferingState,
        Pace, Place, SubmittedOffer, TimeUnit,
    },
};

/// Cells that say nothing unless another is filled in, and that other.
const DEPENDENT: [(&str, &str); 4] = [
    ("CREDIT_SYSTEM", "CREDITS"),
    ("EXTENT_UNIT", "EXTENT"),
    ("CURRENCY", "FEE"),
    ("FEE_PURPOSE", "FEE"),
];

pub fn read(row: &table::Row) -> Row {
    let id = row.cell("ID").to_owned();
    let mut cells = Cells {
        row,
        told: Told::of(if id.is_empty() { &row.key } else { &id }),
    };
    if id.is_empty() {
        cells.told.say("ID", rules::id_missing());
    }
    if cells.word("WITHDRAWN", words::FLAGS) == Some(true) {
        return cells.end(id, None);
    }
    cells.tell_alone();
    let offer = CourseOffer {
        course: Some(cells.course()),
        offering: Some(cells.offering()),
        themes: cells.parts("THEMES"),
    };
    cells.end(id, Some(offer))
}

/// The cells of a row, and what was found of them.
struct Cells<'a> {
    row: &'a table::Row,
    told: Told,
}

impl Cells<'_> {
    /// The row as an offer, or as a withdrawal.
    fn end(self, id: String, offer: Option<CourseOffer>) -> Row {
        let findings = self.told.findings;
        let part = match offer {
            _ if findings.iter().any(refuses) => Part::Unread,
            None => Part::Withdrawal,
            offer => Part::Offer(Box::new(SubmittedOffer {
                id: id.clone(),
                offer,
            })),
        };
        Row {
            place: self.row.key.clone(),
            id,
            part,
            findings,
        }
    }

    fn tell_alone(&mut self) {
        for (column, other) in DEPENDENT {
            if self.row.cell(other).is_empty() && !self.row.cell(column).is_empty() {
                self.told.say(column, files::rules::cell_alone(other));
            }
        }
    }

    fn course(&mut self) -> Course {
        let amount = self.decimal("CREDITS");
        let system = self.word("CREDIT_SYSTEM", words::CREDITS);
        let length = self.decimal("EXTENT");
        let unit = self.word("EXTENT_UNIT", words::UNITS);
        if length.is_some() && unit.is_none() {
            self.told.say("EXTENT_UNIT", files::rules::cell_missing());
        }
        let form = self.word("FORM", words::FORMS);
        Course {
            id: self.text("COURSE_ID"),
            code: self.text("COURSE_CODE"),
            form: form.unwrap_or(CourseForm::Unspecified).into(),
            title: self.texts("TITLE", "TITLE_EN"),
            description: self.texts("DESCRIPTION", "DESCRIPTION_EN"),
            eligibility: self.texts("ELIGIBILITY", "ELIGIBILITY_EN"),
            recommended_knowledge: self.texts("RECOMMENDED_KNOWLEDGE", "RECOMMENDED_KNOWLEDGE_EN"),
            degree: self.texts("DEGREE", "DEGREE_EN"),
            urls: self.urls("URL", "URL_EN"),
            credits: amount.map(|amount| Credits {
                system: system.unwrap_or(CreditSystem::HigherEducation).into(),
                amount,
            }),
            school_type: self.text("SCHOOL_TYPE"),
            qualification_level: self.whole("QUALIFICATION_LEVEL").unwrap_or_default(),
            subjects: self.codes("SUBJECTS"),
            education_levels: self.codes("EDUCATION_LEVELS"),
            audience: self.words("AUDIENCE", words::AUDIENCES),
            extent: length.map(|length| Extent {
                length,
                unit: unit.unwrap_or(TimeUnit::Unspecified).into(),
            }),
            vocational: self.word("VOCATIONAL", words::FLAGS).unwrap_or_default(),
            gives_degree: self.word("GIVES_DEGREE", words::FLAGS).unwrap_or_default(),
            student_aid: self.word("STUDENT_AID", words::FLAGS),
            edit_time: self.time("COURSE_EDIT_TIME"),
            expire_time: None,
        }
    }

    fn offering(&mut self) -> Offering {
        let state = self.word("STATE", words::STATES);
        let mode = self.word("MODE", words::MODES);
        let study_time = self.word("STUDY_TIME", words::TIMES);
        Offering {
            execution: Some(self.execution()),
            places: self.places(),
            mode: mode.map(i32::from).unwrap_or_default(),
            mandatory_sessions: self.whole("MANDATORY_SESSIONS"),
            languages: self.languages(),
            pace: self.pace(),
            study_time: study_time.map(i32::from).unwrap_or_default(),
            application_windows: (1..=WINDOWS)
                .filter_map(|number| self.window(number))
                .collect(),
            capacity: self.whole("CAPACITY"),
            fees: self.fee().into_iter().collect(),
            state: state.unwrap_or(OfferingState::Active).into(),
            start_term: self.text("START_TERM").to_uppercase(),
            start_week: self.whole("START_WEEK").unwrap_or_default(),
            start_period: self.whole("START_PERIOD").unwrap_or_default(),
            round_code: self.text("ROUND_CODE"),
            funding_code: self.text("FUNDING_CODE"),
            keywords: self.parts("KEYWORDS"),
            provider_ids: self.parts("PROVIDER_IDS"),
            title: self.texts("OFFERING_TITLE", ""),
            description: self.texts("OFFERING_DESCRIPTION", ""),
            urls: self.urls("OFFERING_URL", ""),
            edit_time: self.time("EDIT_TIME"),
            expire_time: self.time("EXPIRE_TIME"),
        }
    }

    fn execution(&mut self) -> Execution {
        let condition = self.word("CONDITION", words::CONDITIONS);
        Execution {
            condition: condition.unwrap_or(ExecutionCondition::Dates).into(),
            start_date: self.text("START_DATE"),
            end_date: self.text("END_DATE"),
        }
    }

    /// Municipalities and towns, side by side.
    fn places(&mut self) -> Vec<Place> {
        let codes = split(self.row.cell("MUNICIPALITY_CODE"));
        let towns = split(self.row.cell("TOWN"));
        let at =
            |parts: &[&str], index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
        let mut places = Vec::new();
        for index in 0..codes.len().max(towns.len()) {
            let code = at(&codes, index);
            if !code.is_empty()
                && let Err(fault) = code.parse::<MunicipalityCode>()
            {
                self.told.say("MUNICIPALITY_CODE", fault.saying());
            }
            places.push(Place {
                municipality_code: code,
                town: at(&towns, index),
            });
        }
        places
    }

    fn languages(&mut self) -> Vec<String> {
        let languages = self.parts("LANGUAGES");
        for code in &languages {
            check_language(code, "LANGUAGES".to_owned(), &mut self.told);
        }
        languages
    }

    fn pace(&mut self) -> Option<Pace> {
        let percent = self
            .row
            .cell("PACE")
            .trim_end_matches('%')
            .trim()
            .replace(',', ".");
        let individual = self.word("INDIVIDUAL_PACE", words::FLAGS);
        if percent.is_empty() && individual.is_none() {
            return None;
        }
        if !percent.is_empty() && !is_decimal(&percent) {
            self.told.say("PACE", rules::number_malformed());
            return None;
        }
        let (whole, is_whole) = whole_percent(&percent);
        if !is_whole {
            self.told.say("PACE", rules::pace_rounded());
        }
        Some(Pace {
            percent: whole,
            individual: individual.unwrap_or_default(),
        })
    }

    fn window(&mut self, number: usize) -> Option<ApplicationWindow> {
        let column = |name: &str| format!("WINDOW{number}_{name}");
        let window = ApplicationWindow {
            id: String::new(),
            target_group: self.words(&column("TARGET_GROUP"), words::AUDIENCES),
            first_date: self.text(&column("FIRST_DATE")),
            last_date: self.text(&column("LAST_DATE")),
            continuous: self
                .word(&column("CONTINUOUS"), words::FLAGS)
                .unwrap_or_default(),
            code: self.text(&column("CODE")),
            url: self.text(&column("URL")),
            instructions: self.texts(&column("INSTRUCTIONS"), ""),
        };
        let says_something = window != ApplicationWindow::default();
        says_something.then(|| ApplicationWindow {
            id: format!("window-{number}"),
            ..window
        })
    }

    fn fee(&mut self) -> Option<Fee> {
        let currency = self.text("CURRENCY").to_uppercase();
        Some(Fee {
            amount: self.decimal("FEE")?,
            currency: if currency.is_empty() {
                "SEK".to_owned()
            } else {
                currency
            },
            purpose: self.text("FEE_PURPOSE"),
        })
    }

    fn text(&self, column: &str) -> String {
        self.row.cell(column).to_owned()
    }

    /// A text in Swedish and one in English, as far as they are there.
    fn texts(&self, swedish: &str, english: &str) -> Vec<LocalizedText> {
        let texts = [("swe", swedish), ("eng", english)].into_iter();
        texts
            .map(|(language, column)| LocalizedText {
                language: language.to_owned(),
                value: self.text(column),
            })
            .filter(|text| !text.value.is_empty())
            .collect()
    }

    fn urls(&self, swedish: &str, english: &str) -> Vec<LocalizedUrl> {
        let texts = self.texts(swedish, english).into_iter();
        texts
            .map(|LocalizedText { language, value }| LocalizedUrl {
                language,
                url: value,
            })
            .collect()
    }

    /// What stands between bars.
    fn parts(&self, column: &str) -> Vec<String> {
        let mut parts = Vec::new();
        for part in split(self.row.cell(column)) {
            if !part.is_empty() && !parts.iter().any(|known| known == part) {
                parts.push(part.to_owned());
            }
        }
        parts
    }

    fn word<T: Copy>(&mut self, column: &str, table: Table<T>) -> Option<T> {
        let word = self.row.cell(column).to_lowercase();
        if word.is_empty() {
            return None;
        }
        find(&word, table, column.to_owned(), &mut self.told)
    }

    fn words<T: Copy + Into<i32>>(&mut self, column: &str, table: Table<T>) -> Vec<i32> {
        let mut found = Vec::new();
        for part in self.parts(column) {
            let word = find(
                &part.to_lowercase(),
                table,
                column.to_owned(),
                &mut self.told,
            );
            if let Some(word) = word.map(Into::into)
                && !found.contains(&word)
            {
                found.push(word);
            }
        }
        found
    }

    /// Codes with their lists: `C_Subject_SUN:145a`.
    fn codes(&mut self, column: &str) -> Vec<Code> {
        let mut codes = Vec::new();
        for part in self.parts(column) {
            match part.split_once(':') {
                Some((list, code)) => codes.push(Code {
                    list: list.trim().to_owned(),
                    code: code.trim().to_owned(),
                }),
                None => self.told.say(column, rules::subject_malformed()),
            }
        }
        codes
    }

    /// A number with a comma or a point.
    fn decimal(&mut self, column: &str) -> Option<String> {
        let text: String = self.row.cell(column).replace(',', ".");
        let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        if text.is_empty() {
            return None;
        }
        if !is_decimal(&text) {
            self.told.say(column, rules::number_malformed());
            return None;
        }
        Some(plain_decimal(&text).to_owned())
    }

    fn whole(&mut self, column: &str) -> Option<u32> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.told.say(column, rules::number_range());
        }
        number
    }

    fn time(&mut self, column: &str) -> Option<Timestamp> {
        let text = self.row.cell(column);
        if text.is_empty() {
            return None;
        }
        let time = local_time::read(text);
        if time.is_none() {
            self.told.say(column, rules::time_malformed());
        }
        time
    }
}

/// Parts between bars, of which those in the middle may be empty.
fn split(text: &str) -> Vec<&str> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split('|').map(str::trim).collect()
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// Without zeros that say nothing: `7.50` is `7.5`, and `30.0` is `30`.
fn plain_decimal(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}
