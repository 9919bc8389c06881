//! Processes share one quota. The provider never sees more than it allows, whatever happens to the processes, and
//! little of it is wasted.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_api_core::{
    ErrorKind, async_trait,
    before_send::{BeforeSend, Upcoming, Withheld},
    reqwest,
    time::Stopwatch,
};
use customer_api_sandbox::{RevnueOptions, Sandbox};
use proof::processes::{setting, variable};
use revnue_customers::{Client, ListCustomers, SINGLE_COMPANY};
use tokio::task::JoinSet;

use crate::{
    child::DONE,
    crew::{Crew, News},
    store::{self, Store, for_every_store},
};

pub(crate) const JOB: &str = "quota";

/// The provider's limit per window.
const ATTEMPTS: usize = 20;

/// The longest attempt, and the longest delay between a permit and its attempt. Both are short, so that the slots of a
/// suspended process are freed while it is suspended.
const LONGEST: Duration = Duration::from_millis(1500);
const START_WITHIN: Duration = Duration::from_millis(500);

fn window() -> Duration {
    Duration::from_secs(setting("PROOF_WINDOW", 2))
}

/// A network that delays each request.
struct Jitter;

#[async_trait]
impl BeforeSend for Jitter {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(..50))).await;
        Ok(())
    }
}

/// Runs in a child: reads the given number of times. With `drops`, every third read is dropped, at any point of its
/// life.
pub(crate) async fn read() -> &'static str {
    let quota = store::quota(ATTEMPTS, window())
        .await
        .start_within(START_WITHIN);
    let client = Client::builder("revnue-sandbox-token")
        .base_url(variable("PROOF_CHILD_URL"))
        .http(|| reqwest::Client::builder().tls_certs_only([]).no_proxy())
        .rate_limiter(quota.clone())
        .attempt_timeout(LONGEST)
        .timeout(Duration::from_secs(1800))
        .build()
        .unwrap();
    let drops = variable("PROOF_CHILD_DROPS") == "true";
    let mut calls = JoinSet::new();
    for number in 0..variable("PROOF_CHILD_CALLS").parse().unwrap() {
        let call = client
            .call(ListCustomers::new(SINGLE_COMPANY))
            .before_send(Jitter);
        let is_dropped = drops && number % 3 == 0;
        let patience = Duration::from_millis(fastrand::u64(..200));
        calls.spawn(async move {
            if is_dropped {
                drop(tokio::time::timeout(patience, call.send()).await);
                return;
            }
            match call.send().await {
                Ok(_) => {}
                // The process was suspended for longer than the attempt may take.
                Err(error)
                    if matches!(error.kind(), ErrorKind::Timeout(_) | ErrorKind::RateLimit) => {}
                Err(error) => panic!("{error}"),
            }
        });
    }
    calls.join_all().await;
    quota.flush().await;
    DONE
}

/// The requests that the provider saw.
struct Seen {
    requests: Vec<Duration>,
    throttled: usize,
}

impl Seen {
    fn most_in(&self, window: Duration) -> usize {
        let in_window = |start: &Duration| {
            let from = self.requests.iter().skip_while(|time| *time < start);
            from.take_while(|time| **time < *start + window).count()
        };
        self.requests
            .iter()
            .map(in_window)
            .max()
            .unwrap_or_default()
    }

    /// Returns the part of the quota that was not used while there was work.
    fn wasted(&self, window: Duration) -> f64 {
        let (Some(first), Some(last)) = (self.requests.first(), self.requests.last()) else {
            return 0.0;
        };
        let windows = (self.requests.len() - 1) / ATTEMPTS;
        let least = window * u32::try_from(windows).unwrap();
        (*last - *first).as_secs_f64() / least.as_secs_f64() - 1.0
    }
}

/// Lets processes read as fast as the quota allows. One of them may be suspended for a while.
fn run(store: &Store, drops: bool, stands_still: bool) -> Seen {
    let window = window();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let watch = Stopwatch::start();
    let requests = Arc::<Mutex<Vec<Duration>>>::default();
    let noting = Arc::clone(&requests);
    let options = RevnueOptions::default().rate_limit(ATTEMPTS, window);
    let builder = Sandbox::builder().revnue(options).on_request(move |_| {
        noting.lock().unwrap().push(watch.elapsed());
    });
    let sandbox = runtime.block_on(builder.start()).unwrap();

    let mut variables = store.variables();
    let calls: usize = setting("PROOF_CALLS", 20);
    variables.extend([
        ("PROOF_CHILD_URL", sandbox.revnue().base_url().to_owned()),
        ("PROOF_CHILD_CALLS", calls.to_string()),
        ("PROOF_CHILD_DROPS", drops.to_string()),
    ]);
    let mut crew = Crew::new(JOB, setting("PROOF_PROCESSES", 4));
    for number in crew.numbers() {
        crew.start(number, &variables);
    }
    if stands_still {
        while requests.lock().unwrap().len() < ATTEMPTS {
            std::thread::yield_now();
        }
        crew.signal(0, "STOP");
        // Longer than its slots are held.
        std::thread::sleep(START_WITHIN + LONGEST + window * 3);
        crew.signal(0, "CONT");
    }
    while crew.is_running() {
        match crew.next() {
            News::Ended { said, .. } => assert_eq!(said, DONE),
            news => panic!("{news:?}"),
        }
    }
    let throttled = sandbox.revnue().throttled_count();
    let mut requests = requests.lock().unwrap().clone();
    requests.sort_unstable();
    Seen {
        requests,
        throttled,
    }
}

fn all_is_used(start: impl Fn(&str) -> Option<Store>) {
    let Some(store) = start("fleet-quota") else {
        return;
    };
    let seen = run(&store, false, false);
    let expected: usize = setting("PROOF_CALLS", 20) * setting("PROOF_PROCESSES", 4);
    assert_eq!((seen.requests.len(), seen.throttled), (expected, 0));
    // By the clock of this process, which is not the one that counts.
    let window = window();
    assert!(seen.most_in(window.mul_f64(0.99)) <= ATTEMPTS);
    let wasted = seen.wasted(window);
    println!(
        "{expected} calls, {ATTEMPTS} in {window:?}: none throttled, {:.1} % of the quota wasted",
        wasted * 100.0
    );
    assert!(wasted <= setting("PROOF_WASTE", 0.25), "{wasted}");
}

fn processes_stand_still_and_calls_are_dropped(start: impl Fn(&str) -> Option<Store>) {
    let Some(store) = start("fleet-still") else {
        return;
    };
    let seen = run(&store, true, true);
    println!(
        "{} calls, some of them dropped, one process stopped: {} throttled",
        seen.requests.len(),
        seen.throttled
    );
    assert_eq!(seen.throttled, 0);
    assert!(seen.most_in(window().mul_f64(0.99)) <= ATTEMPTS);
}

for_every_store! {
    all_is_used_and_no_more: super::all_is_used;
    stopped_processes_and_dropped_calls_do_no_harm: super::processes_stand_still_and_calls_are_dropped;
}
