//! The exchange and its client in one program.

use std::process::ExitCode;

/// A server makes many small things on one thread and lets go of them on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    styrkedja::cli::run()
}
