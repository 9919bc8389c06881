//! Invites everybody on a list, and nobody twice, however often it is run, stopped or killed.
//!
//! ```console
//! $ cargo run --features ledger --example invite_all -- march.csv march.ledger
//! ```
//!
//! A line of the list is `key,location,email`. Press Ctrl-C to stop: what is on its way is finished. Run it again to go on.
//!
//! With `RADAR_USERNAME`, `RADAR_PASSWORD`, `RADAR_CLIENT` and `RADAR_PROGRAMME` in the environment, and perhaps
//! `RADAR_BASE_URL`, it talks to Customer Radar, and **the people get messages**. Otherwise it talks to a sandbox. Without a list,
//! it invites 200 made-up people.

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write as _},
};

use customer_api_sandbox::Sandbox;
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation,
    ledger::{FileLedger, Key, Ledger as _},
    send_all::{self, SentOutcome},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let list = match arguments.next() {
        Some(path) => fs::read_to_string(path)?,
        None => made_up(),
    };
    let ledger = arguments.next();
    let ledger = ledger.unwrap_or_else(|| "invitations.ledger".to_owned());

    // The sandbox lives as long as this does.
    let (radar, _sandbox) = client().await?;
    let id = |name, of_the_sandbox: &str| env::var(name).unwrap_or(of_the_sandbox.to_owned());
    let programme = Programme::new(
        id("RADAR_CLIENT", "client-1"),
        id("RADAR_PROGRAMME", "programme-1"),
    );
    // Read as a whole before the first one leaves: a broken line shall stop everything, not the rest.
    let invitations = list
        .lines()
        .map(|line| invitation(&programme, line))
        .collect::<Result<Vec<_>, _>>()?;

    let ledger = FileLedger::open(ledger).await?;
    let mut run = radar
        .send_all(ledger.clone(), send_all::iter(invitations))
        .start();
    let stopper = run.stopper();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopper.stop();
        }
    });

    let mut out = io::stdout().lock();
    while let Some(sent) = run.next().await {
        match &sent.outcome {
            SentOutcome::Accepted(_) if sent.is_recorded => {}
            outcome => writeln!(out, "{}: {outcome}", sent.key)?,
        }
        if run.progress().done() % 50 == 0 {
            writeln!(out, "{}", run.progress())?;
        }
    }
    writeln!(out, "this run: {}", run.finish().await)?;

    writeln!(out, "all runs: {}", ledger.summary().await?)?;
    for key in ledger.unknown(None, 20).await? {
        writeln!(out, "{key}: ask the vendor, then settle it by `resolve`")?;
    }
    Ok(())
}

fn made_up() -> String {
    let line = |number| format!("order-{number},location-1,person-{number}@shop.example\n");
    (1..=200).map(line).collect()
}

fn invitation(programme: &Programme, line: &str) -> Result<(Key, SendInvitation), Box<dyn Error>> {
    let mut cells = line.split(',');
    let (Some(key), Some(location), Some(email), None) =
        (cells.next(), cells.next(), cells.next(), cells.next())
    else {
        return Err(format!("a line is not `key,location,email`: {line}").into());
    };
    let recipient = Recipient::new(location).email(email);
    Ok((Key::new(key)?, SendInvitation::new(programme, recipient)))
}

/// A client for Customer Radar, if there is a password, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let Ok(password) = env::var("RADAR_PASSWORD") {
        let mut builder = Client::builder(env::var("RADAR_USERNAME")?, password);
        if let Ok(base_url) = env::var("RADAR_BASE_URL") {
            builder = builder.base_url(base_url);
        }
        return Ok((builder.build()?, None));
    }
    let sandbox = Sandbox::start().await?;
    let radar = sandbox.customer_radar();
    let client = Client::builder(radar.username(), radar.password())
        .base_url(radar.base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
