//! Rows as their columns, lent: hashing them must not cost a copy of each.

use uuid::Uuid;

/// The value of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Uuid(&'a Uuid),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// What is kept in columns.
pub trait Columns {
    const NAMES: &'static [&'static str];

    /// Calls back for every column, in the order of the entity, with its name and its value.
    fn each(&self, visit: &mut impl FnMut(&'static str, Cell<'_>));
}

/// Names all columns of a `Model`, in the order of the entity. The compiler misses those left out, and a test those in
/// another order.
macro_rules! columns {
    ($($column:ident),* $(,)?) => {
        impl $crate::journal::Columns for Model {
            const NAMES: &'static [&'static str] = &[$(stringify!($column)),*];

            fn each(&self, visit: &mut impl FnMut(&'static str, $crate::journal::Cell<'_>)) {
                let Self { $($column),* } = self;
                $(visit(stringify!($column).trim_start_matches("r#"), $column.into());)*
            }
        }
    };
}
pub(crate) use columns;

impl From<&i16> for Cell<'_> {
    fn from(number: &i16) -> Self {
        Self::Integer((*number).into())
    }
}

impl From<&i32> for Cell<'_> {
    fn from(number: &i32) -> Self {
        Self::Integer((*number).into())
    }
}

impl From<&i64> for Cell<'_> {
    fn from(number: &i64) -> Self {
        Self::Integer(*number)
    }
}

impl<'a> From<&'a Uuid> for Cell<'a> {
    fn from(id: &'a Uuid) -> Self {
        Self::Uuid(id)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Vec<u8>> for Cell<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, T> From<&'a Option<T>> for Cell<'a>
where
    Cell<'a>: From<&'a T>,
{
    fn from(value: &'a Option<T>) -> Self {
        value.as_ref().map_or(Self::Null, <Self as From<&T>>::from)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait};

    use super::Columns;
    use crate::{access, documents, journal, offers, organizations};

    fn must_be_those_of_the_entity<M: ModelTrait + Columns>() {
        let columns = <M::Entity as EntityTrait>::Column::iter();
        let entity: Vec<_> = columns.map(|column| column.as_str().to_owned()).collect();
        let named: Vec<_> = M::NAMES
            .iter()
            .map(|name| name.trim_start_matches("r#"))
            .collect();
        assert_eq!(named, entity);
    }

    #[test]
    fn columns_stand_in_the_order_of_their_entity() {
        must_be_those_of_the_entity::<documents::entity::Model>();
        must_be_those_of_the_entity::<documents::link::Model>();
        must_be_those_of_the_entity::<documents::conflict::entity::Model>();
        must_be_those_of_the_entity::<organizations::entity::Model>();
        must_be_those_of_the_entity::<organizations::succession::Model>();
        must_be_those_of_the_entity::<access::entity::Model>();
        must_be_those_of_the_entity::<offers::submission::entity::Model>();
        must_be_those_of_the_entity::<offers::places::booking::Model>();
        must_be_those_of_the_entity::<offers::places::ledger::Model>();
        must_be_those_of_the_entity::<journal::entity::Model>();
        must_be_those_of_the_entity::<journal::request::Model>();
    }
}
