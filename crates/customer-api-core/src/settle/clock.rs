//! The difference between the provider's clock and this machine's.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header::AGE};

use crate::{Timestamp, time};

/// The maximum duration of an exchange whose `Date` is used. A longer exchange shows too little about the provider's clock.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(10);

/// How far the provider's clock is ahead of this machine's, as a range of nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skew {
    least: i128,
    most: i128,
}

impl Skew {
    /// Computes the skew from a response's `Date`. The provider wrote the `Date` during the exchange, in whole seconds. `None`
    /// if there is no `Date`, if the `Date` may come from a cache, or if the exchange took too long.
    pub(super) fn read(headers: &HeaderMap, received: SystemTime, took: Duration) -> Option<Self> {
        let is_cached = headers.get(AGE).is_some_and(|age| age.as_bytes() != b"0");
        if is_cached || took > LONGEST_EXCHANGE {
            return None;
        }
        let date = nanoseconds(time::date(headers)?);
        let received = nanoseconds(received);
        let sent = received - i128::try_from(took.as_nanos()).ok()?;
        Some(Self {
            least: date - received,
            most: date + SECOND - sent,
        })
    }

    /// Whether something that the provider dates at `shown`, in whole seconds or finer, can be the effect of a call that was
    /// sent at `sent` by this machine's clock. `true` is not a proof, because others may write at the same time.
    pub(super) fn may_follow(self, shown: &Timestamp, sent: &Timestamp) -> bool {
        let earliest = sent.unix_nanoseconds() + self.least;
        shown.unix_nanoseconds() > earliest - SECOND
    }
}

const SECOND: i128 = 1_000_000_000;

/// Returns nanoseconds since 1970, negative before.
pub(super) fn nanoseconds(time: SystemTime) -> i128 {
    let since = |later: SystemTime, earlier| {
        let nanoseconds = later.duration_since(earlier).ok()?.as_nanos();
        i128::try_from(nanoseconds).ok()
    };
    let epoch = SystemTime::UNIX_EPOCH;
    since(time, epoch).unwrap_or_else(|| -since(epoch, time).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn dated(date: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::DATE, date.parse().unwrap());
        headers
    }

    const NOON: &str = "Sun, 01 Mar 2026 12:00:00 GMT";

    #[test]
    fn a_date_bounds_the_skew_by_the_exchange_and_a_second() {
        let received = at("2026-03-01T11:59:50.500Z").to_system_time();
        let skew = Skew::read(&dated(NOON), received, Duration::from_millis(200)).unwrap();
        assert_eq!((skew.least, skew.most), (9_500_000_000, 10_700_000_000));
    }

    #[test]
    fn without_a_date_of_the_providers_own_there_is_no_bound() {
        let received = at("2026-03-01T12:00:00Z").to_system_time();
        let read = |headers: &HeaderMap, took| Skew::read(headers, received, took);
        assert_eq!(read(&HeaderMap::new(), Duration::ZERO), None);
        assert_eq!(read(&dated("yesterday"), Duration::ZERO), None);
        assert_eq!(read(&dated(NOON), Duration::from_secs(11)), None);
        let mut cached = dated(NOON);
        cached.insert(AGE, "3600".parse().unwrap());
        assert_eq!(read(&cached, Duration::ZERO), None);
    }

    #[test]
    fn what_is_dated_before_the_call_by_the_providers_clock_is_not_its_work() {
        // The provider's clock is an hour ahead. By this machine's clock alone, every review of the last hour would count.
        let received = at("2026-03-01T11:00:00.500Z").to_system_time();
        let skew = Skew::read(&dated(NOON), received, Duration::ZERO).unwrap();
        let sent = at("2026-03-01T10:59:00Z");
        assert!(!skew.may_follow(&at("2026-03-01T11:30:00Z"), &sent));
        assert!(!skew.may_follow(&at("2026-03-01T11:58:58Z"), &sent));
        // The tolerance is a second, because a date can be in whole seconds, and half a second, because the skew is uncertain.
        assert!(skew.may_follow(&at("2026-03-01T11:58:59Z"), &sent));
        assert!(skew.may_follow(&at("2026-03-01T11:59:00Z"), &sent));
        // The provider's clock is behind. The work of the call is still found.
        let received = at("2026-03-01T13:00:00.500Z").to_system_time();
        let skew = Skew::read(&dated(NOON), received, Duration::ZERO).unwrap();
        assert!(skew.may_follow(&at("2026-03-01T11:59:00Z"), &at("2026-03-01T12:59:00Z")));
    }

    #[test]
    fn times_before_1970_are_negative() {
        let before = at("1969-12-31T23:59:58.5Z");
        assert_eq!(nanoseconds(before.to_system_time()), -1_500_000_000);
    }
}
