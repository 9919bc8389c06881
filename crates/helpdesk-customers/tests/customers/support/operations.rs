//! Every operation, for what must hold for all of them.

use std::pin::Pin;

use customer_api_core::operation::{Idempotency, Operation};
use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Client, CreateCustomer, CreateCustomerCrud, CrmChannel,
    DeleteCustomer, Error, GetCustomer, GetTimeline, ListCustomers, Omnidesk, RenameCustomer,
    SearchByChannelValue, SearchByExternalId, SyncWithCrm, UpdateCustomer,
    UpdateCustomerByExternalId,
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

fn entry<O: Operation<Service = Omnidesk>>(make: fn() -> O) -> Entry {
    Entry {
        id: O::INFO.id,
        reads: O::INFO.idempotency == Idempotency::Safe,
        call: Box::new(move |client| {
            let call = client.send(make());
            Box::pin(async move { call.await.map(drop) })
        }),
    }
}

/// A sandbox with one customer, whose ids are 1.
pub(crate) async fn seeded() -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    let customer = OmnideskCustomer::new(1, "cust-1")
        .with_names("Ana", "Lopez")
        .with_channel("email", "ana@shop.example");
    assert_eq!(sandbox.omnidesk().seed_customer(customer), 1);
    sandbox
}

pub(crate) fn every_operation() -> Vec<Entry> {
    let mut entries = vec![
        entry(ListCustomers::new),
        entry(|| GetCustomer::new(1)),
        entry(|| CreateCustomer::new(1).external_id("new-1")),
        entry(|| RenameCustomer::new().customer_id(1).firstname("Anna")),
        entry(|| UpdateCustomer::new(1, 1).custom_field("tier", "x".repeat(2_000))),
        entry(|| SearchByExternalId::new("cust-1", 1)),
        entry(|| SearchByChannelValue::new("ana@shop.example", 1)),
        entry(|| AddChannel::new(1).external_id("cust-1").extra_facebook(7)),
        entry(|| UpdateCustomerByExternalId::new("cust-1", 1).lastname("Lopez-Garcia")),
        entry(|| GetTimeline::new(1, "cust-1")),
        entry(|| {
            AddExternalEvent::new(1, "shop", "ordered", "https://shop.example/1").customer_id(1)
        }),
        entry(|| SyncWithCrm::new(1, CrmChannel::Email).address("ana@shop.example")),
        entry(|| CreateCustomerCrud::new("new-2", 1, "Ana", "Lopez")),
    ];
    #[cfg(feature = "undocumented")]
    entries.extend([
        entry(|| helpdesk_customers::RemoveChannel::new(1)),
        entry(|| helpdesk_customers::PurgeCustomerDataIrreversibly::new(1)),
    ]);
    entries.push(entry(|| DeleteCustomer::new(1)));
    entries
}
