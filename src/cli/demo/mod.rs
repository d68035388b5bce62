//! `demo`: one round of Samverkan för bästa skola, played through the real server over loopback, and held to its script.
//! Knows the exchange from outside only; does nothing that a client could not.

mod acts;
mod caller;
mod cast;
mod chain;
mod round;
mod stage;
mod story;
mod teller;
mod words;

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use clap::Args;

use stage::Stage;
use story::Story;
use teller::Teller;
use words::Language;

use super::failure::Failure;

#[derive(Args, Debug)]
pub struct Demo {
    /// Folder of the demo's key and database. What a demo made there before is replaced.
    #[arg(long, default_value = "styrkedja-demo")]
    folder: PathBuf,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Empty database to play in, instead of an SQLite file in the folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Language of the story.
    #[arg(long, value_enum, default_value = "sv")]
    lang: Language,
}

impl Demo {
    pub async fn run(self) -> Result<(), Failure> {
        Ok(play(&self, &mut io::stdout()).await?)
    }
}

/// Plays the story. Fails at the first step that does not go as it says.
async fn play(demo: &Demo, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
    let began = Instant::now();
    let replaced = stage::clear(&demo.folder)?;
    let stage = Stage::open(&demo.folder, demo.port, demo.database.as_deref()).await?;
    let mut story = Story::new(stage, Teller::new(out, demo.lang));
    introduce(&mut story, demo, replaced)?;
    let played = acts::play(&mut story).await;
    let Story {
        stage, mut teller, ..
    } = story;
    let entries = stage.close().await;
    played?;
    conclude(&mut teller, demo, began, entries?)
}

fn introduce(story: &mut Story<'_>, demo: &Demo, replaced: bool) -> anyhow::Result<()> {
    let (folder, address) = (demo.folder.display(), story.stage.address());
    if replaced {
        story.teller.say([
            &format!("I {folder} låg en tidigare demo. Den ersätts; annat i mappen är orört."),
            &format!(
                "{folder} held an earlier demo. It is replaced; anything else there is untouched."
            ),
        ])?;
    }
    story.teller.say([
        &format!("En runda av Samverkan för bästa skola, i Vallentuna 2019–2020. Servern svarar på {address}."),
        &format!("One round of Samverkan för bästa skola, in Vallentuna 2019–2020. The server answers at {address}."),
    ])?;
    story.teller.say([
        "Enheternas namn och koder och rundans tider är verkliga. Det de skriver är exempel.",
        "Names and codes of the units and the times of the round are real. What they write is made up.",
    ])?;
    Ok(())
}

fn conclude(
    teller: &mut Teller<'_>,
    demo: &Demo,
    began: Instant,
    entries: u64,
) -> anyhow::Result<()> {
    let seconds = began.elapsed().as_secs_f32();
    teller.say([
        &format!("  {entries} poster i journalen, kedjan är hel"),
        &format!("  {entries} entries in the journal, its chain is whole"),
    ])?;
    teller.say([
        &format!("  {seconds:.1} sekunder, alla anrop genom gRPC"),
        &format!("  {seconds:.1} seconds, all calls through gRPC"),
    ])?;
    if demo.database.is_some() {
        return Ok(());
    }
    let (folder, officer) = (demo.folder.display(), cast::OFFICER);
    teller.chapter(["Databasen är kvar", "The database remains"])?;
    for (what, command) in [
        (
            ["Starta en server på den", "Start a server on it"],
            "serve".to_owned(),
        ),
        (
            [
                "Lista dokumenten, som handläggare",
                "List the documents, as officer",
            ],
            format!("document list --as {officer}"),
        ),
        (
            ["Kontrollera journalen", "Verify the journal"],
            "audit verify".to_owned(),
        ),
    ] {
        let line = format!(
            "  {:<35} cargo run -- {command} --home {folder}",
            teller.language.of(what)
        );
        teller.say([&line, &line])?;
    }
    Ok(())
}
