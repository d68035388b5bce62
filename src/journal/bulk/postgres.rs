//! One array a column, and one text for any number of rows: it is parsed and planned once.

use sea_orm::{
    ColumnTrait, DbBackend, EntityName, EntityTrait, IdenStatic, ModelTrait, Statement, Value,
    sea_query::ArrayType,
};

use super::Advance;

/// Changes of several tables, as parts of one statement. Nothing is changed where `moved` is empty, and nothing inserted before
/// `ended` is whole: two heads would be in each other's way.
#[derive(Default)]
pub struct Writes {
    parts: Vec<String>,
    ended: Vec<String>,
    arrays: Arrays,
}

impl Writes {
    pub fn end(&mut self, columns: &[&str], keys: &[Vec<Value>], table: &str, named: &str) {
        let rows = self.arrays.rows(columns, keys);
        let name = format!("ended_{table}");
        self.parts.push(format!(
            "{name} AS (UPDATE {table} SET until_position = found.until FROM (SELECT r.place, k.until FROM moved
                 CROSS JOIN {rows} CROSS JOIN LATERAL (SELECT r.ctid AS place FROM {table} r WHERE {named} LIMIT 1) r) found
             WHERE {table}.ctid = found.place RETURNING 1)"
        ));
        self.ended.push(name);
    }

    pub fn insert<M: ModelTrait>(
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
        let after = |ended| format!(" AND (SELECT count(*) FROM {ended}) >= 0");
        let after_ended = self.ended.iter().map(after).collect::<Vec<_>>().concat();
        self.parts.push(format!(
            "inserted_{table} AS (INSERT INTO \"{table}\" ({names}) SELECT {taken} FROM unnest({parameters}) AS k ({names}, nulls)
             WHERE (SELECT count(*) FROM moved) = 1{after_ended})",
            table = table.table_name(),
        ));
    }

    /// Locks the partition, and moves it on from where it must stand. The commit announces it, and nobody hears of it without.
    pub fn and_advance(self, to: Advance) -> Statement {
        let first = self.arrays.values.len() + 1;
        let sql = format!(
            "WITH moved AS (UPDATE partitions SET position = ${first}, chain_hash = ${} WHERE partition = ${} AND position = ${}
                 RETURNING pg_notify('styrkedja_head', position::text)), {} SELECT count(*) FROM moved",
            first + 1,
            first + 2,
            first + 3,
            self.parts.join(", ")
        );
        let advance: [Value; 4] = [
            to.position.into(),
            to.chain_hash.into(),
            to.partition.into(),
            to.from.into(),
        ];
        let values = self.arrays.values.into_iter().chain(advance);
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}

/// A statement over keys.
pub fn over_keys(columns: &[&str], keys: &[Vec<Value>], sql: &str) -> Statement {
    let mut arrays = Arrays::default();
    let rows = arrays.rows(columns, keys);
    let sql = format!("WITH k AS (SELECT * FROM {rows}) {sql}");
    Statement::from_sql_and_values(DbBackend::Postgres, sql, arrays.values)
}

/// Queries, each over keys of its own, as one.
#[derive(Default)]
pub struct Finds {
    queries: Vec<String>,
    arrays: Arrays,
}

impl Finds {
    pub fn add(&mut self, columns: &[&str], keys: &[Vec<Value>], select: &str, rows: &str) {
        let keys = self.arrays.rows(columns, keys);
        self.queries.push(format!("{select} FROM {keys} {rows}"));
    }

    pub fn into_statement(self) -> Statement {
        let sql = self.queries.join(" UNION ALL ");
        Statement::from_sql_and_values(DbBackend::Postgres, sql, self.arrays.values)
    }
}

/// Parameters of `unnest`.
#[derive(Default)]
struct Arrays {
    values: Vec<Value>,
}

impl Arrays {
    /// Keys as the table `k`.
    fn rows(&mut self, columns: &[&str], keys: &[Vec<Value>]) -> String {
        let column = |place: usize| keys.iter().map(|key| key[place].clone()).collect();
        let parameters: Vec<String> = (0..columns.len())
            .filter_map(|place| self.push(column(place)))
            .collect();
        format!(
            "unnest({}) AS k ({})",
            parameters.join(", "),
            columns.join(", ")
        )
    }

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
