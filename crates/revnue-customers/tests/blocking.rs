//! The client in programs without a runtime: an update, and the list.
#![cfg(feature = "blocking")]
#![cfg(test)]

use customer_api_sandbox::{RevnueCustomer, RevnueListResponse, RevnueOptions, Sandbox};
use revnue_customers::{Client, GetCustomer, SINGLE_COMPANY, UpdateCustomer, blocking};

#[test]
fn a_customer_is_updated_and_the_pages_are_read() {
    let options = RevnueOptions::default().list_response(RevnueListResponse::Pages(2));
    let sandbox = blocking::wait(Sandbox::builder().revnue(options).start())
        .unwrap()
        .unwrap();
    let server = sandbox.revnue();
    let ids: Vec<u64> = (0..5)
        .map(|number| {
            let customer = RevnueCustomer::new(SINGLE_COMPANY, format!("Customer {number}"));
            server.seed_customer(customer.with("category", 17))
        })
        .collect();
    let revnue = Client::builder(server.token())
        .base_url(server.base_url())
        .build()
        .unwrap();

    let update = UpdateCustomer::new(ids[0], SINGLE_COMPANY).city("Salem");
    revnue.call(update).wait().unwrap();
    let customer = revnue.call(GetCustomer::new(ids[0], SINGLE_COMPANY)).wait();
    assert_eq!(customer.unwrap().city.as_deref(), Some("Salem"));

    let page = revnue.customers(SINGLE_COMPANY).wait_page().unwrap();
    assert_eq!(page.unwrap().items.len(), 2);
    let listed = revnue.customers(SINGLE_COMPANY).into_items().wait();
    assert_eq!(listed.map(Result::unwrap).count(), 5);
}
