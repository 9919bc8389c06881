//! Asks one person for feedback, and says what became of it.
//!
//! ```console
//! $ cargo run --example send_invitation -- abc@gmail.com
//! ```
//!
//! With `RADAR_USERNAME`, `RADAR_PASSWORD`, `RADAR_CLIENT`, `RADAR_PROGRAMME` and `RADAR_LOCATION` in the environment, and perhaps
//! `RADAR_BASE_URL`, it talks to Customer Radar, and **the person gets a message**. Otherwise it talks to a sandbox.

use std::{
    env,
    error::Error,
    io::{self, Write},
};

use customer_api_sandbox::Sandbox;
use feedback_invitations::{Client, Delivery, Programme, Recipient, SendInvitation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox lives as long as this does.
    let (radar, _sandbox) = client().await?;
    let id = |name, of_the_sandbox: &str| env::var(name).unwrap_or(of_the_sandbox.to_owned());
    let programme = Programme::new(
        id("RADAR_CLIENT", "client-1"),
        id("RADAR_PROGRAMME", "programme-1"),
    );
    let email = env::args().nth(1).unwrap_or("abc@gmail.com".to_owned());
    let person = Recipient::new(id("RADAR_LOCATION", "location-1")).email(email);

    let mut out = io::stdout().lock();
    match radar.send(SendInvitation::new(&programme, person)).await {
        Ok(receipt) => {
            let reference = receipt.reference.as_deref().unwrap_or("none");
            writeln!(
                out,
                "accepted, which is not delivered; reference: {reference}"
            )?;
        }
        Err(error) => {
            let advice = match error.delivery() {
                Delivery::NotSent => "nothing was sent, try again",
                Delivery::Refused => "nothing was sent, and won't be like this",
                Delivery::Unknown => "it may have been sent: another try may be a second message",
            };
            writeln!(out, "{advice}: {error}")?;
        }
    }
    Ok(())
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
