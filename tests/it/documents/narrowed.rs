//! Fields that only some roles see: left out wherever a document is shown, listed or compared, and named.

use styrkedja::proto::v1::{ListDocumentsRequest, ListRevisionsRequest};

use super::{acts::*, papers::*};
use crate::world::World;

stories!(narrowed_fields_are_left_out_and_named);

async fn narrowed_fields_are_left_out_and_named(world: World) {
    let (principal, officer) = (
        world.principal_of("Karbyskolan").await,
        world.officer().await,
    );
    let draft = principal
        .draft(&analysis(&world.id_of("Karbyskolan")))
        .await;
    let mut edited = draft.clone();
    analysis_in(&mut edited)
        .participation
        .as_mut()
        .expect("participation")
        .pupils = 141;
    let edited = principal
        .updates(change(&edited, &["analysis.participation"]))
        .await
        .expect("a draft can be changed");
    let first = principal.submits(&edited).await.expect("it breaks no rule");
    let returned = officer
        .reviews(returning(&first))
        .await
        .expect("it is returned");
    let mut mended = returned.clone();
    analysis_in(&mut mended)
        .participation
        .as_mut()
        .expect("participation")
        .pupils = 150;
    analysis_in(&mut mended).title = "Nulägesanalys, kompletterad".into();
    let paths = ["analysis.participation", "analysis.title"];
    let mended = principal
        .updates(change(&mended, &paths))
        .await
        .expect("it is mended");
    assert!(mended.hidden_fields.is_empty());
    principal.submits(&mended).await.expect("it breaks no rule");

    let researcher = world.researcher_of("Vallentuna kommun").await;
    let seen = researcher
        .gets(&draft.id, 0)
        .await
        .expect("handed in, in the round");
    assert_eq!(seen.hidden_fields, ["author", "analysis.participation"]);
    assert_eq!(seen.author, "");
    let mut expected = mended.clone();
    analysis_in(&mut expected).participation = None;
    assert_eq!(seen.content, expected.content);
    let listed = researcher.all(ListDocumentsRequest::default()).await;
    assert_eq!(listed, [seen]);

    let differences = researcher
        .compares(&draft.id, 3, 6)
        .await
        .expect("both are handed in");
    let named: Vec<_> = differences
        .iter()
        .map(|found| found.field.as_str())
        .collect();
    assert!(
        named.contains(&"analysis.title")
            && !named.iter().any(|field| field.contains("participation")),
        "{named:?}"
    );
    assert!(!named.contains(&"author"), "{named:?}");
    let history = ListRevisionsRequest {
        id: draft.id.clone(),
        ..Default::default()
    };
    let history = researcher
        .documents()
        .list_revisions(history)
        .await
        .expect("what was handed in")
        .into_inner();
    assert!(
        history
            .revisions
            .iter()
            .all(|revision| revision.author.is_empty() && revision.content.is_none())
    );
}
