//! A store inside one process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use super::{FailedLogin, LoginTurn, Offer, StoredToken, TokenStore, Wanted};
use crate::{error::StoreError, session::LoginFailures, time::now};

/// How long a failure still counts after the end of its pause.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// Keeps tokens in memory, for several clients of one process that share a login.
///
/// Clones share the tokens.
#[derive(Clone, Default)]
pub struct LocalTokens(Arc<Mutex<HashMap<String, Account>>>);

#[derive(Default)]
struct Account {
    token: Option<Kept>,
    /// The id of the current turn, and the end of its lease.
    turn: Option<([u8; 16], Instant)>,
    failure: Option<(FailedLogin, Instant)>,
}

struct Kept {
    token: StoredToken,
    since: Instant,
}

/// Returns the moment plus the time, or the moment itself if the clock can't represent the sum.
fn after(moment: Instant, time: Duration) -> Instant {
    moment.checked_add(time).unwrap_or(moment)
}

impl LocalTokens {
    /// Creates a store without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<String, Account>> {
        // Nothing panics while it holds the lock, so a poisoned lock still guards a valid state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Returns the token with its remaining times; `None` once it has expired.
    fn offered(&self, now: Instant) -> Option<StoredToken> {
        let age = now.saturating_duration_since(self.since);
        let left = |time: Option<Duration>| time.map(|time| time.saturating_sub(age));
        let token = StoredToken {
            expires_in: left(self.token.expires_in),
            renew_in: left(self.token.renew_in),
            ..self.token.clone()
        };
        (token.expires_in != Some(Duration::ZERO)).then_some(token)
    }
}

impl Account {
    fn failures(&self, now: Instant) -> LoginFailures {
        match self.failure {
            Some((failure, end)) if now < after(end, REMEMBERED) => failure.failures,
            _ => LoginFailures::default(),
        }
    }

    fn ask(&mut self, turn: &LoginTurn, wanted: Wanted, now: Instant) -> Offer {
        let generation = self.token.as_ref().map(|kept| kept.token.generation);
        if let (Wanted::Instead(refused), Some(current)) = (wanted, generation) {
            if refused == current {
                self.token = None;
            }
        }
        let failures = self.failures(now);
        let token = self.token.as_ref().and_then(|kept| kept.offered(now));
        if let Some(token) = token.filter(|token| wanted != Wanted::Newer(token.generation)) {
            return Offer::Token(token, failures);
        }
        if let Some((failure, end)) = self.failure.filter(|(_, end)| *end > now) {
            return Offer::Paused {
                wait: end.saturating_duration_since(now),
                is_refused: failure.is_refused,
                failures,
            };
        }
        match self.turn {
            Some((id, end)) if end > now && id != *turn.id() => {
                Offer::Busy(end.saturating_duration_since(now))
            }
            _ => {
                self.turn = Some((*turn.id(), after(now, turn.lease())));
                Offer::Turn(failures)
            }
        }
    }

    /// Ends this turn, if it is still the current one. Returns whether it was.
    fn end(&mut self, turn: &LoginTurn) -> bool {
        self.turn.take_if(|(id, _)| id == turn.id()).is_some()
    }

    fn fail(&mut self, failure: &FailedLogin, now: Instant) {
        self.failure = Some((*failure, after(now, failure.pause)));
    }
}

#[async_trait]
impl TokenStore for LocalTokens {
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        let mut accounts = self.accounts();
        let account = accounts.entry(turn.account().to_owned()).or_default();
        Ok(account.ask(turn, wanted, now()))
    }

    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        if let Some(account) = self.accounts().get_mut(turn.account()) {
            if account.end(turn) {
                account.token = Some(Kept {
                    token: token.clone(),
                    since: now(),
                });
            }
        }
        Ok(())
    }

    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        if let Some(account) = self.accounts().get_mut(turn.account()) {
            if account.end(turn) {
                account.fail(failure, now());
            }
        }
        Ok(())
    }

    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        if let Some(account) = self.accounts().get_mut(account) {
            let is_it = |kept: &mut Kept| kept.token.generation == generation;
            if account.token.take_if(is_it).is_some() {
                account.fail(failure, now());
            }
        }
        Ok(())
    }
}

impl fmt::Debug for LocalTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalTokens")
    }
}
