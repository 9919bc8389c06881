use std::time::Duration;

use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{RevnueCustomer, RevnueOptions, Sandbox, SandboxError, Server};
use revnue_customers::{
    Client, ContactType, CreateCustomer, DeleteCustomer, GetCustomer, ListCustomers,
    NewContactPerson, NewField, NewTemplate, ReplaceCustomer, SINGLE_COMPANY, UpdateCustomer,
};

use crate::{Entry, Facts, Offline, Provider, Texts, generated::revnue_customers as table};

/// Revnue, with one customer and without a quota.
#[derive(Debug)]
pub struct Revnue(Sandbox);

impl Provider for Revnue {
    const CRATE: &'static str = "revnue-customers";
    const FACTS: Facts = Facts {
        throttling_comes_first: true,
        wait_when_throttled: Some(Duration::from_secs(60)),
        failure_in_2xx: None,
        done_by_status: &[],
        login: None,
        may_find_nothing: &[],
        keeps_any_json: &[],
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
        Entry::new(write, Client::call)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

impl Offline for Revnue {
    fn offline() -> ClientBuilder<Client> {
        Client::builder("token-4711").rate_limiter(Unlimited)
    }

    fn worded(words: &Texts<'_>) -> Vec<Entry<Client>> {
        table::operations(&Worded(words))
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

struct Worded<'w>(&'w Texts<'w>);

/// The common fields of three requests.
macro_rules! with_texts {
    ($operation:expr, $words:expr) => {
        $operation
            .contact_person(
                NewContactPerson::new()
                    .name($words.next())
                    .email($words.next())
                    .contact_type(ContactType::unlisted($words.next())),
            )
            .address_line_1($words.next())
            .address_line_2($words.next())
            .city($words.next())
            .state_province($words.next())
            .zip_postal_code($words.next())
            .phone($words.next())
            .mobile($words.next())
            .fax($words.next())
            .website($words.next())
            .general_description($words.next())
            .supplementary_description($words.next())
            .additional_description($words.next())
            .template(NewTemplate::new(1, [NewField::new(2, $words.next())]))
    };
}

impl table::Samples for Worded<'_> {
    fn list_customers(&self) -> ListCustomers {
        ListCustomers::new(SINGLE_COMPANY)
    }

    fn get_customer(&self) -> GetCustomer {
        GetCustomer::new(1, SINGLE_COMPANY)
    }

    fn create_customer(&self) -> CreateCustomer {
        with_texts!(CreateCustomer::new(SINGLE_COMPANY, self.0.next()), self.0)
    }

    fn replace_customer(&self) -> ReplaceCustomer {
        with_texts!(
            ReplaceCustomer::new(1, SINGLE_COMPANY, self.0.next()),
            self.0
        )
    }

    fn update_customer(&self) -> UpdateCustomer {
        with_texts!(
            UpdateCustomer::new(1, SINGLE_COMPANY).name(self.0.next()),
            self.0
        )
    }

    fn delete_customer(&self) -> DeleteCustomer {
        DeleteCustomer::new(1)
    }
}
