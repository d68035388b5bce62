//! How grants are kept and found, and what of a document an explanation needs. The only SQL of access besides the register.

use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::{
    entity::{Column, Entity, Model},
    model::{Grant, number},
    scope::Scope,
};
use crate::{
    clock::Time,
    documents::entity as revisions,
    journal::{Expected, Key, Reached, standing_at},
    organizations::entity as organizations,
    proto::v1::Role,
};

/// Which grants a listing holds. Every filter that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub organization: Option<Uuid>,
    pub subject: Option<String>,
    pub role: Option<Role>,
    /// Leave out those that have ended by then.
    pub in_force_at: Option<Time>,
}

/// A part of a listing: as of a position, what comes after an id, at most so many.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub at: Reached,
    pub after: Option<Uuid>,
    pub limit: u64,
}

/// The last position up to this one that changed an organization.
pub async fn tree_changed(connection: &DatabaseConnection, position: i64) -> Result<i64, DbErr> {
    use organizations::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "the tree is what scopes are made from"
    )]
    let written = organizations::Entity::find().filter(Column::Position.lte(position));
    let last = written
        .select_only()
        .column(Column::Position)
        .order_by_desc(Column::Position);
    Ok(last.into_tuple().one(connection).await?.unwrap_or_default())
}

/// The grants of a subject as they stood at a position.
pub async fn grants_at(
    connection: &DatabaseConnection,
    subject: &str,
    position: i64,
) -> Result<Vec<Grant>, DbErr> {
    #[expect(
        clippy::disallowed_methods,
        reason = "what its grants were decides what a subject sees"
    )]
    let of_subject = Entity::find().filter(Column::Subject.eq(subject));
    let rows = of_subject
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(Grant::from).collect())
}

/// A grant in scope.
pub async fn find(
    connection: &DatabaseConnection,
    scope: &Scope,
    id: Uuid,
) -> Result<Option<Grant>, DbErr> {
    let found = within(scope)
        .filter(Column::Id.eq(id))
        .filter(Column::UntilPosition.is_null());
    Ok(found.one(connection).await?.map(Grant::from))
}

/// Grants in scope, in order of id.
pub async fn list(
    connection: &DatabaseConnection,
    scope: &Scope,
    filter: &Filter,
    part: Part,
) -> Result<Vec<Grant>, DbErr> {
    let rows = within(scope)
        .filter(standing_at(
            part.at.position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(condition(filter))
        .filter(Condition::all().add_option(part.after.map(|id| Column::Id.gt(id))))
        .order_by_asc(Column::Id)
        .limit(part.limit)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(Grant::from).collect())
}

/// What a decision needs to know of a document in scope.
pub async fn find_document(
    connection: &DatabaseConnection,
    scope: &Scope,
    id: Uuid,
) -> Result<Option<(i16, Uuid, Option<String>, i16)>, DbErr> {
    use revisions::Column;
    #[expect(
        clippy::disallowed_methods,
        reason = "narrowed to the scope in the same statement"
    )]
    revisions::Entity::find()
        .select_only()
        .columns([Column::Kind, Column::OwnerId, Column::Round, Column::Level])
        .filter(scope.condition())
        .filter(Column::DocumentId.eq(id))
        .filter(Column::UntilPosition.is_null())
        .into_tuple()
        .one(connection)
        .await
}

/// That a grant stands as it was read.
pub fn expected(grant: &Grant) -> Expected {
    Key::grant(grant.organization, grant.id).at(grant.revision)
}

/// The row of a grant. The journal gives positions.
pub fn row(grant: &Grant) -> Model {
    let Grant {
        id,
        revision,
        subject,
        role,
        organization,
        home,
        round,
        not_after,
        created_at,
        revoked_at,
    } = grant;
    Model {
        organization_id: *organization,
        id: *id,
        revision: *revision,
        subject: subject.clone(),
        role: number(*role),
        home_organization_id: *home,
        round: round.clone(),
        not_after: not_after.map(Time::micros),
        created_at: created_at.micros(),
        revoked_at: revoked_at.map(Time::micros),
        position: 0,
        until_position: None,
    }
}

fn within(scope: &Scope) -> Select<Entity> {
    #[expect(
        clippy::disallowed_methods,
        reason = "narrowed to the scope in the same statement"
    )]
    Entity::find().filter(scope.grants())
}

fn condition(filter: &Filter) -> Condition {
    let in_force = filter.in_force_at.map(|now| {
        let lasts = Condition::any()
            .add(Column::NotAfter.is_null())
            .add(Column::NotAfter.gt(now.micros()));
        Condition::all().add(Column::RevokedAt.is_null()).add(lasts)
    });
    Condition::all()
        .add_option(filter.organization.map(|id| Column::OrganizationId.eq(id)))
        .add_option(
            filter
                .subject
                .as_deref()
                .map(|subject| Column::Subject.eq(subject)),
        )
        .add_option(filter.role.map(|role| Column::Role.eq(number(role))))
        .add_option(in_force)
}
