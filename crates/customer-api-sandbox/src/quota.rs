//! A quota: at most a fixed number of requests in any window of time.

use std::collections::VecDeque;
use std::time::Duration;

/// The times of the admitted requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Quota(VecDeque<Duration>);

impl Quota {
    /// Admits a request, or returns the number of seconds until a request will be admitted, rounded
    /// up.
    pub(crate) fn admit(
        &mut self,
        (limit, window): (usize, Duration),
        now: Duration,
    ) -> Result<(), u64> {
        while self
            .0
            .front()
            .is_some_and(|oldest| now.saturating_sub(*oldest) >= window)
        {
            self.0.pop_front();
        }
        if self.0.len() < limit {
            self.0.push_back(now);
            return Ok(());
        }
        let free = self
            .0
            .front()
            .map_or(window, |oldest| oldest.saturating_add(window))
            .saturating_sub(now);
        Err(free
            .as_millis()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_holds_more_than_the_limit() {
        let limit = (2, Duration::from_secs(60));
        let mut quota = Quota::default();
        let mut at = |millis| quota.admit(limit, Duration::from_millis(millis));
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(30_000), Ok(()));
        assert_eq!(at(30_500), Err(30));
        assert_eq!(at(59_999), Err(1));
        assert_eq!(at(60_000), Ok(()));
        assert_eq!(at(60_001), Err(30));
    }

    #[test]
    fn a_limit_of_nothing_lets_nothing_in() {
        let mut quota = Quota::default();
        assert_eq!(
            quota.admit((0, Duration::from_secs(60)), Duration::ZERO),
            Err(60)
        );
    }
}
