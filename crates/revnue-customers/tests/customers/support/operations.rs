//! Every operation, for what must hold for all of them.

use std::pin::Pin;

use customer_api_core::operation::{Idempotency, Operation};
use customer_api_sandbox::{RevnueCustomer, RevnueOptions, Sandbox};
use revnue_customers::{
    Client, DeleteCustomer, Error, GetCustomer, ListCustomers, ReplaceCustomer, Revnue,
    SINGLE_COMPANY, UpdateCustomer,
};

type Outcome = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A call that succeeds in a [`seeded`] sandbox, even after those that come before it in the list.
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) reads: bool,
    call: Box<dyn Fn(&Client) -> Outcome>,
}

impl Entry {
    pub(crate) async fn call(&self, client: &Client) -> Result<(), Error> {
        (self.call)(client).await
    }
}

fn entry<O: Operation<Service = Revnue>>(make: fn() -> O) -> Entry {
    Entry {
        id: O::INFO.id,
        reads: O::INFO.idempotency == Idempotency::Safe,
        call: Box::new(move |client| {
            let call = client.send(make());
            Box::pin(async move { call.await.map(drop) })
        }),
    }
}

/// A sandbox without a quota, with one customer, whose id is 1.
pub(crate) async fn seeded() -> Sandbox {
    let options = RevnueOptions::default().no_rate_limit();
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    let customer = RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane").with("fax", "1");
    assert_eq!(sandbox.revnue().seed_customer(customer), 1);
    sandbox
}

pub(crate) fn every_operation() -> Vec<Entry> {
    vec![
        entry(|| ListCustomers::new(SINGLE_COMPANY)),
        entry(|| GetCustomer::new(1, SINGLE_COMPANY)),
        #[cfg(feature = "undocumented")]
        entry(|| revnue_customers::CreateCustomer::new(SINGLE_COMPANY, "Mill Road")),
        entry(|| ReplaceCustomer::new(1, SINGLE_COMPANY, "x".repeat(2_000))),
        entry(|| UpdateCustomer::new(1, SINGLE_COMPANY).city("Portland")),
        entry(|| DeleteCustomer::new(1)),
    ]
}
