//! One record of an import, read into what can not be wrong. Tells everything that is wrong with the record by itself;
//! what is wrong with it beside the register and the other records is told in `import`.

pub mod rules;

use std::{collections::HashSet, str::FromStr};

use uuid::Uuid;

use super::{
    codes::{
        Date, DateFault, MunicipalityCode, OrganizationNumber, OrganizationNumberFault,
        SchoolUnitCode, SchoolUnitCodeFault,
    },
    findings::{Saying, refuses},
    model::{ExternalId, Identity, Reference, identities, is_legal_body, teaches},
};
use crate::proto::v1::{
    self, Finding, OrganizationRecord, OrganizationType, OrganizerType, SchoolForm,
    organization_ref,
};

/// A record that is right by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub kind: OrganizationType,
    pub display_name: String,
    pub number: Option<OrganizationNumber>,
    pub unit_code: Option<SchoolUnitCode>,
    pub municipality: Option<MunicipalityCode>,
    pub organizer_type: OrganizerType,
    /// In order of type.
    pub school_forms: Vec<SchoolForm>,
    pub external_id: Option<ExternalId>,
    pub parent: Option<Reference>,
    pub parent_since: Option<Date>,
    pub start_date: Option<Date>,
    pub end_date: Option<Date>,
    pub predecessors: Vec<Predecessor>,
}

/// What an organization came from, and on which day.
#[derive(Clone, Debug, PartialEq)]
pub struct Predecessor {
    pub organization: Reference,
    pub date: Date,
}

/// A record that is wrong by itself.
#[derive(Clone, Debug)]
pub struct Faulty {
    pub findings: Vec<Finding>,
    /// The identities that could be read, so that records which name it can be told why it is not there.
    pub identities: Vec<Identity>,
}

impl Record {
    /// Reads a record as it stands on the wire, or tells all that is wrong with it.
    pub fn read(wire: &OrganizationRecord, key: &str, today: Date) -> Result<Self, Faulty> {
        let mut reading = Reading {
            key,
            findings: Vec::new(),
        };
        let record = reading.record(wire);
        reading.codes(&record);
        reading.dates(&record, today);
        reading.predecessors(&record, today);
        reading.place(wire, &record);
        if !reading.findings.iter().any(refuses) {
            return Ok(record);
        }
        Err(Faulty {
            identities: record.identities().collect(),
            findings: reading.findings,
        })
    }

    /// Every identity that it has.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        identities(
            self.number.as_ref(),
            self.unit_code.as_ref(),
            self.external_id.as_ref(),
        )
    }
}

/// A record being read, with what was found so far. What is at fault is read as absent.
struct Reading<'a> {
    key: &'a str,
    findings: Vec<Finding>,
}

impl Reading<'_> {
    fn say(&mut self, field: impl Into<String>, saying: Saying) {
        self.findings.push(saying.at(field, self.key));
    }

    fn record(&mut self, wire: &OrganizationRecord) -> Record {
        let OrganizationRecord {
            key: _,
            r#type: _,
            display_name,
            organization_number,
            school_unit_code,
            municipality_code,
            organizer_type: _,
            school_forms,
            external_id,
            parent,
            parent_since,
            start_date,
            end_date,
            predecessors,
        } = wire;
        Record {
            kind: wire.r#type(),
            display_name: self.name(display_name),
            number: self.code("organization_number", organization_number, |text| {
                OrganizationNumber::from_str(text).map_err(OrganizationNumberFault::saying)
            }),
            unit_code: self.code("school_unit_code", school_unit_code, |text| {
                SchoolUnitCode::from_str(text).map_err(SchoolUnitCodeFault::saying)
            }),
            municipality: self.code("municipality_code", municipality_code, |text| {
                MunicipalityCode::from_str(text).map_err(|fault| fault.saying())
            }),
            organizer_type: wire.organizer_type(),
            school_forms: self.school_forms(school_forms),
            external_id: external_id.as_ref().map(external),
            parent: parent
                .as_ref()
                .and_then(|parent| self.reference("parent", parent)),
            parent_since: self.date("parent_since", parent_since),
            start_date: self.date("start_date", start_date),
            end_date: self.date("end_date", end_date),
            predecessors: self.read_predecessors(predecessors),
        }
    }

    fn name(&mut self, name: &str) -> String {
        if name.trim().is_empty() {
            self.say("display_name", rules::name_blank());
        } else if name.trim() != name {
            self.say("display_name", rules::name_untrimmed());
        }
        name.to_owned()
    }

    /// Reads a code that may be empty.
    fn code<T>(
        &mut self,
        field: &str,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, Saying>,
    ) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        read(text).map_err(|saying| self.say(field, saying)).ok()
    }

    fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        self.code(field, text, |text| {
            Date::from_str(text).map_err(DateFault::saying)
        })
    }

    fn school_forms(&mut self, forms: &[SchoolForm]) -> Vec<SchoolForm> {
        let mut seen = HashSet::new();
        for (index, form) in forms.iter().enumerate() {
            if !seen.insert(form.school_type) {
                self.say(
                    format!("school_forms[{index}].school_type"),
                    rules::school_form_twice(),
                );
            }
        }
        let mut forms = forms.to_vec();
        forms.sort_by_key(|form| form.school_type);
        for form in &mut forms {
            form.grades.sort_unstable();
        }
        forms
    }

    fn reference(&mut self, field: &str, wire: &v1::OrganizationRef) -> Option<Reference> {
        use organization_ref::Identity as Wire;
        match wire.identity.as_ref()? {
            Wire::Id(id) => Uuid::parse_str(id).ok().map(Reference::Id),
            Wire::OrganizationNumber(number) => self
                .code(&format!("{field}.organization_number"), number, |text| {
                    OrganizationNumber::from_str(text).map_err(OrganizationNumberFault::saying)
                })
                .map(|number| Reference::Known(Identity::Number(number))),
            Wire::SchoolUnitCode(code) => self
                .code(&format!("{field}.school_unit_code"), code, |text| {
                    SchoolUnitCode::from_str(text).map_err(SchoolUnitCodeFault::saying)
                })
                .map(|code| Reference::Known(Identity::UnitCode(code))),
            Wire::ExternalId(id) => Some(Reference::Known(Identity::ExternalId(external(id)))),
        }
    }

    fn read_predecessors(&mut self, predecessors: &[v1::Predecessor]) -> Vec<Predecessor> {
        let read = |(index, wire): (usize, &v1::Predecessor)| {
            let field = format!("predecessors[{index}]");
            let organization = wire.organization.as_ref().and_then(|organization| {
                self.reference(&format!("{field}.organization"), organization)
            });
            let date = self.date(&format!("{field}.date"), &wire.date);
            Some(Predecessor {
                organization: organization?,
                date: date?,
            })
        };
        predecessors.iter().enumerate().filter_map(read).collect()
    }

    /// Says which codes an organization of the kind lacks, and which it has without a right to them. A code that could
    /// not be read is not said to be missing as well.
    fn codes(&mut self, record: &Record) {
        let faulty = |findings: &[Finding], field: &str| {
            findings.iter().any(|finding| finding.field == field)
        };
        let kind = record.kind;
        match (is_legal_body(kind), &record.number) {
            (true, None) if !faulty(&self.findings, "organization_number") => {
                self.say("organization_number", rules::number_missing());
            }
            (false, Some(_)) => self.say("organization_number", rules::number_forbidden()),
            _ => {}
        }
        match (kind == OrganizationType::SchoolUnit, &record.unit_code) {
            (true, None) if !faulty(&self.findings, "school_unit_code") => {
                self.say("school_unit_code", rules::unit_code_missing());
            }
            (false, Some(_)) => self.say("school_unit_code", rules::unit_code_forbidden()),
            _ => {}
        }
        let has_no_code = !is_legal_body(kind) && kind != OrganizationType::SchoolUnit;
        if has_no_code && record.external_id.is_none() {
            self.say("external_id", rules::external_id_missing());
        }
        if kind != OrganizationType::Organizer
            && record.organizer_type != OrganizerType::Unspecified
        {
            self.say("organizer_type", rules::organizer_type_forbidden());
        }
        if !teaches(kind) && !record.school_forms.is_empty() {
            self.say("school_forms", rules::school_forms_forbidden());
        }
    }

    fn dates(&mut self, record: &Record, today: Date) {
        if record.end_date.is_some() && record.end_date < record.start_date {
            self.say("end_date", rules::end_before_start());
        }
        if record.parent_since > Some(today) {
            self.say("parent_since", rules::in_the_future());
        }
    }

    fn predecessors(&mut self, record: &Record, today: Date) {
        let own: HashSet<_> = record.identities().map(Reference::Known).collect();
        let mut seen = HashSet::new();
        for (index, predecessor) in record.predecessors.iter().enumerate() {
            let field = format!("predecessors[{index}]");
            if own.contains(&predecessor.organization) {
                self.say(format!("{field}.organization"), rules::own_predecessor());
            } else if !seen.insert(&predecessor.organization) {
                self.say(format!("{field}.organization"), rules::predecessor_twice());
            }
            if predecessor.date > today {
                self.say(format!("{field}.date"), rules::in_the_future());
            }
        }
    }

    /// Says what is wrong with its place in the tree.
    fn place(&mut self, wire: &OrganizationRecord, record: &Record) {
        let kind = record.kind;
        if is_legal_body(kind) && wire.parent.is_some() {
            self.say("parent", rules::parent_forbidden());
        }
        if wire.parent.is_none() && !wire.parent_since.is_empty() {
            self.say("parent_since", rules::parent_since_alone());
        }
        if record
            .identities()
            .any(|own| record.parent == Some(Reference::Known(own)))
        {
            self.say("parent", rules::own_parent());
        }
    }
}

fn external(wire: &v1::ExternalId) -> ExternalId {
    ExternalId {
        scheme: wire.scheme.clone(),
        value: wire.value.clone(),
    }
}

#[cfg(test)]
mod tests;
