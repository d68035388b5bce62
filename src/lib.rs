//! Styrkedja: the exchange through which schools, organizers, universities and the national agency
//! share analyses, plans and reports.

pub mod access;
pub mod backup;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod contract;
pub mod database;
pub mod documents;
pub mod error;
pub mod exchange;
pub mod feed;
pub mod files;
mod first_operator;
pub mod intake;
pub mod journal;
pub mod json;
pub mod kinds;
pub mod offers;
pub mod organizations;
pub mod page;
pub mod proto;
pub mod replica;
pub mod server;
pub mod telemetry;
