//! One array a column, and one text for any number of rows: it is parsed and planned once.

use sea_orm::{
    ColumnTrait, DbBackend, EntityName, EntityTrait, IdenStatic, ModelTrait, Statement, Value,
    sea_query::ArrayType,
};

/// Insertions into several tables, as parts of one statement.
#[derive(Default)]
pub struct Inserts {
    parts: Vec<String>,
    arrays: Arrays,
}

impl Inserts {
    pub fn add<M: ModelTrait>(
        &mut self,
        columns: &[<M::Entity as EntityTrait>::Column],
        models: &[&M],
    ) {
        let table = <M::Entity as Default>::default();
        let (mut parameters, mut names, mut taken) = (Vec::new(), Vec::new(), Vec::new());
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
            parameters.extend(self.arrays.push(values));
        }
        let nulls = nulls.into_iter().map(Value::from).collect();
        parameters.extend(self.arrays.push(nulls));
        let (names, taken, parameters) =
            (names.join(", "), taken.join(", "), parameters.join(", "));
        self.parts.push(format!(
            "i{} AS (INSERT INTO \"{}\" ({names}) SELECT {taken} FROM unnest({parameters}) AS k ({names}, nulls))",
            self.parts.len(),
            table.table_name(),
        ));
    }

    /// All insertions, and a change whose text is given the number of its first parameter.
    pub fn and_then(
        self,
        change: impl FnOnce(usize) -> String,
        values: impl IntoIterator<Item = Value>,
    ) -> Statement {
        let change = change(self.arrays.values.len() + 1);
        let sql = if self.parts.is_empty() {
            change
        } else {
            format!("WITH {} {change}", self.parts.join(", "))
        };
        let values = self.arrays.values.into_iter().chain(values);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

/// A statement over keys.
pub fn over_keys(columns: &[&str], keys: &[Vec<Value>], sql: &str) -> Statement {
    let mut arrays = Arrays::default();
    let column = |place: usize| keys.iter().map(|key| key[place].clone()).collect();
    let parameters: Vec<String> = (0..columns.len())
        .filter_map(|place| arrays.push(column(place)))
        .collect();
    let sql = format!(
        "WITH k ({}) AS (SELECT * FROM unnest({})) {sql}",
        columns.join(", "),
        parameters.join(", ")
    );
    Statement::from_sql_and_values(DbBackend::Postgres, sql, arrays.values)
}

/// Parameters of `unnest`.
#[derive(Default)]
struct Arrays {
    values: Vec<Value>,
}

impl Arrays {
    /// Takes the values of a column, and says how a statement names them. None: there are no rows.
    fn push(&mut self, values: Vec<Value>) -> Option<String> {
        let of = values.first().map(Value::array_type)?;
        let parameter = format!("${}::{}[]", self.values.len() + 1, name(&of));
        self.values.push(Value::Array(of, Some(Box::new(values))));
        Some(parameter)
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
