use std::{fmt, sync::LazyLock};

use async_trait::async_trait;
use customer_api_core::{
    error::StoreError,
    session::{FailedLogin, LoginFailures, LoginTurn, Offer, StoredToken, TokenStore, Wanted},
};

use crate::{
    RedisConnection, RedisOptions,
    failure::Failure,
    script::{Items, Lua, maybe_micros, micros, text},
};

/// A script, preceded by the functions that all scripts use.
macro_rules! lua {
    ($new:ident, $file:literal) => {
        LazyLock::new(|| Lua::$new(concat!(include_str!("account.lua"), include_str!($file))))
    };
}

static ASK: LazyLock<Lua> = lua!(taking, "ask.lua");
static KEEP: LazyLock<Lua> = lua!(new, "keep.lua");
static FAIL: LazyLock<Lua> = lua!(new, "fail.lua");
static REFUSE: LazyLock<Lua> = lua!(new, "refuse.lua");

/// Tokens of logins in Redis or Valkey, for [`SharedSession`](customer_api_core::session::SharedSession).
///
/// Machines that use the same server, the same key prefix and the same login share a token. The server gets only sealed tokens, and
/// keyed digests instead of accounts.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct RedisTokens(RedisConnection);

impl RedisTokens {
    pub(crate) fn new(connection: RedisConnection) -> Self {
        Self(connection)
    }

    /// Creates tokens on the server of this URL, with the default options. Equivalent to [`RedisOptions::connect`] followed by
    /// [`RedisConnection::tokens`].
    ///
    /// # Errors
    ///
    /// If the URL can't be used.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(RedisOptions::default().connect(url)?.tokens())
    }
}

#[async_trait]
impl TokenStore for RedisTokens {
    async fn ask(&self, turn: &LoginTurn, wanted: Wanted) -> Result<Offer, StoreError> {
        let (instead, newer) = match wanted {
            Wanted::Instead(generation) => (text(generation), Vec::new()),
            Wanted::Newer(generation) => (Vec::new(), text(generation)),
            // `Any`, and variants that a later version adds.
            _ => (Vec::new(), Vec::new()),
        };
        let keys = self.0.prefix().of_account(turn.account());
        let values = [turn.id(), &*micros(turn.lease()), &*instead, &*newer];
        let reply = self.0.run(&ASK, &keys, &values).await?;
        Ok(offer(Items::of(reply)?)?)
    }

    async fn keep(&self, turn: &LoginTurn, token: &StoredToken) -> Result<(), StoreError> {
        let keys = self.0.prefix().of_account(turn.account());
        let values = [
            turn.id(),
            &*text(token.generation),
            &*token.sealed,
            &*maybe_micros(token.expires_in),
            &*maybe_micros(token.renew_in),
        ];
        self.0.run(&KEEP, &keys, &values).await?;
        Ok(())
    }

    async fn fail(&self, turn: &LoginTurn, failure: &FailedLogin) -> Result<(), StoreError> {
        let keys = self.0.prefix().of_account(turn.account());
        let [failed, in_vain, is_refused, pause] = values(failure);
        let values = [turn.id(), &*failed, &*in_vain, &*is_refused, &*pause];
        self.0.run(&FAIL, &keys, &values).await?;
        Ok(())
    }

    async fn refuse(
        &self,
        account: &str,
        generation: u64,
        failure: &FailedLogin,
    ) -> Result<(), StoreError> {
        let keys = self.0.prefix().of_account(account);
        let [failed, in_vain, is_refused, pause] = values(failure);
        let generation = text(generation);
        let values = [&*generation, &*failed, &*in_vain, &*is_refused, &*pause];
        self.0.run(&REFUSE, &keys, &values).await?;
        Ok(())
    }
}

impl fmt::Debug for RedisTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisTokens").field(&self.0).finish()
    }
}

fn values(failure: &FailedLogin) -> [Vec<u8>; 4] {
    [
        text(failure.failures.failed),
        text(failure.failures.in_vain),
        text(u8::from(failure.is_refused)),
        micros(failure.pause),
    ]
}

/// Converts the result of `ask.lua`.
fn offer(mut items: Items) -> Result<Offer, Failure> {
    let kind = items.bytes()?;
    let failures = LoginFailures {
        failed: items.number()?,
        in_vain: items.number()?,
    };
    match &*kind {
        b"token" => {
            let token = StoredToken {
                generation: items.number()?,
                sealed: items.bytes()?,
                expires_in: items.maybe_time()?,
                renew_in: items.maybe_time()?,
            };
            Ok(Offer::Token(token, failures))
        }
        b"paused" => Ok(Offer::Paused {
            wait: items.time()?,
            is_refused: items.number::<u8>()? == 1,
            failures,
        }),
        b"busy" => Ok(Offer::Busy(items.time()?)),
        b"turn" => Ok(Offer::Turn(failures)),
        _ => Err(Failure::Reply),
    }
}
