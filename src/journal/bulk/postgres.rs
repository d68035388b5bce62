//! One array a column, and one text for any number of rows: it is parsed and planned once.

use std::fmt::Write;

use sea_orm::{
    ColumnTrait, DbBackend, EntityName, EntityTrait, IdenStatic, ModelTrait, Statement, Value,
    sea_query::ArrayType,
};

/// The rows of one insertion.
pub fn insert<M: ModelTrait>(
    columns: &[<M::Entity as EntityTrait>::Column],
    models: &[&M],
) -> Statement {
    let table = <M::Entity as Default>::default();
    let (mut arrays, mut names, mut taken) = (Arrays::default(), Vec::new(), Vec::new());
    // Arrays that reach the database hold no nulls: a bit a column says where one belongs.
    let mut nulls = vec![0_i64; models.len()];
    for (place, column) in columns.iter().enumerate() {
        let name = column.as_str();
        let mut values: Vec<Value> = models.iter().map(|model| model.get(*column)).collect();
        names.push(format!("\"{name}\""));
        if column.def().is_null() {
            let bit = 1_i64 << place;
            for (value, nulls) in values.iter_mut().zip(&mut nulls) {
                if *value == value.as_null() {
                    *nulls |= bit;
                    *value = value.dummy_value();
                }
            }
            taken.push(format!("CASE WHEN nulls & {bit} = 0 THEN \"{name}\" END"));
        } else {
            taken.push(format!("\"{name}\""));
        }
        arrays.push(values);
    }
    arrays.push(nulls.into_iter().map(Value::from).collect());
    let (names, taken) = (names.join(", "), taken.join(", "));
    let sql = format!(
        "INSERT INTO \"{}\" ({names}) SELECT {taken} FROM unnest({}) AS k ({names}, nulls)",
        table.table_name(),
        arrays.parameters
    );
    Statement::from_sql_and_values(DbBackend::Postgres, sql, arrays.values)
}

/// A statement over keys.
pub fn over_keys(columns: &[&str], keys: &[Vec<Value>], sql: &str) -> Statement {
    let mut arrays = Arrays::default();
    for place in 0..columns.len() {
        arrays.push(keys.iter().map(|key| key[place].clone()).collect());
    }
    let sql = format!(
        "WITH k ({}) AS (SELECT * FROM unnest({})) {sql}",
        columns.join(", "),
        arrays.parameters
    );
    Statement::from_sql_and_values(DbBackend::Postgres, sql, arrays.values)
}

/// Parameters of `unnest`.
#[derive(Default)]
struct Arrays {
    parameters: String,
    values: Vec<Value>,
}

impl Arrays {
    fn push(&mut self, values: Vec<Value>) {
        let Some(of) = values.first().map(Value::array_type) else {
            return;
        };
        let comma = if self.values.is_empty() { "" } else { ", " };
        let number = self.values.len() + 1;
        let written = write!(self.parameters, "{comma}${number}::{}[]", name(&of));
        debug_assert!(written.is_ok());
        self.values.push(Value::Array(of, Some(Box::new(values))));
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the schema holds these types and no others"
)]
fn name(of: &ArrayType) -> &'static str {
    match of {
        ArrayType::SmallInt => "int2",
        ArrayType::Int => "int4",
        ArrayType::BigInt => "int8",
        ArrayType::Bytes => "bytea",
        ArrayType::Uuid => "uuid",
        _ => "text",
    }
}
