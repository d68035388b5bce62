//! What the rules find in documents: it comes back with a draft, stops a submission, and may be justified.

use styrkedja::proto::v1::Justification;
use tonic::Code;

use super::{acts::*, papers::*};
use crate::world::World;

stories!(
    what_is_found_comes_back_with_a_draft_and_stops_a_submission,
    a_reason_given_lets_a_submission_through,
);

async fn what_is_found_comes_back_with_a_draft_and_stops_a_submission(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut incomplete = analysis(&world.id_of("Karbyskolan"));
    analysis_in(&mut incomplete).title = String::new();
    analysis_in(&mut incomplete).problems[0].evidence_ids = Vec::new();
    let created = principal
        .creates(&incomplete)
        .await
        .expect("a draft may lack anything");
    let expected = [
        "analysis.title_missing analysis.title",
        "analysis.evidence_unused analysis.evidence[0]",
        "analysis.problem_without_evidence analysis.problems[0].evidence_ids",
    ];
    assert_eq!(told(&created.findings), expected);
    assert!(
        created
            .findings
            .iter()
            .all(|found| !found.message_sv.is_empty() && !found.remedy_en.is_empty())
    );
    let draft = created.document.expect("a document");
    let refused = principal
        .submits(&draft)
        .await
        .expect_err("it breaks rules");
    assert_eq!(
        (refused.code(), reason(&refused)),
        (Code::InvalidArgument, "FINDINGS".to_owned())
    );
    assert_eq!(told(&findings(&refused)), expected);
    assert_eq!(
        principal
            .gets(&draft.id, 0)
            .await
            .expect("nothing has changed"),
        draft
    );
}

async fn a_reason_given_lets_a_submission_through(world: World) {
    let principal = world.principal_of("Karbyskolan").await;
    let mut paper = analysis(&world.id_of("Karbyskolan"));
    analysis_in(&mut paper)
        .participation
        .as_mut()
        .expect("participation")
        .pupils = 0;
    let draft = principal.draft(&paper).await;
    let refused = principal
        .submits(&draft)
        .await
        .expect_err("why have no pupils taken part?");
    assert_eq!(
        told(&findings(&refused)),
        ["analysis.no_pupils_took_part analysis.participation.pupils"]
    );

    let because = Justification {
        rule: "analysis.no_pupils_took_part".to_owned(),
        field: "analysis.participation.pupils".to_owned(),
        reason: "Eleverna hörs i september.".to_owned(),
    };
    let beside = Justification {
        rule: "analysis.title_missing".to_owned(),
        ..because.clone()
    };
    let mut request = submission(&draft);
    request.justifications = vec![because.clone(), beside];
    let answer = principal
        .hands_in(request)
        .await
        .expect("a reason is given");
    let submitted = answer.document.expect("a document");
    assert_eq!(submitted.justifications, [because]);
    assert_eq!(
        told(&answer.findings),
        [
            "analysis.no_pupils_took_part analysis.participation.pupils",
            "document.nothing_to_justify justifications[1]",
        ]
    );
    assert_eq!(
        principal.gets(&draft.id, 0).await.expect("it is there"),
        submitted
    );
}
