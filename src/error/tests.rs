use prost::Message as _;
use tonic_types::StatusExt as _;

use super::*;

fn violation(index: usize) -> Violation {
    Violation::new(
        format!("document.analysis.problems[{index}].statement"),
        "string.max_len",
        "It is longer than 2000 characters; shorten it.",
        "Texten är längre än 2000 tecken; korta den.",
    )
}

fn finding(index: usize) -> v1::Finding {
    v1::Finding {
        rule: "analysis.problem_without_evidence".to_owned(),
        severity: v1::Severity::Error.into(),
        field: format!("analysis.problems[{index}].evidence_ids"),
        key: format!("p{index}"),
        message_sv: "Problemet vilar inte på något underlag.".repeat(3),
        message_en: "The problem rests on no evidence.".repeat(3),
        remedy_sv: "Ange underlag.".to_owned(),
        remedy_en: "Name the evidence.".to_owned(),
    }
}

fn every_kind_of_error() -> Vec<Error> {
    vec![
        Error::TokenNotAccepted,
        Error::RoleMayNot {
            act: v1::Act::ReviewDocuments,
        },
        Error::NotFound,
        Error::Fields(vec![violation(0)]),
        Error::Findings(vec![finding(0)]),
        Error::EtagMismatch {
            etag: "abc".to_owned(),
        },
        Error::StateForbids {
            state: v1::DocumentState::Accepted,
        },
        Error::OwnReview,
        Error::ReviewOutdated { revision: 7 },
        Error::RequestIdConflict,
        Error::ExternalIdTaken { etag: None },
        Error::BatchRefused { index: 3 },
        Error::BatchTooLarge {
            max_items: 1000,
            max_bytes: 1 << 24,
        },
        Error::StreamIdle {
            idle: Duration::from_secs(30),
        },
        Error::ConflictResolved,
        Error::CapacityTaken { taken: 30 },
        Error::SubmissionEnded,
        Error::SubmissionOvertaken,
        Error::OfferClosed,
        Error::PlacesTaken { left: 3 },
        Error::BookingNotHeld {
            state: v1::BookingState::Waiting,
        },
        Error::BookingEnded {
            state: v1::BookingState::Lapsed,
        },
        Error::CursorInvalid,
        Error::ResyncRequired,
        Error::SnapshotRequired,
        Error::ReaderTooSlow {
            cursor: "abc".to_owned(),
        },
        Error::TooLarge {
            max_request_bytes: 4096,
        },
        Error::QuotaUsedUp {
            retry_after: Duration::from_mins(1),
        },
        Error::try_again(),
        Error::NoRoom,
        Error::Deadline,
        Error::fault(anyhow::anyhow!("the disk is full")),
        Error::NoSuchMethod,
        Error::ChangedMeanwhile,
        Error::LastOperator,
        Error::Malformed,
        Error::NotOneMessage,
        Error::Compressed,
    ]
}

#[test]
fn every_reason_of_the_contract_has_its_error() {
    let reasons: std::collections::HashSet<_> =
        every_kind_of_error().iter().map(Error::reason).collect();
    let promised = (1..).map_while(|number| v1::ErrorReason::try_from(number).ok());
    let missing: Vec<_> = promised
        .filter(|reason| !reasons.contains(reason))
        .collect();
    assert_eq!(missing, [], "reasons that no error gives");
}

#[test]
fn every_status_carries_its_reason_and_code_where_programs_look() {
    for error in every_kind_of_error() {
        let (code, reason) = error.told();
        let status = Status::from(error);
        let info = status.get_details_error_info().expect("error info");
        assert_eq!(status.code(), code);
        assert_eq!(
            format!("ERROR_REASON_{}", info.reason),
            reason.as_str_name()
        );
        assert_eq!(info.domain, DOMAIN);
    }
}

#[test]
fn the_code_is_the_one_that_the_contract_states_beside_the_reason() {
    let source = include_str!("../../proto/styrkedja/v1/error_reason.proto");
    for error in every_kind_of_error() {
        let (code, reason) = error.told();
        let (before, _) = source
            .split_once(&format!("  {} =", reason.as_str_name()))
            .expect("stated");
        let (_, comment) = before.rsplit_once(";\n  // ").expect("commented");
        let stated = comment.split(':').next().unwrap_or_default();
        assert_eq!(
            stated.replace('_', ""),
            format!("{code:?}").to_ascii_uppercase(),
            "{reason:?}"
        );
    }
}

#[test]
fn what_is_not_found_is_told_in_the_same_bytes_every_time() {
    let [one, other] = [Status::from(Error::NotFound), Status::from(Error::NotFound)];
    assert_eq!(one.message(), other.message());
    assert_eq!(one.details(), other.details());
}

#[test]
fn the_cause_of_a_fault_is_never_sent() {
    let status = Status::from(Error::fault(anyhow::anyhow!("the disk is full")));
    let sent = format!(
        "{} {}",
        status.message(),
        String::from_utf8_lossy(status.details())
    );
    assert!(!sent.contains("disk"));
    let info = status.get_details_error_info().expect("error info");
    assert!(status.message().contains(&info.metadata["incident"]));
}

#[test]
fn violations_come_in_both_languages_with_their_rule() {
    let status = Status::from(Error::Fields(vec![violation(0), violation(1)]));
    let told = status
        .get_details_bad_request()
        .expect("bad request")
        .field_violations;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].field, "document.analysis.problems[1].statement");
    assert_eq!(told[1].reason, "STRING_MAX_LEN");
    assert!(
        told[1]
            .localized_message
            .as_ref()
            .is_some_and(|text| text.locale == "sv")
    );
}

#[test]
fn more_violations_than_trailers_hold_are_named_as_far_as_they_fit_and_then_counted() {
    for count in [1, 10, 30, 60, 200] {
        let status = Status::from(Error::Fields((0..count).map(violation).collect()));
        let told = status
            .get_details_bad_request()
            .expect("bad request")
            .field_violations;
        assert!(
            status.details().len() < 6000,
            "{count}: {}",
            status.details().len()
        );
        let listed = told.iter().filter(|told| told.reason != "MORE").count();
        assert!(
            listed == count
                || told.last().is_some_and(|last| last
                    .description
                    .starts_with(&format!("{} more", count - listed)))
        );
        assert!(listed >= count.min(50), "{count}: {listed}");
    }
}

#[test]
fn findings_are_sent_whole_as_far_as_trailers_hold_them() {
    for count in [1, 5, 30] {
        let status = Status::from(Error::Findings((0..count).map(finding).collect()));
        let sent = tonic_types::Status::decode(status.details()).expect("details");
        let any = sent
            .details
            .iter()
            .find(|any| any.type_url.ends_with("/styrkedja.v1.Findings"))
            .expect("findings");
        let findings = v1::Findings::decode(&*any.value)
            .expect("findings")
            .findings;
        assert!(!findings.is_empty());
        assert!(
            findings
                .iter()
                .enumerate()
                .all(|(index, sent)| *sent == finding(index))
        );
        assert!(
            status.details().len() < 6000,
            "{count}: {}",
            status.details().len()
        );
    }
}
