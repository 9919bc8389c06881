//! Every operation, for what must hold for all of them.

use customer_api_sandbox::{self as sandbox, OmnideskCustomer, Sandbox, Server};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Client, ClientBuilder, CreateCustomer, CreateCustomerCrud,
    CrmChannel, DeleteCustomer, GetCustomer, GetTimeline, ListCustomers, RenameCustomer,
    SearchByChannelValue, SearchByExternalId, SyncWithCrm, UpdateCustomer,
    UpdateCustomerByExternalId,
};
use testkit::{Entry, delivery::Subject};

use super::sandbox_client;

/// A sandbox with one customer, whose ids are 1. Every operation succeeds in it, even after those that come before it in
/// the list.
pub(crate) struct SeededOmnidesk(Sandbox);

impl Subject for SeededOmnidesk {
    type Client = Client;
    type Imitation = sandbox::Omnidesk;

    async fn seeded() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let customer = OmnideskCustomer::new(1, "cust-1")
            .with_names("Ana", "Lopez")
            .with_channel("email", "ana@shop.example");
        assert_eq!(sandbox.omnidesk().seed_customer(customer), 1);
        Self(sandbox)
    }

    fn server(&self) -> &Server<sandbox::Omnidesk> {
        self.0.omnidesk()
    }

    fn applied_count(&self) -> usize {
        self.server().applied_count()
    }

    fn client(&self) -> ClientBuilder<Client> {
        sandbox_client(&self.0)
    }

    fn operations() -> Vec<Entry<Client>> {
        let mut entries = vec![
            Entry::new(ListCustomers::new),
            Entry::new(|| GetCustomer::new(1)),
            Entry::new(|| CreateCustomer::new(1).external_id("new-1")),
            Entry::new(|| RenameCustomer::new().customer_id(1).firstname("Anna")),
            Entry::new(|| UpdateCustomer::new(1, 1).custom_field("tier", "x".repeat(2_000))),
            Entry::new(|| SearchByExternalId::new("cust-1", 1)),
            Entry::new(|| SearchByChannelValue::new("ana@shop.example", 1)),
            Entry::new(|| AddChannel::new(1).external_id("cust-1").extra_facebook(7)),
            Entry::new(|| UpdateCustomerByExternalId::new("cust-1", 1).lastname("Lopez-Garcia")),
            Entry::new(|| GetTimeline::new(1, "cust-1")),
            Entry::new(|| {
                AddExternalEvent::new(1, "shop", "ordered", "https://shop.example/1").customer_id(1)
            }),
            Entry::new(|| SyncWithCrm::new(1, CrmChannel::Email).address("ana@shop.example")),
            Entry::new(|| CreateCustomerCrud::new("new-2", 1, "Ana", "Lopez")),
        ];
        #[cfg(feature = "undocumented")]
        entries.extend([
            Entry::new(|| helpdesk_customers::RemoveChannel::new(1)),
            Entry::new(|| helpdesk_customers::PurgeCustomerDataIrreversibly::new(1)),
        ]);
        entries.push(Entry::new(|| DeleteCustomer::new(1)));
        entries
    }
}
