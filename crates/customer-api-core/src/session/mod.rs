//! A credential that is obtained by a login.

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

/// Obtains a token. Implemented once per provider that requires a login.
#[async_trait]
pub trait Login: fmt::Debug + Send + Sync + 'static {
    /// Logs in, by a call that the context prepares.
    ///
    /// # Errors
    ///
    /// If the login returns no token. An [`Error`](crate::Error) of the call converts to an [`AuthError`] that states whether
    /// the provider refused the login.
    async fn log_in(&self, context: &AuthContext<'_>) -> Result<Token, AuthError>;

    /// Checks whether a login can be tried at all. Called when the client is built.
    ///
    /// # Errors
    ///
    /// The problem with the user name or the password, without showing either.
    fn check(&self) -> Result<(), BuildError> {
        Ok(())
    }

    /// Returns the identity of the login: the user name and the password, in a form that no other login has.
    ///
    /// Only a keyed digest of the identity leaves the session. The digest is the name under which machines share a token.
    /// `None` if the login can't be shared.
    fn identity(&self) -> Option<SecretString> {
        None
    }
}

/// Logs in when a token is first needed, and again before the token expires or when the provider rejects it.
///
/// - However many calls wait, one of them logs in, and all of them share the result.
/// - One call renews a token early, while the other calls use the old token. A failed renewal makes no call fail while the old
///   token is valid.
/// - A 401 discards the token that its request carried, but no token that was obtained since. The call that got the 401 is sent
///   once more, with another token.
/// - A login is not repeated for a minute if the provider refuses it, responds without a usable token, or rejects the new
///   token. Each further failure of this kind doubles the pause, up to an hour. Calls made in the meantime fail immediately,
///   with that failure as their cause.
/// - Two sources can state a wait after a failed login: a `Retry-After`, and the provider's crate for a 429 without a
///   `Retry-After`. The login is then not repeated before that wait and the back-off are over, for at most an hour.
/// - A call that is dropped while it logs in leaves the login to the next call.
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
    /// Only the call that holds this lock logs in.
    turn: Turn<()>,
    state: Mutex<State>,
    /// Shares the token with other machines.
    #[cfg(feature = "shared-session")]
    fleet: std::sync::OnceLock<shared::Fleet>,
}

#[derive(Default)]
struct State {
    token: Option<Held>,
    /// The generation of the current or last token.
    generation: u64,
    /// How many logins have ended, with or without success.
    logins: u64,
    /// The failure of the last login, if it failed.
    failure: Option<Failure>,
    /// The last failure before the current token. The count of the next failed login continues from this failure's count.
    last_failure: Option<Failure>,
    /// The last token that the provider rejected.
    #[cfg(feature = "shared-session")]
    refused: Option<u64>,
}

/// The state of the session's token.
enum Look {
    Fresh(Credential),
    /// Still valid, but due for renewal.
    Due(Credential),
    /// No token, after this many logins.
    Missing(u64),
}

impl Session {
    /// Creates a session that has not logged in yet. A token is renewed five minutes before it expires, or in the last tenth
    /// of its life if that is shorter.
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

    /// Renews a token that is still valid, unless another call is renewing it. Gives up early enough to leave time for the call
    /// itself.
    async fn renew(&self, context: &AuthContext<'_>) -> Option<Credential> {
        let turn = self.turn.try_lock().ok()?;
        match self.look() {
            Look::Due(_) => {}
            Look::Fresh(credential) => return Some(credential),
            // The token was discarded meanwhile. A call that needs a token logs in by the usual rules.
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

    /// Logs in, unless another call is logging in. In that case, waits for the result of that login.
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

    /// Logs in, or takes the token that another machine obtained. `renewed` is the generation of a token that is still valid
    /// and that the login replaces.
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
        // No code panics while it holds the lock. Therefore a poisoned lock still guards a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps the token that a login returned.
    fn hold(&mut self, token: Held) -> Credential {
        self.logins += 1;
        // The last failure is kept for a while, because the provider has not accepted the token yet.
        self.last_failure = self.failure.take().or(self.last_failure.take());
        self.generation = token.generation;
        let credential = token.credential();
        self.token = Some(token);
        credential
    }

    /// Keeps the failure of a login. No login follows before the failure's pause is over.
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

    /// Discards the token of this generation, if it is the current one, because the provider rejected it.
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

    /// The result of the login that ended while this call waited for it. `None` if the result does not apply to this call. A
    /// token that has expired since is returned too, because no newer token exists: the provider decides whether to reject the
    /// token.
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
                // The token came from a store. It may be an old token, because the store may have been restored to an earlier
                // state. Therefore the rejection does not count as a failed login, and no pause begins. The next call logs in, or
                // takes another token from the store.
                return;
            }
            let reason = "the provider rejects the token that it has just issued";
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
            reason: "the login has no identity",
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
