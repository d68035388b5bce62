//! Stories told over the wire: a real server, real clients, and each story on both databases.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can not go on, stops"
)]

#[macro_use]
mod world;

mod access_matrix;
mod audit;
mod callers;
mod cli;
mod crash;
mod demo;
mod differential;
mod documents;
mod ended;
mod faults;
mod grants;
mod issuers;
mod journal;
mod offers;
mod organizations;
mod push;
mod recovery;
mod replica;
mod requests;
mod servers;
mod storage;
mod sync;
mod tls;
mod tokens;
mod web;
