//! The provider's examples: each request's fields, by name, type and value, and each response.
//!
//! Several values break the provider's own patterns, so these clients don't check them.

use std::collections::BTreeMap;

use customer_api_core::operation::Operation;
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, CreateCustomer, CreateCustomerCrud, CrmChannel,
    ListCustomers, Omnidesk, RenameCustomer, SearchByChannelValue, SearchByExternalId, SyncWithCrm,
    UpdateCustomer, UpdateCustomerByExternalId,
};
use serde_json::Value;

use crate::support::{answering, fields_of};

/// The fields of an example, as strings. An empty name is never sent, so another name replaces it.
fn example(json: &str) -> BTreeMap<String, String> {
    let fields: BTreeMap<String, Value> = serde_json::from_str(json).unwrap();
    fields
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(text) if text.is_empty() => (name, "Ana".to_owned()),
            Value::String(text) => (name, text),
            other => (name, other.to_string()),
        })
        .collect()
}

fn assert_sends(operation: impl Operation<Service = Omnidesk>, json: &str) {
    let sent = fields_of(|builder| builder.check_patterns(false), operation);
    let names = sent.len();
    let sent: BTreeMap<_, _> = sent.into_iter().collect();
    assert_eq!(sent, example(json));
    assert_eq!(sent.len(), names, "a name was sent twice");
}

#[test]
fn create_customer() {
    let create = CreateCustomer::new(1)
        .link_channel(Channel::Other("text".to_owned()), "text")
        .search_channel_value("text")
        .external_id("text")
        .no_sync()
        .firstname("Ana")
        .lastname("Ana")
        .ticket_id(1)
        .extra_email("john@email.com")
        .extra_telephone("text")
        .custom_field("testfield", "text");
    let json = include_str!("../fixtures/create-customer.request.json");
    assert_sends(create, json);
}

#[test]
fn rename_customer() {
    let rename = RenameCustomer::new()
        .external_id("text")
        .brand_id(1)
        .customer_id(1)
        .firstname("Ana")
        .lastname("Ana")
        .custom_field("testfield", "text");
    let json = include_str!("../fixtures/rename-customer.request.json");
    assert_sends(rename, json);
}

#[test]
fn update_customer() {
    let update = UpdateCustomer::new(7, 1)
        .firstname("Ana")
        .lastname("Ana")
        .custom_field("testfield", "text")
        .channel("text", "text");
    let json = include_str!("../fixtures/update-customer-by-id.request.json");
    assert_sends(update, json);
}

#[test]
fn the_searches() {
    assert_sends(
        SearchByExternalId::new("text", 1),
        include_str!("../fixtures/search-by-primary-external-id.request.json"),
    );
    assert_sends(
        SearchByChannelValue::new("text", 1),
        include_str!("../fixtures/search-by-channel-value.request.json"),
    );
}

#[test]
fn add_channel() {
    let add = AddChannel::new(1)
        .customer_id(1)
        .external_id("text")
        .extra_email("john@email.com")
        .extra_telephone("text")
        .extra_twitter("text")
        .extra_facebook(1);
    let json = include_str!("../fixtures/add-channel-only.request.json");
    assert_sends(add, json);
}

#[test]
fn update_customer_by_external_id() {
    let update = UpdateCustomerByExternalId::new("text", 1)
        .firstname("text")
        .lastname("text")
        .custom_field("testfield", "text")
        .channel("text", "text");
    let json = include_str!("../fixtures/update-customer-by-primary-id.request.json");
    assert_sends(update, json);
}

#[test]
fn add_external_event() {
    let event = AddExternalEvent::new(1, "text", "text", "text")
        .customer_id(1)
        .external_id("text");
    let json = include_str!("../fixtures/external-event.request.json");
    assert_sends(event, json);
}

#[test]
fn sync_with_crm() {
    let sync = SyncWithCrm::new(1, CrmChannel::PhoneNumber).address("text");
    let json = include_str!("../fixtures/sync-with-crm.request.json");
    assert_sends(sync, json);
}

#[test]
fn create_customer_crud() {
    let create = CreateCustomerCrud::new("text", 1, "text", "text")
        .custom_field("testfield", "text")
        .channel("text", "text");
    let json = include_str!("../fixtures/create-customer-crud.request.json");
    assert_sends(create, json);
}

#[tokio::test]
async fn the_list_of_customers() {
    let json = include_str!("../fixtures/list-customers.response.json");
    let page = answering(200, json).send(ListCustomers::new()).await;
    let page = page.unwrap();
    assert_eq!(
        (page.item_start, page.item_total, page.item_limit),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(page.type_.as_deref(), Some("text"));
    let [customer] = page.items.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(customer.id, Some(1));
    for text in [
        &customer.external_id,
        &customer.brand_name,
        &customer.firstname,
        &customer.lastname,
    ] {
        assert_eq!(text.as_deref(), Some("text"));
    }
    assert!(customer.channels.is_empty());
    assert_eq!(customer.others().count(), 0);
    let printed: Value = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_value(&page.items).unwrap(), printed["items"]);
}

#[tokio::test]
async fn the_response_to_an_update() {
    let json = include_str!("../fixtures/update-customer-by-id.response.json");
    let response = answering(200, json).send(UpdateCustomer::new(7, 1)).await;
    let response = response.unwrap();
    assert_eq!(response.message.as_deref(), Some("Customer updated."));
    assert_eq!(response.raw["type"], "result");
}

#[tokio::test]
async fn the_only_error_that_is_public() {
    let json = include_str!("../fixtures/form-does-not-exist.error.json");
    let error = answering(400, json).send(UpdateCustomer::new(7, 1)).await;
    let error = error.unwrap_err();
    assert_eq!(error.message(), Some("This form does not exist."));
    assert_eq!(error.status(), Some(400));
}
