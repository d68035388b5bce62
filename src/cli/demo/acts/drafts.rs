//! What nobody may do to a draft, tried: reading it from elsewhere, changing it blindly, writing what must not be written.

use anyhow::ensure;
use tonic::Status;

use crate::{
    cli::demo::{
        caller::{Caller, new_request},
        cast::{BALLSTABERGSSKOLAN, BOARD, HEAD, KARBYSKOLAN, OFFICER, RESEARCHER, UNITS},
        story::{Story, told},
    },
    clock,
    proto::v1::{
        Analysis, Document, ErrorReason, ExplainAccessRequest, WithdrawReason, document::Content,
        explain_access_request::Target,
    },
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    let title = [
        "4. Ett utkast är enhetens eget",
        "4. A draft is the unit's own",
    ];
    story.teller.chapter(title)?;
    let draft = story.analysis(KARBYSKOLAN)?;
    let readers = [
        (
            UNITS[BALLSTABERGSSKOLAN].author,
            [
                "Läser Karbyskolans utkast",
                "Reads the draft of Karbyskolan",
            ],
        ),
        (
            HEAD,
            [
                "Läser Karbyskolans utkast",
                "Reads the draft of Karbyskolan",
            ],
        ),
        (
            RESEARCHER,
            [
                "Läser Karbyskolans utkast",
                "Reads the draft of Karbyskolan",
            ],
        ),
        (
            BOARD,
            [
                "Läser Karbyskolans utkast",
                "Reads the draft of Karbyskolan",
            ],
        ),
        (
            OFFICER,
            [
                "Läser Karbyskolans utkast",
                "Reads the draft of Karbyskolan",
            ],
        ),
    ];
    for (name, what) in readers {
        let reader = story.caller(name)?;
        let seen = reader.get(&draft.id).await;
        let seen = story
            .teller
            .is_refused(&reader, what, seen, ErrorReason::NotFound)?;
        let missing = reader.get(&clock::new_id().to_string()).await.err();
        ensure!(
            missing.is_some_and(|missing| same(&seen, &missing)),
            "a foreign draft looks unlike a missing one"
        );
    }
    let note = [
        "      (Svaret är byte för byte detsamma som för ett dokument som aldrig har funnits.)",
        "      (The answer is byte for byte the one for a document that never was.)",
    ];
    story.teller.say(note)?;
    explain(story, &draft).await?;
    change(story, &draft).await
}

fn same(one: &Status, other: &Status) -> bool {
    (one.code(), one.message(), one.details()) == (other.code(), other.message(), other.details())
}

/// A caller may ask why, and learns nothing that it may not know.
async fn explain(story: &mut Story<'_>, draft: &Document) -> anyhow::Result<()> {
    let other = story.caller(UNITS[BALLSTABERGSSKOLAN].author)?;
    let request = ExplainAccessRequest {
        method: "styrkedja.v1.DocumentService/GetDocument".to_owned(),
        target: Some(Target::DocumentId(draft.id.clone())),
        kind: 0,
    };
    let answer = other
        .access
        .clone()
        .explain_access(request)
        .await
        .map(tonic::Response::into_inner);
    let what = ["Frågar varför", "Asks why"];
    let answer = story
        .teller
        .goes_well(&other, what, answer, |answer, language| {
            format!(
                "{}: {}",
                answer.status,
                language.of([&answer.message_sv, &answer.message_en])
            )
        })?;
    ensure!(
        !answer.allowed && answer.status == "NOT_FOUND",
        "was told {answer:?}"
    );
    Ok(())
}

async fn change(story: &mut Story<'_>, draft: &Document) -> anyhow::Result<()> {
    let author = story.caller(UNITS[KARBYSKOLAN].author)?;
    let what = [
        "Ändrar utan att säga vilka fält",
        "Changes without saying which fields",
    ];
    let answer = author.update(draft.clone(), &[]).await;
    story
        .teller
        .is_refused(&author, what, answer, ErrorReason::FieldsInvalid)?;
    let what = [
        "Vill ändra dokumentets läge själv",
        "Wants to change the state of the document itself",
    ];
    let answer = author.update(draft.clone(), &["state"]).await;
    story
        .teller
        .is_refused(&author, what, answer, ErrorReason::FieldsInvalid)?;
    let stale = author.get(&draft.id).await?;
    let changed = retitled(stale.clone(), "Nulägesanalys för Karbyskolan 2019");
    let what = ["Ändrar titeln", "Changes the title"];
    let answer = author.update(changed, &["analysis.title"]).await;
    let answer = story
        .teller
        .goes_well(&author, what, answer, |answer, language| {
            answer
                .document
                .as_ref()
                .map(|document| told(document, language))
                .unwrap_or_default()
        })?;
    let current = story.keep(KARBYSKOLAN, answer.document)?;
    let what = [
        "Ändrar igen, på det läge den såg förut",
        "Changes again, on the state it saw before",
    ];
    let answer = author
        .update(retitled(stale, "Nulägesanalys"), &["analysis.title"])
        .await;
    story
        .teller
        .is_refused(&author, what, answer, ErrorReason::EtagMismatch)?;
    personal_number(story, &author, &current).await?;
    same_request_twice(story, &author).await
}

fn retitled(mut document: Document, title: &str) -> Document {
    if let Some(Content::Analysis(analysis)) = &mut document.content {
        title.clone_into(&mut analysis.title);
    }
    document
}

/// The number is the well-known example of one.
async fn personal_number(
    story: &mut Story<'_>,
    author: &Caller,
    draft: &Document,
) -> anyhow::Result<()> {
    let mut changed = draft.clone();
    if let Some(Content::Analysis(analysis)) = &mut changed.content {
        "Eleven 19121212-1212 behöver stöd.".clone_into(&mut analysis.present_state);
    }
    let what = [
        "Skriver ett personnummer i texten",
        "Writes a personal identity number in the text",
    ];
    let answer = author.update(changed, &["analysis.present_state"]).await;
    story
        .teller
        .is_refused(author, what, answer, ErrorReason::Findings)?;
    Ok(())
}

/// The same request again has its first answer; another request under the same id is refused.
async fn same_request_twice(story: &mut Story<'_>, author: &Caller) -> anyhow::Result<()> {
    let id = new_request();
    let unit = &UNITS[KARBYSKOLAN];
    let document = Document {
        owner_id: story.organization(unit.name)?,
        content: Some(Content::Analysis(Analysis {
            title: "Skapad av misstag".to_owned(),
            ..Analysis::default()
        })),
        ..Document::default()
    };
    let what = [
        "Skapar ett dokument av misstag",
        "Creates a document by mistake",
    ];
    let first = author.create_as(id.clone(), document.clone()).await;
    let first = story
        .teller
        .goes_well(author, what, first, |answer, language| {
            answer
                .document
                .as_ref()
                .map(|document| told(document, language))
                .unwrap_or_default()
        })?;
    let what = [
        "Skickar samma begäran igen, som efter ett avbrott",
        "Sends the same request again, as after a break",
    ];
    let again = author.create_as(id.clone(), document.clone()).await;
    let again = story.teller.goes_well(author, what, again, |_, language| {
        language
            .of([
                "samma dokument, inget nytt",
                "the same document, nothing new",
            ])
            .to_owned()
    })?;
    ensure!(
        first.document == again.document,
        "the second answer was another"
    );
    let other = retitled(document, "Något annat");
    let what = [
        "Skickar något annat under samma id",
        "Sends something else under the same id",
    ];
    let answer = author.create_as(id, other).await;
    story
        .teller
        .is_refused(author, what, answer, ErrorReason::RequestIdConflict)?;
    let Some(mistake) = first.document else {
        anyhow::bail!("the answer holds no document")
    };
    let what = ["Återkallar det", "Withdraws it"];
    let withdrawn = author.withdraw(&mistake, WithdrawReason::Mistake).await;
    let withdrawn = story.teller.goes_well(author, what, withdrawn, told)?;
    ensure!(
        withdrawn.content.is_none(),
        "a withdrawn document still has content"
    );
    Ok(())
}
