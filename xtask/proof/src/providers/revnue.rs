use std::time::Duration;

use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{RevnueCustomer, RevnueOptions, Sandbox, SandboxError, Server};
use revnue_customers::{
    Client, CreateCustomer, DeleteCustomer, GetCustomer, ListCustomers, ReplaceCustomer,
    SINGLE_COMPANY, UpdateCustomer,
};

use crate::{Entry, Facts, Provider, generated::revnue_customers as table};

/// Revnue, with one customer and without a quota.
#[derive(Debug)]
pub struct Revnue(Sandbox);

impl Provider for Revnue {
    const CRATE: &'static str = "revnue-customers";
    const FACTS: Facts = Facts {
        throttling_comes_first: true,
        throttled_wait: Some(Duration::from_secs(60)),
        failure_in_2xx: None,
        login: None,
        may_find_nothing: &[],
    };
    type Client = Client;
    type Imitation = customer_api_sandbox::Revnue;

    async fn start() -> Result<Self, SandboxError> {
        let options = RevnueOptions::default().no_rate_limit();
        let sandbox = Sandbox::builder().revnue(options).start().await?;
        let customer = RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane").with("fax", "1");
        sandbox.revnue().seed_customer(customer);
        Ok(Self(sandbox))
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.revnue()
    }

    fn applied(&self) -> usize {
        self.0.revnue().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        let server = self.server();
        Client::builder(server.token())
            .base_url(server.base_url())
            .rate_limiter(Unlimited)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        let write = CreateCustomer::new(SINGLE_COMPANY, word);
        Entry::new(write, Client::send)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

struct Samples;

impl table::Samples for Samples {
    fn list_customers(&self) -> ListCustomers {
        ListCustomers::new(SINGLE_COMPANY)
    }

    fn get_customer(&self) -> GetCustomer {
        GetCustomer::new(1, SINGLE_COMPANY)
    }

    fn create_customer(&self) -> CreateCustomer {
        CreateCustomer::new(SINGLE_COMPANY, "Mill Road")
    }

    fn replace_customer(&self) -> ReplaceCustomer {
        ReplaceCustomer::new(1, SINGLE_COMPANY, "x".repeat(2_000))
    }

    fn update_customer(&self) -> UpdateCustomer {
        UpdateCustomer::new(1, SINGLE_COMPANY).city("Portland")
    }

    fn delete_customer(&self) -> DeleteCustomer {
        DeleteCustomer::new(1)
    }
}
