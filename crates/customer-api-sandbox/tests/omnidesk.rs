//! The operations that write Omnidesk's customers, and their effects.

mod common;

use common::helpdesk::{Desk, assert_result, error_message, started};
use customer_api_sandbox::{Fault, OmnideskChannel, OmnideskCustomer, OmnideskOptions, Sandbox};

async fn plain() -> (Sandbox, Desk) {
    started(OmnideskOptions::default()).await
}

fn channels(channels: &[OmnideskChannel]) -> Vec<(&str, &str)> {
    let pairs = channels.iter();
    pairs
        .map(|channel| (channel.channel_type.as_str(), channel.value.as_str()))
        .collect()
}

#[tokio::test]
async fn a_customer_is_created_with_everything() {
    let (sandbox, mut desk) = plain().await;
    let fields = [
        ("brand_id", "1"),
        ("primary_id", "cust-1"),
        ("firstname", "Zoë"),
        ("lastname", "O'Brien-Šimi"),
        ("channel_id", "telephone"),
        ("customer_link_channel", "+31201234567"),
        ("search_customer_channel_value", "ignored@shop.example"),
        ("noSync", "true"),
        ("ticket_id", "77"),
        ("extra_email", "zoe+1@shop.example"),
        ("extra_telephone", "+31207654321"),
        ("custom_testfield", "a & b = \"c\"\r\n--b-B +é🎉"),
        ("custom_größe in cm", "180"),
    ];
    let response = desk.post("", &fields).await;
    assert_result(&response, "User created and channel linked.");
    let twice = desk.post("", &fields).await;
    assert_eq!(error_message(&twice, 400), "This customer already exists.");
    let customer = sandbox.omnidesk().customer(1).unwrap();
    assert_eq!(customer.brand_id, 1);
    assert_eq!(customer.external_id.as_deref(), Some("cust-1"));
    assert_eq!(customer.first_name, "Zoë");
    assert_eq!(customer.last_name, "O'Brien-Šimi");
    assert_eq!(customer.ticket_ids, [77]);
    assert_eq!(
        channels(&customer.channels),
        [
            ("email", "zoe+1@shop.example"),
            ("telephone", "+31207654321"),
            ("telephone", "+31201234567"),
        ]
    );
    assert_eq!(
        customer.custom_fields["testfield"],
        "a & b = \"c\"\r\n--b-B +é🎉"
    );
    assert_eq!(customer.custom_fields["größe in cm"], "180");
    let requests = sandbox.omnidesk().requests();
    assert_eq!(requests[0].operation_id.as_deref(), Some("createCustomer"));
    assert_eq!((requests[0].applied, requests[1].applied), (true, false));
    assert_eq!(requests[0].provider, "omnidesk");
}

#[tokio::test]
async fn a_channel_value_can_stand_for_the_external_id() {
    let (sandbox, mut desk) = plain().await;
    let fields = [
        ("brand_id", "1"),
        ("search_customer_channel_value", "ana@shop.example"),
        ("firstname", "Ana"),
    ];
    assert_result(&desk.post("", &fields).await, "User created.");
    assert_result(&desk.post("", &fields).await, "Customer updated.");
    let customers = sandbox.omnidesk().customers();
    assert_eq!(customers.len(), 1);
    assert_eq!(customers[0].external_id, None);
    assert_eq!(
        channels(&customers[0].channels),
        [("email", "ana@shop.example")]
    );
}

#[tokio::test]
async fn the_second_creation_takes_numbered_channels() {
    let (sandbox, mut desk) = plain().await;
    let fields = [
        ("primaryID", "cust-1"),
        ("brandID", "1"),
        ("firstname", "Ana"),
        ("lastname", "Berg"),
        ("custom_tier", "gold"),
        ("customerChannelType_0", "1"),
        ("customerChannelValue_0", "ana@shop.example"),
        ("customerChannelType_1", "telephone"),
        ("customerChannelValue_1", "+31201234567"),
    ];
    let response = desk.post("/createCustomerCRUD", &fields).await;
    assert_result(&response, "User created.");
    let customer = sandbox
        .omnidesk()
        .customer_by_external_id(1, "cust-1")
        .unwrap();
    assert_eq!(customer.custom_fields["tier"], "gold");
    assert_eq!(
        channels(&customer.channels),
        [("1", "ana@shop.example"), ("telephone", "+31201234567")]
    );
    assert_eq!(
        sandbox.omnidesk().customer_by_external_id(2, "cust-1"),
        None
    );
}

#[tokio::test]
async fn customers_are_renamed_by_either_id() {
    let (sandbox, mut desk) = plain().await;
    let omnidesk = sandbox.omnidesk();
    let customer = OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Berg");
    let id = omnidesk.seed_customer(customer).to_string();
    for fields in [
        &[("customerID", id.as_str()), ("firstname", "A")][..],
        &[("primaryID", "cust-1"), ("lastname", "B")],
        &[
            ("primaryID", "cust-1"),
            ("brandID", "1"),
            ("custom_tier", "gold"),
        ],
    ] {
        assert_result(&desk.put("", fields).await, "Customer updated.");
    }
    let customer = omnidesk.customer(1).unwrap();
    assert_eq!((&*customer.first_name, &*customer.last_name), ("A", "B"));
    assert_eq!(customer.custom_fields["tier"], "gold");
    for fields in [
        &[("brandID", "1"), ("firstname", "C")][..],
        &[
            ("primaryID", "cust-1"),
            ("brandID", "2"),
            ("firstname", "C"),
        ],
        &[("customerID", "2"), ("firstname", "C")],
    ] {
        let message = error_message(&desk.put("", fields).await, 400);
        assert_eq!(message, "This customer does not exist.");
    }
    assert_eq!(omnidesk.applied_count(), 3);
}

#[tokio::test]
async fn updates_change_what_is_there_and_keep_the_rest() {
    let (sandbox, mut desk) = plain().await;
    let omnidesk = sandbox.omnidesk();
    let customer = OmnideskCustomer::new(1, "cust-1")
        .with_names("Ana", "Berg")
        .with_channel("1", "ana@shop.example")
        .with_custom_field("tier", "gold");
    let id = omnidesk.seed_customer(customer);
    let fields = [
        ("brandID", "1"),
        ("lastname", "Berg Dal"),
        ("custom_since", "2020 & later"),
        ("customerChannelType_0", "1"),
        ("customerChannelValue_0", "ana@shop.example"),
        ("customerChannelType_1", "8"),
        ("customerChannelValue_1", "+31 & more"),
    ];
    assert_result(&desk.put("/1", &fields).await, "Customer updated.");
    let by_external_id = [
        ("externalPrimaryID", "cust-1"),
        ("brandID", "1"),
        ("firstname", "Anna"),
        ("custom_tier", ""),
    ];
    let response = desk.put("/updateCustomer", &by_external_id).await;
    assert_result(&response, "Customer updated.");
    let customer = omnidesk.customer(id).unwrap();
    assert_eq!(
        (&*customer.first_name, &*customer.last_name),
        ("Anna", "Berg Dal")
    );
    assert_eq!(customer.custom_fields["tier"], "");
    assert_eq!(customer.custom_fields["since"], "2020 & later");
    assert_eq!(
        channels(&customer.channels),
        [("1", "ana@shop.example"), ("8", "+31 & more")]
    );
    for (path, fields) in [
        ("/1", &[("brandID", "2")][..]),
        ("/2", &[("brandID", "1")]),
        (
            "/updateCustomer",
            &[("externalPrimaryID", "no"), ("brandID", "1")],
        ),
    ] {
        error_message(&desk.put(path, fields).await, 400);
    }
}

#[tokio::test]
async fn channels_are_added_and_removed() {
    let (sandbox, mut desk) = plain().await;
    let omnidesk = sandbox.omnidesk();
    omnidesk.seed_customer(OmnideskCustomer::new(1, "cust-1"));
    let fields = [
        ("customer_id", "1"),
        ("brand_id", "1"),
        ("extra_email", "ana@shop.example"),
        ("extra_telephone", "+31201234567"),
        ("extra_twitter", "ana_b"),
        ("extra_facebook", "12345"),
        ("noSync", "true"),
    ];
    assert_result(
        &desk.post("/addChannelOnly", &fields).await,
        "Channel added.",
    );
    let by_external_id = [
        ("primary_id", "cust-1"),
        ("brand_id", "1"),
        ("extra_twitter", "ana_b"),
    ];
    let response = desk.post("/addChannelOnly", &by_external_id).await;
    assert_result(&response, "Channel added.");
    let customer = omnidesk.customer(1).unwrap();
    assert_eq!(
        channels(&customer.channels),
        [
            ("email", "ana@shop.example"),
            ("telephone", "+31201234567"),
            ("twitter", "ana_b"),
            ("facebook", "12345"),
        ]
    );
    let path = format!("/channel/{}", customer.channels[1].id);
    assert_result(&desk.delete(&path).await, "Channel deleted.");
    error_message(&desk.delete(&path).await, 400);
    assert_eq!(omnidesk.customer(1).unwrap().channels.len(), 3);
}

#[tokio::test]
async fn customers_are_deleted_and_purged() {
    let (sandbox, mut desk) = plain().await;
    let omnidesk = sandbox.omnidesk();
    let customer = OmnideskCustomer::new(1, "cust-1")
        .with_names("Ana", "Berg")
        .with_channel("email", "ana@shop.example")
        .with_custom_field("tier", "gold")
        .with_ticket(7);
    omnidesk.seed_customer(customer.clone());
    omnidesk.seed_customer(customer);
    assert_result(&desk.delete("/purgeData/1").await, "Customer data purged.");
    let purged = omnidesk.customer(1).unwrap();
    assert!(purged.purged && purged.first_name.is_empty());
    assert!(purged.channels.is_empty() && purged.custom_fields.is_empty());
    assert_result(&desk.delete("/2").await, "Customer deleted.");
    error_message(&desk.delete("/2").await, 400);
    error_message(&desk.delete("/purgeData/2").await, 400);
    assert_eq!(omnidesk.customers().len(), 1);
    assert!(omnidesk.remove_customer(1).is_some());
    assert_eq!(omnidesk.applied_count(), 2);
}

#[tokio::test]
async fn synchronisations_are_kept() {
    let (sandbox, mut desk) = plain().await;
    let fields = [
        ("brandID", "1"),
        ("channel", "phoneNumber"),
        ("address", "+31"),
    ];
    let response = desk.post("/syncWithCRM", &fields).await;
    assert_result(&response, "Customer synchronized.");
    let syncs = sandbox.omnidesk().crm_syncs();
    assert_eq!((syncs[0].brand_id, &*syncs[0].channel), (1, "phoneNumber"));
    assert_eq!(syncs[0].address.as_deref(), Some("+31"));
}

#[tokio::test]
async fn faults_go_by_operation() {
    let (sandbox, mut desk) = plain().await;
    let omnidesk = sandbox.omnidesk();
    omnidesk
        .fault_on("createCustomerCrud", Fault::status(503).processed())
        .unwrap();
    let fields = [
        ("primaryID", "c"),
        ("brandID", "1"),
        ("firstname", "A"),
        ("lastname", "B"),
    ];
    assert_eq!(desk.get("").await.status, Some(200));
    let response = desk.post("/createCustomerCRUD", &fields).await;
    assert_eq!(response.status, Some(503));
    assert_eq!(omnidesk.applied_count(), 1);
    assert!(omnidesk.fault_on("createCustomers", Fault::hang()).is_err());
}
