//! A help desk keeps its customers in sync with the shop's.

use customer_api_sandbox::{Fault, Sandbox};
use helpdesk_customers::{Client, Delivery, SearchByExternalId, Upsert, Upserted};

use crate::{Failure, account::Account};

const BRAND: u64 = 1;

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    let sandbox = Sandbox::start().await?;
    let omnidesk =
        Client::builder(sandbox.omnidesk().api_key(), sandbox.omnidesk().base_url()).build()?;

    account.step("upsert a customer with two channels and a custom field");
    let outcome = omnidesk.upsert(ana("Lopez")).await?;
    account.expect("created", matches!(outcome, Upserted::Created { .. }), true)?;
    account.show("no customer had the id, so one was created");

    account.step("upsert the same customer under a new name");
    let outcome = omnidesk.upsert(ana("Garcia")).await?;
    account.expect("updated", matches!(outcome, Upserted::Updated { .. }), true)?;
    let found = omnidesk
        .send(SearchByExternalId::new("cust-1", BRAND))
        .await?;
    let [customer] = found.customers() else {
        return Err("there must be one customer".into());
    };
    account.show(format!(
        "found and updated: {} {}, {} channels",
        customer.firstname.as_deref().unwrap_or_default(),
        customer.lastname.as_deref().unwrap_or_default(),
        customer.channels.len(),
    ));
    account.expect("last name", customer.lastname.as_deref(), Some("Garcia"))?;
    account.expect("channels", customer.channels.len(), 2)?;

    account.step("upsert another one, and lose the response to the write");
    sandbox
        .omnidesk()
        .fault_on("createCustomerCrud", Fault::close_before_head().processed())?;
    let Err(error) = omnidesk
        .upsert(Upsert::new("cust-2", BRAND, "Ben", "Okoro"))
        .await
    else {
        return Err("the upsert succeeded where it must fail".into());
    };
    account.show(&error);
    account.expect("delivery", error.delivery(), Delivery::Unknown)?;
    account.show("→ Unknown: upsert again after a while; it looks before it writes");
    let outcome = omnidesk
        .upsert(Upsert::new("cust-2", BRAND, "Ben", "Okoro"))
        .await?;
    account.expect(
        "unchanged",
        matches!(outcome, Upserted::Unchanged { .. }),
        true,
    )?;
    account.show(format!(
        "{} customers on the server",
        sandbox.omnidesk().customers().len()
    ));
    account.expect("customers", sandbox.omnidesk().customers().len(), 2)
}

fn ana(lastname: &str) -> Upsert {
    Upsert::new("cust-1", BRAND, "Ana", lastname)
        .channel("1", "ana@shop.example")
        .channel("telephone", "+64211234567")
        .custom_field("tier", "gold")
}
