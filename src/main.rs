//! The exchange and its client in one program.

use std::process::ExitCode;

fn main() -> ExitCode {
    styrkedja::cli::run()
}
