//! Every narrowed field, as each role is shown it that reads a document with it. Who may see what is read anew from the
//! descriptors here.

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};
use styrkedja::{
    access::matrix::{About, Cell, Verdict},
    contract,
    proto::v1::{Document, FieldAccess, GetDocumentRequest, Role},
};

use super::{AT_A_TIME, calls::document, nation::Nation};

/// What is wrong with what the readers of documents are shown; and what none of them tells, since no document has it.
pub async fn wrong(nation: &Nation, cells: &[Cell<'_>]) -> Vec<String> {
    let read: Vec<_> = cells.iter().filter(|cell| is_read(cell)).collect();
    let tried = stream::iter(&read).map(|cell| try_reader(nation, cell));
    let tried: Vec<_> = tried.buffer_unordered(AT_A_TIME).collect().await;
    let (told, wrong): (Vec<_>, Vec<_>) = tried.into_iter().unzip();
    let told: BTreeSet<_> = told.into_iter().flatten().collect();
    let asked: BTreeSet<_> = read.iter().flat_map(|cell| questions(cell)).collect();
    let untold = asked
        .difference(&told)
        .map(|(field, role)| format!("no document tells whether {role:?} sees {field}"));
    wrong.into_iter().flatten().chain(untold).collect()
}

fn is_read(cell: &Cell<'_>) -> bool {
    cell.method.name == "GetDocument"
        && cell.verdict == Verdict::Allowed
        && matches!(cell.about, About::Document(..))
}

/// A field and a role: whether it is shown.
type Question = (String, Role);

/// What the reader of a document of the kind must be tried on.
fn questions(cell: &Cell<'_>) -> Vec<Question> {
    let About::Document(kind, _) = cell.about else {
        return Vec::new();
    };
    let message = |name: &str| contract::descriptors().get_message_by_name(name);
    let own = message("styrkedja.v1.Document").expect("the contract has documents");
    let content = message(&contract::get().kind(kind).message).expect("the kind has a message");
    let mut within = vec![content];
    let mut at = 0;
    while let Some(message) = within.get(at).cloned() {
        let inner = message
            .fields()
            .filter_map(|field| field.kind().as_message().cloned());
        let inner: Vec<MessageDescriptor> = inner.filter(|inner| !within.contains(inner)).collect();
        within.extend(inner);
        at += 1;
    }
    let fields = within
        .iter()
        .chain([&own])
        .flat_map(MessageDescriptor::fields);
    fields
        .filter(|field| visible_to(field).is_some())
        .map(|field| (field.full_name().to_owned(), cell.holder.role))
        .collect()
}

/// Reads one document singly and in a listing. Gives what that was an answer to, and what was wrong.
async fn try_reader(nation: &Nation, cell: &Cell<'_>) -> (Vec<Question>, Vec<String>) {
    let (role, whole) = (cell.holder.role, document(nation, cell));
    assert!(whole.hidden_fields.is_empty(), "its writer sees all of it");
    let asked = GetDocumentRequest {
        id: whole.id.clone(),
        revision: 0,
    };
    let mut documents = nation.caller(cell.holder).documents();
    let single = documents.get_document(asked).await;
    let single = single.map(|answer| answer.into_inner().document.unwrap_or_default());
    let listed = nation.listed(cell.holder, &whole.id).cloned();
    let mut wrong = Vec::new();
    for (how, seen) in [("read", single.ok()), ("listed", listed)] {
        if seen.is_none_or(|seen| !is_shown_right(role, &whole, &seen)) {
            wrong.push(format!(
                "{:?} {how} by {:?} is shown wrong",
                cell.about, cell.holder
            ));
        }
    }
    let told = narrowed_in(&whole).into_iter();
    (told.map(|field| (field.name, role)).collect(), wrong)
}

fn is_shown_right(role: Role, whole: &Document, seen: &Document) -> bool {
    let (open, hidden): (Vec<_>, Vec<_>) = narrowed_in(whole)
        .into_iter()
        .partition(|field| field.visible_to.contains(&role));
    let named: BTreeSet<&str> = seen.hidden_fields.iter().map(String::as_str).collect();
    narrowed_in(seen) == open && named == hidden.iter().map(|field| &*field.path).collect()
}

/// A narrowed field that a document has.
#[derive(Debug, PartialEq)]
struct Narrowed {
    /// Its full name in the contract.
    name: String,
    path: String,
    value: Value,
    visible_to: Vec<Role>,
}

fn narrowed_in(document: &Document) -> Vec<Narrowed> {
    let descriptor = contract::descriptors().get_message_by_name("styrkedja.v1.Document");
    let mut message = DynamicMessage::new(descriptor.expect("the contract has documents"));
    message.transcode_from(document).expect("it is a document");
    let mut found = Vec::new();
    walk("", &message, &mut found);
    found
}

fn walk(above: &str, message: &DynamicMessage, found: &mut Vec<Narrowed>) {
    for (field, value) in message.fields() {
        let path = format!("{above}{}", field.name());
        if let Some(visible_to) = visible_to(&field) {
            found.push(Narrowed {
                name: field.full_name().to_owned(),
                path: path.clone(),
                value: value.clone(),
                visible_to,
            });
        }
        if let Value::Message(inner) = value {
            walk(&format!("{path}."), inner, found);
        } else if let Value::List(items) = value {
            let inner = items.iter().enumerate();
            for (index, inner) in inner.filter_map(|(n, item)| Some((n, item.as_message()?))) {
                walk(&format!("{path}[{index}]."), inner, found);
            }
        }
    }
}

/// Who may see the field. None: it is not narrowed.
fn visible_to(field: &FieldDescriptor) -> Option<Vec<Role>> {
    let options = field.options();
    let narrowing = contract::descriptors().get_extension_by_name("styrkedja.v1.field")?;
    if !options.has_extension(&narrowing) {
        return None;
    }
    let narrowing = options.get_extension(&narrowing);
    let narrowing: FieldAccess = narrowing
        .as_message()?
        .transcode_to()
        .expect("the option is what the contract says");
    Some(narrowing.visible_to().collect())
}
