//! The rules of every [`TokenStore`], as a suite that an implementation runs in its own tests.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use customer_api_core::session::{LocalTokens, conformance};
//!
//! let store = LocalTokens::new();
//! conformance::check(&store, &store.clone()).await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
//! ```
//!
//! The suite takes about two seconds. Write separate tests for the failure of the store's server.

use std::{fmt, time::Duration};

use super::{FailedLogin, LoginFailures, LoginTurn, Offer, StoredToken, TokenStore, Wanted};
pub use crate::conformance::Violation;
use crate::{
    conformance::{Checked, holds, violation},
    error::StoreError,
    random,
};

const LEASE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The lifetime of a token, and the length of a pause. Both are so short that they end while the suite runs.
const SHORT: Duration = Duration::from_millis(300);

/// Checks a store through two handles, such as those of two machines. Leaves accounts behind, under names that no other user
/// of the store has.
///
/// # Errors
///
/// Returns the first rule that the store breaks.
pub async fn check<S: TokenStore>(one: &S, other: &S) -> Result<(), Violation> {
    let suite = Suite { one, other };
    suite.one_logs_in().await?;
    suite.tokens().await?;
    suite.pauses().await?;
    suite.turns_that_are_over().await?;
    suite.times_end().await
}

struct Suite<'s, S> {
    one: &'s S,
    other: &'s S,
}

fn account() -> String {
    random::token()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn token(generation: u64) -> StoredToken {
    StoredToken {
        generation,
        sealed: vec![0, 1, 127, 128, 255],
        expires_in: Some(HOUR),
        renew_in: Some(HOUR / 2),
    }
}

fn failed(failures: u32, pause: Duration) -> FailedLogin {
    FailedLogin {
        failures: LoginFailures {
            failed: failures + 1,
            in_vain: failures,
        },
        pause,
        is_refused: true,
    }
}

fn works<T>(outcome: Result<T, StoreError>) -> Result<T, Violation> {
    outcome.map_err(|error| violation("what is allowed succeeds", &error))
}

fn is_turn(rule: &'static str, offer: &Offer) -> Checked {
    holds(rule, matches!(offer, Offer::Turn(_)), &offer)
}

fn is_token(rule: &'static str, offer: &Offer, generation: u64) -> Checked {
    let is_it = matches!(offer, Offer::Token(token, _) if token.generation == generation);
    holds(rule, is_it, &offer)
}

impl<S: TokenStore> Suite<'_, S> {
    async fn one_logs_in(&self) -> Checked {
        let account = account();
        let turn = |lease| LoginTurn::new(&*account, lease);
        let first = turn(LEASE);
        let offer = works(self.one.ask(&first, Wanted::Any).await)?;
        is_turn(
            "the first process that asks for a new account logs in",
            &offer,
        )?;
        let offer = works(self.one.ask(&first, Wanted::Any).await)?;
        is_turn("a process that logs in can ask again", &offer)?;
        for store in [self.one, self.other] {
            let offer = works(store.ask(&turn(LEASE), Wanted::Any).await)?;
            let rule = "the other processes wait at most for the end of the lease";
            let is_busy = matches!(offer, Offer::Busy(wait) if wait > LEASE / 2 && wait <= LEASE);
            holds(rule, is_busy, &offer)?;
        }
        let rule = "a turn that is given up is free for the next process immediately";
        works(self.other.fail(&first, &failed(0, Duration::ZERO)).await)?;
        let offer = works(self.other.ask(&turn(LEASE), Wanted::Any).await)?;
        is_turn(rule, &offer)?;
        let other = LoginTurn::new(format!("{account}0"), LEASE);
        let offer = works(self.one.ask(&other, Wanted::Any).await)?;
        is_turn("accounts do not hinder each other", &offer)
    }

    /// Creates an account with this token.
    async fn with_token(&self, kept: &StoredToken) -> Result<String, Violation> {
        let account = account();
        let turn = LoginTurn::new(&*account, LEASE);
        works(self.one.ask(&turn, Wanted::Any).await)?;
        works(self.one.keep(&turn, kept).await)?;
        works(self.one.keep(&turn, kept).await)?;
        Ok(account)
    }

    async fn tokens(&self) -> Checked {
        for generation in [0, 1, u64::MAX, i64::MAX.unsigned_abs() + 1] {
            let kept = token(generation);
            let account = self.with_token(&kept).await?;
            let turn = || LoginTurn::new(&*account, LEASE);
            let offer = works(self.other.ask(&turn(), Wanted::Any).await)?;
            is_token("a token is offered to all processes", &offer, generation)?;
            let rule = "a token is offered as it was kept, with the remaining times";
            let is_same = matches!(&offer, Offer::Token(token, failures)
                if token.sealed == kept.sealed
                    && token.expires_in.is_some_and(|left| left <= HOUR && left > HOUR / 2)
                    && token.renew_in.is_some_and(|left| left <= HOUR / 2 && left > HOUR / 4)
                    && *failures == LoginFailures::default());
            holds(rule, is_same, &offer)?;

            let offer = works(self.one.ask(&turn(), Wanted::Newer(generation ^ 1)).await)?;
            let rule = "a process that has an earlier token gets the current token";
            is_token(rule, &offer, generation)?;
            let renewing = turn();
            let newer = Wanted::Newer(generation);
            let offer = works(self.one.ask(&renewing, newer).await)?;
            is_turn("a process that wants a newer token logs in", &offer)?;
            let offer = works(self.other.ask(&turn(), newer).await)?;
            let rule = "one process renews a token";
            holds(rule, matches!(offer, Offer::Busy(_)), &offer)?;
            let offer = works(self.other.ask(&turn(), Wanted::Any).await)?;
            is_token("the other processes use the old token", &offer, generation)?;
            works(self.one.keep(&renewing, &token(generation ^ 2)).await)?;
            let offer = works(self.other.ask(&turn(), newer).await)?;
            is_token(
                "the newer token is offered to all processes",
                &offer,
                generation ^ 2,
            )?;

            let late = Wanted::Instead(generation);
            let offer = works(self.one.ask(&turn(), late).await)?;
            let rule = "a late refusal of an old token does not affect the new one";
            is_token(rule, &offer, generation ^ 2)?;
            let offer = works(self.one.ask(&turn(), Wanted::Instead(generation ^ 2)).await)?;
            is_turn("a process whose token was refused logs in", &offer)?;
            let offer = works(self.other.ask(&turn(), Wanted::Any).await)?;
            let rule = "a token that was refused is offered to no process";
            holds(rule, matches!(offer, Offer::Busy(_)), &offer)?;
        }
        let forever = StoredToken {
            expires_in: None,
            renew_in: None,
            ..token(7)
        };
        let account = self.with_token(&forever).await?;
        let turn = LoginTurn::new(account, LEASE);
        let offer = works(self.one.ask(&turn, Wanted::Any).await)?;
        let rule = "a token without an expiry never expires";
        let has_none = matches!(&offer, Offer::Token(token, _) if token.expires_in.is_none() && token.renew_in.is_none());
        holds(rule, has_none, &offer)
    }

    async fn pauses(&self) -> Checked {
        let account = account();
        let turn = LoginTurn::new(&*account, LEASE);
        works(self.one.ask(&turn, Wanted::Any).await)?;
        let failure = failed(3, HOUR);
        works(self.one.fail(&turn, &failure).await)?;
        for wanted in [Wanted::Any, Wanted::Instead(1), Wanted::Newer(1)] {
            let next = LoginTurn::new(&*account, LEASE);
            let offer = works(self.other.ask(&next, wanted).await)?;
            let rule = "no process logs in during a pause";
            let is_pause = matches!(offer, Offer::Paused { wait, is_refused: true, failures }
                if wait > HOUR / 2 && wait <= HOUR && failures == failure.failures);
            holds(rule, is_pause, &offer)?;
        }
        let account = self.with_token(&token(7)).await?;
        works(self.other.refuse(&account, 8, &failure).await)?;
        let turn = LoginTurn::new(&*account, LEASE);
        let offer = works(self.one.ask(&turn, Wanted::Any).await)?;
        is_token("a refusal of another token changes nothing", &offer, 7)?;
        works(self.other.refuse(&account, 7, &failure).await)?;
        let offer = works(self.one.ask(&turn, Wanted::Any).await)?;
        let rule = "a rejected new token is offered to no process, and all processes pause";
        holds(rule, matches!(offer, Offer::Paused { .. }), &offer)
    }

    async fn turns_that_are_over(&self) -> Checked {
        let account = account();
        let late = LoginTurn::new(&*account, Duration::ZERO);
        works(self.one.ask(&late, Wanted::Any).await)?;
        let next = LoginTurn::new(&*account, LEASE);
        let offer = works(self.other.ask(&next, Wanted::Any).await)?;
        is_turn("a lease ends when its time is over", &offer)?;
        works(self.one.keep(&late, &token(1)).await)?;
        works(self.one.fail(&late, &failed(1, HOUR)).await)?;
        let other = LoginTurn::new(&*account, LEASE);
        let offer = works(self.one.ask(&other, Wanted::Any).await)?;
        let rule = "a process whose lease is over changes nothing";
        holds(rule, matches!(offer, Offer::Busy(_)), &offer)?;
        works(self.other.keep(&next, &token(2)).await)?;
        let offer = works(self.one.ask(&other, Wanted::Any).await)?;
        is_token("the token of the next process counts", &offer, 2)
    }

    async fn times_end(&self) -> Checked {
        let short = StoredToken {
            expires_in: Some(SHORT),
            renew_in: Some(SHORT / 2),
            ..token(5)
        };
        let account = self.with_token(&short).await?;
        let paused = LoginTurn::new(self::account(), LEASE);
        works(self.one.ask(&paused, Wanted::Any).await)?;
        works(self.one.fail(&paused, &failed(2, SHORT)).await)?;
        tokio::time::sleep(SHORT * 2).await;
        let turn = LoginTurn::new(account, LEASE);
        let offer = works(self.other.ask(&turn, Wanted::Any).await)?;
        is_turn("a token that has expired is offered to no process", &offer)?;
        let offer = works(self.other.ask(&paused, Wanted::Any).await)?;
        let rule = "after a pause one process logs in, and learns how many logins have failed";
        let is_told =
            matches!(offer, Offer::Turn(failures) if failures == failed(2, SHORT).failures);
        holds(rule, is_told, &offer)
    }
}

impl<S: fmt::Debug> fmt::Debug for Suite<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Suite")
    }
}
