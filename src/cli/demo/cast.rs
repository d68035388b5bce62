//! Who takes part: the units of Vallentuna in the round, with codes of the national register, and the subjects that act.
//! Subjects are functions; nobody is named.

use super::round::Writer;
use crate::proto::v1::{
    ExternalId, OrganizationRecord, OrganizationRef, OrganizationType, OrganizerType, SchoolForm,
    SchoolType, organization_ref::Identity,
};

pub const ROUND: &str = "sbs-2019-1";
/// In which the units of the round analyse and plan.
const YEAR: u32 = 2019;
pub const OTHER_ROUND: &str = "sbs-2020-1";

pub const OPERATOR: &str = "operator";
pub const OFFICER: &str = "skolverket-handlaggare";
pub const SUPPORTER: &str = "skolverket-metodstodjare";
pub const ANALYST: &str = "skolverket-analytiker";
pub const HEAD: &str = "vallentuna-forvaltningschef";
pub const DEVELOPER: &str = "vallentuna-utvecklare";
pub const BOARD: &str = "vallentuna-namnd";
pub const COORDINATOR: &str = "uppsala-samordnare";
pub const OTHER_COORDINATOR: &str = "dalarna-samordnare";
pub const RESEARCHER: &str = "uppsala-forskare";
pub const OTHER_RESEARCHER: &str = "dalarna-forskare";
pub const TEACHER: &str = "karbyskolan-larare";

pub const AGENCY_NUMBER: &str = "2021004185";
const MUNICIPALITY: &str = "0115";
const ORGANIZER_NUMBER: &str = "2120000027";
const SCHEME: &str = "vallentuna.enheter";

pub const ORGANIZER: &str = "Vallentuna kommun";
pub const ADMINISTRATION: &str = "Barn- och ungdomsförvaltningen";
pub const UNIVERSITY: &str = "Uppsala universitet";
pub const OTHER_UNIVERSITY: &str = "Högskolan Dalarna";

/// One that takes part in the round.
#[derive(Debug)]
pub struct Unit {
    pub name: &'static str,
    /// Its name in external ids.
    pub slug: &'static str,
    /// Who writes and submits its documents.
    pub author: &'static str,
    /// School unit code. Empty for those that have none.
    code: &'static str,
    /// What it has written in the round, as protobuf JSON.
    pub documents: &'static str,
}

pub const KARBYSKOLAN: usize = 0;
pub const BALLSTABERGSSKOLAN: usize = 1;
pub const ORMSTA: usize = 4;
pub const OFFICE: usize = 5;

impl Unit {
    pub fn writer(&self) -> Writer {
        Writer {
            slug: self.slug,
            year: YEAR,
            documents: self.documents,
        }
    }
}

/// The five units and the administration, which takes part as organizer.
pub const UNITS: [Unit; 6] = [
    Unit {
        name: "Karbyskolan",
        slug: "karbyskolan",
        author: "karbyskolan-rektor",
        code: "57370453",
        documents: include_str!("round/karbyskolan.json"),
    },
    Unit {
        name: "Bällstabergsskolan",
        slug: "ballstabergsskolan",
        author: "ballstabergsskolan-rektor",
        code: "52293921",
        documents: include_str!("round/ballstabergsskolan.json"),
    },
    Unit {
        name: "Vallentuna gymnasium",
        slug: "vallentuna-gymnasium",
        author: "gymnasiet-rektor",
        code: "85788659",
        documents: include_str!("round/vallentuna-gymnasium.json"),
    },
    Unit {
        name: "Sjöhästens förskola",
        slug: "sjohastens-forskola",
        author: "sjohasten-rektor",
        code: "",
        documents: include_str!("round/sjohastens-forskola.json"),
    },
    Unit {
        name: "Ormsta förskola",
        slug: "ormsta-forskola",
        author: "ormsta-rektor",
        code: "",
        documents: include_str!("round/ormsta-forskola.json"),
    },
    Unit {
        name: ADMINISTRATION,
        slug: "barn-och-ungdomsforvaltningen",
        author: HEAD,
        code: "",
        documents: include_str!("round/barn-och-ungdomsforvaltningen.json"),
    },
];

/// A municipality that takes part as organizer alone, with codes of the national register.
#[derive(Debug)]
pub struct Municipality {
    pub name: &'static str,
    /// Its name in external ids.
    pub slug: &'static str,
    /// Who writes and submits its documents, and takes places.
    pub head: &'static str,
    number: &'static str,
    code: &'static str,
    pub documents: &'static str,
}

/// Berg, which trains 38 people in three areas, and two neighbours in Jämtland.
pub const MUNICIPALITIES: [Municipality; 3] = [
    Municipality {
        name: "Bergs kommun",
        slug: "berg",
        head: "berg-utbildningschef",
        number: "2120002502",
        code: "2326",
        documents: include_str!("round/bergs-kommun.json"),
    },
    Municipality {
        name: "Åre kommun",
        slug: "are",
        head: "are-skolchef",
        number: "2120002494",
        code: "2321",
        documents: include_str!("round/grannkommun.json"),
    },
    Municipality {
        name: "Härjedalens kommun",
        slug: "harjedalen",
        head: "harjedalen-skolchef",
        number: "2120002510",
        code: "2361",
        documents: include_str!("round/grannkommun.json"),
    },
];

/// The municipalities as the register describes them, with two of the county that want nothing: were all of it to want the
/// same, nobody would be told so.
pub fn municipalities() -> Vec<OrganizationRecord> {
    let record = |one: &Municipality| organizer(one.slug, one.name, one.number, one.code);
    let mut records: Vec<_> = MUNICIPALITIES.iter().map(record).collect();
    records.push(organizer("krokom", "Krokoms kommun", "2120002478", "2309"));
    records.push(organizer(
        "stromsund",
        "Strömsunds kommun",
        "2120002486",
        "2313",
    ));
    records
}

fn organizer(key: &str, name: &str, number: &str, code: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: key.to_owned(),
        r#type: OrganizationType::Organizer.into(),
        display_name: name.to_owned(),
        organization_number: number.to_owned(),
        municipality_code: code.to_owned(),
        organizer_type: OrganizerType::Municipal.into(),
        ..OrganizationRecord::default()
    }
}

/// Everybody but the agency, which every exchange knows from the start, as the register describes them.
pub fn register() -> Vec<OrganizationRecord> {
    let mut records = vec![organizer(
        "vallentuna",
        ORGANIZER,
        ORGANIZER_NUMBER,
        MUNICIPALITY,
    )];
    // Parents first.
    records.extend(UNITS.iter().rev().map(unit_record));
    records.push(university(UNIVERSITY, "2021002932"));
    records.push(university(OTHER_UNIVERSITY, "2021002908"));
    records
}

/// A record with a number that no organization can have.
pub fn misspelt() -> OrganizationRecord {
    OrganizationRecord {
        key: "felstavad".to_owned(),
        ..university("Felstavade universitetet", "2021002931")
    }
}

fn unit_record(unit: &Unit) -> OrganizationRecord {
    let office = ExternalId {
        scheme: SCHEME.to_owned(),
        value: UNITS[OFFICE].slug.to_owned(),
    };
    let (kind, parent) = match unit.name {
        ADMINISTRATION => (
            OrganizationType::Administration,
            Identity::OrganizationNumber(ORGANIZER_NUMBER.to_owned()),
        ),
        _ if unit.code.is_empty() => (OrganizationType::Preschool, Identity::ExternalId(office)),
        _ => (OrganizationType::SchoolUnit, Identity::ExternalId(office)),
    };
    let own_id = ExternalId {
        scheme: SCHEME.to_owned(),
        value: unit.slug.to_owned(),
    };
    OrganizationRecord {
        key: unit.slug.to_owned(),
        r#type: kind.into(),
        display_name: unit.name.to_owned(),
        school_unit_code: unit.code.to_owned(),
        municipality_code: MUNICIPALITY.to_owned(),
        school_forms: school_forms(unit.code, kind),
        external_id: unit.code.is_empty().then_some(own_id),
        parent: Some(OrganizationRef {
            identity: Some(parent),
        }),
        ..OrganizationRecord::default()
    }
}

/// Forms, years and pupils of the national register of school units, 1 June 2020.
fn school_forms(code: &str, kind: OrganizationType) -> Vec<SchoolForm> {
    let form = |school_type: SchoolType, grades: Vec<u32>, pupils: Option<u32>| SchoolForm {
        school_type: school_type.into(),
        grades,
        pupils,
    };
    let compulsory = |first, rest| {
        vec![
            form(SchoolType::Fklass, Vec::new(), Some(first)),
            form(SchoolType::Gr, (1..=9).collect(), Some(rest)),
        ]
    };
    match code {
        "57370453" => compulsory(35, 279),
        "52293921" => compulsory(56, 413),
        "85788659" => vec![form(SchoolType::Gy, Vec::new(), Some(337))],
        _ if kind == OrganizationType::Preschool => vec![form(SchoolType::Fs, Vec::new(), None)],
        _ => Vec::new(),
    }
}

fn university(name: &str, number: &str) -> OrganizationRecord {
    OrganizationRecord {
        key: number.to_owned(),
        r#type: OrganizationType::University.into(),
        display_name: name.to_owned(),
        organization_number: number.to_owned(),
        ..OrganizationRecord::default()
    }
}
