//! Invites all customers of one day in a single request, with an invoice number for each, and prints the messages in the sandbox's outbox.
//!
//! ```console
//! $ cargo run --example send_batch
//! ```
//!
//! The provider returns one outcome for the whole batch. If you need an outcome per person, send one invitation per person.

use std::{
    error::Error,
    io::{self, Write},
};

use customer_api_sandbox::Sandbox;
use feedback_invitations::{Client, Delivery, Programme, Recipient, SendInvitation};

/// First name, e-mail address, mobile number and invoice. A blank address or number counts as missing.
const DAY: [[&str; 4]; 3] = [
    ["Dave", "abc@gmail.com", "0211234321", "INV00001"],
    ["Maya", "", "021000001", "INV00002"],
    ["Ana", "abc@g.com", "", "INV00003"],
];

/// The maximum size of a batch. The provider documents no limit, so this one is small.
const MOST: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let server = sandbox.customer_radar();
    let radar = Client::builder(server.username(), server.password())
        .base_url(server.base_url())
        .build()?;
    let programme = Programme::new("client-1", "programme-1");

    let people = DAY.map(|[name, email, mobile, invoice]| {
        Recipient::new("location-1")
            .email(email)
            .mobile(mobile)
            .first_name(name)
            .metadata("invoice_no", invoice)
    });
    let mut out = io::stdout().lock();
    let batch = SendInvitation::batch(&programme, people, MOST);
    match radar.send(batch).await {
        Ok(receipt) => writeln!(out, "all accepted: {:?}", receipt.reference)?,
        Err(error) if error.delivery() == Delivery::Unknown => {
            writeln!(out, "unknown for all, do not send again: {error}")?;
        }
        Err(error) => writeln!(out, "no person was asked: {error}")?,
    }
    for sent in server.outbox() {
        let channel = if sent.by_email { "e-mail" } else { "SMS" };
        let name = sent.first_name.unwrap_or_default();
        writeln!(out, "{channel} to {name}, {:?}", sent.metadata)?;
    }
    Ok(())
}
