//! A credential that is obtained by logging in.

#[cfg(all(feature = "shared-session", feature = "test-util"))]
#[cfg_attr(
    docsrs,
    doc(cfg(all(feature = "shared-session", feature = "test-util")))
)]
pub mod conformance;
mod failure;
#[cfg(feature = "shared-session")]
mod shared;
mod token;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::Mutex as Turn;

use failure::Failure;
#[cfg(not(feature = "shared-session"))]
use failure::LoginFailures;
use token::Held;
pub use token::Token;
#[cfg(feature = "shared-session")]
#[cfg_attr(docsrs, doc(cfg(feature = "shared-session")))]
pub use {
    failure::LoginFailures,
    shared::{
        FailedLogin, LocalTokens, LoginTurn, Offer, SharedSession, StoredToken, TokenKey,
        TokenStore, Wanted,
    },
};

#[cfg(feature = "shared-session")]
use crate::base_url::BaseUrl;
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

    /// Whose login it is, and with what: the user name and the password, in a form that no other login has.
    ///
    /// Only a keyed digest of it leaves the session, as the name under which machines share a token. None if the login can't be
    /// shared.
    fn identity(&self) -> Option<SecretString> {
        None
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
/// With the feature `shared-session`, several machines share a token, and the pause after a refused login:
/// [`ClientBuilder::shared_session`](crate::ClientBuilder::shared_session).
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
    /// Shares the token with other machines.
    #[cfg(feature = "shared-session")]
    fleet: std::sync::OnceLock<shared::Fleet>,
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
    /// The last token that the provider did not take any more.
    #[cfg(feature = "shared-session")]
    refused: Option<u64>,
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
            #[cfg(feature = "shared-session")]
            fleet: std::sync::OnceLock::new(),
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
        let mut generation = None;
        if let Some(token) = &mut self.state().token {
            token.postpone_renewal(now());
            generation = Some(token.generation);
        }
        let limit = context.deadline().remaining() / 2;
        let renewed = tokio::time::timeout(limit, self.log_in(context, generation)).await;
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
        let credential = self.log_in(context, None).await;
        drop(turn);
        credential
    }

    /// Logs in, or takes the token that another machine has got; one that replaces a token that is still good, if that is named.
    async fn log_in(
        &self,
        context: &AuthContext<'_>,
        renewed: Option<u64>,
    ) -> Result<Credential, AuthError> {
        #[cfg(feature = "shared-session")]
        if let Some(fleet) = self.fleet.get() {
            return self.log_in_for_all(fleet, context, renewed).await;
        }
        let _ = renewed;
        self.log_in_alone(context).await
    }

    async fn log_in_alone(&self, context: &AuthContext<'_>) -> Result<Credential, AuthError> {
        let (began, time) = (now(), context.deadline().remaining());
        let outcome = self.login.log_in(context).await;
        let mut state = self.state();
        match outcome {
            Ok(token) => {
                let generation = state.generation.wrapping_add(1);
                Ok(state.hold(Held::new(token, generation, began)))
            }
            Err(error) => {
                let before = state.failures();
                state.fail(Failure::new(error.clone(), before, now(), time));
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
    /// Keeps the token that a login gave.
    fn hold(&mut self, token: Held) -> Credential {
        self.logins += 1;
        // Kept for a while: whether the token is any good, the provider has yet to show.
        self.last_failure = self.failure.take().or(self.last_failure.take());
        self.generation = token.generation;
        let credential = token.credential();
        self.token = Some(token);
        credential
    }

    /// Keeps what a login failed with, after which there is none for a while.
    fn fail(&mut self, failure: Failure) {
        self.logins += 1;
        self.failure = Some(failure);
    }

    /// How many logins in a row have failed by now.
    fn failures(&self) -> LoginFailures {
        let last = self.failure.as_ref().or(self.last_failure.as_ref());
        let last = last.filter(|last| last.is_recent(now()));
        last.map_or_else(LoginFailures::default, Failure::failures)
    }

    /// Forgets the token of this generation, if it is the current one: the provider does not take it any more.
    fn refuse(&mut self, generation: u64) -> Option<Held> {
        #[cfg(feature = "shared-session")]
        {
            self.refused = Some(generation);
        }
        let is_current = |token: &mut Held| token.generation == generation;
        self.token.take_if(is_current)
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
        self.state().refuse(generation);
        true
    }

    async fn invalidate_renewed(&self, generation: u64) {
        {
            let mut state = self.state();
            let Some(token) = state.refuse(generation) else {
                return;
            };
            if !token.is_new {
                // A store that was set back has old tokens. The next call logs in.
                return;
            }
            let reason = "the provider does not take the token that it has just given";
            let before = state.failures().or_more(token.failures);
            let error = AuthError::new(reason).refused();
            state.failure = Some(Failure::new(error, before, now(), Duration::ZERO));
        }
        #[cfg(feature = "shared-session")]
        if let Some(fleet) = self.fleet.get() {
            self.refuse_for_all(fleet, generation).await;
        }
    }

    #[cfg(feature = "shared-session")]
    fn share(&self, shared: SharedSession, base_url: &BaseUrl) -> Result<(), BuildError> {
        let identity = self.login.identity();
        let identity = identity.ok_or(BuildError::Setting {
            name: "shared_session",
            reason: "the login does not say whose it is",
        })?;
        // A session belongs to one client, which is built once.
        let _ = self
            .fleet
            .set(shared::Fleet::new(shared, base_url, &identity));
        Ok(())
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
