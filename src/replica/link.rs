//! The way to the exchange: connects, renews tokens, and knows which refusals are worth another try. Knows nothing of what
//! is asked for.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tonic::{Code, Response, Status, transport::Channel};
use tonic_types::StatusExt;

use super::{Error, Result};
use crate::{
    client::{self, Client},
    clock,
    error::DOMAIN,
    proto::v1::WhoAmIRequest,
};

/// The first pause before another try. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What says who calls.
#[derive(Clone)]
pub enum Token {
    /// One token, or none, that is not renewed.
    Given(Option<String>),
    /// Whatever this returns, each time that one is needed.
    Renewed(Arc<dyn Fn() -> anyhow::Result<String> + Send + Sync>),
}

/// The way to one exchange as one caller. A clone counts its own failures.
#[derive(Clone)]
pub struct Link {
    server: String,
    authority: Option<PathBuf>,
    token: Token,
    /// How often in a row nothing may come of a try. None: no end.
    patience: Option<u32>,
    channel: Option<Channel>,
    failures: u32,
    token_failures: u32,
}

/// What to do about a refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The same call once more, after a pause.
    Again,
    /// The copy begins anew, with a snapshot.
    Snapshot,
}

impl Link {
    pub fn new(server: &str, authority: Option<PathBuf>, token: Token) -> Self {
        Self {
            server: server.to_owned(),
            authority,
            token,
            patience: Some(8),
            channel: None,
            failures: 0,
            token_failures: 0,
        }
    }

    /// Gives up when nothing came of so many tries in a row, and one more: eight, where nothing else is said.
    #[must_use]
    pub fn tries(mut self, most: u32) -> Self {
        self.patience = Some(most);
        self
    }

    /// Never gives up while the exchange can not be reached: for a service.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.patience = None;
        self
    }

    /// Clients with a token that is good for now.
    pub async fn client(&mut self) -> Result<Client> {
        let token = match &self.token {
            Token::Given(token) => token.clone(),
            Token::Renewed(renew) => Some(renew()?),
        };
        let channel = match &self.channel {
            Some(channel) => channel.clone(),
            None => client::connect(&self.server, self.authority.as_deref())
                .await
                .map_err(|error| Status::unavailable(format!("{error:#}")))?,
        };
        let client = Client::new(&channel, token.as_deref())?;
        self.channel = Some(channel);
        Ok(client)
    }

    /// Asks until there is an answer, or a refusal that is worth no other try.
    pub(super) async fn ask<T>(
        &mut self,
        call: impl AsyncFn(&mut Client) -> Result<Response<T>, Status>,
    ) -> Result<T> {
        loop {
            match self.ask_once(&call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => match self.judge(error).await? {
                    Verdict::Again => {}
                    Verdict::Snapshot => return Err(Error::SnapshotNeeded),
                },
            }
        }
    }

    async fn ask_once<T>(
        &mut self,
        call: impl AsyncFn(&mut Client) -> Result<Response<T>, Status>,
    ) -> Result<T> {
        let mut client = self.client().await?;
        let answer = call(&mut client).await?;
        self.thrives();
        Ok(answer.into_inner())
    }

    /// Refuses where another calls than the one whose copy it is: what they write would be taken for what is seen.
    pub(super) async fn must_be(&mut self, subject: &str) -> Result<()> {
        while let Err(error) = self.is(subject).await {
            self.judge(error).await?;
        }
        Ok(())
    }

    /// As `must_be`, and asks once.
    pub(super) async fn is(&mut self, subject: &str) -> Result<()> {
        let who = async |client: &mut Client| client.access.who_am_i(WhoAmIRequest {}).await;
        let caller = self.ask_once(who).await?.subject;
        if caller == subject {
            return Ok(());
        }
        let subject = subject.to_owned();
        Err(Error::AnotherCaller { subject, caller })
    }

    /// Something came of a try: whatever fails next is the first failure.
    pub(super) fn thrives(&mut self) {
        (self.failures, self.token_failures) = (0, 0);
    }

    /// What to do about an error, after the pause that it asks for. Returns what is worth no other try.
    pub(super) async fn judge(&mut self, error: Error) -> Result<Verdict> {
        let (verdict, pause) = self.weigh(error)?;
        tokio::time::sleep(pause).await;
        Ok(verdict)
    }

    /// How often in a row nothing came of a try.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// As `judge`, and the pause is left to the caller.
    pub(super) fn weigh(&mut self, error: Error) -> Result<(Verdict, Duration)> {
        let status = match error {
            Error::Refused(status) => status,
            // It is no worse off for that, and goes on from there.
            Error::MovedByAnother => Box::new(Status::aborted(error.to_string())),
            error @ (Error::TokenEnded
            | Error::NothingPulled
            | Error::AnotherCaller { .. }
            | Error::NotHeld { .. }
            | Error::NoIdentity
            | Error::SnapshotNeeded
            | Error::Version { .. }
            | Error::GaveUp { .. }
            | Error::File(_)
            | Error::Other(_)) => return Err(error),
        };
        match reason(&status).as_deref() {
            Some("RESYNC_REQUIRED") => return Ok((Verdict::Snapshot, Duration::ZERO)),
            Some("TOKEN_NOT_ACCEPTED") if !self.may_renew() => return Err(self.ended(status)),
            Some("TOKEN_NOT_ACCEPTED") => self.token_failures += 1,
            // Of the exchange, and it passes.
            Some(
                "TRY_AGAIN" | "READER_TOO_SLOW" | "STREAM_IDLE" | "QUOTA_USED_UP" | "DEADLINE",
            ) => {}
            Some(_) => return Err(Error::Refused(status)),
            // Of the way there: refused, cut, or gone silent.
            None if status.code() == Code::Unimplemented => return Err(Error::Refused(status)),
            None => self.channel = None,
        }
        self.failures += 1;
        if self.patience.is_some_and(|most| self.failures > most) {
            let (tries, last) = (self.failures, status);
            return Err(Error::GaveUp { tries, last });
        }
        Ok((Verdict::Again, self.pause(&status)))
    }

    /// A token that was renewed and is refused all the same will be refused again, but who has no end of patience waits for
    /// a better one.
    fn may_renew(&self) -> bool {
        matches!(self.token, Token::Renewed(_))
            && (self.token_failures == 0 || self.patience.is_none())
    }

    fn ended(&self, status: Box<Status>) -> Error {
        match &self.token {
            Token::Given(_) => Error::TokenEnded,
            Token::Renewed(_) => Error::Refused(status),
        }
    }

    /// Doubles with every failure, and differs a little between clients that failed together.
    fn pause(&self, status: &Status) -> Duration {
        let doubled = FIRST_PAUSE * 2_u32.saturating_pow(self.failures.saturating_sub(1).min(10));
        let asked = status
            .get_details_retry_info()
            .and_then(|info| info.retry_delay)
            .unwrap_or_default();
        let pause = doubled.min(LONGEST_PAUSE).max(asked);
        let spread = u32::try_from(clock::now().micros().rem_euclid(256)).unwrap_or_default();
        pause + pause * spread / 512
    }
}

/// The reason that the exchange gives. None: the status is not of the exchange.
pub(super) fn reason(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error as Refusal;

    fn link(token: Token) -> Link {
        Link::new("http://127.0.0.1:1", None, token)
    }

    #[test]
    fn what_passes_is_tried_again_until_patience_ends() {
        let mut link = link(Token::Given(None));
        for _ in 0..8 {
            let cut = Status::unknown("h2 protocol error").into();
            assert_eq!(link.weigh(cut).unwrap().0, Verdict::Again);
        }
        let busy = Status::from(Refusal::try_again()).into();
        let ended = link.weigh(busy).unwrap_err();
        assert!(matches!(ended, Error::GaveUp { tries: 9, .. }), "{ended}");
        assert!(ended.to_string().contains("run this again"), "{ended}");
        link.thrives();
        let busy = Status::from(Refusal::try_again()).into();
        assert_eq!(link.weigh(busy).unwrap().0, Verdict::Again);
    }

    #[test]
    fn what_the_exchange_refuses_for_good_is_not_tried_again() {
        let mut link = link(Token::Given(None)).patient();
        for refusal in [
            Refusal::CursorInvalid,
            Refusal::NotFound,
            Refusal::TooLarge {
                max_request_bytes: 1,
            },
        ] {
            assert!(link.weigh(Status::from(refusal).into()).is_err());
        }
        let resync = Status::from(Refusal::SnapshotRequired).into();
        assert_eq!(link.weigh(resync).unwrap().0, Verdict::Snapshot);
    }

    #[test]
    fn a_token_is_renewed_once_where_it_can_be() {
        let ended = || Status::from(Refusal::TokenNotAccepted).into();
        let mut given = link(Token::Given(Some("a token".to_owned())));
        assert!(matches!(given.weigh(ended()), Err(Error::TokenEnded)));
        let mut renewed = link(Token::Renewed(Arc::new(|| Ok("a token".to_owned()))));
        assert_eq!(renewed.weigh(ended()).unwrap().0, Verdict::Again);
        assert!(matches!(renewed.weigh(ended()), Err(Error::Refused(_))));
    }
}
