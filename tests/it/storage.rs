//! The schema, on both databases.

use migrations::Migrator;
use sea_orm_migration::{MigratorTrait, SchemaManager};
use styrkedja::database::{Database, Purpose};

use crate::world::Place;

places!(the_schema_goes_up_down_and_up_again);

async fn the_schema_goes_up_down_and_up_again(place: Place) {
    let database = Database::open(place.url(), Purpose::Serve)
        .await
        .expect("the database opens");
    let connection = database.writer();
    for _ in 0..Migrator::migrations().len() {
        Migrator::down(connection, Some(1))
            .await
            .expect("a step goes down");
        Migrator::up(connection, Some(1))
            .await
            .expect("a step goes up again");
        Migrator::down(connection, Some(1))
            .await
            .expect("a step goes down again");
    }
    let manager = SchemaManager::new(connection);
    assert!(
        !manager
            .has_table("revisions")
            .await
            .expect("the schema can be asked")
    );
    Migrator::up(connection, None)
        .await
        .expect("all steps go up");
    assert!(
        manager
            .has_table("revisions")
            .await
            .expect("the schema can be asked")
    );
    database.close().await;
}
