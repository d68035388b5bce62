//! What the units have written in the round: reads the files under `round/` into documents of the contract.
//! Does not know in which order they are sent.

use anyhow::{Context, anyhow};
use serde_json::Value;

use super::cast::{ROUND, Unit};
use crate::{
    cli::json,
    proto::v1::{
        ActionPlan, Analysis, Document, DocumentKind, ExternalId, FollowUpReport, Period,
        document::Content,
    },
};

/// What stands in the files for things that get their ids from the exchange, and the ids.
pub type Ids<'a> = [(&'a str, String)];

/// A unit's document of the kind, ready to be created for the owner.
pub fn document(
    unit: &Unit,
    kind: DocumentKind,
    owner_id: &str,
    ids: &Ids<'_>,
) -> anyhow::Result<Document> {
    let (name, first, last) = match kind {
        DocumentKind::Analysis => ("nulagesanalys", "2019-01-07", "2019-06-14"),
        DocumentKind::ActionPlan => ("atgardsplan", "2019-08-01", "2021-06-30"),
        DocumentKind::FollowUpReport => ("uppfoljning", "2019-08-01", "2020-06-30"),
        DocumentKind::Unspecified => anyhow::bail!("no kind of document is meant"),
    };
    Ok(Document {
        owner_id: owner_id.to_owned(),
        external_id: Some(ExternalId {
            scheme: "vallentuna.kvalitet".to_owned(),
            value: format!("{name}-2019-{}", unit.slug),
        }),
        round: ROUND.to_owned(),
        period: Some(Period {
            start_date: first.to_owned(),
            end_date: last.to_owned(),
        }),
        content: Some(content(unit, kind, ids)?),
        ..Document::default()
    })
}

fn content(unit: &Unit, kind: DocumentKind, ids: &Ids<'_>) -> anyhow::Result<Content> {
    Ok(match kind {
        DocumentKind::Analysis => Content::Analysis(read::<Analysis>(unit, "analysis", ids)?),
        DocumentKind::ActionPlan => {
            Content::ActionPlan(read::<ActionPlan>(unit, "actionPlan", ids)?)
        }
        DocumentKind::FollowUpReport => {
            Content::FollowUpReport(read::<FollowUpReport>(unit, "followUpReport", ids)?)
        }
        DocumentKind::Unspecified => anyhow::bail!("no kind of document is meant"),
    })
}

/// Reads one part of a unit's file as a message, by the JSON mapping of protobuf.
fn read<T: prost::Message + prost::Name + Default>(
    unit: &Unit,
    part: &str,
    ids: &Ids<'_>,
) -> anyhow::Result<T> {
    let text = ids
        .iter()
        .fold(unit.documents.to_owned(), |text, (placeholder, id)| {
            text.replace(placeholder, id)
        });
    let file: Value = serde_json::from_str(&text).with_context(|| unit.slug.to_owned())?;
    let part = file
        .get(part)
        .with_context(|| format!("{} has no {part}", unit.slug))?;
    json::read(&part.to_string()).map_err(|wrong| anyhow!("{}: {wrong}", unit.slug))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::cast::UNITS;

    #[test]
    fn every_unit_has_written_an_analysis_a_plan_and_a_report() {
        let id = "0190b0a0-0000-7000-8000-000000000001".to_owned();
        let ids = [
            ("{analysis}", id.clone()),
            ("{analysis-revision}", "4".to_owned()),
            ("{university}", id.clone()),
        ];
        for unit in &UNITS {
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
}
