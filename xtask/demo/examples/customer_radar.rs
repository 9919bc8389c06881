//! The program with which `crates/feedback-invitations/README.md` begins.
#![expect(clippy::print_stdout, reason = "a program prints its results")]

use feedback_invitations::{Client, Programme, Recipient, SendInvitation};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Reads RADAR_USERNAME and RADAR_PASSWORD. Or: Client::builder(user_name, password).build()?
    let radar = Client::from_env()?;
    let programme = Programme::new("client-1", "programme-1");

    let dave = Recipient::new("location-1")
        .email("abc@gmail.com")
        .mobile("0211234321")
        .first_name("Dave")
        .metadata("invoice_no", "INV00001");
    let receipt = radar.send(SendInvitation::new(&programme, dave)).await?;
    println!("accepted: {:?}", receipt.reference);
    Ok(())
}
