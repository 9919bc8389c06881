use customer_api_core::{ClientBuilder, rate_limit::Unlimited};
use customer_api_sandbox::{RevnueCustomer, RevnueOptions, Sandbox, SandboxError, Server};
use revnue_customers::{
    Client, CreateCustomer, DeleteCustomer, GetCustomer, ListCustomers, NewContactPerson, NewField,
    NewTemplate, ReplaceCustomer, SINGLE_COMPANY, UpdateCustomer,
};

use super::{AMOUNT, COMPANY, EMAIL, KEY, MOBILE, NAME, STREET, TEXT};
use crate::{Entry, Facts, Provider, generated::revnue_customers as table};

/// Revnue, with a customer whose data must not be shown.
#[derive(Debug)]
pub struct Revnue(Sandbox);

impl Provider for Revnue {
    const CRATE: &'static str = crate::Revnue::CRATE;
    const FACTS: Facts = crate::Revnue::FACTS;
    type Client = Client;
    type Imitation = customer_api_sandbox::Revnue;

    async fn start() -> Result<Self, SandboxError> {
        let options = RevnueOptions::default().token(KEY).no_rate_limit();
        let sandbox = Sandbox::builder().revnue(options).start().await?;
        let customer = RevnueCustomer::new(SINGLE_COMPANY, COMPANY)
            .with("phone", MOBILE)
            .with("address_line_1", STREET)
            .with("general_description", TEXT);
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
        Client::builder(KEY)
            .base_url(self.server().base_url())
            .rate_limiter(Unlimited)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        crate::Revnue::marked_write(word)
    }
}

/// Sets every private field except the name.
macro_rules! private {
    ($operation:expr) => {
        $operation
            .contact_person(NewContactPerson::new().name(NAME).email(EMAIL))
            .address_line_1(STREET)
            .address_line_2(STREET)
            .zip_postal_code(STREET)
            .phone(MOBILE)
            .mobile(MOBILE)
            .fax(MOBILE)
            .general_description(TEXT)
            .supplementary_description(TEXT)
            .additional_description(TEXT)
            .template(NewTemplate::new(9, [NewField::new(1, AMOUNT)]))
    };
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
        private!(CreateCustomer::new(SINGLE_COMPANY, COMPANY))
    }

    fn replace_customer(&self) -> ReplaceCustomer {
        private!(ReplaceCustomer::new(1, SINGLE_COMPANY, COMPANY))
    }

    fn update_customer(&self) -> UpdateCustomer {
        private!(UpdateCustomer::new(1, SINGLE_COMPANY)).name(COMPANY)
    }

    fn delete_customer(&self) -> DeleteCustomer {
        DeleteCustomer::new(1)
    }
}
