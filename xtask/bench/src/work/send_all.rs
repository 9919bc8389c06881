//! Sends many invitations, either with `send_all` and a file ledger or with a loop that calls the client without a ledger.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use customer_api_core::rate_limit::Quota;
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation,
    ledger::{
        ClientExt as _, FileLedger, Key,
        send_all::{self, SentOutcome},
    },
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::runtime;
use crate::{Failure, callers::KEY, clock, settings::Settings};

/// The cost of sending all invitations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct SentAll {
    pub(crate) seconds: f64,
}

/// Sends `count` invitations, `in-flight` at the same time. `ledger` is the path of a new ledger, or `none`.
pub(crate) fn run(settings: &Settings) -> Result<SentAll, Failure> {
    let count: u64 = settings.get("count")?;
    let in_flight: usize = settings.get("in-flight")?;
    let client = Client::builder("testing", KEY)
        .base_url(settings.text("url")?)
        .rate_limiter(Quota::in_flight(in_flight))
        .build()?;
    runtime()?.block_on(async {
        // Logs in, and connects once.
        client.send(invitation(0)).await?;
        let began = clock::now();
        match settings.text("ledger")? {
            "none" => without(&client, count, in_flight).await?,
            path => with(&client, count, in_flight, Path::new(path)).await?,
        }
        Ok(SentAll {
            seconds: began.elapsed().as_secs_f64(),
        })
    })
}

fn invitation(number: u64) -> SendInvitation {
    let programme = Programme::new("client-1", "programme-1");
    let recipient = Recipient::new("location-1").email(format!("person-{number}@shop.example"));
    SendInvitation::new(&programme, recipient)
}

async fn with(client: &Client, count: u64, in_flight: usize, path: &Path) -> Result<(), Failure> {
    let ledger = FileLedger::create(path).await?;
    let list = ledger.create_list("march", &SendInvitation::INFO).await?;
    let keys = (1..=count).map(|number| Key::new(format!("order-{number}")));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let invitations = keys.into_iter().zip((1..=count).map(invitation));
    let mut run = client
        .send_all(&list, send_all::iter(invitations))
        .concurrency(in_flight)
        .start();
    while let Some(sent) = run.next().await {
        if !(sent.is_recorded && matches!(sent.outcome, SentOutcome::Accepted(_))) {
            return Err(format!("an invitation was not accepted: {}", sent.outcome).into());
        }
    }
    let accepted = run.finish().await.progress.accepted;
    if accepted == count {
        Ok(())
    } else {
        Err(format!("{accepted} of {count} invitations were accepted").into())
    }
}

/// The loop without a ledger: `in_flight` tasks, each of which sends one invitation after another.
async fn without(client: &Client, count: u64, in_flight: usize) -> Result<(), Failure> {
    let last = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let (client, last) = (client.clone(), Arc::clone(&last));
        tasks.spawn(async move {
            loop {
                let number = last.fetch_add(1, Ordering::Relaxed) + 1;
                if number > count {
                    return Ok::<_, Failure>(());
                }
                client.send(invitation(number)).await?;
            }
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    Ok(())
}
