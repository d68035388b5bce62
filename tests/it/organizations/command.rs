//! The command that imports, run as a program against a real server.

use std::process::{Command, Output};

use styrkedja::proto::v1::ListOrganizationsRequest;

use super::{all, samples};
use crate::world::World;

stories!(
    the_command_reads_sends_and_tells,
    a_dry_run_of_the_command_changes_nothing,
    the_command_tells_faults_by_row_and_fails
);

/// Runs `styrkedja organizations import` as the operator.
async fn import(world: &World, arguments: &[&str], sample: &str) -> Output {
    let operator = world.operator();
    let mut command = Command::new(env!("CARGO_BIN_EXE_styrkedja"));
    command
        .args(["organizations", "import"])
        .arg(samples(sample))
        .args(arguments)
        .args([
            "--server",
            &world.address(),
            "--token",
            &world.token_of(&operator.subject),
        ])
        .current_dir(world.place().folder());
    tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it ends")
        .expect("it runs")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

async fn the_command_reads_sends_and_tells(world: World) {
    let output = import(&world, &[], "organizations/svenstavik.csv").await;
    assert!(output.status.success(), "{output:?}");
    let told = printed(&output);
    for line in [
        "Rows read     ┆ 5",
        "Registered    ┆ 4",
        "Changed       ┆ 1",
        "Refused       ┆ 0",
    ] {
        assert!(told.contains(line), "{told}");
    }
    let json = import(
        &world,
        &["--output", "json", "--format", "csv"],
        "organizations/svenstavik.csv",
    )
    .await;
    assert!(printed(&json).contains("\"unchanged\": 5"), "{json:?}");
}

async fn a_dry_run_of_the_command_changes_nothing(world: World) {
    let operator = world.operator();
    let before = all(&operator, ListOrganizationsRequest::default()).await;
    let output = import(&world, &["--dry-run"], "organizations/svenstavik.csv").await;
    assert!(
        output.status.success() && printed(&output).contains("dry run"),
        "{output:?}"
    );
    assert_eq!(
        all(&operator, ListOrganizationsRequest::default()).await,
        before
    );
}

async fn the_command_tells_faults_by_row_and_fails(world: World) {
    let output = import(
        &world,
        &["--report", "faults.csv", "--lang", "en"],
        "register/faulty",
    )
    .await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = printed(&output);
    assert!(
        told.contains("grundskola.csv:4") && told.contains("0115"),
        "{told}"
    );
    assert!(told.contains("more findings are in faults.csv"), "{told}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("records were refused"),
        "{output:?}"
    );
    let report = std::fs::read_to_string(world.place().folder().join("faults.csv"))
        .expect("the report is there");
    assert!(
        report.lines().count() > 25 && report.contains("municipality_code.leading_zero"),
        "{report}"
    );
    let nothing = import(&world, &[], "register/none").await;
    assert_eq!(nothing.status.code(), Some(2), "{nothing:?}");
}
