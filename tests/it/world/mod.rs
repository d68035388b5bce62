//! The world that stories play in: a server with a database of its own, and callers by name.

mod caller;
mod data;
mod line;
mod place;
pub mod postgres;
mod roles;
mod signal;
mod tree;
#[expect(clippy::module_inception, reason = "the world is its own middle")]
mod world;

use std::future::Future;

pub use caller::Caller;
pub use data::real_data;
pub use line::{Line, Way};
pub use place::{Engine, Place};
pub use roles::ROUND;
pub use signal::signal;
pub use tree::AGENCY;
pub use world::{AUDIENCE, ISSUER, WEB_ORIGIN, World, ids, register};

/// Tells each story on both databases, as the tests `sqlite::NAME` and `postgres::NAME`, in a world of its own.
/// A story is `async fn(World)`; one that is not listed is a warning.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $story() { $crate::world::tell($crate::world::Engine::Sqlite, super::$story); })+
        }
        mod postgres {
            $(#[test] fn $story() { $crate::world::tell($crate::world::Engine::Postgres, super::$story); })+
        }
    };
}

/// As `stories`, for what needs a database and no server: `async fn(Place)`.
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

/// Tells a story in a new world, and ends the world when it went well.
pub fn tell<F: Future<Output = ()>>(engine: Engine, story: impl FnOnce(World) -> F) {
    runtime().block_on(async {
        let world = World::new(engine).await;
        story(world.clone()).await;
        world.end().await;
    });
}

/// Runs a story at a new place, and clears the place away when it went well.
pub fn at<F: Future<Output = ()>>(engine: Engine, story: impl FnOnce(Place) -> F) {
    runtime().block_on(async {
        let place = Place::new(engine).await;
        story(place.clone()).await;
        place.clear().await;
    });
}

/// A new id for a request.
pub fn request_id() -> String {
    styrkedja::clock::new_id().to_string()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts")
}
