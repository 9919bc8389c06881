//! How a session uses the store: one process logs in, and the others wait for the result.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretString};
use tokio::{runtime::Handle, time::timeout};

use super::{FailedLogin, LoginTurn, Offer, SharedSession, StoredToken, TokenStore, Wanted};
use crate::{
    auth::{AuthContext, AuthError, Credential},
    base_url::BaseUrl,
    error::StoreError,
    random,
    session::{
        Session,
        failure::{Failure, LoginFailures},
        token::Held,
    },
    telemetry,
    time::now,
};

/// The first and the longest pause between two polls of the store while another process logs in.
const POLL: Duration = Duration::from_millis(50);
const SLOWEST_POLL: Duration = Duration::from_millis(500);

/// The time by which a lease outlasts the call, so that the process can report the outcome to the store.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// The longest lease. A login that takes longer renews its lease. Therefore a process that dies blocks the other processes for this time at
/// most, and not for as long as its call could have taken.
const LONGEST_LEASE: Duration = Duration::from_secs(60);

/// A shared session of one account.
pub(in crate::session) struct Fleet {
    shared: SharedSession,
    account: String,
}

/// The result of asking the store.
enum Asked {
    Token(Held),
    Turn(Turn),
    Paused(Failure),
    /// Another process renews the token.
    Busy,
}

impl Fleet {
    pub(in crate::session) fn new(
        shared: SharedSession,
        base_url: &BaseUrl,
        identity: &SecretString,
    ) -> Self {
        let naming_key = shared.naming_key();
        let account = naming_key.account(base_url, identity.expose_secret());
        Self { shared, account }
    }

    /// Asks until the store offers a token, the right to log in, or a pause. A renewal does not wait for another process.
    async fn ask(&self, context: &AuthContext<'_>, wanted: Wanted) -> Result<Asked, StoreError> {
        let time = context.deadline().remaining();
        let lease = time.saturating_add(LEASE_MARGIN).min(LONGEST_LEASE);
        let turn = LoginTurn::new(&*self.account, lease);
        let mut turn = Turn::new(Arc::clone(&self.shared.store), turn, wanted);
        // During a renewal the old token stays in use, and no call waits for the new one.
        let is_renewal = matches!(wanted, Wanted::Newer(_));
        let mut poll = POLL;
        loop {
            let asked = now();
            turn.is_open = true;
            let offer = self.shared.store.ask(&turn.turn, turn.wanted).await?;
            turn.is_open = false;
            match offer {
                Offer::Token(stored, failures) => match self.open(&stored) {
                    Some(credential) => {
                        let generation = stored.generation;
                        let (expires, renew) = (stored.expires_in, stored.renew_in);
                        let mut held = Held::shared(credential, generation, asked, expires, renew);
                        held.failures = failures;
                        return Ok(Asked::Token(held));
                    }
                    // This process can't open the token: it was sealed with a key that this process does not have, or it is damaged. The
                    // process asks for another token.
                    None => turn.wanted = Wanted::Newer(stored.generation),
                },
                Offer::Turn(failures) => {
                    turn.is_open = true;
                    turn.failures = Some(failures);
                    return Ok(Asked::Turn(turn));
                }
                Offer::Paused {
                    wait,
                    is_refused,
                    failures,
                } => {
                    let error = AuthError::new("another process's login failed a short while ago");
                    let error = if is_refused { error.refused() } else { error };
                    return Ok(Asked::Paused(Failure::shared(error, failures, wait)));
                }
                Offer::Busy(_) if is_renewal => return Ok(Asked::Busy),
                Offer::Busy(left) => {
                    let wait = poll.mul_f64(0.5 + random::fraction() / 2.0);
                    tokio::time::sleep(wait.min(left.max(POLL))).await;
                    poll = (poll * 2).min(SLOWEST_POLL);
                }
            }
        }
    }

    fn open(&self, token: &StoredToken) -> Option<Credential> {
        let mut keys = [&self.shared.key].into_iter().chain(&self.shared.accepted);
        keys.find_map(|key| key.open(&token.sealed, &self.account, token.generation))
    }

    fn stored(&self, token: &Held) -> Option<StoredToken> {
        let generation = token.generation;
        let key = &self.shared.key;
        let sealed = key.seal(&token.credential(), &self.account, generation)?;
        let times = token.times_left(now());
        Some(StoredToken {
            generation,
            sealed,
            expires_in: times.map(|(expires, _)| expires),
            renew_in: times.map(|(_, renewal)| renewal),
        })
    }
}

impl Session {
    /// Logs in for all processes, or takes the token that another one obtained.
    pub(in crate::session) async fn log_in_for_all(
        &self,
        fleet: &Fleet,
        context: &AuthContext<'_>,
        renewed: Option<u64>,
    ) -> Result<Credential, AuthError> {
        let refused = self.state().refused;
        let wanted = match (renewed, refused) {
            (Some(generation), _) => Wanted::Newer(generation),
            (None, Some(generation)) => Wanted::Instead(generation),
            (None, None) => Wanted::Any,
        };
        let turn = match fleet.ask(context, wanted).await {
            Ok(Asked::Token(token)) => return Ok(self.state().hold(token)),
            Ok(Asked::Turn(turn)) => turn,
            Ok(Asked::Paused(failure)) => {
                let error = failure.error();
                // During a renewal the failure is not kept, because the old token is still valid.
                if renewed.is_none() {
                    self.state().fail(failure);
                }
                return Err(error);
            }
            Ok(Asked::Busy) => return Err(AuthError::new("another process renews the token")),
            Err(error) => {
                telemetry::store_not_used(&error);
                if fleet.shared.is_strict {
                    let reason = "the store of the shared session can't be used";
                    let error = AuthError::new(reason).with_source(error);
                    if renewed.is_none() {
                        // The waiting callers share the error. Otherwise each of them would ask the store and wait for the same error.
                        let mut state = self.state();
                        let failures = state.failures();
                        state.fail(Failure::shared(error.clone(), failures, Duration::ZERO));
                    }
                    return Err(error);
                }
                return self.log_in_alone(context).await;
            }
        };
        let (began, time) = (now(), context.deadline().remaining());
        let failures = turn.failures.unwrap_or_default();
        match turn.hold_during(self.login.log_in(context)).await {
            Ok(token) => {
                let mut token = Held::new(token, random::bits(), began);
                token.failures = failures;
                turn.keep(fleet.stored(&token)).await;
                Ok(self.state().hold(token))
            }
            Err(error) => {
                let failure = Failure::new(error.clone(), failures, now(), time);
                turn.fail(&failure).await;
                self.state().fail(failure);
                Err(error)
            }
        }
    }

    /// Reports to all processes that the provider rejects a token that it has just issued.
    pub(in crate::session) async fn refuse_for_all(&self, fleet: &Fleet, generation: u64) {
        let failed = self.state().failure.as_ref().map(Failure::stored);
        let Some(failed) = failed else { return };
        let store = &fleet.shared.store;
        let told = store.refuse(&fleet.account, generation, &failed).await;
        report(told);
    }
}

/// The right of this process to log in. Dropping the turn gives the right up, if this process may still have it.
struct Turn {
    store: Arc<dyn TokenStore>,
    turn: LoginTurn,
    wanted: Wanted,
    /// How many logins in a row have failed; unknown before the store has granted the turn.
    failures: Option<LoginFailures>,
    is_open: bool,
}

impl Turn {
    fn new(store: Arc<dyn TokenStore>, turn: LoginTurn, wanted: Wanted) -> Self {
        Self {
            store,
            turn,
            wanted,
            failures: None,
            is_open: false,
        }
    }

    /// Polls the login to completion, and renews the lease meanwhile.
    async fn hold_during<T>(&self, login: impl Future<Output = T>) -> T {
        let mut login = pin!(login);
        loop {
            let waited = timeout(self.turn.lease() / 3, login.as_mut()).await;
            if let Ok(outcome) = waited {
                return outcome;
            }
            // The login continues even if the store can't be reached or the lease is over.
            let mut asked = pin!(self.store.ask(&self.turn, self.wanted));
            let ended = poll_fn(|context| match login.as_mut().poll(context) {
                Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
                Poll::Pending => asked.as_mut().poll(context).map(|_| None),
            });
            if let Some(outcome) = ended.await {
                return outcome;
            }
        }
    }

    async fn keep(mut self, token: Option<StoredToken>) {
        let Some(token) = token else { return };
        let kept = self.store.keep(&self.turn, &token).await;
        self.is_open = kept.is_err();
        report(kept);
    }

    async fn fail(mut self, failure: &Failure) {
        let told = self.store.fail(&self.turn, &failure.stored()).await;
        self.is_open = told.is_err();
        report(told);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Without a runtime, the turn is not given up. It ends with its lease.
        let (true, Ok(runtime)) = (self.is_open, Handle::try_current()) else {
            return;
        };
        let (store, turn) = (Arc::clone(&self.store), self.turn.clone());
        let (wanted, failures) = (self.wanted, self.failures);
        runtime.spawn(async move { report(give_up(&*store, &turn, wanted, failures).await) });
    }
}

/// Gives the turn up for the next process. The store keeps the count of earlier failures.
async fn give_up(
    store: &dyn TokenStore,
    turn: &LoginTurn,
    wanted: Wanted,
    failures: Option<LoginFailures>,
) -> Result<(), StoreError> {
    let failures = match failures {
        Some(failures) => failures,
        // The store offers the turn again to the process that already has it.
        None => match store.ask(turn, wanted).await? {
            Offer::Turn(failures) => failures,
            _ => return Ok(()),
        },
    };
    let given_up = FailedLogin {
        failures,
        pause: Duration::ZERO,
        is_refused: false,
    };
    store.fail(turn, &given_up).await
}

fn report(told: Result<(), StoreError>) {
    if let Err(error) = told {
        telemetry::store_not_used(&error);
    }
}
