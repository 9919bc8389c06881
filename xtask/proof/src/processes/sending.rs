//! A list that a child sends.

use std::time::Duration;

use customer_api_core::{
    rate_limit::{Quota, Unlimited},
    reqwest,
    retry::{Backoff, ExponentialBackoff, FailedAttempt},
};
use customer_api_ledger::{
    ClientExt as _, LedgerList,
    send_all::{self, Run},
};

use super::{Subject, key, keys, variable};

/// The time limit of an attempt. A shorter limit would end slow calls. A longer limit would make the wait for each
/// missing response longer.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The number of calls that the quota of [`Pace::Rare`] lets through.
pub const RARE: usize = 3;

/// A list to be sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The provider's address.
    pub url: String,
    /// The number of keys.
    pub keys: usize,
    /// The index of the key that is sent first. The keys before it are sent last.
    pub first: usize,
    /// The number of concurrent writes.
    pub concurrency: usize,
    /// The cause of the calls' waits.
    pub pace: Pace,
}

/// The cause of the calls' waits.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// No avoidable wait.
    Quick,
    /// No avoidable wait, and a short timeout, so that the claim of a killed process expires soon.
    Short,
    /// A quota that lets [`RARE`] calls through, and then none for longer than a test takes.
    Rare,
    /// A minute before each retry.
    Slow,
}

impl Pace {
    const ALL: [Self; 4] = [Self::Quick, Self::Short, Self::Rare, Self::Slow];
}

/// A wait of one minute: longer than a test takes, and not longer than a call may wait.
#[derive(Debug)]
struct Minute;

impl Backoff for Minute {
    fn wait(&self, _: &FailedAttempt) -> Duration {
        Duration::from_secs(60)
    }
}

impl Sending {
    /// Returns the settings as variables for a child.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("PROOF_CHILD_URL", self.url.clone()),
            ("PROOF_CHILD_KEYS", self.keys.to_string()),
            ("PROOF_CHILD_FIRST", self.first.to_string()),
            ("PROOF_CHILD_CONCURRENCY", self.concurrency.to_string()),
            ("PROOF_CHILD_PACE", format!("{:?}", self.pace)),
        ]
    }

    /// Reads the settings that the parent passed.
    #[must_use]
    pub fn of_variables() -> Self {
        let number = |name| variable(name).parse().unwrap();
        let pace = variable("PROOF_CHILD_PACE");
        let paces = Pace::ALL.iter();
        Self {
            url: variable("PROOF_CHILD_URL"),
            keys: number("PROOF_CHILD_KEYS"),
            first: number("PROOF_CHILD_FIRST"),
            concurrency: number("PROOF_CHILD_CONCURRENCY"),
            pace: *paces
                .clone()
                .find(|known| format!("{known:?}") == pace)
                .unwrap(),
        }
    }

    /// Starts the run in this process.
    pub fn start<S: Subject>(&self, list: &LedgerList) -> Run<S::Operation> {
        // The client trusts no certificate, so it does not read this machine's root certificates. It also ignores this
        // machine's proxies.
        let client = S::client(&self.url)
            .http(|| reqwest::Client::builder().tls_certs_only([]).no_proxy())
            .attempt_timeout(ATTEMPT);
        let quick = ExponentialBackoff::new().base(Duration::from_millis(1));
        let client = match self.pace {
            Pace::Quick => client.rate_limiter(Unlimited).backoff(quick),
            Pace::Short => client
                .rate_limiter(Unlimited)
                .backoff(quick)
                .timeout(Duration::from_secs(2)),
            // A call that can't get a permit within its timeout fails without waiting.
            Pace::Rare => client.rate_limiter(Quota::per_window(RARE, Duration::from_secs(80))),
            Pace::Slow => client.rate_limiter(Unlimited).backoff(Minute),
        };
        let mut keys = keys(self.keys);
        keys.rotate_left(self.first);
        let writes = keys.into_iter().map(|text| (key(&text), S::write(&text)));
        let run = client
            .build()
            .unwrap()
            .send_all(list, send_all::iter(writes));
        run.concurrency(self.concurrency)
            .resend_refused()
            .max_unknown(u64::MAX)
            .start()
    }
}
