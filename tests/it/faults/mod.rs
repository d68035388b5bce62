//! What a server makes of a world that fails around it: databases that restart, disks that are full, clocks that are wrong.

mod clocks;
mod full;
pub mod outside;
mod restarted;
