//! The gate before every service: path to rule, token to caller, and whether the caller may do what the method does at
//! all. Knows nothing of what a call is about; that is decided where it is known.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Buf;
use http::{HeaderMap, Request, Response};
use tonic::{Status, body::Body, codegen::Body as HttpBody};
use tower::{Layer, Service};

use super::{Access, Caller, refusals::Trail};
use crate::{
    contract::{self, Method},
    error::{Error, Result},
    proto::v1::Act,
};

/// How much of a refused request is taken in, and for how long.
const DRAIN_BYTES: usize = 512 * 1024;
const DRAIN_FOR: Duration = Duration::from_millis(250);

pub const HEALTH: &str = "/grpc.health.v1.Health/";
const REFLECTION: [&str; 2] = ["/grpc.reflection.v1.", "/grpc.reflection.v1alpha."];

/// The caller of a request, put there by the gate. Metadata is never asked: trailers can replace it after the gate.
pub fn caller_of<T>(request: &tonic::Request<T>) -> Result<Caller> {
    let caller = request.extensions().get::<Caller>().cloned();
    caller.ok_or_else(|| Error::fault(anyhow::anyhow!("a call came past the gate")))
}

/// Puts the gate before a service.
#[derive(Clone, Debug)]
pub struct GateLayer(Access);

impl GateLayer {
    pub fn new(access: Access) -> Self {
        Self(access)
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate {
            access: self.0.clone(),
            inner,
        }
    }
}

/// A service behind the gate.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    access: Access,
    inner: S,
}

impl<S, B> Service<Request<B>> for Gate<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    B: HttpBody + Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone takes the place of the service that was polled ready.
        let ready = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, ready);
        let access = self.access.clone();
        let door = Door::at(request.uri().path());
        Box::pin(async move { pass(&access, &door, inner, request).await })
    }
}

/// Lets a call through a door of the gate or refuses it, in the method's time.
async fn pass<S, B>(
    access: &Access,
    door: &Door,
    mut inner: S,
    mut request: Request<B>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<B>, Response = Response<Body>>,
    B: HttpBody,
{
    let mut trail = Trail::default();
    let answer = async {
        match access.admit(door, request.headers(), &mut trail).await {
            Ok(Some(caller)) => request.extensions_mut().insert(caller),
            Ok(None) => request.extensions_mut().remove(),
            Err(refusal) => {
                let _ = tokio::time::timeout(DRAIN_FOR, drain(request.into_body())).await;
                return Ok(Status::from(refusal).into_http());
            }
        };
        inner.call(request).await
    };
    let deadline = door.deadline().unwrap_or(Duration::MAX);
    let answer = tokio::time::timeout(deadline, answer)
        .await
        .unwrap_or_else(|_| Ok(Status::from(Error::Deadline).into_http()))?;
    if let Some(name) = door.name() {
        trail.tell(name, &answer);
    }
    Ok(answer)
}

/// Takes in the body of a request that is refused, and forgets it. A stream that is answered before its body came is
/// reset, what comes after is a fault of the peer, and after some of those HTTP/2 ends the connection: callers that were
/// only refused would be cut off.
async fn drain<B: HttpBody>(body: B) {
    let mut body = pin!(body);
    let mut bytes = 0;
    while let Some(Ok(frame)) =
        std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
    {
        bytes += frame.data_ref().map_or(0, Buf::remaining);
        if bytes > DRAIN_BYTES {
            return;
        }
    }
}

/// What stands at a path.
enum Door {
    Method(&'static Method),
    /// Health: open to all, and reveals nothing but that.
    Open,
    /// Reflection: open to any verified subject.
    Verified,
    /// Nothing. The router says so.
    Nothing,
}

impl Door {
    fn at(path: &str) -> Self {
        if let Some(method) = contract::get().method(path) {
            Self::Method(method)
        } else if path.starts_with(HEALTH) {
            Self::Open
        } else if REFLECTION.iter().any(|service| path.starts_with(service)) {
            Self::Verified
        } else {
            Self::Nothing
        }
    }

    fn act(&self) -> Act {
        match self {
            Self::Method(method) => method.act,
            Self::Open | Self::Nothing => Act::CallOpenly,
            Self::Verified => Act::KnowOwnAccess,
        }
    }

    /// Its name in the security log. None: nobody is refused there.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Method(method) => Some(&method.path),
            Self::Verified => Some("reflection"),
            Self::Open | Self::Nothing => None,
        }
    }

    fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Method(method) => method.deadline,
            Self::Open | Self::Verified | Self::Nothing => None,
        }
    }
}

impl Access {
    /// Who calls, where a method needs to know. Refuses whom the method is not for.
    async fn admit(
        &self,
        door: &Door,
        headers: &HeaderMap,
        trail: &mut Trail,
    ) -> Result<Option<Caller>> {
        let act = door.act();
        if act == Act::CallOpenly {
            return Ok(None);
        }
        let caller = self.identify(headers, trail).await?;
        trail.caller(&caller);
        if act != Act::KnowOwnAccess {
            caller.must(act)?;
        }
        Ok(Some(caller))
    }
}

#[cfg(test)]
mod tests;
