//! The program with which `crates/helpdesk-customers/README.md` begins.
#![expect(clippy::print_stdout, reason = "a program prints its results")]

use helpdesk_customers::{AddExternalEvent, Channel, Client, SearchByExternalId, Upsert};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Reads OMNIDESK_API_KEY and OMNIDESK_BASE_URL. Or: Client::builder(api_key, "https://account.omnidesk.com").build()?
    let omnidesk = Client::from_env()?;

    let ana = Upsert::new("cust-1", 1, "Ana", "Lopez")
        .channel(Channel::Id(1), "ana@shop.example")
        .channel("telephone", "+64211234567")
        .custom_field("tier", "gold");
    omnidesk.upsert(ana).await?;

    let order = AddExternalEvent::new(
        1,
        "shop",
        "order 7 was sent",
        "https://shop.example/orders/7",
    );
    omnidesk.send(order.external_id("cust-1")).await?;

    let found = omnidesk.send(SearchByExternalId::new("cust-1", 1)).await?;
    println!("{found:?}");
    Ok(())
}
