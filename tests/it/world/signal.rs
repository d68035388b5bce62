use std::process::{Child, Command};

/// Sends a signal by its name. Through a shell, since not every machine has the program beside it.
pub fn signal(process: &Child, name: &str) {
    let id = process.id().to_string();
    let told = Command::new("sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", name, &id])
        .status();
    assert!(told.expect("a shell runs").success());
}
