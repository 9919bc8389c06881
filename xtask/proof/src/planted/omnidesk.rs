use customer_api_core::ClientBuilder;
use customer_api_sandbox::{OmnideskCustomer, OmnideskOptions, Sandbox, SandboxError, Server};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, Client, CreateCustomer, CreateCustomerCrud, CrmChannel,
    DeleteCustomer, GetCustomer, GetTimeline, ListCustomers, PurgeCustomerDataIrreversibly,
    RemoveChannel, RenameCustomer, SearchByChannelValue, SearchByExternalId, SyncWithCrm,
    UpdateCustomer, UpdateCustomerByExternalId,
};

use super::{ACCOUNT, EMAIL, ID, KEY, MOBILE, NAME, NEW_ID, NEXT_ID, NUMBER, SEARCH, TEXT};
use crate::{Entry, Facts, Provider, generated::helpdesk_customers as table};

/// Omnidesk, with customers whose data must not be shown.
#[derive(Debug)]
pub struct Omnidesk(Sandbox);

impl Provider for Omnidesk {
    const CRATE: &'static str = crate::Omnidesk::CRATE;
    const FACTS: Facts = crate::Omnidesk::FACTS;
    type Client = Client;
    type Imitation = customer_api_sandbox::Omnidesk;

    async fn start() -> Result<Self, SandboxError> {
        let options = OmnideskOptions::default().api_key(KEY);
        let sandbox = Sandbox::builder().omnidesk(options).start().await?;
        for id in [ID, "cust-2", "cust-3"] {
            let customer = OmnideskCustomer::new(1, id)
                .with_names(NAME, NAME)
                .with_channel("email", EMAIL)
                .with_custom_field("field", TEXT);
            sandbox.omnidesk().seed_customer(customer);
        }
        Ok(Self(sandbox))
    }

    fn server(&self) -> &Server<Self::Imitation> {
        self.0.omnidesk()
    }

    fn applied(&self) -> usize {
        self.0.omnidesk().applied_count()
    }

    fn builder(&self) -> ClientBuilder<Client> {
        Client::builder(KEY, self.server().base_url())
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }

    fn marked_write(word: &str) -> Entry<Client> {
        crate::Omnidesk::marked_write(word)
    }
}

struct Samples;

impl table::Samples for Samples {
    fn list_customers(&self) -> ListCustomers {
        ListCustomers::new().query(SEARCH)
    }

    fn create_customer(&self) -> CreateCustomer {
        CreateCustomer::new(1)
            .link_channel(Channel::Email, EMAIL)
            .search_channel_value(MOBILE)
            .external_id(NEW_ID)
            .firstname(NAME)
            .lastname(NAME)
            .extra_email(EMAIL)
            .extra_telephone(MOBILE)
            .custom_field("field", TEXT)
    }

    fn rename_customer(&self) -> RenameCustomer {
        RenameCustomer::new()
            .external_id(ID)
            .brand_id(1)
            .firstname(NAME)
            .lastname(NAME)
            .custom_field("field", TEXT)
    }

    fn get_customer(&self) -> GetCustomer {
        GetCustomer::new(1)
    }

    fn update_customer(&self) -> UpdateCustomer {
        UpdateCustomer::new(1, 1)
            .firstname(NAME)
            .lastname(NAME)
            .custom_field("field", TEXT)
            .channel("email", EMAIL)
    }

    fn delete_customer(&self) -> DeleteCustomer {
        DeleteCustomer::new(2)
    }

    fn remove_channel(&self) -> RemoveChannel {
        RemoveChannel::new(3)
    }

    fn purge_customer_data_irreversibly(&self) -> PurgeCustomerDataIrreversibly {
        PurgeCustomerDataIrreversibly::new(3)
    }

    fn search_by_external_id(&self) -> SearchByExternalId {
        SearchByExternalId::new(ID, 1)
    }

    fn search_by_channel_value(&self) -> SearchByChannelValue {
        SearchByChannelValue::new(EMAIL, 1)
    }

    fn add_channel(&self) -> AddChannel {
        AddChannel::new(1)
            .external_id(ID)
            .extra_email(EMAIL)
            .extra_telephone(MOBILE)
            .extra_twitter(ACCOUNT)
            .extra_facebook(NUMBER)
    }

    fn update_customer_by_external_id(&self) -> UpdateCustomerByExternalId {
        UpdateCustomerByExternalId::new(ID, 1)
            .firstname(NAME)
            .lastname(NAME)
            .custom_field("field", TEXT)
            .channel("telephone", MOBILE)
    }

    fn get_timeline(&self) -> GetTimeline {
        GetTimeline::new(1, ID)
    }

    fn add_external_event(&self) -> AddExternalEvent {
        AddExternalEvent::new(1, NAME, TEXT, TEXT).external_id(ID)
    }

    fn sync_with_crm(&self) -> SyncWithCrm {
        SyncWithCrm::new(1, CrmChannel::PhoneNumber).address(MOBILE)
    }

    fn create_customer_crud(&self) -> CreateCustomerCrud {
        CreateCustomerCrud::new(NEXT_ID, 1, NAME, NAME)
            .custom_field("field", TEXT)
            .channel("email", EMAIL)
    }
}
