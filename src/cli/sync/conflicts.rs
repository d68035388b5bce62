//! `styrkedja sync conflicts` and `resolve`.

use std::collections::BTreeMap;

use clap::{ArgGroup, Args};

use super::{Place, told};
use crate::{
    cli::{document, failure::Failure, output, remote::Remote},
    json,
    proto::{
        v1::{
            Conflict, Document, GetConflictResponse, KeepTheirs, ListConflictsResponse, TakeYours,
            resolve_conflict_request::Resolution,
        },
        word,
    },
    replica,
};

#[derive(Args, Debug)]
pub struct Conflicts {
    /// Id of a conflict, to see all of its sides.
    id: Option<String>,
}

#[derive(Args, Debug)]
#[command(group(ArgGroup::new("side").required(true)))]
pub struct Resolve {
    /// Id of the conflict.
    id: String,
    /// Keeps the document as the others have written it.
    #[arg(long, group = "side")]
    theirs: bool,
    /// Takes the document as it was pushed.
    #[arg(long, group = "side")]
    yours: bool,
    /// Takes a document that was put together from both, as protobuf JSON.
    #[arg(long = "file", value_name = "FILE", group = "side")]
    both: Option<String>,
}

impl Conflicts {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let mut link = remote.link();
        if let Some(id) = &self.id {
            let conflict = told(replica::conflict(&mut link, id).await, remote)?;
            return Ok(output::show(remote.output, &conflict, draw)?);
        }
        let mut replica = place.open(remote).await?;
        let conflicts = replica::open_conflicts(&mut replica, &mut link).await;
        let conflicts = told(conflicts, remote)?;
        told(replica.close().await, remote)?;
        Ok(output::show(remote.output, &conflicts, draw_all)?)
    }
}

impl Resolve {
    pub async fn run(&self, remote: &Remote, place: &Place) -> Result<(), Failure> {
        let resolution = match &self.both {
            Some(file) => Resolution::TakeBoth(put_together(document::read_file(file)?)),
            None if self.yours => Resolution::TakeYours(TakeYours {}),
            None => Resolution::KeepTheirs(KeepTheirs {}),
        };
        let mut replica = place.open(remote).await?;
        let mut link = remote.link();
        let resolving = replica::resolve(&mut replica, &mut link, &self.id, resolution);
        let resolved = told(Box::pin(resolving).await, remote)?;
        told(replica.close().await, remote)?;
        let Some(resolved) = resolved else {
            return Ok(output::line("Somebody has resolved it before.")?);
        };
        Ok(output::show(remote.output, &resolved, |resolved| {
            let text = resolved.document.as_ref().map(document::envelope);
            remote.with_findings(text.unwrap_or_default(), &resolved.findings)
        })?)
    }
}

/// What is decided on. The rest is given by the exchange.
fn put_together(document: Document) -> Document {
    Document {
        external_id: document.external_id,
        round: document.round,
        period: document.period,
        content: document.content,
        ..Document::default()
    }
}

fn draw_all(list: &ListConflictsResponse) -> String {
    let rows = list.conflicts.iter().map(|one| {
        [
            one.id.clone(),
            kind(one),
            one.document_id.clone(),
            one.fields.join("\n"),
            one.author.clone(),
            output::time(one.create_time.as_ref()),
        ]
    });
    let header = [
        "Conflict",
        "Kind",
        "Document",
        "Changed on both sides",
        "Pushed by",
        "Pushed",
    ];
    let table = output::table(header, rows);
    format!("{table}\n{} conflict(s)", list.conflicts.len())
}

/// The sides beside each other, where they differ.
fn draw(answer: &GetConflictResponse) -> String {
    let conflict = answer.conflict.clone().unwrap_or_default();
    let facts = output::facts([
        ("Conflict", conflict.id.clone()),
        ("Document", conflict.document_id.clone()),
        ("Kind", kind(&conflict)),
        (
            "State",
            word(conflict.state().as_str_name(), "CONFLICT_STATE_"),
        ),
        ("Pushed by", conflict.author.clone()),
        ("Pushed", output::time(conflict.create_time.as_ref())),
        ("Changed on both sides", conflict.fields.join("\n")),
        (
            "Resolution",
            word(conflict.resolution().as_str_name(), "CONFLICT_RESOLUTION_"),
        ),
        ("Resolved by", conflict.resolver.clone()),
    ]);
    let sides = [&conflict.base, &conflict.theirs, &conflict.yours];
    let sides = sides.map(|side| side.as_ref().map(leaves).unwrap_or_default());
    let [base, theirs, yours] = &sides;
    let mut paths: Vec<&String> = sides.iter().flat_map(BTreeMap::keys).collect();
    paths.sort();
    paths.dedup();
    let value = |side: &BTreeMap<String, String>, path: &String| side.get(path).cloned();
    let rows = paths
        .into_iter()
        .map(|path| (path, [base, theirs, yours].map(|side| value(side, path))))
        .filter(|(_, [base, theirs, yours])| base != theirs || base != yours)
        .map(|(path, values)| {
            let [base, theirs, yours] = values.map(Option::unwrap_or_default);
            [path.clone(), base, theirs, yours]
        });
    let base = format!("Base, rev {}", conflict.base_revision);
    let theirs = format!("Theirs, rev {}", conflict.their_revision);
    format!(
        "{facts}\n{}",
        output::table(["Field", &base, &theirs, "Yours"], rows)
    )
}

fn kind(conflict: &Conflict) -> String {
    word(conflict.kind().as_str_name(), "DOCUMENT_KIND_")
}

/// Every value of what the sender decides on, by its path in JSON, items by their ids where they have any.
fn leaves(document: &Document) -> BTreeMap<String, String> {
    let decided = put_together(document.clone());
    let value = json::line(&decided).ok();
    let value = value.and_then(|text| serde_json::from_str(&text).ok());
    let mut leaves = BTreeMap::new();
    gather(&mut leaves, String::new(), &value.unwrap_or_default());
    leaves
}

fn gather(leaves: &mut BTreeMap<String, String>, path: String, value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                gather(leaves, format!("{path}{dot}{name}"), value);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(Value::as_str);
                let key = id.map_or_else(|| number.to_string(), str::to_owned);
                gather(leaves, format!("{path}[{key}]"), item);
            }
        }
        Value::String(text) => drop(leaves.insert(path, text.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            leaves.insert(path, value.to_string());
        }
    }
}
