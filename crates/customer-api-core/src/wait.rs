//! How long to wait after a failure: the one place that knows everybody who has a say.
//!
//! The provider asks for a wait by `Retry-After`; its crate may know one for a 429 that does not ask; and the back-off is the
//! least that is waited in any case, as a provider may ask for no time at all, or until a moment that is past. Calls, lists and
//! logins all take their waits from here.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// The longest wait that is granted to a provider, unless a policy says otherwise.
pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// A wait that doubles with every failure in a row, with full jitter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// The longest wait after the first failure.
    pub(crate) base: Duration,
    /// The longest wait after any.
    pub(crate) cap: Duration,
}

impl Backoff {
    pub(crate) const DEFAULT: Self = Self {
        base: Duration::from_millis(500),
        cap: Duration::from_secs(20),
    };

    /// How long to wait after this number of failures in a row. `asked` is what the last one asked for.
    pub(crate) fn wait(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let back_off = self.ceiling(failures).mul_f64(random());
        asked.map_or(back_off, |asked| asked.max(back_off))
    }

    /// The longest back-off after this number of failures in a row.
    pub(crate) fn ceiling(&self, failures: u32) -> Duration {
        let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.base.saturating_mul(factor).min(self.cap)
    }
}

/// A number from 0 to 1. The keys of the standard library's hasher come from the system, which is random enough to keep
/// clients from retrying in step.
fn random() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 11;
    #[expect(
        clippy::cast_precision_loss,
        reason = "53 bits are exactly what an f64 holds"
    )]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn back_off_doubles_up_to_its_cap_and_has_jitter() {
        let ceilings: Vec<_> = (1..=8)
            .map(|failures| Backoff::DEFAULT.ceiling(failures).as_millis())
            .collect();
        assert_eq!(
            ceilings,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
        );
        let waits: HashSet<_> = (0..100).map(|_| Backoff::DEFAULT.wait(1, None)).collect();
        assert!(waits.len() > 90, "{} different waits", waits.len());
        assert!(waits.iter().any(|wait| wait.as_millis() < 250));
        assert!(waits.iter().any(|wait| wait.as_millis() > 250));
    }

    #[test]
    fn a_wait_of_no_time_is_backed_off_like_one_that_nobody_asked_for() {
        let long = |asked| {
            let waits = (0..1_000).map(|_| Backoff::DEFAULT.wait(1, asked));
            waits.filter(|wait| wait.as_millis() > 10).count()
        };
        // 98 in 100 on average.
        assert!(long(Some(Duration::ZERO)) > 900);
        assert!(long(None) > 900);
    }

    proptest! {
        #[test]
        fn a_wait_is_what_was_asked_for_and_no_longer_than_the_back_off_beyond_it(
            failures in 1_u32..100,
            asked in proptest::option::of(0_u64..100_000),
        ) {
            let asked = asked.map(Duration::from_millis);
            let wait = Backoff::DEFAULT.wait(failures, asked);
            let ceiling = Backoff::DEFAULT.ceiling(failures);
            prop_assert!(ceiling <= Duration::from_secs(20));
            prop_assert!(wait >= asked.unwrap_or_default());
            prop_assert!(wait <= asked.unwrap_or_default().max(ceiling));
        }
    }
}
