use customer_api_core::ClientBuilder;
use customer_api_sandbox::{OmnideskCustomer, Sandbox, SandboxError, Server};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, Client, CreateCustomer, CreateCustomerCrud, CrmChannel,
    DeleteCustomer, GetCustomer, GetTimeline, ListCustomers, PurgeCustomerDataIrreversibly,
    RemoveChannel, RenameCustomer, SearchByChannelValue, SearchByExternalId, SyncWithCrm,
    UpdateCustomer, UpdateCustomerByExternalId,
};
use serde_json::json;

use crate::{Entry, Facts, Offline, Provider, Texts, generated::helpdesk_customers as table};

/// Omnidesk, with one customer for operations that change a customer and two for operations that remove a customer.
#[derive(Debug)]
pub struct Omnidesk(Sandbox);

impl Provider for Omnidesk {
    const CRATE: &'static str = "helpdesk-customers";
    const FACTS: Facts = Facts {
        throttling_comes_first: false,
        wait_when_throttled: None,
        failure_in_2xx: Some(|says| json!({ "type": "error", "message": says })),
        done_by_status: &[],
        login: None,
        may_find_nothing: &[
            "getCustomer",
            "searchByExternalId",
            "searchByChannelValue",
            "getTimeline",
        ],
        keeps_any_json: &[
            "getCustomer",
            "searchByExternalId",
            "searchByChannelValue",
            "getTimeline",
        ],
    };
    type Client = Client;
    type Imitation = customer_api_sandbox::Omnidesk;

    async fn start() -> Result<Self, SandboxError> {
        let sandbox = Sandbox::start().await?;
        for (id, address) in [
            ("cust-1", "ana@shop.example"),
            ("cust-2", "ben@shop.example"),
            ("cust-3", "eva@shop.example"),
        ] {
            let customer = OmnideskCustomer::new(1, id)
                .with_names("Ana", "Lopez")
                .with_channel("email", address);
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
        let server = self.server();
        Client::builder(server.api_key(), server.base_url())
    }

    fn marked_write(word: &str) -> Entry<Client> {
        let write = AddExternalEvent::new(1, "shop", word, "https://shop.example/1").customer_id(1);
        Entry::new(write, Client::call)
    }

    fn operations() -> Vec<Entry<Client>> {
        table::operations(&Samples)
    }
}

impl Offline for Omnidesk {
    fn offline() -> ClientBuilder<Client> {
        Client::builder("key-4711", "https://account.omnidesk.example")
    }

    fn worded(words: &Texts<'_>) -> Vec<Entry<Client>> {
        table::operations(&Worded(words))
    }
}

struct Samples;

impl table::Samples for Samples {
    fn list_customers(&self) -> ListCustomers {
        ListCustomers::new()
    }

    fn create_customer(&self) -> CreateCustomer {
        CreateCustomer::new(1).external_id("new-1")
    }

    fn rename_customer(&self) -> RenameCustomer {
        RenameCustomer::new().customer_id(1).firstname("Anna")
    }

    fn get_customer(&self) -> GetCustomer {
        GetCustomer::new(1)
    }

    fn update_customer(&self) -> UpdateCustomer {
        UpdateCustomer::new(1, 1).custom_field("tier", "x".repeat(2_000))
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
        SearchByExternalId::new("cust-1", 1)
    }

    fn search_by_channel_value(&self) -> SearchByChannelValue {
        SearchByChannelValue::new("ana@shop.example", 1)
    }

    fn add_channel(&self) -> AddChannel {
        AddChannel::new(1).external_id("cust-1").extra_facebook(7)
    }

    fn update_customer_by_external_id(&self) -> UpdateCustomerByExternalId {
        UpdateCustomerByExternalId::new("cust-1", 1).lastname("Lopez-Garcia")
    }

    fn get_timeline(&self) -> GetTimeline {
        GetTimeline::new(1, "cust-1")
    }

    fn add_external_event(&self) -> AddExternalEvent {
        AddExternalEvent::new(1, "shop", "ordered", "https://shop.example/1").customer_id(1)
    }

    fn sync_with_crm(&self) -> SyncWithCrm {
        SyncWithCrm::new(1, CrmChannel::Email).address("ana@shop.example")
    }

    fn create_customer_crud(&self) -> CreateCustomerCrud {
        CreateCustomerCrud::new("new-2", 1, "Ana", "Lopez")
    }
}

struct Worded<'w>(&'w Texts<'w>);

impl table::Samples for Worded<'_> {
    fn list_customers(&self) -> ListCustomers {
        ListCustomers::new().query(self.0.next())
    }

    fn create_customer(&self) -> CreateCustomer {
        CreateCustomer::new(1)
            .link_channel(Channel::Other(self.0.next()), self.0.next())
            .search_channel_value(self.0.next())
            .external_id(self.0.next())
            .firstname(self.0.next())
            .lastname(self.0.next())
            .extra_email(self.0.next())
            .extra_telephone(self.0.next())
            .custom_field("tier", self.0.next())
            .custom_field("note", self.0.next())
    }

    fn rename_customer(&self) -> RenameCustomer {
        RenameCustomer::new()
            .external_id(self.0.next())
            .brand_id(1)
            .firstname(self.0.next())
            .lastname(self.0.next())
            .custom_field("tier", self.0.next())
    }

    fn get_customer(&self) -> GetCustomer {
        GetCustomer::new(1)
    }

    fn update_customer(&self) -> UpdateCustomer {
        UpdateCustomer::new(1, 1)
            .firstname(self.0.next())
            .lastname(self.0.next())
            .custom_field("tier", self.0.next())
            .channel(self.0.next(), self.0.next())
            .channel(self.0.next(), self.0.next())
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
        SearchByExternalId::new(self.0.next(), 1)
    }

    fn search_by_channel_value(&self) -> SearchByChannelValue {
        SearchByChannelValue::new(self.0.next(), 1)
    }

    fn add_channel(&self) -> AddChannel {
        AddChannel::new(1)
            .external_id(self.0.next())
            .extra_email(self.0.next())
            .extra_telephone(self.0.next())
            .extra_twitter(self.0.next())
    }

    fn update_customer_by_external_id(&self) -> UpdateCustomerByExternalId {
        UpdateCustomerByExternalId::new(self.0.next(), 1)
            .firstname(self.0.next())
            .lastname(self.0.next())
            .custom_field("tier", self.0.next())
            .channel(self.0.next(), self.0.next())
    }

    fn get_timeline(&self) -> GetTimeline {
        GetTimeline::new(1, self.0.next())
    }

    fn add_external_event(&self) -> AddExternalEvent {
        AddExternalEvent::new(1, self.0.next(), self.0.next(), self.0.next())
            .external_id(self.0.next())
    }

    fn sync_with_crm(&self) -> SyncWithCrm {
        SyncWithCrm::new(1, CrmChannel::unlisted(self.0.next())).address(self.0.next())
    }

    fn create_customer_crud(&self) -> CreateCustomerCrud {
        CreateCustomerCrud::new(self.0.next(), 1, self.0.next(), self.0.next())
            .custom_field("tier", self.0.next())
            .channel(self.0.next(), self.0.next())
    }
}
