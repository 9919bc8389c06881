//! Many writes from many tasks, through a network that fails at random in every way. Afterwards the provider's own
//! books must agree with the report to each caller.
//!
//! `cargo xtask prove load` makes 100,000 writes. `PROOF_WRITES` sets their number, and `PROOF_SEED` the random
//! choices.
#![cfg(test)]

mod kept;
mod network;

use std::{
    collections::HashMap,
    env,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use customer_api_core::{Delivery, retry::NeverRetry};
use fastrand::Rng;
use proof::{CustomerRadar, Omnidesk, Provider, Ravelin, Revnue};
use tokio::task::JoinSet;

const TASKS: u64 = 64;

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// The reports to callers, with their numbers.
#[derive(Debug, Default)]
struct Reported {
    accepted: usize,
    not_sent: usize,
    refused: usize,
    unknown: usize,
    /// Of the unknown writes, those that had happened.
    happened: usize,
}

async fn conserves<P: Provider + Send + Sync + 'static>()
where
    P::Imitation: Send + Sync,
{
    let writes = usize::try_from(setting("PROOF_WRITES", 3_000)).unwrap() / 4;
    let seed = setting("PROOF_SEED", 7);
    let provider = Arc::new(P::start().await.unwrap());
    let builder = || provider.builder().max_response_bytes(64 * 1024);
    // Clients that retry, and clients that report immediately that nothing was sent.
    let clients = [
        builder().build().unwrap(),
        builder().retry(NeverRetry).build().unwrap(),
    ];
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let client = clients[usize::from(task % 4 == 0)].clone();
        let (provider, next) = (Arc::clone(&provider), Arc::clone(&next));
        let mut rng = Rng::with_seed(seed * TASKS + task);
        tasks.spawn(async move {
            let mut told = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= writes {
                    return told;
                }
                let write = P::marked_write(&word(number));
                network::upset(provider.server(), write.info.id, &mut rng);
                let outcome = write.call(&client).await;
                told.push((number, outcome.error.map(|error| error.delivery())));
            }
        });
    }
    let outcomes: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(outcomes.len(), writes);

    let carried_out = carried_out(&*provider);
    let mut told = Reported::default();
    for (number, outcome) in outcomes {
        let times = carried_out.get(&number).copied().unwrap_or_default();
        let (allowed, count) = match outcome {
            None => (1..=1, &mut told.accepted),
            Some(Delivery::NotSent) => (0..=0, &mut told.not_sent),
            Some(Delivery::Refused) => (0..=0, &mut told.refused),
            Some(Delivery::Unknown) => {
                told.happened += times;
                (0..=1, &mut told.unknown)
            }
        };
        *count += 1;
        assert!(
            allowed.contains(&times),
            "{} write {number} of seed {seed}: told {outcome:?}, carried out {times} times",
            P::CRATE
        );
    }
    assert_eq!(carried_out.values().sum::<usize>(), provider.applied());
    println!("{}: {writes} writes, seed {seed}: {told:?}", P::CRATE);
    // All of them occurred.
    assert!(
        told.accepted > writes / 2 && told.not_sent > 0 && told.refused > 0,
        "{told:?}"
    );
    assert!(
        told.happened > 0 && told.unknown > told.happened,
        "{told:?}"
    );
}

fn word(number: usize) -> String {
    format!("write{number}end")
}

/// How often each write was executed, by the provider's books.
fn carried_out<P: Provider>(provider: &P) -> HashMap<usize, usize> {
    let mut times = HashMap::new();
    for request in provider.server().requests() {
        let text = String::from_utf8_lossy(&request.body).into_owned() + &request.target;
        let number = text
            .split_once("write")
            .and_then(|(_, rest)| rest.split_once("end"));
        if let (true, Some((number, _))) = (request.applied, number) {
            *times.entry(number.parse().unwrap()).or_default() += 1;
        }
    }
    times
}

#[tokio::test(start_paused = true)]
async fn what_ravelin_did_is_what_callers_were_told() {
    conserves::<Ravelin>().await;
}

#[tokio::test(start_paused = true)]
async fn what_omnidesk_did_is_what_callers_were_told() {
    conserves::<Omnidesk>().await;
}

#[tokio::test(start_paused = true)]
async fn what_revnue_did_is_what_callers_were_told() {
    conserves::<Revnue>().await;
}

#[tokio::test(start_paused = true)]
async fn what_customer_radar_did_is_what_callers_were_told() {
    conserves::<CustomerRadar>().await;
}
