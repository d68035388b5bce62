//! The world that stories play in: a database of their own, and later a server and named callers.

mod place;
pub mod postgres;

use std::future::Future;

pub use place::{Engine, Place};

/// Tells each story on both databases, as the tests `sqlite::NAME` and `postgres::NAME`, with a place of its own.
macro_rules! places {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $story() { $crate::world::at($crate::world::Engine::Sqlite, super::$story); })+
        }
        mod postgres {
            $(#[test] fn $story() { $crate::world::at($crate::world::Engine::Postgres, super::$story); })+
        }
    };
}

/// Runs a story at a new place, and clears the place away when it went well.
pub fn at<F: Future<Output = ()>>(engine: Engine, story: impl FnOnce(Place) -> F) {
    runtime().block_on(async {
        let place = Place::new(engine).await;
        story(place.clone()).await;
        place.clear().await;
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}
