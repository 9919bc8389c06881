//! The operations that read Omnidesk's customers.

mod common;

use common::helpdesk::{assert_result, error_message, started};
use customer_api_sandbox::{OmnideskCustomer, OmnideskOptions};
use serde_json::{Value, json};

#[tokio::test]
async fn searches_find_by_brand() {
    let (sandbox, mut desk) = started(OmnideskOptions::default()).await;
    for brand in [1, 2] {
        let customer = OmnideskCustomer::new(brand, "cust+1@shop.example")
            .with_names("Ana", "Berg")
            .with_channel("email", "ana@shop.example")
            .with_custom_field("tier", "gold");
        sandbox.omnidesk().seed_customer(customer);
    }
    let expected = json!({
        "type": "list",
        "itemStart": 0,
        "itemTotal": 1,
        "itemLimit": 15,
        "items": [{
            "id": 2,
            "external_primary_id": "cust+1@shop.example",
            "brand_name": "Brand 2",
            "firstname": "Ana",
            "lastname": "Berg",
            "channels": [{"id": 2, "type": "email", "value": "ana@shop.example"}],
            "custom_tier": "gold",
        }],
    });
    for (path, field, value) in [
        (
            "/SearchByPrimaryExternalID",
            "primary_id",
            "cust+1@shop.example",
        ),
        (
            "/SearchByCustomerChannelValue",
            "customerChannelValue",
            "ana@shop.example",
        ),
    ] {
        let found = desk.post(path, &[(field, value), ("brand_id", "2")]).await;
        assert_eq!(found.json(), expected);
        let nobody = desk.post(path, &[(field, value), ("brand_id", "3")]).await;
        assert_eq!(nobody.json()["items"], json!([]));
    }
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
}

#[tokio::test]
async fn the_timeline_has_the_outside_events() {
    let options = OmnideskOptions::default().ticket_history_parameter("withTickets");
    let (sandbox, mut desk) = started(options).await;
    let customer = OmnideskCustomer::new(1, "cust-1").with_ticket(77);
    sandbox.omnidesk().seed_customer(customer);
    for (field, id) in [("customer_id", "1"), ("external_id", "cust-1")] {
        let fields = [
            (field, id),
            ("brand_id", "1"),
            ("initiated_by", "shop"),
            ("message", "Order é 7"),
            ("source_url", "https://shop.example/7?a=b&c"),
        ];
        let response = desk.post("/externalEvent", &fields).await;
        assert_result(&response, "Event created.");
    }
    let path = "/timelineByCustomerExternalID?brand_id=1&external_id=cust-1";
    let timeline = desk.get(path).await.json();
    let event = |id: Value, second: u32| {
        json!({
            "id": id,
            "type": "event",
            "item_type": "external",
            "description": "Order é 7",
            "initiated_by": "shop",
            "source_url": "https://shop.example/7?a=b&c",
            "created_at": format!("2020-01-23 16:33:0{second}"),
        })
    };
    let expected = json!([event(json!(1), 2), event(json!("2"), 3)]);
    assert_eq!(timeline, expected);
    let with_tickets = desk.get(&format!("{path}&withTickets")).await.json();
    assert_eq!(with_tickets[2], json!({"type": "ticket", "ticket_id": 77}));
    let other = "/timelineByCustomerExternalID?brand_id=2&external_id=cust-1&Other=1";
    error_message(&desk.get(other).await, 400);
    let requests = sandbox.omnidesk().requests();
    assert!(requests[3].unknown_query.is_empty());
    assert_eq!(requests[4].unknown_query, ["Other"]);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let (sandbox, mut desk) = started(OmnideskOptions::default()).await;
    for number in 0..40 {
        let customer = OmnideskCustomer::new(1, format!("c{number}")).with_names("Ana", "B");
        sandbox.omnidesk().seed_customer(customer);
    }
    let first = desk.get("").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 15);
    assert_eq!(first["itemTotal"], 40);
    assert_eq!(first["items"][0]["external_primary_id"], "c0");
    let last = desk.get("?itemStart=30&itemLimit=99").await.json();
    assert_eq!(last["items"].as_array().unwrap().len(), 10);
    assert_eq!(
        (&last["itemStart"], &last["itemLimit"]),
        (&json!(30), &json!(99))
    );
    let beyond = desk.get("?itemStart=40").await.json();
    assert_eq!(beyond["items"], json!([]));
    let found = desk.get("?query=ana+b").await.json();
    assert_eq!(found["itemTotal"], 40);
    let found = desk.get("?query=C39").await.json();
    assert_eq!(found["items"][0]["id"], 40);
    let item = desk.get("/40").await.json();
    assert_eq!(item, json!({"type": "item", "item": found["items"][0]}));
}
