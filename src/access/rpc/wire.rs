//! Between messages of the contract and grants, requests and explanations.

use prost::Message;
use prost_types::Timestamp;
use uuid::Uuid;

use crate::{
    access::{
        explain::Explanation, model::Grant, operations::Request, rules::NewGrant, store::Filter,
    },
    clock::Time,
    contract::Violation,
    error::{Error, Result},
    proto::v1::{self, AccessStep, Role},
};

/// The last second that a timestamp of the contract can name: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

pub fn encoded(message: &impl Message) -> Vec<u8> {
    message.encode_to_vec()
}

/// An answer as it was first given.
pub fn decoded<M: Message + Default>(answer: &[u8]) -> Result<M> {
    M::decode(answer).map_err(Error::fault)
}

pub fn id(field: &str, text: &str) -> Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| {
        Error::field(Violation::new(
            field,
            "string.uuid",
            "Must be a UUID.",
            "Måste vara ett UUID.",
        ))
    })
}

pub fn asked(
    method: &'static str,
    request_id: &str,
    dry_run: bool,
    message: &impl Message,
) -> Result<Request> {
    Ok(Request {
        method,
        id: id("request_id", request_id)?,
        body: encoded(message),
        dry_run,
    })
}

pub fn new_grant(message: v1::CreateGrantRequest) -> Result<NewGrant> {
    let role = message.role();
    let organization = id("organization_id", &message.organization_id)?;
    let home = match message.home_organization_id.as_str() {
        "" => organization,
        home => id("home_organization_id", home)?,
    };
    Ok(NewGrant {
        role,
        organization,
        home,
        subject: message.subject,
        round: Some(message.round).filter(|round| !round.is_empty()),
        not_after: message.not_after.map(time).transpose()?,
    })
}

fn time(timestamp: Timestamp) -> Result<Time> {
    let exists = (0..=LAST_SECOND).contains(&timestamp.seconds)
        && (0..1_000_000_000).contains(&timestamp.nanos);
    if !exists {
        return Err(Error::field(Violation::new(
            "not_after",
            "timestamp",
            "Must be a time between 1970 and 9999.",
            "Måste vara en tid mellan 1970 och 9999.",
        )));
    }
    Ok(timestamp.into())
}

pub fn filter(message: v1::ListGrantsRequest, now: Time) -> Result<Filter> {
    let role = message.role();
    Ok(Filter {
        organization: match message.organization_id.as_str() {
            "" => None,
            text => Some(id("organization_id", text)?),
        },
        subject: Some(message.subject).filter(|subject| !subject.is_empty()),
        role: Some(role).filter(|role| *role != Role::Unspecified),
        in_force_at: (!message.include_ended).then_some(now),
    })
}

pub fn unknown_method() -> Error {
    Error::field(Violation::new(
        "method",
        "method.known",
        "Must name a method of the exchange, for example `styrkedja.v1.DocumentService/ReviewDocument`.",
        "Måste ange en metod i utbytet, till exempel `styrkedja.v1.DocumentService/ReviewDocument`.",
    ))
}

impl From<&Grant> for v1::Grant {
    fn from(grant: &Grant) -> Self {
        let Grant {
            id,
            revision: _,
            subject,
            role,
            organization,
            home,
            round,
            not_after,
            created_at,
            revoked_at,
        } = grant;
        Self {
            id: id.to_string(),
            subject: subject.clone(),
            role: (*role).into(),
            organization_id: organization.to_string(),
            home_organization_id: home.to_string(),
            round: round.clone().unwrap_or_default(),
            not_after: not_after.map(Into::into),
            create_time: Some((*created_at).into()),
            revoke_time: revoked_at.map(Into::into),
        }
    }
}

impl From<Explanation> for v1::ExplainAccessResponse {
    fn from(explanation: Explanation) -> Self {
        let (status, message_sv, message_en) = told(explanation.refusal.as_ref());
        let grants = explanation
            .grants
            .iter()
            .map(|(grant, stopped_at)| v1::GrantExplanation {
                grant_id: grant.id.to_string(),
                role: grant.role.into(),
                allows: stopped_at.is_none(),
                stopped_at: stopped_at.unwrap_or(AccessStep::Unspecified).into(),
            });
        Self {
            allowed: explanation.refusal.is_none(),
            status: status.to_owned(),
            grants: grants.collect(),
            message_sv: message_sv.to_owned(),
            message_en: message_en.to_owned(),
        }
    }
}

fn told(refusal: Option<&Error>) -> (&'static str, &'static str, &'static str) {
    match refusal {
        None => (
            "OK",
            "Anropet släpps igenom; regler om tillstånd och innehåll kommer därefter.",
            "The call is let through; rules of state and content come after.",
        ),
        Some(Error::NotFound) => (
            "NOT_FOUND",
            "Det finns inget sådant, eller så ligger det utanför vad du får se.",
            "There is no such thing, or it is outside what you may see.",
        ),
        Some(_) => (
            "PERMISSION_DENIED",
            "Ingen av dina roller får göra detta.",
            "No role of yours may do this.",
        ),
    }
}
