//! `crates/revnue-customers/README.md`.

use customer_api_sandbox::{RevnueCustomer, Sandbox};
use revnue_customers::{
    Client, CreateCustomer, Delivery, GetCustomer, Marker, ReplaceCustomer, SINGLE_COMPANY,
    Settled, UpdateCustomer,
    ledger::{CallExt as _, FileLedger, Key, Once},
};

use crate::{inside::inside, lost};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Starts a sandbox with one customer, whose id is returned.
async fn start() -> (Sandbox, Client, u64) {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.revnue();
    let id = server.seed_customer(RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane"));
    let revnue = Client::builder(server.token()).base_url(server.base_url());
    let revnue = revnue.build().unwrap();
    (sandbox, revnue, id)
}

#[tokio::test]
async fn all_customers_come_in_pages() -> Outcome {
    let (sandbox, revnue, _) = start().await;

    let mut customers = revnue.customers(SINGLE_COMPANY);
    while let Some(page) = customers.next_page().await? {
        println!("{} customers on page {}", page.items.len(), page.number);
    }
    assert_eq!(sandbox.revnue().requests().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_key_makes_any_write_once() -> Outcome {
    let _inside = inside("revnue-once").await;
    let (sandbox, revnue, id) = start().await;

    let ledger = FileLedger::create("customers.ledger").await?; // later runs: `open`
    let list = ledger
        .create_list("renames-march", &ReplaceCustomer::INFO) // later runs: `list`
        .await?;
    let write = ReplaceCustomer::new(id, SINGLE_COMPANY, "Harbour Lane 7");
    let key = Key::new("contract-17")?;
    match revnue.call(write).once(&list, key).send().await {
        Ok(Once::Done { .. }) => println!("done now"),
        Ok(Once::Already(_)) => println!("done before"),
        Err(error) => println!("{error} ({})", error.delivery()),
    }
    assert_eq!(list.summary().await?.accepted, 1);
    assert_eq!(sandbox.revnue().applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_look_finds_a_marked_customer() -> Outcome {
    let (sandbox, revnue, _) = start().await;
    let server = sandbox.revnue();
    server.fault_on(CreateCustomer::INFO, lost())?;

    let create = CreateCustomer::new(SINGLE_COMPANY, "Acme").marked(&Marker::new("order-4711")?); // goes into `additional_description`, where people see it
    let Err(error) = revnue.send(create.clone()).await else {
        return Ok(());
    };
    if let (Delivery::Unknown, Some(trace)) = (error.delivery(), error.trace()) {
        match revnue.settle(&create, trace).look().await? {
            Settled::Applied(found) => println!("created as {}", found.seen().id),
            Settled::NotSeen { waited, .. } => println!("not there after {waited:?}"),
            other => println!("ask a person: {other:?}"),
        }
    }
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(server.applied_count(), 1);
    assert!(server.requests().len() > 1);
    Ok(())
}

#[test]
fn a_program_without_a_runtime_calls_too() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let (sandbox, revnue, id) = runtime.block_on(start());

    let customer = revnue.call(GetCustomer::new(id, SINGLE_COMPANY)).wait()?;
    println!("{:?}", customer.name);
    for customer in revnue.customers(SINGLE_COMPANY).into_items().wait() {
        println!("{:?}", customer?.name);
    }
    assert_eq!(customer.name.as_deref(), Some("Harbour Lane"));
    assert_eq!(sandbox.revnue().requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_takes_an_update() -> Outcome {
    let sandbox = Sandbox::start().await?;
    let server = sandbox.revnue();
    let id = server.seed_customer(RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane"));
    let revnue = Client::builder(server.token())
        .base_url(server.base_url())
        .build()?;

    let update = UpdateCustomer::new(id, SINGLE_COMPANY).city("Portland");
    revnue.send(update).await?;

    let customer = revnue.send(GetCustomer::new(id, SINGLE_COMPANY)).await?;
    assert_eq!(customer.city.as_deref(), Some("Portland"));
    Ok(())
}
