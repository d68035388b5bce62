//! The schema of Styrkedja, in small steps, for SQLite and PostgreSQL. Knows nothing of what the rows mean.

use sea_orm_migration::prelude::*;

mod dialect;
mod m0001_organizations;
mod m0002_successions;
mod m0003_grants;
mod m0004_revisions;
mod m0005_links;
mod m0006_partitions;
mod m0007_entries;
mod m0008_requests;
mod m0009_secrets;
mod m0010_conflicts;
mod m0011_submissions;
mod m0012_bookings;
mod m0013_standing;
mod m0014_external_ids;
mod m0015_conflicts_made;

/// The steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_organizations::Migration),
            Box::new(m0002_successions::Migration),
            Box::new(m0003_grants::Migration),
            Box::new(m0004_revisions::Migration),
            Box::new(m0005_links::Migration),
            Box::new(m0006_partitions::Migration),
            Box::new(m0007_entries::Migration),
            Box::new(m0008_requests::Migration),
            Box::new(m0009_secrets::Migration),
            Box::new(m0010_conflicts::Migration),
            Box::new(m0011_submissions::Migration),
            Box::new(m0012_bookings::Migration),
            Box::new(m0013_standing::Migration),
            Box::new(m0014_external_ids::Migration),
            Box::new(m0015_conflicts_made::Migration),
        ]
    }
}
