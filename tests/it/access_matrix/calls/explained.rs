//! Calls that are explained before they are made.

use styrkedja::{
    access::matrix::{About, Cell, Relation},
    proto::v1::{DocumentKind, ExplainAccessRequest, explain_access_request::Target},
};

use super::{super::nation::Nation, document};

/// The methods whose calls are explained as well: one for each act on documents and organizations that differs.
const EXPLAINED: [&str; 5] = [
    "CreateDocument",
    "GetDocument",
    "ReviewDocument",
    "GetOrganization",
    "ImportOrganizations",
];

/// How the call is explained beforehand. None where explanations have no such target.
pub async fn explain(nation: &Nation, cell: &Cell<'_>) -> Option<String> {
    if !EXPLAINED.contains(&cell.method.name.as_str()) {
        return None;
    }
    let target = match cell.about {
        About::NewGrant(_)
        | About::Grant(_)
        | About::Grants
        | About::Conflict(_)
        | About::Submission
        | About::Booking => return None,
        About::NewDocument(_) if cell.relation == Relation::OtherRound => return None,
        About::Document(..) => Some(Target::DocumentId(document(nation, cell).id)),
        About::Organization | About::NewDocument(_) => {
            Some(Target::OrganizationId(nation.id(cell.spot)))
        }
        About::Call => None,
    };
    let kind = if let About::NewDocument(kind) = cell.about {
        kind
    } else {
        DocumentKind::Unspecified
    };
    let method = format!("{}/{}", cell.method.service, cell.method.name);
    let request = ExplainAccessRequest {
        method,
        target,
        kind: kind.into(),
    };
    let answer = nation
        .caller(cell.holder)
        .access()
        .explain_access(request)
        .await;
    Some(answer.expect("everybody may ask").into_inner().status)
}
