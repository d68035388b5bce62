//! What callers can do with grants: give, revoke and list them. Knows the rules; knows neither gRPC nor SQL.

use uuid::Uuid;

use super::{
    caller::Caller,
    model::{Grant, Target},
    rules::{self, NewGrant},
    store::{self, Filter, Part},
};
use crate::{
    clock,
    error::{Error, Result},
    exchange::Exchange,
    journal::{Actor, Expected, Refusal, RequestKey, Row, Write, Written},
    proto::v1::{Act, Role},
};

/// A request that changes something.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub id: Uuid,
    /// Its wire form: what it means to try the same again.
    pub body: Vec<u8>,
    pub dry_run: bool,
}

/// How a grant is answered, also when the request is repeated.
pub type Answer = fn(&Grant) -> Vec<u8>;

/// Gives a role to a subject.
pub async fn create(
    exchange: &Exchange,
    caller: &Caller,
    new: NewGrant,
    request: Request,
    answer: Answer,
) -> Result<Vec<u8>> {
    let granting = rules::granting(caller, &new)?;
    let key = request.key(caller, granting.home);
    // Before the rules: a request that was good when first made stays answered when its end has passed.
    if let Some(answer) = exchange.journal.answer_to(&key).await? {
        return Ok(answer);
    }
    let faults = rules::faults(caller, granting, &new, &exchange.access.issuers());
    if !faults.is_empty() {
        return Err(Error::Fields(faults));
    }
    let grant = new.made(clock::new_id(), clock::now());
    let actor = granting.actor();
    write(exchange, key, actor, &request, &grant, answer, Vec::new()).await
}

/// Ends a grant. To end what has ended changes nothing.
pub async fn revoke(
    exchange: &Exchange,
    caller: &Caller,
    id: Uuid,
    request: Request,
    answer: Answer,
) -> Result<Vec<u8>> {
    let Some(mut grant) = find(exchange, caller, id).await? else {
        return Err(refused(caller, &Target::Missing));
    };
    let target = Target::Grant {
        role: grant.role,
        organization: grant.organization,
        round: grant.round.as_deref(),
    };
    let actor = caller.actor(Act::ManageGrants, &target)?;
    let key = request.key(caller, actor.organization);
    if let Some(answer) = exchange.journal.answer_to(&key).await? {
        return Ok(answer);
    }
    if grant.revoked_at.is_some() {
        return Ok(answer(&grant));
    }
    let mut expects = Vec::new();
    if grant.role == Role::Operator {
        let other = caller.lasting_operator_besides(&grant);
        // It must still be there: operators who end each other at once would both go.
        expects.push(store::expected(other.ok_or(Error::LastOperator)?));
    }
    grant.revision += 1;
    grant.revoked_at = Some(clock::now());
    match write(exchange, key, actor, &request, &grant, answer, expects).await {
        // Another was faster; nothing but revoking changes a grant.
        Err(Error::ChangedMeanwhile) => {
            let now = find(exchange, caller, id)
                .await?
                .filter(|grant| grant.revoked_at.is_some());
            now.map(|grant| answer(&grant))
                .ok_or(Error::ChangedMeanwhile)
        }
        written => written,
    }
}

/// Lists grants in scope, in order of id. One more than the limit says that there are more.
pub async fn list(
    exchange: &Exchange,
    caller: &Caller,
    filter: &Filter,
    part: Part,
) -> Result<Vec<Grant>> {
    let scope = caller.scope(Act::ReadGrants);
    Ok(store::list(exchange.database.reader(), &scope, filter, part).await?)
}

impl Request {
    fn key(&self, caller: &Caller, home: Uuid) -> RequestKey {
        RequestKey {
            others: caller.homes_besides(home),
            ..RequestKey::new(home, self.id, self.method, &self.body)
        }
    }
}

async fn find(exchange: &Exchange, caller: &Caller, id: Uuid) -> Result<Option<Grant>> {
    let scope = caller.scope(Act::ReadGrants);
    Ok(store::find(exchange.database.reader(), &scope, id).await?)
}

fn refused(caller: &Caller, target: &Target<'_>) -> Error {
    caller
        .grant_for(Act::ManageGrants, target)
        .err()
        .unwrap_or(Error::NotFound)
}

async fn write(
    exchange: &Exchange,
    key: RequestKey,
    actor: Actor,
    request: &Request,
    grant: &Grant,
    answer: Answer,
    expects: Vec<Expected>,
) -> Result<Vec<u8>> {
    let write = Write {
        request: Some(key),
        actor,
        method: request.method,
        register_unchanged_since: None,
        expects,
        dry_run: request.dry_run,
        answer: answer(grant),
        rows: vec![Row::Grant(store::row(grant))],
    };
    let first_answer = write.answer.clone();
    match exchange.journal.write(write).await {
        Ok(Written::Now { .. }) => {
            // So that the grant counts for the very next call.
            exchange.access.refresh().await?;
            Ok(first_answer)
        }
        Ok(Written::Before { answer }) => Ok(answer),
        Err(Refusal::Outdated { .. }) => Err(Error::ChangedMeanwhile),
        Err(other) => Err(other.into()),
    }
}
