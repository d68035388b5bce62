//! How organizations are kept: the only SQL of the feature. Every read starts from a scope.

mod row;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    codes::MunicipalityCode,
    entity::{self, Column},
    import::Register,
    model::{Identity, Organization, Reference, Succession},
    succession,
};
use crate::{
    access::Scope,
    error::{Error, Result},
    journal::standing_at,
    proto::v1::{OrganizationType, OrganizerType, SchoolType},
};
pub use row::{organization_row, succession_row};

/// Ids in one statement, at most.
const IDS_AT_ONCE: usize = 1000;

/// What a listing asks for. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub parent: Option<Uuid>,
    /// Empty: all.
    pub kinds: Vec<OrganizationType>,
    pub organizer_type: Option<OrganizerType>,
    pub municipality: Option<MunicipalityCode>,
    pub school_type: Option<SchoolType>,
}

/// The whole register, as far as it is in scope.
pub async fn register(db: &impl ConnectionTrait, scope: &Scope) -> Result<Register> {
    let organizations = all(db, in_force(scope)).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "for an import, which decides by all links and shows none"
    )]
    let successions = succession::Entity::find().all(db).await?;
    let successions = successions
        .into_iter()
        .map(Succession::try_from)
        .collect::<Result<_>>()?;
    Ok(Register::new(organizations, successions))
}

/// The organization that a reference leads to.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: &Scope,
    reference: &Reference,
) -> Result<Option<Organization>> {
    let named = match reference {
        Reference::Id(id) => Condition::all().add(Column::Id.eq(*id)),
        Reference::Known(Identity::Number(number)) => {
            Condition::all().add(Column::OrganizationNumber.eq(number.as_str()))
        }
        Reference::Known(Identity::UnitCode(code)) => {
            Condition::all().add(Column::SchoolUnitCode.eq(code.as_str()))
        }
        Reference::Known(Identity::ExternalId(id)) => Condition::all()
            .add(Column::ExternalScheme.eq(id.scheme.as_str()))
            .add(Column::ExternalValue.eq(id.value.as_str())),
    };
    let row = in_force(scope).filter(named).one(db).await?;
    row.map(Organization::try_from).transpose()
}

/// Those of the organizations that are in scope, in no order.
pub async fn find_all(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[Uuid],
) -> Result<Vec<Organization>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_AT_ONCE) {
        found.extend(
            all(
                db,
                in_force(scope).filter(Column::Id.is_in(ids.iter().copied())),
            )
            .await?,
        );
    }
    Ok(found)
}

/// Organizations as they stood at a position, in order of id.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    position: i64,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Organization>> {
    let select = select(scope)
        .filter(standing_at(
            position,
            Column::Position,
            Column::UntilPosition,
        ))
        .filter(matching(filter))
        .filter(Condition::all().add_option(after.map(|after| Column::Id.gt(after))))
        .order_by_asc(Column::Id)
        .limit(limit as u64);
    all(db, select).await
}

/// The successions that lead to or from any of the organizations.
pub async fn successions(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Succession>> {
    use succession::Column;
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_AT_ONCE) {
        let touching = Condition::any()
            .add(Column::PredecessorId.is_in(ids.iter().copied()))
            .add(Column::SuccessorId.is_in(ids.iter().copied()));
        #[expect(
            clippy::disallowed_methods,
            reason = "links between organizations that are read with their scope"
        )]
        let rows = succession::Entity::find().filter(touching).all(db).await?;
        for row in rows {
            found.push(Succession::try_from(row)?);
        }
    }
    Ok(found)
}

fn matching(filter: &Filter) -> Condition {
    let Filter {
        parent,
        kinds,
        organizer_type,
        municipality,
        school_type,
    } = filter;
    let kinds: Vec<_> = kinds
        .iter()
        .map(|kind| row::small(i32::from(*kind)))
        .collect();
    let organizer_type =
        organizer_type.map(|kind| Column::OrganizerType.eq(row::small(i32::from(kind))));
    let taught = school_type.map(|school_type| {
        Expr::col((entity::Entity, Column::SchoolTypes))
            .bit_and(row::bit(i32::from(school_type)))
            .ne(0)
    });
    Condition::all()
        .add_option(parent.map(|parent| Column::ParentId.eq(parent)))
        .add_option((!kinds.is_empty()).then(|| Column::Type.is_in(kinds)))
        .add_option(organizer_type)
        .add_option(
            municipality
                .as_ref()
                .map(|code| Column::MunicipalityCode.eq(code.as_str())),
        )
        .add_option(taught)
}

fn in_force(scope: &Scope) -> Select<entity::Entity> {
    select(scope).filter(Column::UntilPosition.is_null())
}

fn select(scope: &Scope) -> Select<entity::Entity> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where reads of organizations start, with their scope"
    )]
    let organizations = entity::Entity::find();
    organizations.filter(scope.organizations())
}

async fn all(
    db: &impl ConnectionTrait,
    select: Select<entity::Entity>,
) -> Result<Vec<Organization>> {
    select
        .all(db)
        .await?
        .into_iter()
        .map(Organization::try_from)
        .collect()
}

/// A row that says what no row may say. Only a hand at the database can have made it.
fn corrupt(what: &'static str) -> Error {
    Error::fault(anyhow::anyhow!(
        "a row of organizations can not be read: {what}"
    ))
}
