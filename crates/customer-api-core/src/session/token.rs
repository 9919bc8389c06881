use std::time::{Duration, SystemTime};

use http::HeaderMap;
use tokio::time::Instant;

use super::LoginFailures;
use crate::{
    auth::Credential,
    time::{now, senders_clock},
};

/// How long before its expiry a token is renewed. If a tenth of the token's lifetime is shorter, that time is used instead.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The result of a login: a credential, and how long it is valid.
///
/// A token without a lifetime is used until the provider responds with 401.
#[derive(Clone, Debug)]
pub struct Token {
    credential: Credential,
    life: Option<Duration>,
    /// The remaining lifetime by the provider's clock, at the time when `with_expiry` was called.
    left: Option<Duration>,
}

impl Token {
    /// Creates a token from the credential that requests carry.
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            life: None,
            left: None,
        }
    }

    /// Sets how long the token is valid. The time counts from the start of the login, by the monotonic clock.
    #[must_use]
    pub fn with_lifetime(mut self, life: Duration) -> Self {
        self.life = Some(life);
        self
    }

    /// Sets when the token expires by the provider's clock. The `Date` in the headers of the login's response shows the time of that clock.
    /// This machine's clock may be wrong and is used only if there is no `Date`.
    ///
    /// If [`with_lifetime`](Self::with_lifetime) is also set, the earlier end counts. A time in the past is the sign of a
    /// wrong clock and is ignored.
    #[must_use]
    pub fn with_expiry(mut self, time: SystemTime, headers: &HeaderMap) -> Self {
        let left = time.duration_since(senders_clock(headers)).ok();
        self.left = left.filter(|left| !left.is_zero());
        self
    }

    /// Returns how long the token is valid, counted from `began`.
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
    /// How many logins in a row had failed before the login that returned this token, including logins of other machines.
    pub(super) failures: LoginFailures,
    /// Whether a login of this process returned the token. A token from a store may be an old one.
    pub(super) is_new: bool,
    credential: Credential,
    /// When the token expires, and when it is to be renewed; `None` means never.
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

    /// Creates a token that another process obtained. Its expiry and its renewal are counted from `asked`.
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

    /// Returns the time until the token expires, and the time until it is to be renewed.
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

    /// Postpones the renewal by half the time that is left, and by at least a second.
    pub(super) fn postpone_renewal(&mut self, now: Instant) {
        if let Some((expires, renewal)) = &mut self.times {
            let left = expires.saturating_duration_since(now);
            *renewal = now + (left / 2).max(Duration::from_secs(1));
        }
    }
}
