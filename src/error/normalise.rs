//! Turns the statuses that the transport makes by itself into those of the contract: too large, too late, no such
//! method, no protobuf, compressed. Statuses of ours pass as they are; they carry details, and the transport's do not.

use std::{
    convert::Infallible,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::FutureExt as _;
use http::{HeaderMap, Request, Response};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

use super::Error;
use crate::{
    access::gate::HEALTH,
    contract::{self, Method},
};

/// What tells a client of a compressed request which encodings it may use instead.
const ACCEPTS: &str = "grpc-accept-encoding";

/// Normalises the statuses of a service, and answers for it where it panics, takes longer than the caller waits, or
/// takes no new calls because the server was told to stop.
#[derive(Clone, Debug, Default)]
pub struct NormaliseLayer {
    stop: CancellationToken,
}

impl NormaliseLayer {
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop }
    }
}

impl<S> Layer<S> for NormaliseLayer {
    type Service = Normalise<S>;

    fn layer(&self, inner: S) -> Normalise<S> {
        Normalise {
            stop: self.stop.clone(),
            inner,
        }
    }
}

/// A service whose statuses are those of the contract.
#[derive(Clone, Debug)]
pub struct Normalise<S> {
    stop: CancellationToken,
    inner: S,
}

impl<S, B> Service<Request<B>> for Normalise<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let path = request.uri().path();
        if self.stop.is_cancelled() && !path.starts_with(HEALTH) {
            return Box::pin(std::future::ready(Ok(refused(Error::try_again()))));
        }
        let method = contract::get().method(path);
        let patience = patience(request.headers()).unwrap_or(Duration::MAX);
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(async move {
            Ok(match tokio::time::timeout(patience, answer).await {
                Ok(Ok(Ok(answer))) => normalised(answer, method),
                Ok(Err(_)) => refused(Error::fault(anyhow::anyhow!("a call panicked"))),
                Err(_) => refused(Error::Deadline),
            })
        })
    }
}

fn refused(error: Error) -> Response<Body> {
    Status::from(error).into_http()
}

fn normalised(answer: Response<Body>, method: Option<&Method>) -> Response<Body> {
    // Without the header there is an answer; a status may still come in its trailers, and is then ours.
    if !answer.headers().contains_key("grpc-status") {
        return answer;
    }
    let ours = Status::from_header_map(answer.headers()).and_then(|status| ours(&status, method));
    let Some(ours) = ours else { return answer };
    let mut refused = refused(ours);
    if let Some(accepts) = answer.headers().get(ACCEPTS) {
        refused.headers_mut().insert(ACCEPTS, accepts.clone());
    }
    refused
}

/// What the contract calls a status that the transport made. `None`: nothing else.
pub fn ours(status: &Status, method: Option<&Method>) -> Option<Error> {
    if !status.details().is_empty() {
        return None;
    }
    match status.code() {
        // The first is tonic's for messages, the second its for what they unpack to.
        Code::OutOfRange | Code::ResourceExhausted => {
            let max_request_bytes = method.map_or(0, |method| method.max_request_bytes);
            Some(Error::TooLarge { max_request_bytes })
        }
        Code::Cancelled if status.message() == "Timeout expired" => Some(Error::Deadline),
        Code::Unimplemented if status.metadata().contains_key(ACCEPTS) => Some(Error::Compressed),
        Code::Unimplemented if method.is_none() => Some(Error::NoSuchMethod),
        Code::Internal if status.message() == "Missing request message." => {
            Some(Error::NotOneMessage)
        }
        Code::Internal => Some(Error::Malformed),
        Code::Unavailable => Some(Error::try_again()),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => None,
    }
}

/// How long the caller waits, a little less than it says: tonic ends the call at that very moment with CANCELLED, from
/// outside of every layer.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let stated = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = stated.split_at_checked(stated.len().checked_sub(1)?)?;
    let count = Some(digits)
        .filter(|digits| digits.len() <= 8)?
        .parse::<u32>()
        .ok()?;
    let unit = match unit {
        "H" => Duration::from_hours(1),
        "M" => Duration::from_mins(1),
        "S" => Duration::from_secs(1),
        "m" => Duration::from_millis(1),
        "u" => Duration::from_micros(1),
        "n" => Duration::from_nanos(1),
        _ => return None,
    };
    let stated = unit.checked_mul(count)?;
    Some(stated.saturating_sub(Duration::from_millis(10).min(stated / 10)))
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;
    use tower::{ServiceExt as _, service_fn};

    use super::*;

    const GET: &str = "/styrkedja.v1.DocumentService/GetDocument";

    /// The status of a call to a service that answers in the given way.
    async fn status<F>(
        path: &str,
        timeout: Option<&str>,
        answer: impl Fn() -> F + Clone,
    ) -> (Code, String)
    where
        F: Future<Output = Status> + Send + 'static,
    {
        let service = service_fn(move |_: Request<Body>| {
            let answer = answer();
            async move { Ok(answer.await.into_http()) }
        });
        let mut request = Request::builder().uri(path);
        if let Some(timeout) = timeout {
            request = request.header("grpc-timeout", timeout);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = NormaliseLayer::default()
            .layer(service)
            .oneshot(request)
            .await
            .unwrap();
        let status = Status::from_header_map(answer.headers()).unwrap();
        let reason = status.get_details_error_info().map(|info| info.reason);
        (status.code(), reason.unwrap_or_default())
    }

    async fn of(path: &str, made: Status) -> (Code, String) {
        status(path, None, move || std::future::ready(made.clone())).await
    }

    fn told(code: Code, reason: &str) -> (Code, String) {
        (code, reason.to_owned())
    }

    #[tokio::test]
    async fn what_the_transport_says_becomes_what_the_contract_promises() {
        let too_large = told(Code::ResourceExhausted, "REQUEST_TOO_LARGE");
        assert_eq!(of(GET, Status::out_of_range("too large")).await, too_large);
        assert_eq!(
            of(GET, Status::resource_exhausted("decompressing")).await,
            too_large
        );
        assert_eq!(
            of("/no.Such/Method", Status::unimplemented("")).await,
            told(Code::Unimplemented, "NO_SUCH_METHOD")
        );
        assert_eq!(
            of(GET, Status::cancelled("Timeout expired")).await,
            told(Code::DeadlineExceeded, "DEADLINE")
        );
        assert_eq!(
            of(GET, Status::internal("bad flag")).await,
            told(Code::Internal, "MALFORMED")
        );
        assert_eq!(
            of(GET, Status::unavailable("the stream was refused")).await,
            told(Code::Unavailable, "TRY_AGAIN")
        );
    }

    #[tokio::test]
    async fn what_the_exchange_says_stays_as_it_is() {
        for error in [
            Error::ResyncRequired,
            Error::QuotaUsedUp {
                retry_after: Duration::from_secs(1),
            },
            Error::NotFound,
        ] {
            let status = Status::from(error);
            let info = status.get_details_error_info().unwrap();
            assert_eq!(of(GET, status.clone()).await, (status.code(), info.reason));
        }
    }

    #[tokio::test]
    async fn the_limit_of_the_method_is_told() {
        let status = ours(
            &Status::out_of_range("too large"),
            contract::get().method(GET),
        );
        assert!(matches!(
            status,
            Some(Error::TooLarge {
                max_request_bytes: 1..
            })
        ));
    }

    #[tokio::test]
    async fn a_stopping_server_takes_no_call_but_those_of_its_health() {
        let stop = CancellationToken::new();
        let service =
            service_fn(|_: Request<Body>| async { Ok(Status::from(Error::NotFound).into_http()) });
        let service = NormaliseLayer::new(stop.clone()).layer(service);
        let status = |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let answer = service.clone().oneshot(request);
            async move { Status::from_header_map(answer.await.unwrap().headers()).unwrap() }
        };
        assert_eq!(status(GET).await.code(), Code::NotFound);
        stop.cancel();
        for path in [GET, "/no.Such/Method"] {
            let refused = status(path).await;
            assert_eq!(refused.code(), Code::Unavailable);
            assert!(refused.get_details_retry_info().is_some(), "{refused:?}");
        }
        let health = status("/grpc.health.v1.Health/Check").await;
        assert_eq!(health.code(), Code::NotFound);
    }

    #[tokio::test]
    async fn a_call_that_outlives_the_callers_patience_ends_as_too_late() {
        let never = || std::future::pending();
        assert_eq!(
            status(GET, Some("20m"), never).await,
            told(Code::DeadlineExceeded, "DEADLINE")
        );
    }

    #[tokio::test]
    async fn a_call_that_panics_ends_as_a_fault() {
        let panics = || async { panic!("a fault in a test") };
        assert_eq!(
            status(GET, None, panics).await,
            told(Code::Internal, "FAULT")
        );
    }

    #[test]
    fn timeouts_are_read_in_every_unit() {
        let read = |stated: &str| {
            patience(&HeaderMap::from_iter([(
                "grpc-timeout".parse().unwrap(),
                stated.parse().unwrap(),
            )]))
        };
        assert_eq!(read("1H"), Some(Duration::from_millis(3_599_990)));
        assert_eq!(read("100m"), Some(Duration::from_millis(90)));
        assert_eq!(read("5u"), Some(Duration::from_nanos(4_500)));
        for malformed in ["", "S", "5", "5x", "-1S", "123456789S", "1.5S"] {
            assert_eq!(read(malformed), None, "{malformed}");
        }
    }
}
