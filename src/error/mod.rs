//! Why a call is refused, and the one mapping from that to what the caller is told.
//! Knows the statuses of the contract; does not know which rule of which feature refused.

mod details;
pub mod normalise;

use std::time::Duration;

use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::pb;
use uuid::Uuid;

use crate::{clock, contract::Violation, database::trouble, journal, page, proto::v1};
use details::Details;

/// The domain of every `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "styrkedja";

/// Somebody must make room first.
const RETRY_WITHOUT_ROOM: Duration = Duration::from_secs(30);

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call is refused. Messages are for people and may change; reasons are for programs and do not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("The call carries no token that the exchange accepts.")]
    TokenNotAccepted,
    #[error("No role of yours may do this; ExplainAccess tells why.")]
    RoleMayNot { act: v1::Act },
    /// Constant: what is outside the caller's scope looks exactly like what was never there.
    #[error("There is no such thing, or it is outside what you may see.")]
    NotFound,
    #[error("{}", told_of_fields(.0))]
    Fields(Vec<Violation>),
    #[error("{}", told_of_findings(.0))]
    Findings(Vec<v1::Finding>),
    #[error(
        "What you change has changed since you read it; read it again and repeat the change with its new etag."
    )]
    EtagMismatch { etag: String },
    #[error("The document is in state {}, which does not allow this.", .state.as_str_name())]
    StateForbids { state: v1::DocumentState },
    #[error(
        "A document is reviewed by someone of another organization than its author's and its owner's."
    )]
    OwnReview,
    #[error(
        "The review was made on another revision or content than the current one; read the document again."
    )]
    ReviewOutdated { revision: u32 },
    #[error("The request id was used for another request; choose a new one.")]
    RequestIdConflict,
    #[error("The owner has another document of the kind with this external id.")]
    ExternalIdTaken {
        /// Of that document, where the caller sees it and is to be told.
        etag: Option<String>,
    },
    #[error("The page token or cursor was not made for you and these filters; start without one.")]
    CursorInvalid,
    #[error("The position is no longer kept; start again from the first page.")]
    ResyncRequired,
    /// Of a copy, not of a listing: the same reason, and something else to do.
    #[error(
        "What has changed since the cursor can not be told; call again without a cursor, and let the snapshot replace your copy."
    )]
    SnapshotRequired,
    #[error(
        "You did not take the messages of the stream; call again with the last cursor that you have stored."
    )]
    ReaderTooSlow { cursor: String },
    #[error("The request is larger than the method allows; send less at a time.")]
    TooLarge { max_request_bytes: u32 },
    #[error("Your organization has used up its share for now; try again later.")]
    QuotaUsedUp { retry_after: Duration },
    #[error("The exchange is busy or stopping; try again with the same request id.")]
    TryAgain { retry_after: Duration },
    #[error(
        "The exchange can not write: its storage is full or failing. Nothing was changed, and what is kept can be read; try again later with the same request id."
    )]
    NoRoom,
    #[error("The call took longer than the method allows; try again with the same request id.")]
    Deadline,
    /// A fault of the exchange. The cause is logged under the incident and never sent.
    #[error("A fault of the exchange, logged as incident {incident}.")]
    Fault {
        incident: Uuid,
        cause: anyhow::Error,
    },
    #[error("There is no such method.")]
    NoSuchMethod,
    #[error("What the request builds on has changed meanwhile; read it again.")]
    ChangedMeanwhile,
    #[error(
        "Without it no operator would remain whose grant has no end; make another operator first."
    )]
    LastOperator,
    #[error("The bytes of the request are not a protobuf message of the method.")]
    Malformed,
    #[error("The method takes exactly one message; send one, and then end the stream.")]
    NotOneMessage,
    #[error(
        "It was to be written together with others, of which item {index} was not written; mend that and send the batch again."
    )]
    BatchRefused { index: u64 },
    #[error(
        "A batch that is written together holds at most {max_items} items and {max_bytes} bytes; send smaller ones."
    )]
    BatchTooLarge { max_items: usize, max_bytes: usize },
    #[error("Nothing was sent or taken for {} seconds; send what was not answered again.", .idle.as_secs())]
    StreamIdle { idle: Duration },
    #[error("The conflict was resolved before.")]
    ConflictResolved,
    #[error(
        "{taken} places are held and confirmed; state at least as many, or have some of them released first."
    )]
    CapacityTaken { taken: u32 },
    #[error("The submission has ended; begin another one.")]
    SubmissionEnded,
    #[error("Another stream goes on with the submission; leave it to that one, or call again.")]
    SubmissionOvertaken,
    #[error(
        "The offer takes nobody: it is cancelled, inactive or withdrawn, or states no capacity."
    )]
    OfferClosed,
    #[error("{left} places are left; ask for fewer, or wait in line.")]
    PlacesTaken { left: u32 },
    #[error("The booking is in state {}; only held places can be confirmed.", .state.as_str_name())]
    BookingNotHeld { state: v1::BookingState },
    #[error("The booking is in state {}; there is nothing to give back.", .state.as_str_name())]
    BookingEnded { state: v1::BookingState },
    #[error("The exchange takes no compressed requests; send it without compression.")]
    Compressed,
}

impl Error {
    /// A fault of the exchange, under a new incident id.
    pub fn fault(cause: impl Into<anyhow::Error>) -> Self {
        Self::Fault {
            incident: clock::new_id(),
            cause: cause.into(),
        }
    }

    /// The exchange can not serve this now; nothing was applied, or a request id makes the retry safe.
    pub fn try_again() -> Self {
        Self::TryAgain {
            retry_after: Duration::from_secs(1),
        }
    }

    /// One field at fault.
    pub fn field(violation: Violation) -> Self {
        Self::Fields(vec![violation])
    }

    /// What the caller is told to react to.
    pub fn reason(&self) -> v1::ErrorReason {
        self.told().1
    }

    fn told(&self) -> (Code, v1::ErrorReason) {
        use v1::ErrorReason as Reason;
        match self {
            Self::TokenNotAccepted => (Code::Unauthenticated, Reason::TokenNotAccepted),
            Self::RoleMayNot { .. } => (Code::PermissionDenied, Reason::RoleMayNot),
            Self::NotFound => (Code::NotFound, Reason::NotFound),
            Self::Fields(_) => (Code::InvalidArgument, Reason::FieldsInvalid),
            Self::Findings(_) => (Code::InvalidArgument, Reason::Findings),
            Self::EtagMismatch { .. } => (Code::Aborted, Reason::EtagMismatch),
            Self::StateForbids { .. } => (Code::FailedPrecondition, Reason::StateForbids),
            Self::OwnReview => (Code::FailedPrecondition, Reason::OwnReview),
            Self::ReviewOutdated { .. } => (Code::Aborted, Reason::ReviewOutdated),
            Self::RequestIdConflict => (Code::AlreadyExists, Reason::RequestIdConflict),
            Self::ExternalIdTaken { .. } => (Code::AlreadyExists, Reason::ExternalIdTaken),
            Self::CursorInvalid => (Code::InvalidArgument, Reason::CursorInvalid),
            Self::ResyncRequired | Self::SnapshotRequired => {
                (Code::OutOfRange, Reason::ResyncRequired)
            }
            Self::ReaderTooSlow { .. } => (Code::ResourceExhausted, Reason::ReaderTooSlow),
            Self::TooLarge { .. } => (Code::ResourceExhausted, Reason::RequestTooLarge),
            Self::QuotaUsedUp { .. } => (Code::ResourceExhausted, Reason::QuotaUsedUp),
            Self::TryAgain { .. } | Self::NoRoom => (Code::Unavailable, Reason::TryAgain),
            Self::Deadline => (Code::DeadlineExceeded, Reason::Deadline),
            Self::Fault { .. } => (Code::Internal, Reason::Fault),
            Self::NoSuchMethod => (Code::Unimplemented, Reason::NoSuchMethod),
            Self::ChangedMeanwhile => (Code::FailedPrecondition, Reason::ChangedMeanwhile),
            Self::LastOperator => (Code::FailedPrecondition, Reason::LastOperator),
            Self::Malformed | Self::NotOneMessage => (Code::Internal, Reason::Malformed),
            Self::Compressed => (Code::Unimplemented, Reason::Compressed),
            Self::BatchRefused { .. } => (Code::Aborted, Reason::BatchRefused),
            Self::BatchTooLarge { .. } => (Code::ResourceExhausted, Reason::BatchTooLarge),
            Self::StreamIdle { .. } => (Code::DeadlineExceeded, Reason::StreamIdle),
            Self::ConflictResolved => (Code::FailedPrecondition, Reason::ConflictResolved),
            Self::CapacityTaken { .. } => (Code::FailedPrecondition, Reason::CapacityTaken),
            Self::SubmissionEnded => (Code::FailedPrecondition, Reason::SubmissionEnded),
            Self::SubmissionOvertaken => (Code::Aborted, Reason::SubmissionOvertaken),
            Self::OfferClosed => (Code::FailedPrecondition, Reason::OfferClosed),
            Self::PlacesTaken { .. } => (Code::FailedPrecondition, Reason::PlacesTaken),
            Self::BookingNotHeld { .. } => (Code::FailedPrecondition, Reason::BookingNotHeld),
            Self::BookingEnded { .. } => (Code::FailedPrecondition, Reason::BookingEnded),
        }
    }

    fn details(&self) -> Details {
        let details = Details::of(self.reason());
        match self {
            Self::RoleMayNot { act } => details.with("act", act.as_str_name()),
            Self::Fields(violations) => details.violations(violations),
            Self::Findings(findings) => details.findings(findings),
            Self::EtagMismatch { etag } | Self::ExternalIdTaken { etag: Some(etag) } => {
                details.with("etag", etag)
            }
            Self::StateForbids { state } => details.with("state", state.as_str_name()),
            Self::CapacityTaken { taken } => details.with("taken", &taken.to_string()),
            Self::PlacesTaken { left } => details.with("left", &left.to_string()),
            Self::BookingNotHeld { state } | Self::BookingEnded { state } => {
                details.with("state", state.as_str_name())
            }
            Self::ReviewOutdated { revision } => details.with("revision", &revision.to_string()),
            Self::TooLarge { max_request_bytes } => {
                details.with("max_request_bytes", &max_request_bytes.to_string())
            }
            Self::QuotaUsedUp { retry_after } | Self::TryAgain { retry_after } => {
                details.retry(*retry_after)
            }
            Self::NoRoom => details.retry(RETRY_WITHOUT_ROOM).in_swedish(
                "Utbytet kan inte skriva: lagringen är full eller trasig. Ingenting har ändrats, och det som finns kan läsas; försök igen senare med samma request_id.",
            ),
            Self::Fault { incident, .. } => details.with("incident", &incident.to_string()),
            Self::ReaderTooSlow { cursor } => details.with("cursor", cursor),
            Self::SnapshotRequired => details.in_swedish(
                "Det som har ändrats sedan markören går inte att berätta; anropa igen utan markör och låt ögonblicksbilden ersätta kopian.",
            ),
            Self::BatchRefused { index } => details.with("index", &index.to_string()),
            Self::BatchTooLarge {
                max_items,
                max_bytes,
            } => details
                .with("max_items", &max_items.to_string())
                .with("max_bytes", &max_bytes.to_string()),
            Self::StreamIdle { idle } => {
                details.with("idle_seconds", &idle.as_secs().to_string())
            }
            Self::TokenNotAccepted
            | Self::NotFound
            | Self::OwnReview
            | Self::RequestIdConflict
            | Self::ExternalIdTaken { etag: None }
            | Self::ConflictResolved
            | Self::SubmissionEnded
            | Self::SubmissionOvertaken
            | Self::OfferClosed
            | Self::CursorInvalid
            | Self::ResyncRequired
            | Self::Deadline
            | Self::NoSuchMethod
            | Self::ChangedMeanwhile
            | Self::LastOperator
            | Self::Malformed
            | Self::NotOneMessage
            | Self::Compressed => details,
        }
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let code = error.told().0;
        let told = pb::Status::from(error);
        let details = told.encode_to_vec().into();
        Self::with_details(code, told.message, details)
    }
}

/// The same for a part of a call.
impl From<Error> for pb::Status {
    fn from(error: Error) -> Self {
        if let Error::Fault { incident, cause } = &error {
            tracing::error!(%incident, cause = format!("{cause:#}"), "A call ended in a fault of the exchange.");
        }
        let details = error.details().into_any();
        Self {
            code: i32::from(error.told().0),
            message: error.to_string(),
            details,
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(cause: sea_orm::DbErr) -> Self {
        use sea_orm::DbErr;
        let is_away = matches!(cause, DbErr::Conn(_)) || trouble::is_passing(&cause);
        if is_away || trouble::is_too_slow(&cause) {
            tracing::warn!(%cause, "The database does not answer.");
            return Self::try_again();
        }
        Self::fault(cause)
    }
}

/// What a refusal of the journal is to those who have nothing better to say of it.
impl From<journal::Refusal> for Error {
    fn from(refusal: journal::Refusal) -> Self {
        use crate::journal::Refusal;
        match refusal {
            Refusal::Outdated { .. } | Refusal::CodeTaken { .. } | Refusal::ExpectedOtherwise => {
                Self::ChangedMeanwhile
            }
            Refusal::ExternalIdTaken { .. } => Self::ExternalIdTaken { etag: None },
            Refusal::RequestIdConflict => Self::RequestIdConflict,
            Refusal::RegisterChanged | Refusal::Together | Refusal::Unavailable(_) => {
                Self::try_again()
            }
            Refusal::NoRoom => Self::NoRoom,
        }
    }
}

impl From<page::CursorInvalid> for Error {
    fn from(_: page::CursorInvalid) -> Self {
        Self::CursorInvalid
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::field(violation)
    }
}

/// The first violation in words, so that a caller who reads no details knows where to start.
fn told_of_fields(violations: &[Violation]) -> String {
    match violations {
        [] => "The request breaks a rule of the contract.".to_owned(),
        [only] => format!("{}: {}", named(&only.field), only.description),
        [first, rest @ ..] => format!(
            "{}: {} The details name {} more.",
            named(&first.field),
            first.description,
            rest.len(),
        ),
    }
}

fn told_of_findings(findings: &[v1::Finding]) -> String {
    match findings {
        [] => "The document breaks a rule of its kind.".to_owned(),
        [only] => format!(
            "{}: {} {}",
            named(&only.field),
            only.message_en,
            only.remedy_en
        ),
        [first, rest @ ..] => format!(
            "{}: {} {} The details name {} more.",
            named(&first.field),
            first.message_en,
            first.remedy_en,
            rest.len(),
        ),
    }
}

fn named(field: &str) -> &str {
    if field.is_empty() {
        "The request"
    } else {
        field
    }
}

#[cfg(test)]
mod tests;
