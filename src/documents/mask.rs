//! Update masks: which fields of a document an update writes, and the writing of those in its content.
//! Knows the shape of messages from their descriptors; knows nothing of what fields mean.

use prost_reflect::{DynamicMessage, FieldDescriptor, Value};

use crate::contract::Violation;

/// What an update writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask {
    pub external_id: bool,
    pub round: bool,
    pub period: bool,
    /// Paths in the content, without the content's own field. The empty path is all of it.
    content: Vec<Vec<FieldDescriptor>>,
}

impl Mask {
    /// Reads the paths for a document whose content is in the field `content`.
    /// Names every path that may not be written.
    pub fn read(content: &FieldDescriptor, paths: &[String]) -> Result<Self, Vec<Violation>> {
        if paths.is_empty() {
            return Err(vec![names_nothing()]);
        }
        let mut mask = Self::default();
        let mut violations = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            if let Err(fault) = mask.add(content, path) {
                violations.push(fault.at(index));
            }
        }
        if violations.is_empty() {
            Ok(mask)
        } else {
            Err(violations)
        }
    }

    /// Whether anything of the content is written.
    pub fn writes_content(&self) -> bool {
        !self.content.is_empty()
    }

    /// Whether all of the content is written.
    pub fn replaces_content(&self) -> bool {
        self.content.iter().any(Vec::is_empty)
    }

    /// Writes the masked fields of `given` into `kept`, both contents of the kind that the mask was read for.
    pub fn apply(&self, kept: &mut DynamicMessage, given: &DynamicMessage) {
        for path in &self.content {
            if path.is_empty() {
                kept.clone_from(given);
            } else {
                write(kept, given, path);
            }
        }
    }

    fn add(&mut self, content: &FieldDescriptor, path: &str) -> Result<(), Fault> {
        match path {
            "external_id" => self.external_id = true,
            "round" => self.round = true,
            "period" => self.period = true,
            _ => self.content.push(resolve(content, path)?),
        }
        Ok(())
    }
}

fn resolve(content: &FieldDescriptor, path: &str) -> Result<Vec<FieldDescriptor>, Fault> {
    let mut names = path.split('.');
    let first = names
        .next()
        .and_then(|name| content.parent_message().get_field_by_name(name));
    match first.ok_or(Fault::Unknown)? {
        first if first == *content => {}
        first if first.containing_oneof() == content.containing_oneof() => {
            return Err(Fault::OtherKind);
        }
        _ => return Err(Fault::ReadOnly),
    }
    let mut fields: Vec<FieldDescriptor> = Vec::new();
    for name in names {
        let last = fields.last().unwrap_or(content);
        if last.is_list() || last.is_map() {
            return Err(Fault::ThroughList);
        }
        let kind = last.kind();
        let field = kind
            .as_message()
            .and_then(|message| message.get_field_by_name(name));
        fields.push(field.ok_or(Fault::Unknown)?);
    }
    Ok(fields)
}

fn write(kept: &mut DynamicMessage, given: &DynamicMessage, path: &[FieldDescriptor]) {
    let [field, rest @ ..] = path else { return };
    if !given.has_field(field) && (rest.is_empty() || !kept.has_field(field)) {
        kept.clear_field(field);
    } else if rest.is_empty() {
        kept.set_field(field, given.get_field(field).into_owned());
    } else if let (Value::Message(kept), Value::Message(given)) =
        (kept.get_field_mut(field), &*given.get_field(field))
    {
        write(kept, given, rest);
    }
}

/// Why a path may not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Unknown,
    ReadOnly,
    OtherKind,
    ThroughList,
}

impl Fault {
    fn at(self, index: usize) -> Violation {
        let (rule, en, sv) = match self {
            Self::Unknown => (
                "mask.unknown",
                "There is no such field; use the names of the contract, for example `analysis.problems`.",
                "Fältet finns inte; använd kontraktets namn, till exempel `analysis.problems`.",
            ),
            Self::ReadOnly => (
                "mask.read_only",
                "The field is given by the exchange or never changes; leave it out of the mask.",
                "Fältet sätts av tjänsten eller ändras aldrig; ta bort det ur masken.",
            ),
            Self::OtherKind => (
                "mask.other_kind",
                "The document has content of another kind; name fields of that kind.",
                "Dokumentet har innehåll av ett annat slag; ange fält i det slaget.",
            ),
            Self::ThroughList => (
                "mask.through_list",
                "A list is replaced whole; name the list itself.",
                "En lista ersätts i sin helhet; ange själva listan.",
            ),
        };
        Violation::new(format!("update_mask.paths[{index}]"), rule, en, sv)
    }
}

fn names_nothing() -> Violation {
    Violation::new(
        "update_mask.paths",
        "mask.empty",
        "The mask names nothing to change; name at least one field.",
        "Masken anger inget att ändra; ange minst ett fält.",
    )
}

#[cfg(test)]
mod tests {
    use prost_reflect::{DescriptorPool, ReflectMessage as _};

    use super::*;
    use crate::proto::{DESCRIPTORS, v1};

    fn analysis() -> FieldDescriptor {
        let pool = DescriptorPool::decode(DESCRIPTORS).unwrap();
        let document = pool.get_message_by_name("styrkedja.v1.Document").unwrap();
        document.get_field_by_name("analysis").unwrap()
    }

    fn dynamic(content: &v1::Analysis) -> DynamicMessage {
        let mut message = DynamicMessage::new(analysis().kind().as_message().unwrap().clone());
        message.transcode_from(content).unwrap();
        message
    }

    fn read(paths: &[&str]) -> Result<Mask, Vec<Violation>> {
        let paths: Vec<String> = paths.iter().map(|&path| path.to_owned()).collect();
        Mask::read(&analysis(), &paths)
    }

    fn rules(paths: &[&str]) -> Vec<(String, String)> {
        let violations = read(paths).unwrap_err();
        violations
            .into_iter()
            .map(|violation| (violation.field, violation.rule))
            .collect()
    }

    fn applied(paths: &[&str], kept: &v1::Analysis, given: &v1::Analysis) -> v1::Analysis {
        let mut kept = dynamic(kept);
        read(paths).unwrap().apply(&mut kept, &dynamic(given));
        assert_eq!(kept.descriptor().name(), "Analysis");
        kept.transcode_to().unwrap()
    }

    fn participation(pupils: u32, guardians: u32) -> v1::Participation {
        v1::Participation {
            pupils,
            guardians,
            staff: Vec::new(),
        }
    }

    #[test]
    fn every_path_that_may_not_be_written_is_named() {
        let faulty = rules(&[
            "analysis.title",
            "state",
            "owner_id",
            "analysis.problems.statement",
            "analysis.problems[0]",
            "action_plan.goals",
            "follow_up_report",
            "analysis.title.length",
            "analysis.",
            "",
            "*",
            "period.start_date",
            "content",
        ]);
        let expected = [
            (1, "mask.read_only"),
            (2, "mask.read_only"),
            (3, "mask.through_list"),
            (4, "mask.unknown"),
            (5, "mask.other_kind"),
            (6, "mask.other_kind"),
            (7, "mask.unknown"),
            (8, "mask.unknown"),
            (9, "mask.unknown"),
            (10, "mask.unknown"),
            (11, "mask.read_only"),
            (12, "mask.unknown"),
        ];
        let expected =
            expected.map(|(index, rule)| (format!("update_mask.paths[{index}]"), rule.to_owned()));
        assert_eq!(faulty, expected);
    }

    #[test]
    fn an_empty_mask_is_refused() {
        assert_eq!(
            rules(&[]),
            [("update_mask.paths".to_owned(), "mask.empty".to_owned())]
        );
    }

    #[test]
    fn the_envelope_is_not_the_content() {
        let mask = read(&["external_id", "period"]).unwrap();
        assert!(mask.external_id && mask.period && !mask.round && !mask.writes_content());
        assert!(read(&["round", "analysis"]).unwrap().writes_content());
    }

    #[test]
    fn only_what_the_mask_names_is_written() {
        let kept = v1::Analysis {
            title: "kept".into(),
            present_state: "kept".into(),
            ..Default::default()
        };
        let given = v1::Analysis {
            title: "given".into(),
            present_state: "given".into(),
            ..Default::default()
        };
        let both = applied(&["analysis.title"], &kept, &given);
        assert_eq!(
            (both.title.as_str(), both.present_state.as_str()),
            ("given", "kept")
        );
        assert_eq!(applied(&["analysis"], &kept, &given), given);
    }

    #[test]
    fn what_is_named_and_not_given_is_cleared() {
        let kept = v1::Analysis {
            title: "kept".into(),
            participation: Some(participation(3, 4)),
            ..Default::default()
        };
        let given = v1::Analysis::default();
        assert_eq!(applied(&["analysis.title"], &kept, &given).title, "");
        assert_eq!(
            applied(&["analysis.participation"], &kept, &given).participation,
            None
        );
        assert_eq!(
            applied(&["analysis.participation.pupils"], &kept, &given).participation,
            Some(participation(0, 4))
        );
        assert_eq!(
            applied(&["analysis.participation.pupils"], &given, &given),
            given
        );
    }

    #[test]
    fn fields_inside_a_message_are_written_one_by_one() {
        let kept = v1::Analysis {
            participation: Some(participation(3, 4)),
            ..Default::default()
        };
        let given = v1::Analysis {
            participation: Some(participation(5, 6)),
            ..Default::default()
        };
        let both = applied(&["analysis.participation.guardians"], &kept, &given);
        assert_eq!(both.participation, Some(participation(3, 6)));
        let new = applied(
            &["analysis.participation.guardians"],
            &v1::Analysis::default(),
            &given,
        );
        assert_eq!(new.participation, Some(participation(0, 6)));
    }
}
