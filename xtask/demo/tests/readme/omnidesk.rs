//! `crates/helpdesk-customers/README.md`.

use customer_api_sandbox::Sandbox;
use helpdesk_customers::{
    Client, CreateCustomer, CreateCustomerCrud, Delivery, SearchByExternalId, Settled, Upsert,
    Upserted,
    ledger::{CallExt as _, FileLedger, Key, Once, settle::SettlePolicy},
};

use crate::{inside::inside, lost};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.omnidesk();
    let omnidesk = Client::builder(server.api_key(), server.base_url());
    let omnidesk = omnidesk.build().unwrap();
    (sandbox, omnidesk)
}

#[tokio::test]
async fn an_upsert_says_what_it_did() -> Outcome {
    let (sandbox, omnidesk) = start().await;

    let ana = Upsert::new("cust-1", 1, "Ana", "Lopez");
    match omnidesk.upsert(ana).await {
        Ok(Upserted::Created { .. }) => println!("a new customer"),
        Ok(Upserted::Unchanged { .. }) => println!("nothing was written: the names are the same"),
        Ok(_) => println!("an existing customer, now changed"),
        Err(error) => match error.delivery() {
            Delivery::NotSent => println!("nothing was written, try again: {error}"),
            Delivery::Refused => println!("nothing was written: {error}"),
            // Another upsert searches first. While the search lags, it may create the customer
            // again: see `upsert_once`.
            Delivery::Unknown => println!("it may have been written: {error}"),
        },
    }
    assert_eq!(sandbox.omnidesk().applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_key_creates_a_customer_once() -> Outcome {
    let _inside = inside("omnidesk-upsert-once").await;
    let (sandbox, omnidesk) = start().await;

    let ledger = FileLedger::create("customers.ledger").await?; // later runs: `open`
    let creations = ledger
        .create_list("creations", &CreateCustomerCrud::INFO) // later runs: `list`
        .await?;
    let ana = Upsert::new("cust-1", 1, "Ana", "Lopez");
    let key = Key::new("cust-1")?;
    omnidesk
        .upsert_once(ana, &creations, key, SettlePolicy::new())
        .await?;
    assert_eq!(sandbox.omnidesk().applied_count(), 1);
    assert_eq!(creations.summary().await?.accepted, 1);
    Ok(())
}

#[tokio::test]
async fn all_customers_come_in_pages() -> Outcome {
    let (sandbox, omnidesk) = start().await;
    omnidesk
        .upsert(Upsert::new("cust-1", 1, "Ana", "Lopez"))
        .await?;
    let before = sandbox.omnidesk().requests().len();

    let mut customers = omnidesk.customers();
    while let Some(page) = customers.next_page().await? {
        println!("{} customers on page {}", page.items.len(), page.number);
    }
    assert_eq!(sandbox.omnidesk().requests().len(), before + 1);
    Ok(())
}

#[tokio::test]
async fn a_key_makes_any_write_once() -> Outcome {
    let _inside = inside("omnidesk-once").await;
    let (sandbox, omnidesk) = start().await;

    let ledger = FileLedger::create("customers.ledger").await?; // later runs: `open`
    let list = ledger
        .create_list("import-march", &CreateCustomer::INFO) // later runs: `list`
        .await?;
    let write = CreateCustomer::new(1)
        .external_id("cust-1")
        .extra_email("ana@shop.example");
    let key = Key::new("cust-1")?;
    match omnidesk.call(write).once(&list, key).send().await {
        Ok(Once::Done { .. }) => println!("done now"),
        Ok(Once::Already(_)) => println!("done before"),
        Err(error) => println!("{error} ({})", error.delivery()),
    }
    assert_eq!(list.summary().await?.accepted, 1);
    assert_eq!(sandbox.omnidesk().applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_look_finds_a_customer() -> Outcome {
    let (sandbox, omnidesk) = start().await;
    let server = sandbox.omnidesk();
    server.fault_on(CreateCustomerCrud::INFO, lost())?;

    let create = CreateCustomerCrud::new("cust-1", 1, "Ana", "Lopez");
    let Err(error) = omnidesk.send(create.clone()).await else {
        return Ok(());
    };
    if let (Delivery::Unknown, Some(trace)) = (error.delivery(), error.trace()) {
        match omnidesk.settle(&create, trace).look().await? {
            Settled::InEffect(found) => println!("there is such a customer: {:?}", found.seen().id),
            Settled::NotSeen { waited, .. } => {
                println!("not there after {waited:?}; searches may lag")
            }
            Settled::CannotTell(why) => println!("{why}"),
            other => println!("{other:?}"),
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
    let (sandbox, omnidesk) = runtime.block_on(start());
    let create = CreateCustomerCrud::new("cust-1", 1, "Ana", "Lopez");
    omnidesk.call(create).wait()?;
    let before = sandbox.omnidesk().requests().len();

    let found = omnidesk.call(SearchByExternalId::new("cust-1", 1)).wait()?;
    println!("{found:?}");
    for customer in omnidesk.customers().into_items().wait() {
        println!("{:?}", customer?.id);
    }
    assert_eq!(found.customers().len(), 1);
    assert_eq!(sandbox.omnidesk().requests().len(), before + 2);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_takes_a_customer() -> Outcome {
    let sandbox = Sandbox::start().await?;
    let server = sandbox.omnidesk();
    let omnidesk = Client::builder(server.api_key(), server.base_url()).build()?;

    let ana = Upsert::new("cust-1", 1, "Ana", "Lopez");
    let outcome = omnidesk.upsert(ana).await?;
    assert!(matches!(outcome, Upserted::Created { .. }));

    let search = SearchByExternalId::new("cust-1", 1);
    let found = omnidesk.send(search).await?;
    assert_eq!(found.customers()[0].lastname.as_deref(), Some("Lopez"));
    Ok(())
}
