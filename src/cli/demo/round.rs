//! What the units have written in the round: reads the files under `round/` into documents of the contract.
//! Does not know in which order they are sent.

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::cast::ROUND;
use crate::{
    cli::json,
    proto::v1::{Document, DocumentKind, ExternalId, Period},
};

/// What stands in the files for things that get their ids from the exchange, and the ids.
pub type Ids<'a> = [(&'a str, String)];

/// What a unit writes in the round.
struct Paper {
    kind: DocumentKind,
    /// Where it stands in the unit's file: its field of `Document`, in JSON.
    part: &'static str,
    name: &'static str,
    /// Its first and last day: how many years after the first, and the day in that year.
    period: [(u32, &'static str); 2],
}

const PAPERS: [Paper; 3] = [
    Paper {
        kind: DocumentKind::Analysis,
        part: "analysis",
        name: "nulagesanalys",
        period: [(0, "01-07"), (0, "06-14")],
    },
    Paper {
        kind: DocumentKind::ActionPlan,
        part: "actionPlan",
        name: "atgardsplan",
        period: [(0, "08-01"), (2, "06-30")],
    },
    Paper {
        kind: DocumentKind::FollowUpReport,
        part: "followUpReport",
        name: "uppfoljning",
        period: [(0, "08-01"), (1, "06-30")],
    },
];

/// Who writes, and what it has written.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// Its name in external ids.
    pub slug: &'static str,
    /// The year in which it analyses and plans.
    pub year: u32,
    pub documents: &'static str,
}

/// A document of the kind, ready to be created for the owner.
pub fn document(
    writer: Writer,
    kind: DocumentKind,
    owner_id: &str,
    ids: &Ids<'_>,
) -> anyhow::Result<Document> {
    let paper = PAPERS
        .iter()
        .find(|paper| paper.kind == kind)
        .with_context(|| format!("no unit writes a {} in the round", kind.as_str_name()))?;
    let [start_date, end_date] = paper
        .period
        .map(|(later, day)| format!("{}-{day}", writer.year + later));
    Ok(Document {
        owner_id: owner_id.to_owned(),
        external_id: Some(ExternalId {
            scheme: "vallentuna.kvalitet".to_owned(),
            value: format!("{}-{}-{}", paper.name, writer.year, writer.slug),
        }),
        round: ROUND.to_owned(),
        period: Some(Period {
            start_date,
            end_date,
        }),
        ..read(writer, paper.part, ids)?
    })
}

/// Reads one part of a file as the content of a document, by the JSON mapping of protobuf.
fn read(writer: Writer, part: &str, ids: &Ids<'_>) -> anyhow::Result<Document> {
    let text = ids
        .iter()
        .fold(writer.documents.to_owned(), |text, (placeholder, id)| {
            text.replace(placeholder, id)
        });
    let file: Value = serde_json::from_str(&text).with_context(|| writer.slug.to_owned())?;
    let content = file
        .get(part)
        .with_context(|| format!("{} has no {part}", writer.slug))?;
    let document = json!({ part: content }).to_string();
    json::read(&document).map_err(|wrong| anyhow!("{}: {wrong}", writer.slug))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::demo::cast::UNITS, proto::v1::document::Content};

    #[test]
    fn every_unit_has_written_an_analysis_a_plan_and_a_report() {
        let id = "0190b0a0-0000-7000-8000-000000000001".to_owned();
        let ids = [
            ("{analysis}", id.clone()),
            ("{analysis-revision}", "4".to_owned()),
            ("{university}", id.clone()),
        ];
        for unit in &UNITS {
            let unit = unit.writer();
            let plan = document(unit, DocumentKind::ActionPlan, &id, &ids).unwrap();
            let Some(Content::ActionPlan(plan)) = plan.content else {
                panic!("no plan")
            };
            assert_eq!(plan.goals[0].development_areas[0].document_id, id);
            assert_eq!(plan.goals[0].development_areas[0].revision, 4);
            for kind in [DocumentKind::Analysis, DocumentKind::FollowUpReport] {
                let ids = [("{plan-revision}", "2".to_owned())];
                document(unit, kind, &id, &ids).unwrap();
            }
        }
    }

    #[test]
    fn a_document_is_of_the_years_of_its_writer() {
        let id = "0190b0a0-0000-7000-8000-000000000001".to_owned();
        let ids = [("{analysis-revision}", "4".to_owned())];
        let writer = Writer {
            year: 2031,
            ..UNITS[0].writer()
        };
        let plan = document(writer, DocumentKind::ActionPlan, &id, &ids).unwrap();
        let Period {
            start_date,
            end_date,
        } = plan.period.unwrap();
        let external_id = plan.external_id.unwrap().value;
        assert_eq!(
            [&*start_date, &*end_date, &*external_id],
            ["2031-08-01", "2033-06-30", "atgardsplan-2031-karbyskolan"]
        );
    }
}
