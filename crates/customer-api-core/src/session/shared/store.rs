use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{error::StoreError, random, session::LoginFailures};

/// Keeps the tokens of logins for many processes, such as a database.
///
/// For each account there is at most one token, one right to log in, and one pause. The store sees no clear text: an
/// account is a keyed digest, a token is sealed. Only the clock of the store counts; processes give and get durations.
///
/// Each method runs one statement or script, which may be lost with its connection after it has done its work. So each
/// may be run again with the same values, and the second run changes nothing.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Gives the token of the account, or the right to log in.
    ///
    /// In this order:
    ///
    /// 1. A token of the generation that is [refused](Wanted::Instead) is removed.
    /// 2. A token that has not expired is offered, unless a [newer](Wanted::Newer) one is wanted.
    /// 3. While the account is paused, nobody logs in: [`Offer::Paused`].
    /// 4. While another process has the right to log in, [`Offer::Busy`].
    /// 5. Otherwise this process has that right for [`lease`](LoginTurn::lease): [`Offer::Turn`].
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. The process may have the right to log in all the same.
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError>;

    /// Keeps the token that a login gave, and ends the turn. Changes nothing if the turn is over.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long.
    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError>;

    /// Ends the turn without a token, and pauses the account. Changes nothing if the turn is over.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long.
    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError>;

    /// Removes the token of this generation, which the provider does not take although it was just given, and pauses the
    /// account. Changes nothing if the account has another token, or none.
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long.
    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError>;
}

/// Which token is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// Any that has not expired.
    Any,
    /// Another than the one of this generation, which the provider does not take any more.
    Instead(u64),
    /// Another than the one of this generation, which expires soon. The others go on with it.
    Newer(u64),
}

/// What a store has for a process that wants a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Offer {
    /// A token, and how many logins in a row had failed before it.
    Token(StoredToken, LoginFailures),
    /// The right to log in. So many logins in a row have failed; failures whose pause ended over an hour ago do not count.
    Turn(LoginFailures),
    /// Another process logs in, for so long at most.
    Busy(Duration),
    /// Nobody logs in for so long.
    Paused {
        /// How long the pause still is.
        wait: Duration,
        /// Whether the provider refused the login itself.
        is_refused: bool,
        /// How many logins in a row have failed.
        failures: LoginFailures,
    },
}

/// One try of one process to get a token for an account.
#[derive(Clone)]
pub struct LoginTurn {
    account: String,
    id: [u8; 16],
    lease: Duration,
}

impl LoginTurn {
    /// A try with an id that no other one has. It logs in for `lease` at most.
    #[must_use]
    pub fn new(account: impl Into<String>, lease: Duration) -> Self {
        Self {
            account: account.into(),
            id: random::token(),
            lease,
        }
    }

    /// The account: letters and digits of a keyed digest.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// What tells this try from all others.
    #[must_use]
    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// How long the right to log in is held at most, so that a process that dies does not keep it.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }
}

impl fmt::Debug for LoginTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginTurn")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// A token as a store keeps it.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores write and read it")]
pub struct StoredToken {
    /// Tells it from all other tokens of the account.
    pub generation: u64,
    /// The credential, sealed.
    pub sealed: Vec<u8>,
    /// After which time it is no longer offered; `None` is never.
    pub expires_in: Option<Duration>,
    /// After which time a newer one is wanted.
    pub renew_in: Option<Duration>,
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("generation", &self.generation)
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// A login that failed, as a store keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores write and read it")]
pub struct FailedLogin {
    /// How many logins in a row have failed, this one included.
    pub failures: LoginFailures,
    /// For how long nobody logs in.
    pub pause: Duration,
    /// Whether the provider refused the login itself.
    pub is_refused: bool,
}
