//! The program as a client, as a person or a script uses it.

use std::process::{Command, Output};

use serde_json::Value;

use crate::world::World;

stories!(
    a_document_goes_its_whole_way_from_the_command_line,
    a_refusal_is_told_and_has_an_exit_code,
    what_can_not_be_understood_is_not_sent
);

/// Somebody at a terminal.
struct Terminal {
    server: String,
    token: String,
}

impl Terminal {
    fn of(world: &World, subject: &str) -> Self {
        Self {
            server: world.address(),
            token: world.token_of(subject),
        }
    }

    fn run(&self, words: &[&str]) -> Output {
        let program = env!("CARGO_BIN_EXE_styrkedja");
        tokio::task::block_in_place(|| {
            Command::new(program)
                .args(words)
                .env("STYRKEDJA_SERVER", &self.server)
                .env("STYRKEDJA_TOKEN", &self.token)
                .output()
                .expect("the program runs")
        })
    }

    /// What is printed for people.
    fn says(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text is printed")
    }

    /// What is printed for programs.
    fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--output", "json"]).collect();
        serde_json::from_str(&self.says(&words)).expect("JSON is printed")
    }
}

async fn a_document_goes_its_whole_way_from_the_command_line(world: World) {
    let principal = Terminal::of(
        &world,
        &world.principal_of("Bällstabergsskolan").await.subject,
    );
    let head = Terminal::of(&world, &world.head_of("Vallentuna kommun").await.subject);
    let create = [
        "document",
        "create",
        "docs/samples/analysis.json",
        "--owner",
        "52293921",
    ];

    let trial: Vec<&str> = create.into_iter().chain(["--dry-run"]).collect();
    assert!(principal.says(&trial).contains("nothing was changed"));
    assert!(
        principal
            .says(&["document", "list"])
            .contains("0 document(s)")
    );

    let made = principal.json(&create);
    let (id, etag) = (text(&made, "/document/id"), text(&made, "/document/etag"));
    let submitted = principal.json(&["document", "submit", &id, "--etag", &etag]);
    assert_eq!(
        text(&submitted, "/document/state"),
        "DOCUMENT_STATE_SUBMITTED"
    );

    let etag = text(&submitted, "/document/etag");
    let review = [
        "document",
        "review",
        &id,
        "--etag",
        &etag,
        "--decision",
        "return",
        "--reason",
        "other",
    ];
    let words = [
        "--text",
        "Se kommentaren.",
        "--comment",
        "analysis.problems[0].statement=För vem?",
    ];
    let returned = head.json(&[review.as_slice(), &words].concat());
    assert_eq!(text(&returned, "/state"), "DOCUMENT_STATE_RETURNED");

    let change = std::env::temp_dir().join(format!("styrkedja-change-{id}.json"));
    std::fs::write(
        &change,
        r#"{"analysis": {"title": "Nulägesanalys, omarbetad"}}"#,
    )
    .expect("the change is written");
    let (etag, file) = (text(&returned, "/etag"), change.display().to_string());
    let updated = principal.json(&[
        "document",
        "update",
        &id,
        &file,
        "--mask",
        "analysis.title",
        "--etag",
        &etag,
    ]);
    std::fs::remove_file(&change).expect("the change is removed");
    assert_eq!(
        text(&updated, "/document/analysis/title"),
        "Nulägesanalys, omarbetad"
    );

    let differences = principal.says(&["document", "compare", &id, "1", "4"]);
    assert!(
        differences.contains("analysis.title") && differences.contains("omarbetad"),
        "{differences}"
    );
    let revisions = principal.says(&["document", "revisions", &id]);
    assert!(
        revisions.contains("draft")
            && revisions.contains("submitted")
            && revisions.contains("returned"),
        "{revisions}"
    );
    assert!(
        principal
            .says(&["document", "get", &id])
            .contains("analysis.problems[0].statement: För vem?")
    );

    let etag = text(&updated, "/document/etag");
    let withdrawn = principal.says(&[
        "document", "withdraw", &id, "--etag", &etag, "--reason", "mistake",
    ]);
    assert!(withdrawn.contains("withdrawn"), "{withdrawn}");
}

async fn a_refusal_is_told_and_has_an_exit_code(world: World) {
    let principal = Terminal::of(&world, &world.principal_of("Karbyskolan").await.subject);
    let draft = principal.json(&[
        "document",
        "create",
        "docs/samples/analysis-with-faults.json",
        "--owner",
        "57370453",
    ]);
    let (id, etag) = (text(&draft, "/document/id"), text(&draft, "/document/etag"));
    let submit = ["document", "submit", &id, "--etag", &etag];
    for (language, heading) in [("sv", "Vad man kan göra"), ("en", "What to do")] {
        let output = principal.run(&[submit.as_slice(), &["--lang", language]].concat());
        assert_eq!(output.status.code(), Some(1));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            told.starts_with("refused: INVALID_ARGUMENT: FINDINGS") && told.contains(heading),
            "{told}"
        );
    }

    let output = principal.run(&["document", "get", &styrkedja::clock::new_id().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("refused: NOT_FOUND"));
}

async fn what_can_not_be_understood_is_not_sent(world: World) {
    let principal = Terminal::of(&world, &world.principal_of("Karbyskolan").await.subject);
    for words in [
        ["document", "create", "no/such/file.json"].as_slice(),
        &["document", "create", "Cargo.toml"],
        &["document", "list", "--kind", "poem"],
        &[
            "grants",
            "create",
            "--subject",
            "a:b",
            "--role",
            "king",
            "--at",
            "57370453",
        ],
        &["organizations", "get", "Karbyskolan"],
    ] {
        assert_eq!(principal.run(words).status.code(), Some(2), "{words:?}");
    }
}

fn text(value: &Value, at: &str) -> String {
    let found = value.pointer(at).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("there is no {at} in {value}"))
        .to_owned()
}
