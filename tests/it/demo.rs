//! The demo as a test: the program itself, as a person starts it, on both databases.

use std::process::{Command, Output};

use crate::world::Place;

places!(the_whole_round_goes_as_the_story_says);

async fn the_whole_round_goes_as_the_story_says(place: Place) {
    let played = play(&place, &["--lang", "en", "--database", place.url()]);
    let story = String::from_utf8_lossy(&played.stdout);
    assert!(
        played.status.success(),
        "{story}\n{}",
        String::from_utf8_lossy(&played.stderr)
    );
    for part in [
        "24 accepted documents",
        "38 places are confirmed",
        "digital-competence",
        "just as they should be",
        "its chain is whole",
    ] {
        assert!(story.contains(part), "{part} is not in:\n{story}");
    }
}

fn play(place: &Place, flags: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_styrkedja"))
        .arg("demo")
        .arg("--folder")
        .arg(place.folder().join("demo"))
        .args(flags)
        .output()
        .expect("the program starts")
}
