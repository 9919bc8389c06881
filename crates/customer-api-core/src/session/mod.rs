//! A credential that is obtained by logging in.

mod failure;
mod token;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Mutex as Turn;

use failure::Failure;
use token::Held;
pub use token::Token;

use crate::{
    auth::{Auth, AuthContext, AuthError, Credential},
    error::BuildError,
    time::{Deadline, now},
};

/// Obtains a token. Implemented once per provider that wants a login.
#[async_trait]
pub trait Login: fmt::Debug + Send + Sync + 'static {
    /// Logs in, by a call that the context prepares.
    ///
    /// # Errors
    ///
    /// If there is no token. An [`Error`](crate::Error) of the call converts to one that knows whether the provider refused.
    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Token, AuthError>;

    /// Says whether a login can be tried at all, when the client is built.
    ///
    /// # Errors
    ///
    /// What is wrong with the user name or the password, without showing it.
    fn check(&self) -> Result<(), BuildError> {
        Ok(())
    }
}

/// Logs in when a token is first needed, and again before it expires or when the provider no longer takes it.
///
/// - However many calls wait, one of them logs in, and all of them share what comes of it.
/// - A token is renewed early, by one call, while the others go on with the old one. If that fails, nobody notices as long
///   as the old one lives.
/// - A 401 throws away the token that it was about, not one that has been obtained since. The call that got it is sent once
///   more, with another token.
/// - A login that the provider refuses, or responses without a token that can be used or that it then takes, is not repeated for a minute; each
///   further one doubles that, up to an hour. Calls made in the meantime fail at once, with that failure as their cause. One
///   that the provider asks to repeat later, by a `Retry-After` or as its crate knows, is not repeated before, nor before the
///   back-off is over, or for an hour at most.
/// - A call that is dropped while it logs in leaves the login to the next one.
///
/// ```
/// use std::time::Duration;
///
/// use async_trait::async_trait;
/// use customer_api_core::{
///     auth::{AuthContext, AuthError, Credential},
///     http::header::AUTHORIZATION,
///     session::{Login, Session, Token},
/// };
///
/// #[derive(Debug)]
/// struct Badge;
///
/// #[async_trait]
/// impl Login for Badge {
///     async fn log_in(&self, _: &AuthContext<'_>) -> Result<Token, AuthError> {
///         // Usually: `let response = context.send(LogIn { … }).await?;`
///         let credential = Credential::new(AUTHORIZATION, "a-token")?;
///         Ok(Token::new(credential).with_lifetime(Duration::from_secs(3600)))
///     }
/// }
///
/// let session = Session::new(Badge);
/// ```
pub struct Session {
    login: Box<dyn Login>,
    /// Who holds it logs in.
    turn: Turn<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Held>,
    /// How many tokens there were.
    generation: u64,
    /// How many logins have ended, well or not.
    logins: u64,
    /// What came of the last login, if it failed.
    failure: Option<Failure>,
    /// The last failure before that, by which a further one counts.
    last_failure: Option<Failure>,
}

/// What there is at the moment.
enum Look {
    Fresh(Credential),
    /// Good still, but soon no longer.
    Due(Credential),
    /// Nothing, after so many logins.
    Missing(u64),
}

impl Session {
    /// A session that has yet to log in. A token is renewed five minutes before it expires, or in the last tenth of its life
    /// if that is shorter.
    #[must_use]
    pub fn new(login: impl Login) -> Self {
        Self {
            login: Box::new(login),
            turn: Turn::new(()),
            state: Mutex::default(),
        }
    }

    fn look(&self) -> Look {
        let (state, now) = (self.state(), now());
        match state.token.as_ref().filter(|token| !token.is_expired(now)) {
            None => Look::Missing(state.logins),
            Some(token) if token.is_due(now) && state.pause().is_none() => {
                Look::Due(token.credential())
            }
            Some(token) => Look::Fresh(token.credential()),
        }
    }

    /// Renews a token that is still good, unless somebody is at it; gives up while there is time left for the call itself.
    async fn renew(&self, context: &AuthContext<'_>) -> Option<Credential> {
        let turn = self.turn.try_lock().ok()?;
        match self.look() {
            Look::Due(_) => {}
            Look::Fresh(credential) => return Some(credential),
            // It was thrown away meanwhile. Whoever needs one more logs in, by the rules for that.
            Look::Missing(_) => return None,
        }
        if let Some(token) = &mut self.state().token {
            token.postpone_renewal(now());
        }
        let limit = context.deadline().remaining() / 2;
        let renewed = tokio::time::timeout(limit, self.log_in(context)).await;
        drop(turn);
        renewed.ok()?.ok()
    }

    /// Logs in, unless somebody else does; then waits for what comes of that.
    async fn obtain(
        &self,
        context: &AuthContext<'_>,
        logins: u64,
    ) -> Result<Credential, AuthError> {
        let turn = self.turn.lock().await;
        match self.look() {
            Look::Fresh(credential) | Look::Due(credential) => return Ok(credential),
            Look::Missing(now) => {
                self.state().check_pause()?;
                if now > logins {
                    let outcome = self.state().outcome_for(context.deadline())?;
                    if let Some(credential) = outcome {
                        return Ok(credential);
                    }
                }
            }
        }
        let credential = self.log_in(context).await;
        drop(turn);
        credential
    }

    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Credential, AuthError> {
        let (began, time) = (now(), context.deadline().remaining());
        let outcome = self.login.log_in(context).await;
        let mut state = self.state();
        state.logins += 1;
        match outcome {
            Ok(token) => {
                // Kept for a while: whether the token is any good, the provider has yet to show.
                state.last_failure = state.failure.take().or(state.last_failure.take());
                state.generation += 1;
                let token = Held::new(token, state.generation, began);
                let credential = token.credential();
                state.token = Some(token);
                Ok(credential)
            }
            Err(error) => {
                state.fail(error.clone(), time);
                Err(error)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps a failure, after which there is no login for a while. It had this much time.
    fn fail(&mut self, error: AuthError, time: Duration) {
        let last = self.failure.as_ref().or(self.last_failure.as_ref());
        let last = last.filter(|last| last.is_recent(now()));
        self.failure = Some(Failure::new(error, last, now(), time));
    }

    /// The failure that forbids another login for now.
    fn pause(&self) -> Option<AuthError> {
        self.failure.as_ref()?.pause(now())
    }

    fn check_pause(&self) -> Result<(), AuthError> {
        self.pause().map_or(Ok(()), Err)
    }

    /// What came of the login that ended while this one waited for it; nothing, if that says nothing to it. A token that
    /// has expired since is still the newest there is: it is for the provider to refuse it.
    fn outcome_for(&self, deadline: &Deadline) -> Result<Option<Credential>, AuthError> {
        match &self.failure {
            Some(failure) if failure.concerns(deadline.remaining()) => Err(failure.error()),
            Some(_) => Ok(None),
            None => Ok(self.token.as_ref().map(Held::credential)),
        }
    }
}

#[async_trait]
impl Auth for Session {
    async fn authorize(&self, context: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        match self.look() {
            Look::Fresh(credential) => Ok(Some(credential)),
            Look::Due(old) => Ok(Some(self.renew(context).await.unwrap_or(old))),
            Look::Missing(logins) => self.obtain(context, logins).await.map(Some),
        }
    }

    fn try_authorize(&self) -> Option<Credential> {
        match self.look() {
            Look::Fresh(credential) => Some(credential),
            Look::Due(_) | Look::Missing(_) => None,
        }
    }

    fn invalidate(&self, generation: u64) -> bool {
        let mut state = self.state();
        if state
            .token
            .as_ref()
            .is_some_and(|token| token.generation == generation)
        {
            state.token = None;
        }
        true
    }

    fn invalidate_renewed(&self, generation: u64) {
        let mut state = self.state();
        let is_current = |token: &Held| token.generation == generation;
        if state.token.take_if(|token| is_current(token)).is_some() {
            let error =
                AuthError::new("the provider does not take the token that it has just given")
                    .refused();
            state.fail(error, Duration::ZERO);
        }
    }

    fn check(&self) -> Result<(), BuildError> {
        self.login.check()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Session")
            .field("login", &self.login)
            .field("has_token", &state.token.is_some())
            .field("generation", &state.generation)
            .finish_non_exhaustive()
    }
}
