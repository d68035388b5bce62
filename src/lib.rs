//! Styrkedja: the exchange through which schools, organizers, universities and the national agency
//! share analyses, plans and reports.

pub mod contract;
pub mod error;
pub mod page;
pub mod proto;
