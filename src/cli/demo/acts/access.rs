//! Those who may not, tried: roles without content, another round, tokens that are none, and a grant that was taken back.

use crate::{
    cli::demo::{
        caller::new_request,
        cast::{ANALYST, COORDINATOR, KARBYSKOLAN, OPERATOR, OTHER_RESEARCHER, TEACHER, UNITS},
        story::Story,
    },
    clock,
    proto::v1::{ErrorReason, ListGrantsRequest, RevokeGrantRequest},
};

pub async fn play(story: &mut Story<'_>) -> anyhow::Result<()> {
    story
        .teller
        .chapter(["9. De som inte får", "9. Those who may not"])?;
    let id = story.analysis(KARBYSKOLAN)?.id;
    let what = [
        "Läser Karbyskolans godtagna analys",
        "Reads the accepted analysis of Karbyskolan",
    ];
    for (name, reason) in [
        (OPERATOR, ErrorReason::RoleMayNot),
        (ANALYST, ErrorReason::RoleMayNot),
        (OTHER_RESEARCHER, ErrorReason::NotFound),
        (COORDINATOR, ErrorReason::NotFound),
    ] {
        let reader = story.caller(name)?;
        story
            .teller
            .is_refused(&reader, what, reader.get(&id).await, reason)?;
    }
    tokens(story, &id).await?;
    revoke(story, &id).await
}

async fn tokens(story: &mut Story<'_>, id: &str) -> anyhow::Result<()> {
    let principal = UNITS[KARBYSKOLAN].author;
    let hour_ago = clock::now().plus_seconds(-3600).seconds();
    let expired = story.stage.token(principal, hour_ago)?;
    let forged = story.stage.forged(TEACHER, principal)?;
    for (token, what) in [
        (None, ["Läser utan token", "Reads without a token"]),
        (
            Some(expired),
            [
                "Läser med en token som har gått ut",
                "Reads with a token that has expired",
            ],
        ),
        (
            Some(forged),
            [
                "Läser med en lärares token, där namnet har bytts ut",
                "Reads with a teacher's token, the name exchanged",
            ],
        ),
        (
            Some("hemligt".to_owned()),
            [
                "Läser med något som inte är en token",
                "Reads with something that is no token",
            ],
        ),
    ] {
        let caller = story.stage.caller_with(principal, token.as_deref())?;
        story.teller.is_refused(
            &caller,
            what,
            caller.get(id).await,
            ErrorReason::TokenNotAccepted,
        )?;
    }
    Ok(())
}

async fn revoke(story: &mut Story<'_>, id: &str) -> anyhow::Result<()> {
    let principal = story.caller(UNITS[KARBYSKOLAN].author)?;
    let teacher = story.caller(TEACHER)?;
    let what = [
        "Läser sin skolas analys",
        "Reads the analysis of its school",
    ];
    story
        .teller
        .goes_well(&teacher, what, teacher.get(id).await, |document, _| {
            format!("rev {}", document.revision)
        })?;
    let request = ListGrantsRequest {
        subject: format!("exchange:{TEACHER}"),
        ..ListGrantsRequest::default()
    };
    let grants = principal
        .access
        .clone()
        .list_grants(request)
        .await?
        .into_inner()
        .grants;
    let [grant] = &grants[..] else {
        anyhow::bail!("the teacher has the grants {grants:?}")
    };
    let request = RevokeGrantRequest {
        request_id: new_request(),
        validate_only: false,
        id: grant.id.clone(),
    };
    let answer = principal.access.clone().revoke_grant(request).await;
    let what = [
        "Tar tillbaka lärarens roll",
        "Takes back the teacher's role",
    ];
    story
        .teller
        .goes_well(&principal, what, answer, |_, _| "OK".to_owned())?;
    let what = ["Läser igen", "Reads again"];
    story.teller.is_refused(
        &teacher,
        what,
        teacher.get(id).await,
        ErrorReason::RoleMayNot,
    )?;
    Ok(())
}
