//! The client in programs without a runtime: an upsert, which is several calls, and the list.
#![cfg(feature = "blocking")]
#![cfg(test)]

use customer_api_sandbox::Sandbox;
use helpdesk_customers::{Client, Upsert, Upserted, blocking};

#[test]
fn an_upsert_creates_then_updates_and_the_list_shows_it() {
    let sandbox = blocking::wait(Sandbox::start()).unwrap().unwrap();
    let server = sandbox.omnidesk();
    let omnidesk = Client::builder(server.api_key(), server.base_url())
        .build()
        .unwrap();
    let ana = |name| Upsert::new("cust-1", 1, name, "Lopez");
    let first = blocking::wait(omnidesk.upsert(ana("Anna"))).unwrap();
    assert!(matches!(first.unwrap(), Upserted::Created { .. }));
    let second = blocking::wait(omnidesk.upsert(ana("Ana"))).unwrap();
    assert!(!matches!(second.unwrap(), Upserted::Created { .. }));

    let page = omnidesk.customers().wait_page().unwrap().unwrap();
    assert_eq!(page.items.len(), 1);
    let listed: Result<Vec<_>, _> = omnidesk.customers().into_items().wait().collect();
    assert_eq!(listed.unwrap().len(), 1);
}
