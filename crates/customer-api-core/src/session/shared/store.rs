use std::{fmt, time::Duration};

use async_trait::async_trait;

use crate::{error::StoreError, random, session::LoginFailures};

/// Keeps the tokens of logins for many processes, for example in a database.
///
/// For each account there is at most one token, one right to log in, and one pause. The store receives no clear text: an account is a keyed
/// digest, and a token is sealed. Only the store's clock is used: processes pass and receive durations.
///
/// Each method runs one statement or script. If the connection breaks, the result can be lost after the statement has taken effect. The
/// caller can therefore run each method again with the same values, and the second run must change nothing.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Offers the token of the account, or the right to log in.
    ///
    /// In this order:
    ///
    /// 1. A token of the generation that is [refused](Wanted::Instead) is removed.
    /// 2. A token that has not expired is offered, unless a [newer](Wanted::Newer) one is wanted.
    /// 3. While the account is paused, no process logs in: [`Offer::Paused`].
    /// 4. While another process has the right to log in, [`Offer::Busy`].
    /// 5. Otherwise this process gets the right to log in for [`lease`](LoginTurn::lease): [`Offer::Turn`].
    ///
    /// # Errors
    ///
    /// If the store can't be reached, or takes too long. Even after an error, the process may have the right to log in.
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError>;

    /// Keeps the token that a login returned, and ends the turn. Changes nothing if the turn is over.
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

    /// Removes the token of this generation, which the provider rejects although it has just issued it, and pauses the
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

/// The kind of token that a process wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// Any token that has not expired.
    Any,
    /// A token other than the one of this generation, which the provider rejects.
    Instead(u64),
    /// A token that replaces the token of this generation. The token of this generation expires soon, but other processes still use it.
    Newer(u64),
}

/// The response of a store to a process that wants a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Offer {
    /// A token, and how many logins in a row had failed before it.
    Token(StoredToken, LoginFailures),
    /// The right to log in, and how many logins in a row have failed. Failures whose pause ended more than an hour ago do not
    /// count.
    Turn(LoginFailures),
    /// Another process has the right to log in. The right ends after this time, unless that process renews it.
    Busy(Duration),
    /// Logins to the account are paused.
    Paused {
        /// How long the pause still lasts.
        wait: Duration,
        /// Whether the provider refused the login itself.
        is_refused: bool,
        /// How many logins in a row have failed.
        failures: LoginFailures,
    },
}

/// One attempt of one process to get a token for an account.
#[derive(Clone)]
pub struct LoginTurn {
    account: String,
    id: [u8; 16],
    lease: Duration,
}

impl LoginTurn {
    /// Creates a turn with a unique id. The right to log in ends after `lease`, unless the process renews it.
    #[must_use]
    pub fn new(account: impl Into<String>, lease: Duration) -> Self {
        Self {
            account: account.into(),
            id: random::token(),
            lease,
        }
    }

    /// The account: a keyed digest, written in letters and digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The id that identifies this turn.
    #[must_use]
    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// How long the right to log in lasts, unless the process renews it. A process that dies therefore does not keep the right.
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
    /// Identifies the token among all tokens of the account.
    pub generation: u64,
    /// The credential, sealed.
    pub sealed: Vec<u8>,
    /// The time after which the token is no longer offered; `None` means never.
    pub expires_in: Option<Duration>,
    /// The time after which a newer token is wanted.
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
    /// How long logins to the account are paused.
    pub pause: Duration,
    /// Whether the provider refused the login itself.
    pub is_refused: bool,
}
