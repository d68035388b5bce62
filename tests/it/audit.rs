//! `styrkedja audit`, as somebody who keeps checkpoints elsewhere uses it, beside a running server.

use std::process::{Command, Output};

use crate::world::World;

stories!(what_a_checkpoint_was_made_of_is_still_there);

async fn what_a_checkpoint_was_made_of_is_still_there(world: World) {
    let kept = says(&world, &["checkpoint"]);
    world.principal_of("Karbyskolan").await;
    let verified = says(&world, &["verify", "--checkpoint", &kept]);
    assert!(verified.contains("The journal is whole"), "{verified}");
    let (position, hash) = kept.split_once(':').expect("a position and a hash");
    assert!(verified.contains(&format!("the checkpoint of entry {position}")));
    let now = says(&world, &["checkpoint"]);
    assert!(verified.ends_with(&now) && now != kept, "{verified}");

    let other = format!("{position}:{}", "0".repeat(hash.len()));
    let beyond = format!("1000000:{hash}");
    for (checkpoint, told) in [
        (other, format!("entry {position} is bad")),
        (beyond, "the checkpoint is of 1000000".to_owned()),
    ] {
        let refused = run(&world, &["verify", "--checkpoint", &checkpoint]);
        let error = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{error}");
        assert!(error.contains(&told), "{error}");
    }
    let misread = run(&world, &["verify", "--checkpoint", position]);
    assert_eq!(misread.status.code(), Some(2));
}

fn says(world: &World, words: &[&str]) -> String {
    let output = run(world, words);
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn run(world: &World, words: &[&str]) -> Output {
    let place = world.place();
    tokio::task::block_in_place(|| {
        Command::new(env!("CARGO_BIN_EXE_styrkedja"))
            .arg("audit")
            .args(words)
            .arg("--home")
            .arg(place.folder())
            .args(["--database", place.url()])
            .output()
            .expect("the program runs")
    })
}
