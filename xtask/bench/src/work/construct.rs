//! Makes clients for a host that needs TLS, one after another.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Failure, callers::KEY, clock, settings::Settings};

/// Seconds for each client, in the order in which they were made.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Constructed {
    pub(crate) seconds: Vec<f64>,
}

/// `client` is `ours` or `hand`, and `count` is the number of clients.
pub(crate) fn run(settings: &Settings) -> Result<Constructed, Failure> {
    let make = match settings.text("client")? {
        "ours" => ours,
        "hand" => hand,
        other => return Err(format!("no client is named `{other}`").into()),
    };
    let mut constructed = Constructed::default();
    for _ in 0..settings.get::<usize>("count")? {
        constructed.seconds.push(make()?);
    }
    Ok(constructed)
}

fn ours() -> Result<f64, Failure> {
    let began = clock::now();
    let client = ravelin_labels::Client::builder(KEY).build()?;
    let seconds = began.elapsed().as_secs_f64();
    drop(client);
    Ok(seconds)
}

/// Makes a hand-written client with the same settings as `ours`.
fn hand() -> Result<f64, Failure> {
    let began = clock::now();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_idle_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        .build()?;
    let seconds = began.elapsed().as_secs_f64();
    drop(client);
    Ok(seconds)
}
