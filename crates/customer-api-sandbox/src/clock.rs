//! The one place that reads a clock.
//!
//! Real time is the wall clock at the start plus the time that tokio's clock has counted since. A
//! test that pauses tokio's clock therefore also pauses the sandbox.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tokio::time::Instant;

/// The difference between the sandbox's running clock and the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skew {
    Ahead(Duration),
    Behind(Duration),
}

impl Default for Skew {
    fn default() -> Self {
        Self::Ahead(Duration::ZERO)
    }
}

#[derive(Debug)]
pub(crate) struct Clock {
    /// The time to add to the running time: the start, plus all manual advances and steps.
    base: Mutex<Duration>,
    /// When the clock was started. `None` means a clock that moves only by steps and manual
    /// advances.
    running_since: Option<Instant>,
    step: Duration,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "only this module reads the clock"
    )]
    pub(crate) fn real(skew: Skew) -> Self {
        let now = since_epoch(SystemTime::now());
        let base = match skew {
            Skew::Ahead(by) => now.saturating_add(by),
            Skew::Behind(by) => now.saturating_sub(by),
        };
        Self {
            base: Mutex::new(base),
            running_since: Some(Instant::now()),
            step: Duration::ZERO,
        }
    }

    pub(crate) fn stepped(start: SystemTime, step: Duration) -> Self {
        Self {
            base: Mutex::new(since_epoch(start)),
            running_since: None,
            step,
        }
    }

    /// Returns the time since the Unix epoch.
    pub(crate) fn now(&self) -> Duration {
        let base = *self.base.lock().unwrap_or_else(PoisonError::into_inner);
        let run = self.running_since.map(|start| start.elapsed());
        base.saturating_add(run.unwrap_or_default())
    }

    /// Returns the time in the standard library's type.
    pub(crate) fn system_time(&self) -> SystemTime {
        UNIX_EPOCH.checked_add(self.now()).unwrap_or(UNIX_EPOCH)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        *base = base.saturating_add(by);
    }

    /// Moves a stepped clock on by one step. The step of a running clock is zero.
    pub(crate) fn step(&self) {
        self.advance(self.step);
    }
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Formats as RFC 3339 with whole seconds, like the providers' samples: `2020-01-23T16:33:02Z`.
pub(crate) fn rfc3339_seconds(time: Duration) -> String {
    timestamp(Duration::from_secs(time.as_secs())).to_string()
}

/// Formats as RFC 3339 with nine fractional digits: `2025-01-27T16:43:58.164260202Z`.
pub(crate) fn rfc3339_nanos(time: Duration) -> String {
    format!("{:.9}", timestamp(time))
}

/// Formats as date and time without a zone, as some providers do: `2020-01-23 16:33:02`.
pub(crate) fn date_and_time(time: Duration) -> String {
    timestamp(time).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Formats as in a `Date` header: `Thu, 23 Jan 2020 16:33:02 GMT`.
pub(crate) fn http_date(time: Duration) -> String {
    timestamp(time)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Returns the whole seconds since the Unix epoch.
pub(crate) fn unix_seconds(time: Duration) -> u64 {
    time.as_secs()
}

/// For `#[serde(with)]`: a time in RFC 3339.
pub(crate) mod rfc3339 {
    use std::time::SystemTime;

    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::rfc3339_nanos(super::since_epoch(*time)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(from)?;
        let time: Timestamp = text.parse().map_err(D::Error::custom)?;
        Ok(time.into())
    }
}

fn timestamp(time: Duration) -> Timestamp {
    // A time after the year 9999 is replaced by the last moment that can be printed.
    jiff::SignedDuration::try_from(time)
        .and_then(Timestamp::from_duration)
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_the_providers_print() {
        let time = Duration::new(1_579_797_182, 164_260_202);
        assert_eq!(rfc3339_seconds(time), "2020-01-23T16:33:02Z");
        assert_eq!(rfc3339_nanos(time), "2020-01-23T16:33:02.164260202Z");
        assert_eq!(
            rfc3339_nanos(Duration::from_secs(1_579_797_182)),
            "2020-01-23T16:33:02.000000000Z"
        );
        assert_eq!(date_and_time(time), "2020-01-23 16:33:02");
        assert_eq!(http_date(time), "Thu, 23 Jan 2020 16:33:02 GMT");
        assert_eq!(unix_seconds(time), 1_579_797_182);
    }

    #[test]
    fn a_stepped_clock_moves_by_steps_and_by_hand_alone() {
        let clock = Clock::stepped(UNIX_EPOCH, Duration::from_secs(2));
        assert_eq!(clock.now(), Duration::ZERO);
        clock.step();
        clock.advance(Duration::from_millis(500));
        assert_eq!(clock.now(), Duration::from_millis(2500));
    }

    #[test]
    fn a_time_beyond_the_calendar_is_clamped() {
        assert!(rfc3339_seconds(Duration::MAX).starts_with("9999-12-30T"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_runs_may_be_ahead_or_behind() {
        let hour = Duration::from_secs(3_600);
        let machine = Clock::real(Skew::default()).now();
        let ahead = Clock::real(Skew::Ahead(hour)).now();
        let behind = Clock::real(Skew::Behind(hour)).now();
        let second = Duration::from_secs(1);
        assert!(ahead - machine >= hour && ahead - machine < hour + second);
        assert!(machine - behind <= hour && machine - behind > hour - second);
    }

    #[tokio::test(start_paused = true)]
    async fn real_time_follows_tokios_clock() {
        let clock = Clock::real(Skew::default());
        let before = clock.now();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(clock.now() - before, Duration::from_secs(60));
    }
}
