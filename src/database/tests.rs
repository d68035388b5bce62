use sea_orm::ConnectionTrait;
use sea_orm_migration::SchemaManager;
use tempfile::TempDir;

use super::*;

const TABLES: [&str; 9] = [
    "organizations",
    "successions",
    "grants",
    "revisions",
    "links",
    "partitions",
    "entries",
    "requests",
    "secrets",
];

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("exchange.db").display())
}

/// Shared with the trials on PostgreSQL.
pub(crate) async fn schema_goes_up_down_and_up(connection: &DatabaseConnection) {
    let manager = SchemaManager::new(connection);
    Migrator::up(connection, None).await.unwrap();
    for _ in 0..Migrator::migrations().len() {
        Migrator::down(connection, Some(1)).await.unwrap();
        Migrator::up(connection, Some(1)).await.unwrap();
        Migrator::down(connection, Some(1)).await.unwrap();
    }
    for table in TABLES {
        assert!(
            !manager.has_table(table).await.unwrap(),
            "{table} is left behind"
        );
    }
    Migrator::up(connection, None).await.unwrap();
    for table in TABLES {
        assert!(
            manager.has_table(table).await.unwrap(),
            "{table} is missing"
        );
    }
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() {
    let folder = TempDir::new().unwrap();
    let database = Database::open(&url(&folder), Purpose::Serve).await.unwrap();
    schema_goes_up_down_and_up(database.writer()).await;
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let first = Database::open(&url(&folder), Purpose::Serve).await.unwrap();
    let refused = Database::open(&url(&folder), Purpose::Serve)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("exchange.db is in use by another server"),
        "{refused}"
    );
    assert!(
        Database::open(&url(&folder), Purpose::Inspect)
            .await
            .is_ok()
    );
    first.close().await;
    assert!(Database::open(&url(&folder), Purpose::Serve).await.is_ok());
}

#[tokio::test]
async fn the_settings_that_durability_rests_on_are_in_force() {
    let folder = TempDir::new().unwrap();
    let database = Database::open(&url(&folder), Purpose::Serve).await.unwrap();
    for (pragma, expected) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("query_only", 0),
    ] {
        let row = database
            .writer()
            .query_one_raw(sea_orm::Statement::from_string(
                database.backend(),
                format!("PRAGMA {pragma}"),
            ));
        assert_eq!(
            row.await
                .unwrap()
                .unwrap()
                .try_get_by_index::<i64>(0)
                .unwrap(),
            expected,
            "{pragma}"
        );
    }
    let row = database
        .reader()
        .query_one_raw(sea_orm::Statement::from_string(
            database.backend(),
            "PRAGMA journal_mode",
        ));
    assert_eq!(
        row.await
            .unwrap()
            .unwrap()
            .try_get_by_index::<String>(0)
            .unwrap(),
        "wal"
    );
}

#[tokio::test]
async fn the_reader_can_not_write() {
    let folder = TempDir::new().unwrap();
    let database = Database::open(&url(&folder), Purpose::Serve).await.unwrap();
    assert!(
        database
            .reader()
            .execute_unprepared("DELETE FROM entries")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn inspecting_creates_no_file() {
    let folder = TempDir::new().unwrap();
    let refused = Database::open(&url(&folder), Purpose::Inspect)
        .await
        .unwrap_err();
    assert!(matches!(refused, OpenError::Missing { .. }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn other_urls_are_refused_without_being_echoed() {
    for url in [
        "mysql://user:secret@localhost/x",
        "sqlite://",
        "sqlite://a?mode=memory",
        "",
    ] {
        let refused = Database::open(url, Purpose::Serve)
            .await
            .unwrap_err()
            .to_string();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
