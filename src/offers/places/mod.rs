//! Places of course offers: held, confirmed, released, waited for in line, and never more than there are.

pub mod rpc;
