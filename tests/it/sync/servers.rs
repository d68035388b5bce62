//! Several servers on one PostgreSQL: what the one commits is announced to the others, and found by them where it is not.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use styrkedja::client::Client;

use super::{Replica, Told, watch::Watcher};
use crate::{
    documents::papers::*,
    world::{Caller, Engine, World, tell},
};

/// Writes of a turn. Each waits until the one before it was told.
const WRITES: usize = 5;

/// Servers that look, and are told nothing, look each second. Those who are told are much faster than that.
#[test]
fn what_another_server_writes_is_announced_and_found_without_it() {
    tell(Engine::Postgres, |world| async move {
        let database = sea_orm::Database::connect(world.place().url()).await;
        let database = database.expect("it connects");
        let principal = world.principal_of("Karbyskolan").await;
        let (other, channel) = world.another_server().await;
        let there = Client::new(&channel, Some(&world.token_of(&principal.subject)));
        let there = there.expect("the token can be sent");
        let mut watcher = Watcher::of(&there, Replica::default()).await;
        watcher.until(|told| *told == Told::SnapshotEnd).await;

        until_both_listen(&database).await;
        let announced = turn(&world, &principal, &mut watcher).await;

        let silencing = tokio::spawn(silence(database.clone()));
        let unheard = turn(&world, &principal, &mut watcher).await;
        silencing.abort();

        until_both_listen(&database).await;
        let again = turn(&world, &principal, &mut watcher).await;
        for heard in [announced, again] {
            assert!(
                heard < unheard / 2,
                "{heard:?} is not faster than {unheard:?}"
            );
        }
        other.stop().await;
    });
}

/// What it takes to write, on the one server, what is told by the other.
async fn turn(world: &World, principal: &Caller, watcher: &mut Watcher) -> Duration {
    let began = Instant::now();
    for _ in 0..WRITES {
        let draft = principal
            .draft(&analysis(&world.id_of("Karbyskolan")))
            .await;
        let told = watcher.until(|_| true).await;
        assert_eq!(told, [Told::Upsert(draft.id, 1)]);
    }
    began.elapsed()
}

const LISTENERS: &str =
    "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";

/// Cuts the connection of whoever listens, again and again.
async fn silence(database: DatabaseConnection) {
    loop {
        let cut = format!("SELECT pg_terminate_backend(pid) {LISTENERS}");
        database.execute_unprepared(&cut).await.expect("it is cut");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits for the servers to hear each other.
async fn until_both_listen(database: &DatabaseConnection) {
    loop {
        let count = format!("SELECT count(*) {LISTENERS}");
        let count = Statement::from_string(database.get_database_backend(), count);
        let count = database.query_one_raw(count).await.expect("it is counted");
        let count: i64 = count.expect("a row").try_get_by_index(0).expect("a number");
        if count == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
