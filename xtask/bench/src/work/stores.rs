//! Several concurrent workers with separate connections use a quota in PostgreSQL or Redis and a ledger in PostgreSQL.

use std::time::Duration;

use customer_api_core::{
    rate_limit::{PermitRequest, Quota, RateLimiter as _, SharedQuota},
    time::Deadline,
};
use customer_api_postgres::{PostgresLedger, PostgresQuota};
use customer_api_redis::RedisQuota;
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    ledger::{CallExt as _, Key, LedgerErrorKind, LedgerList},
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::runtime;
use crate::{Failure, callers::KEY, clock, settings::Settings};

/// The seconds until all workers were done, for each kind of work.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Used {
    /// Slots taken and returned: in PostgreSQL, and in Redis if there is a server.
    pub(crate) grants: f64,
    pub(crate) redis_grants: Option<f64>,
    /// Writes with a ledger, and without.
    pub(crate) once: f64,
    pub(crate) plain: f64,
}

/// More slots than are ever taken at the same time.
const SLOTS: usize = 1_000;
const LIST: &str = "march";

/// The window, and the longest wait for a slot.
const WAIT: Duration = Duration::from_secs(60);

/// Runs `workers` workers concurrently. Each takes `count` slots from a quota in `database`, and then makes `count`
/// writes with a ledger in `database` and `count` writes without a ledger. If `redis` is not `none`, each also takes
/// `count` slots from a quota in Redis. The provider is at `url`. Keys begin with the value of `run`.
pub(crate) fn run(settings: &Settings) -> Result<Used, Failure> {
    let workers: usize = settings.get("workers")?;
    let count: usize = settings.get("count")?;
    let database = settings.text("database")?;
    let run = settings.text("run")?;
    let client = Client::builder(KEY)
        .base_url(settings.text("url")?)
        .rate_limiter(Quota::in_flight(workers))
        .build()?;
    runtime()?.block_on(async {
        // Connects.
        write(&client, 0).send().await?;
        let mut quotas = Vec::new();
        let mut lists = Vec::new();
        for _ in 0..workers {
            let store = PostgresQuota::connect(database).await?;
            quotas.push(SharedQuota::per_window(store, "bench", SLOTS, WAIT));
            lists.push(open(database).await?);
        }
        let grants = take(quotas, count).await?;
        let redis_grants = match settings.text("redis")? {
            "none" => None,
            url => {
                let quotas = (0..workers).map(|_| {
                    let store = RedisQuota::connect(url)?;
                    Ok(SharedQuota::per_window(store, "bench", SLOTS, WAIT))
                });
                let quotas = quotas.collect::<Result<Vec<_>, Failure>>()?;
                Some(take(quotas, count).await?)
            }
        };
        let sender = client.clone();
        let once = all(lists, |worker, list| {
            let (client, run) = (sender.clone(), run.to_owned());
            async move {
                for number in 0..count {
                    let key = Key::new(format!("{run}-{worker}-{number}"))?;
                    write(&client, number).once(&list, key).send().await?;
                }
                Ok(())
            }
        });
        let once = once.await?;
        let plain = all(vec![(); workers], |_, ()| {
            let client = client.clone();
            async move {
                for number in 0..count {
                    write(&client, number).send().await?;
                }
                Ok(())
            }
        });
        Ok(Used {
            grants,
            redis_grants,
            once,
            plain: plain.await?,
        })
    })
}

/// Takes slots one after another, and returns each slot before it takes the next.
async fn take(quotas: Vec<SharedQuota>, count: usize) -> Result<f64, Failure> {
    let taking = all(quotas, |_, quota| async move {
        for _ in 0..count {
            let request = PermitRequest::new("default", Deadline::after(WAIT), WAIT);
            quota.acquire(&request).await?.release();
            quota.flush().await;
        }
        Ok(())
    });
    taking.await
}

fn write(client: &Client, number: usize) -> ravelin_labels::customer_api_core::Call<LabelCustomer> {
    let customer = format!("customer-{number}");
    client.call(LabelCustomer::payment_fraud(
        customer,
        PaymentFraudReview::Fraudster,
    ))
}

/// Returns the list, which the first worker creates.
async fn open(database: &str) -> Result<LedgerList, Failure> {
    let ledger = PostgresLedger::connect(database).await?;
    match ledger.create_list(LIST, &LabelCustomer::INFO).await {
        Err(error) if error.kind() == LedgerErrorKind::AlreadyExists => {
            Ok(ledger.list(LIST).await?)
        }
        created => Ok(created?),
    }
}

/// Runs all workers concurrently. Returns the seconds until the last one is done.
async fn all<T, F>(workers: Vec<T>, work: impl Fn(usize, T) -> F) -> Result<f64, Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let began = clock::now();
    let mut tasks = JoinSet::new();
    for (number, worker) in workers.into_iter().enumerate() {
        tasks.spawn(work(number, worker));
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    Ok(began.elapsed().as_secs_f64())
}
