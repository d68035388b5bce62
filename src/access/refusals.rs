//! What the security log is told of calls that are refused: one line each, by which the same caller is known again
//! and nobody is named. Does not decide on anything.

use aws_lc_rs::digest;
use http::Response;
use tracing::field;

use super::{caller::Caller, token::Fault};

/// `NOT_FOUND`, `PERMISSION_DENIED` and `UNAUTHENTICATED`, as heads of answers have them.
const REFUSALS: [&str; 3] = ["5", "7", "16"];
/// Of the hash of a subject, in bytes.
const PSEUDONYM: usize = 8;

/// What became known of a call on its way.
#[derive(Debug, Default)]
pub struct Trail {
    caller: Option<Caller>,
    fault: Option<Fault>,
    issuer: Option<String>,
}

impl Trail {
    pub fn caller(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
    }

    /// The token was not accepted; it named a key of the issuer.
    pub fn fault(&mut self, fault: Fault, issuer: Option<String>) {
        (self.fault, self.issuer) = (Some(fault), issuer);
    }

    /// Logs the call if it was refused.
    pub fn tell<B>(&self, method: &str, answer: &Response<B>) {
        let status = answer.headers().get("grpc-status");
        let Some(status) = status
            .and_then(|status| status.to_str().ok())
            .filter(|status| REFUSALS.contains(status))
        else {
            return;
        };
        let caller = self.caller.as_ref();
        let organization = caller.and_then(|caller| Some(caller.grants_now().next()?.home));
        tracing::info!(
            target: "security",
            method,
            status,
            subject = caller.map(|caller| pseudonym(caller.subject())),
            organization = organization.map(field::display),
            reason = self.fault.map(Fault::word),
            issuer = self.issuer,
            "A call was refused."
        );
    }
}

/// The same for the same subject, and no way back to it but by trying subjects.
fn pseudonym(subject: &str) -> String {
    let hash = digest::digest(&digest::SHA256, subject.as_bytes());
    let bytes = hash.as_ref().iter().take(PSEUDONYM);
    bytes.fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
