//! Every operation, for tests that hold for all of them.

use customer_api_sandbox::{self as sandbox, RevnueCustomer, RevnueOptions, Sandbox, Server};
use revnue_customers::{
    Client, ClientBuilder, DeleteCustomer, GetCustomer, ListCustomers, ReplaceCustomer,
    SINGLE_COMPANY, UpdateCustomer,
};
use testkit::{Entry, delivery::Subject};

use super::sandbox_client;

/// A sandbox without a quota, with one customer, whose id is 1. Every operation succeeds in it, even after the operations before it in
/// the list.
pub(crate) struct SeededRevnue(Sandbox);

impl Subject for SeededRevnue {
    type Client = Client;
    type Imitation = sandbox::Revnue;

    async fn seeded() -> Self {
        let options = RevnueOptions::default().no_rate_limit();
        let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
        let customer = RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane").with("fax", "1");
        assert_eq!(sandbox.revnue().seed_customer(customer), 1);
        Self(sandbox)
    }

    fn server(&self) -> &Server<sandbox::Revnue> {
        self.0.revnue()
    }

    fn applied_count(&self) -> usize {
        self.server().applied_count()
    }

    fn client(&self) -> ClientBuilder<Client> {
        sandbox_client(&self.0)
    }

    fn operations() -> Vec<Entry<Client>> {
        vec![
            Entry::new(|| ListCustomers::new(SINGLE_COMPANY)),
            Entry::new(|| GetCustomer::new(1, SINGLE_COMPANY)),
            #[cfg(feature = "undocumented")]
            Entry::new(|| revnue_customers::CreateCustomer::new(SINGLE_COMPANY, "Mill Road")),
            Entry::new(|| ReplaceCustomer::new(1, SINGLE_COMPANY, "x".repeat(2_000))),
            Entry::new(|| UpdateCustomer::new(1, SINGLE_COMPANY).city("Portland")),
            Entry::new(|| DeleteCustomer::new(1)),
        ]
    }
}
