//! Offers, plans and searches that differ in all that is looked at. The same number makes the same.

use styrkedja::{
    json,
    proto::v1::{
        ActionPlan, Analysis, Audience, CourseOffer, DevelopmentArea, Document, DocumentLink,
        LocalizedText, Measure, MeasureProvider, Period, Place, SearchCourseOffersRequest,
        StaffCategory, StudyMode, document::Content,
    },
};
use uuid::Uuid;

/// Measures of a plan.
pub const MEASURES: usize = 100;

const THEMES: [&str; 12] = [
    "assessment",
    "digital-competence",
    "equity",
    "inclusion",
    "language-development",
    "leadership",
    "mathematics",
    "newly-arrived",
    "reading",
    "school-attendance",
    "special-support",
    "teaching",
];
const SUBJECTS: [&str; 16] = [
    "Läsning",
    "Matematik",
    "Bedömning",
    "Specialpedagogik",
    "Skolutveckling",
    "Digitalisering",
    "Nyanlända elevers lärande",
    "Ledarskap för rektorer",
    "Systematiskt kvalitetsarbete",
    "Svenska som andraspråk",
    "Förskolans undervisning",
    "Elevhälsa",
    "Handledning",
    "Språkutvecklande arbetssätt",
    "Inkludering",
    "Ämnesdidaktik",
];
const FORMS: [&str; 8] = [
    "grunderna",
    "fördjupning",
    "i praktiken",
    "för verksamma lärare",
    "i grundskolan",
    "i gymnasieskolan",
    "med forskningsöversikt",
    "i förskolan",
];
const TOWNS: [&str; 8] = [
    "0180", "0380", "0580", "1280", "1480", "1880", "2080", "2480",
];

/// A number that looks like chance, for each use another.
fn chance(number: usize, of: usize, salt: u64) -> usize {
    let mixed = (number as u64 ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed ^ (mixed >> 29)) % of as u64) as usize
}

pub fn offer(number: usize) -> CourseOffer {
    let sample = include_str!("../../docs/samples/course-offer.json");
    let document: Document = json::read(sample).expect("the sample is a document");
    let Some(Content::CourseOffer(mut offer)) = document.content else {
        panic!("the sample is no offer");
    };
    let pick = |of: usize, salt| chance(number, of, salt);
    let course = offer.course.as_mut().expect("a course");
    let (subject, form) = (SUBJECTS[pick(16, 1)], FORMS[pick(8, 2)]);
    course.title[0].value = format!("{subject} {form} {}", number % 997);
    let words: Vec<&str> = (0..60)
        .map(|word| SUBJECTS[chance(number + word, 16, 3)])
        .collect();
    course.description = vec![LocalizedText {
        language: "swe".to_owned(),
        value: format!(
            "{} kurs{} ämne{}",
            words.join(" "),
            number % 5003,
            number % 7919
        ),
    }];
    let audience = 1 + i32::try_from(pick(5, 4)).expect("small");
    course.audience = vec![audience, Audience::Teacher.into()];
    course.audience.dedup();
    let credits = course.credits.as_mut().expect("credits");
    ["7.5", "15", "30", "60"][pick(4, 5)].clone_into(&mut credits.amount);
    let offering = offer.offering.as_mut().expect("an offering");
    offering.mode = 1 + i32::try_from(pick(3, 6)).expect("small");
    offering.places = vec![Place {
        municipality_code: TOWNS[pick(8, 7)].to_owned(),
        town: String::new(),
    }];
    if offering.mode() == StudyMode::Distance {
        offering.places.clear();
    }
    let execution = offering.execution.as_mut().expect("dates");
    execution.start_date = format!("20{}-{:02}-15", 26 + pick(3, 8), 1 + pick(12, 9));
    execution.end_date = format!("20{}-06-01", 29 + pick(2, 10));
    offering.capacity = Some(5 + u32::try_from(pick(95, 11)).expect("small"));
    offer.themes = vec![
        THEMES[pick(12, 12)].to_owned(),
        THEMES[pick(12, 13)].to_owned(),
    ];
    offer.themes.dedup();
    *offer
}

/// An analysis with an area of each theme.
pub fn analysis() -> Analysis {
    let areas = THEMES
        .iter()
        .enumerate()
        .map(|(number, theme)| DevelopmentArea {
            id: format!("a{number}"),
            themes: vec![(*theme).to_owned()],
            ..DevelopmentArea::default()
        });
    Analysis {
        title: "Nulägesanalys".to_owned(),
        development_areas: areas.collect(),
        ..Analysis::default()
    }
}

pub fn plan(analysis: Uuid, number: usize) -> ActionPlan {
    let measures = (0..MEASURES).map(|measure| measure_of(analysis, number * MEASURES + measure));
    ActionPlan {
        title: "Åtgärdsplan".to_owned(),
        measures: measures.collect(),
        ..ActionPlan::default()
    }
}

fn measure_of(analysis: Uuid, number: usize) -> Measure {
    let link = |salt| DocumentLink {
        document_id: analysis.to_string(),
        revision: 1,
        item_id: format!("a{}", chance(number, 12, salt)),
    };
    let month = 1 + chance(number, 12, 16);
    Measure {
        id: format!("m{number}"),
        development_areas: vec![link(14), link(15)],
        provider: MeasureProvider::University.into(),
        target_group: vec![
            StaffCategory::Teacher.into(),
            StaffCategory::Principal.into(),
        ],
        places_wanted: 1 + u32::try_from(chance(number, 40, 17)).expect("small"),
        schedule: Some(Period {
            start_date: format!("2027-{month:02}-01"),
            end_date: "2029-12-31".to_owned(),
        }),
        ..Measure::default()
    }
}

/// A search, of a number: by words, by filters, or by both.
pub fn search(number: usize) -> SearchCourseOffersRequest {
    let subject = SUBJECTS[chance(number, 16, 18)];
    let by_words = SearchCourseOffersRequest {
        query: format!(
            "{} {}",
            subject.to_lowercase(),
            FORMS[chance(number, 8, 19)]
        ),
        ..SearchCourseOffersRequest::default()
    };
    let by_filters = SearchCourseOffersRequest {
        themes: vec![THEMES[chance(number, 12, 20)].to_owned()],
        audience: vec![Audience::Teacher.into()],
        area_codes: vec![TOWNS[chance(number, 8, 21)].to_owned()],
        min_places_left: 10,
        ..SearchCourseOffersRequest::default()
    };
    match number % 3 {
        0 => by_words,
        1 => by_filters,
        _ => SearchCourseOffersRequest {
            query: subject.to_lowercase(),
            ..by_filters
        },
    }
}
