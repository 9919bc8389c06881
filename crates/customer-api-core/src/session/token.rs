use std::time::{Duration, SystemTime};

use http::HeaderMap;
use tokio::time::Instant;

use super::LoginFailures;
use crate::{
    auth::Credential,
    time::{now, senders_clock},
};

/// How long before it expires a token is renewed, unless it lives so shortly that a tenth of its life is less.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// What a login gives: a credential, and how long it is good for.
///
/// Without a life time it is used until the provider answers 401.
#[derive(Clone, Debug)]
pub struct Token {
    credential: Credential,
    life: Option<Duration>,
    /// How long it lived on, by the provider's clock, when it was told.
    left: Option<Duration>,
}

impl Token {
    /// A token in the form in which requests carry it.
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            life: None,
            left: None,
        }
    }

    /// How long it lives, counted from when the login began, by the monotonic clock.
    #[must_use]
    pub fn with_lifetime(mut self, life: Duration) -> Self {
        self.life = Some(life);
        self
    }

    /// When it expires by the provider's clock, which the `Date` among the headers of the login's response tells: the clock of
    /// this machine may be wrong, and counts only where there is no `Date`.
    ///
    /// Of this and [`with_lifetime`](Self::with_lifetime), the earlier end counts. A time that is past already is a clock that goes
    /// wrong, and is ignored.
    #[must_use]
    pub fn with_expiry(mut self, time: SystemTime, headers: &HeaderMap) -> Self {
        let left = time.duration_since(senders_clock(headers)).ok();
        self.left = left.filter(|left| !left.is_zero());
        self
    }

    /// How long it lives, counted from this moment in the past.
    fn life_since(&self, began: Instant) -> Option<Duration> {
        let by_date = self
            .left
            .and_then(|left| left.checked_add(now().saturating_duration_since(began)));
        match (self.life, by_date) {
            (Some(life), Some(date)) => Some(life.min(date)),
            (life, date) => life.or(date),
        }
    }
}

/// A token in use.
pub(super) struct Held {
    pub(super) generation: u64,
    /// How many logins in a row had failed before this one, on other machines, too.
    pub(super) failures: LoginFailures,
    /// Whether a login of this process gave it just now. One that a store had may be an old one.
    pub(super) is_new: bool,
    credential: Credential,
    /// When it is no longer used, and from when on another one is wanted; `None` is never.
    times: Option<(Instant, Instant)>,
}

impl Held {
    pub(super) fn new(token: Token, generation: u64, began: Instant) -> Self {
        let times = token.life_since(began).and_then(|life| {
            let early = MARGIN.min(life / 10);
            let expires = began.checked_add(life)?;
            Some((expires, expires.checked_sub(early).unwrap_or(expires)))
        });
        Self {
            generation,
            failures: LoginFailures::default(),
            is_new: true,
            credential: token.credential.with_generation(generation),
            times,
        }
    }

    /// A token of another process: it expires, and is to be renewed, so long after this moment.
    #[cfg(feature = "shared-session")]
    pub(super) fn shared(
        credential: Credential,
        generation: u64,
        asked: Instant,
        expires_in: Option<Duration>,
        renew_in: Option<Duration>,
    ) -> Self {
        let times = expires_in.and_then(|left| {
            let expires = asked.checked_add(left)?;
            let renewal = asked.checked_add(renew_in.unwrap_or(left))?;
            Some((expires, renewal.min(expires)))
        });
        Self {
            generation,
            failures: LoginFailures::default(),
            is_new: false,
            credential: credential.with_generation(generation),
            times,
        }
    }

    /// In which time it expires, and in which it is to be renewed.
    #[cfg(feature = "shared-session")]
    pub(super) fn times_left(&self, now: Instant) -> Option<(Duration, Duration)> {
        self.times.map(|(expires, renewal)| {
            (
                expires.saturating_duration_since(now),
                renewal.saturating_duration_since(now),
            )
        })
    }

    pub(super) fn credential(&self) -> Credential {
        self.credential.clone()
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.times.is_some_and(|(expires, _)| expires <= now)
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.times.is_some_and(|(_, renewal)| renewal <= now)
    }

    /// Wants the next renewal in half the time that is left, and not within a second.
    pub(super) fn postpone_renewal(&mut self, now: Instant) {
        if let Some((expires, renewal)) = &mut self.times {
            let left = expires.saturating_duration_since(now);
            *renewal = now + (left / 2).max(Duration::from_secs(1));
        }
    }
}
