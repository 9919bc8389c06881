//! No key and no personal data in anything that is printed, whatever fails. A separate program, because its subscriber must see
//! everything.
#![cfg(test)]

use std::time::Duration;

use customer_api_core::retry::ExponentialBackoff;
use customer_api_sandbox::{Fault, FaultBody, OmnideskOptions, Sandbox};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, Client, ClientBuilder, CreateCustomer,
    CreateCustomerCrud, CrmChannel, DeleteCustomer, GetCustomer, GetTimeline, ListCustomers,
    RenameCustomer, SearchByChannelValue, SearchByExternalId, SyncWithCrm, UpdateCustomer,
    UpdateCustomerByExternalId, Upsert,
};
use testkit::{
    CapturedLogs,
    faults::{of_any_server, of_connections},
};

const KEY: &str = "planted-api-key-4711";
const ID: &str = "planted.id+1@shop.example";
const NAME: &str = "Plantedname";
const EMAIL: &str = "planted.address@shop.example";
const PHONE: &str = "+64219998877";
const TEXT: &str = "planted \"text\" of a field";
const QUERY: &str = "planted search 1";
const TWITTER: &str = "planted_account";
const FACEBOOK: u64 = 48_151_623_420_001;

/// The values that must not be printed: every planted value, in the spellings of text, JSON, URLs and forms.
const PLANTED: [&str; 16] = [
    KEY,
    ID,
    "planted.id%2B1%40shop.example",
    NAME,
    EMAIL,
    "planted.address%40shop.example",
    PHONE,
    "%2B64219998877",
    TEXT,
    "planted \\\"text\\\" of a field",
    "planted+%22text%22+of+a+field",
    "planted%20%22text%22%20of%20a%20field",
    QUERY,
    "planted%20search%201",
    TWITTER,
    "48151623420001",
];

fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(KEY, sandbox.omnidesk().base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .attempt_timeout(Duration::from_millis(200))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

async fn every_read(logs: &CapturedLogs, client: &Client) {
    logs.note_call(client, ListCustomers::new().query(QUERY))
        .await;
    logs.note_call(client, GetCustomer::new(1)).await;
    logs.note_call(client, SearchByExternalId::new(ID, 1)).await;
    logs.note_call(client, SearchByChannelValue::new(EMAIL, 1))
        .await;
    logs.note_call(client, GetTimeline::new(1, ID)).await;
    logs.note_call(client, SearchByExternalId::new("", 1)).await;
    let mut customers = client.customers().query(QUERY);
    logs.note(format_args!("{customers:?}"));
    logs.note_outcome(&customers.next_page().await);
}

async fn every_write(logs: &CapturedLogs, client: &Client) {
    let create = CreateCustomer::new(1)
        .link_channel(Channel::Email, EMAIL)
        .search_channel_value(PHONE)
        .external_id(ID)
        .firstname(NAME)
        .lastname(NAME)
        .extra_email(EMAIL)
        .extra_telephone(PHONE)
        .custom_field("field", TEXT);
    logs.note_call(client, create).await;
    let rename = RenameCustomer::new()
        .external_id(ID)
        .brand_id(1)
        .firstname(NAME)
        .lastname(NAME)
        .custom_field("field", TEXT);
    logs.note_call(client, rename).await;
    let update = UpdateCustomer::new(1, 1)
        .firstname(NAME)
        .lastname(NAME)
        .custom_field("field", TEXT)
        .channel("email", EMAIL);
    logs.note_call(client, update.clone()).await;
    logs.note_call(client, update.firstname(format!("{NAME}\n")))
        .await;
    let update = UpdateCustomerByExternalId::new(ID, 1)
        .firstname(NAME)
        .custom_field("field", TEXT)
        .channel("telephone", PHONE);
    logs.note_call(client, update).await;
    let add = AddChannel::new(1)
        .external_id(ID)
        .extra_email(EMAIL)
        .extra_telephone(PHONE)
        .extra_twitter(TWITTER)
        .extra_facebook(FACEBOOK);
    logs.note_call(client, add).await;
    let event = AddExternalEvent::new(1, NAME, TEXT, TEXT).external_id(ID);
    logs.note_call(client, event).await;
    let sync = SyncWithCrm::new(1, CrmChannel::PhoneNumber).address(PHONE);
    logs.note_call(client, sync).await;
    let crud = CreateCustomerCrud::new(ID, 1, NAME, NAME)
        .custom_field("field", TEXT)
        .channel("email", EMAIL);
    logs.note_call(client, crud).await;
    logs.note_call(client, DeleteCustomer::new(99)).await;

    let upsert = Upsert::new(ID, 1, NAME, NAME)
        .custom_field("field", TEXT)
        .channel("email", EMAIL);
    logs.note(format_args!("{upsert:?}"));
    logs.note_outcome(&client.upsert(upsert).await);
}

async fn every_call(logs: &CapturedLogs, builder: ClientBuilder<Client>) {
    let client = builder.build().unwrap();
    every_read(logs, &client).await;
    every_write(logs, &client).await;
}

/// The faults of a response. Those with a body echo what the request carried.
fn faults(echo: &str) -> Vec<Fault> {
    let json = || {
        FaultBody::json(&serde_json::json!({ "status": "error", "message": echo, "Error": echo }))
    };
    let customer = serde_json::json!({
        "id": 7,
        "external_primary_id": echo,
        "firstname": echo,
        "lastname": echo,
        "channels": [echo],
        "custom_field": echo,
        "message": echo,
    });
    let customers = serde_json::json!({ "itemTotal": 2, "items": [customer, { "id": echo }] });
    let location = format!("https://{EMAIL}@elsewhere.example/x?key={KEY}#{ID}");
    let mut faults = of_any_server(echo, &location);
    faults.extend([
        Fault::status(200).body(json()),
        Fault::status(200).body(FaultBody::json(&customer)),
        Fault::status(200).body(FaultBody::json(&customers)),
        Fault::status(429)
            .header("retry-after", "3600")
            .body(json()),
    ]);
    faults.extend(
        [400, 401, 403, 404, 408, 422, 500, 503].map(|status| Fault::status(status).body(json())),
    );
    faults
}

/// The values that each operation sends. These values, and nothing else, are removed from the provider's message.
const ECHOES: [(&str, &[&str]); 14] = [
    ("listCustomers", &[QUERY]),
    ("getCustomer", &[]),
    ("searchByExternalId", &[ID]),
    ("searchByChannelValue", &[EMAIL]),
    ("getTimeline", &[ID]),
    ("createCustomer", &[ID, NAME, EMAIL, PHONE, TEXT]),
    ("renameCustomer", &[ID, NAME, TEXT]),
    ("updateCustomer", &[NAME, TEXT, EMAIL]),
    ("updateCustomerByExternalId", &[ID, NAME, TEXT]),
    ("addChannel", &[ID, EMAIL, PHONE, TWITTER]),
    ("addExternalEvent", &[ID, NAME, TEXT]),
    ("syncWithCrm", &[PHONE]),
    ("createCustomerCrud", &[ID, NAME, TEXT, EMAIL]),
    ("deleteCustomer", &[]),
];

/// Runs every operation into each fault, with an echo of its own request.
fn script(sandbox: &Sandbox, index: usize) -> bool {
    for (operation, values) in ECHOES {
        let echo = format!("no {} {KEY}", values.join(" "));
        let Some(fault) = faults(&echo).into_iter().nth(index) else {
            return false;
        };
        let fault = fault.times(99);
        sandbox.omnidesk().fault_on(operation, fault).unwrap();
    }
    true
}

#[tokio::test]
async fn nothing_planted_is_printed_or_logged() {
    let logs = CapturedLogs::of_the_process();
    let options = OmnideskOptions::default().api_key(KEY);
    let sandbox = Sandbox::builder().omnidesk(options).start().await.unwrap();
    let mut met = 0;
    while script(&sandbox, met) {
        every_call(&logs, sandbox_client(&sandbox)).await;
        sandbox.omnidesk().clear_faults();
        met += 1;
    }
    assert_eq!(met, 24);

    of_connections(sandbox.omnidesk(), async |base_url| {
        every_call(&logs, sandbox_client(&sandbox).base_url(base_url)).await;
    })
    .await;
    logs.assert_silent_about(&PLANTED, &["createCustomer"]);
}
