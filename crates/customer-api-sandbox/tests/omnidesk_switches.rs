//! The switches of the Omnidesk server.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, too"
)]

mod common;

use common::helpdesk::{Desk, error_message, started};
use customer_api_sandbox::{
    ChannelsResponse, ErrorResponse, ExistingId, ItemResponse, MissingCustomer, NoMatch,
    OmnideskCustomer, OmnideskOptions, Sandbox, SearchResponse, TimelineResponse, WriteResponse,
};
use serde_json::{Value, json};

const SEARCH: &str = "/SearchByPrimaryExternalID";

async fn with_customer(options: OmnideskOptions) -> (Sandbox, Desk) {
    let (sandbox, desk) = started(options).await;
    let customer = OmnideskCustomer::new(1, "cust-1")
        .with_names("Ana", "Berg")
        .with_channel("email", "ana@shop.example")
        .with_custom_field("tier", "gold");
    sandbox.omnidesk().seed_customer(customer);
    (sandbox, desk)
}

async fn search(desk: &mut Desk, external_id: &str) -> (Option<u16>, String) {
    let response = desk
        .post(SEARCH, &[("primary_id", external_id), ("brand_id", "1")])
        .await;
    (response.status, String::from_utf8(response.body).unwrap())
}

#[tokio::test]
async fn what_a_search_finds_has_four_shapes() {
    for (switch, pointer) in [
        (SearchResponse::ListEnvelope, "/items/0"),
        (SearchResponse::ItemEnvelope, "/item"),
        (SearchResponse::BareArray, "/0"),
        (SearchResponse::BareObject, ""),
    ] {
        let options = OmnideskOptions::default().search_response(switch);
        let (_sandbox, mut desk) = with_customer(options).await;
        let (status, body) = search(&mut desk, "cust-1").await;
        assert_eq!(status, Some(200));
        let body: Value = serde_json::from_str(&body).unwrap();
        let customer = body.pointer(pointer).unwrap();
        assert_eq!(customer["external_primary_id"], "cust-1", "{switch:?}");
    }
}

#[tokio::test]
async fn nobody_has_five_shapes() {
    let empty = json!({
        "type": "list", "itemStart": 0, "itemTotal": 0, "itemLimit": 15, "items": [],
    });
    for (switch, status, expected) in [
        (NoMatch::EmptyList, 200, empty.to_string()),
        (NoMatch::EmptyArray, 200, "[]".to_owned()),
        (NoMatch::EmptyBody, 200, String::new()),
        (NoMatch::Null, 200, "null".to_owned()),
        (
            NoMatch::Error,
            400,
            r#"{"message":"This customer does not exist.","status":"error"}"#.to_owned(),
        ),
    ] {
        let options = OmnideskOptions::default().no_match(switch);
        let (_sandbox, mut desk) = with_customer(options).await;
        let found = search(&mut desk, "nobody").await;
        assert_eq!(found, (Some(status), expected), "{switch:?}");
    }
}

#[tokio::test]
async fn one_customer_has_two_shapes() {
    for (switch, pointer) in [(ItemResponse::Envelope, "/item"), (ItemResponse::Bare, "")] {
        let options = OmnideskOptions::default().item_response(switch);
        let (_sandbox, mut desk) = with_customer(options).await;
        let body = desk.get("/1").await.json();
        assert_eq!(body.pointer(pointer).unwrap()["custom_tier"], "gold");
    }
}

#[tokio::test]
async fn a_result_has_four_shapes() {
    for (switch, expected) in [
        (
            WriteResponse::Message,
            r#"{"message":"Customer updated.","type":"result"}"#,
        ),
        (WriteResponse::NoMessage, r#"{"type":"result"}"#),
        (WriteResponse::EmptyBody, ""),
        (WriteResponse::Null, "null"),
    ] {
        let options = OmnideskOptions::default().write_response(switch);
        let (sandbox, mut desk) = with_customer(options).await;
        let response = desk.put("/1", &[("brandID", "1")]).await;
        assert_eq!(response.status, Some(200));
        assert_eq!(String::from_utf8(response.body).unwrap(), expected);
        assert_eq!(sandbox.omnidesk().applied_count(), 1);
    }
}

#[tokio::test]
async fn errors_come_with_a_status_or_in_a_success() {
    let options = OmnideskOptions::default();
    let (_sandbox, mut desk) = with_customer(options.clone()).await;
    let message = error_message(&desk.get("/2").await, 400);
    assert_eq!(message, "This customer does not exist.");

    let (sandbox, mut desk) = with_customer(options.clone().errors(ErrorResponse::TypeIn200)).await;
    let response = desk.get("/2").await;
    assert_eq!(response.status, Some(200));
    assert_eq!(
        response.json(),
        json!({"type": "error", "message": "This customer does not exist."})
    );
    let response = desk.put("/1", &[("firstname", "A")]).await;
    assert_eq!(response.status, Some(200));
    assert_eq!(
        response.json(),
        json!({"type": "error", "message": "The field brandID is required."})
    );
    error_message(&desk.get("/1/2").await, 404);
    assert_eq!(sandbox.omnidesk().applied_count(), 0);

    let options = options.missing_customer(MissingCustomer::NotFound);
    let (_sandbox, mut desk) = with_customer(options).await;
    error_message(&desk.get("/2").await, 404);
    error_message(&desk.delete("/2").await, 404);
    error_message(&desk.put("/1", &[("firstname", "A")]).await, 400);
}

#[tokio::test]
async fn an_external_id_that_is_known_is_a_switch() {
    for (switch, status, customers, name) in [
        (ExistingId::Refuse, 400, 1, "Ana"),
        (ExistingId::CreateAnother, 200, 2, "Ana"),
        (ExistingId::Update, 200, 1, "Eva"),
    ] {
        let fields = [
            ("brandID", "1"),
            ("primaryID", "cust-1"),
            ("firstname", "Eva"),
            ("lastname", "Dal"),
        ];
        let options = OmnideskOptions::default().existing_id(switch);
        let (sandbox, mut desk) = with_customer(options).await;
        let response = desk.post("/createCustomerCRUD", &fields).await;
        assert_eq!(response.status, Some(status));
        assert_eq!(sandbox.omnidesk().customers().len(), customers);
        assert_eq!(sandbox.omnidesk().customer(1).unwrap().first_name, name);
        let fields = [("brand_id", "1"), ("primary_id", "cust-1")];
        let response = desk.post("", &fields).await;
        assert_eq!(response.status, Some(status));
    }
}

#[tokio::test]
async fn the_brands_settings_are_switches() {
    let options = OmnideskOptions::default()
        .search_by_channels(false)
        .crm_lookup(false);
    let (_sandbox, mut desk) = with_customer(options).await;
    let fields = [
        ("brand_id", "1"),
        ("search_customer_channel_value", "ana@shop.example"),
    ];
    let message = error_message(&desk.post("", &fields).await, 400);
    assert_eq!(message, "The primary_id is required.");
    let fields = [("brandID", "1"), ("channel", "email")];
    error_message(&desk.post("/syncWithCRM", &fields).await, 400);
}

#[tokio::test]
async fn customers_look_different() {
    for (switch, expected) in [
        (ChannelsResponse::Texts, json!(["email: ana@shop.example"])),
        (ChannelsResponse::Empty, json!([])),
        (ChannelsResponse::Null, Value::Null),
    ] {
        let options = OmnideskOptions::default()
            .channels_response(switch)
            .custom_fields_shown(false)
            .numbers_as_text(true);
        let (_sandbox, mut desk) = with_customer(options).await;
        let list = desk.get("").await.json();
        assert_eq!(
            (&list["itemTotal"], &list["itemStart"]),
            (&json!("1"), &json!("0"))
        );
        assert_eq!(list["items"][0]["id"], "1");
        assert_eq!(list["items"][0]["channels"], expected);
        let item = desk.get("/1").await.json();
        assert_eq!(item["item"].get("custom_tier"), None);
    }
}

#[tokio::test]
async fn pages_misbehave_on_request() {
    let options = OmnideskOptions::default()
        .page_limit(2)
        .item_total(false)
        .ignore_item_start(true);
    let (sandbox, mut desk) = with_customer(options).await;
    for number in 0..3 {
        let customer = OmnideskCustomer::new(1, number.to_string());
        sandbox.omnidesk().seed_customer(customer);
    }
    let list = desk.get("?itemStart=2&itemLimit=3").await.json();
    assert_eq!(list.get("itemTotal"), None);
    let items = list["items"].as_array().unwrap();
    let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [1, 2]);
}

#[tokio::test]
async fn a_timeline_has_two_shapes() {
    let path = "/timelineByCustomerExternalID?brand_id=1&external_id=cust-1";
    for (switch, expected) in [
        (TimelineResponse::BareArray, json!([])),
        (
            TimelineResponse::ListEnvelope,
            json!({"type": "list", "items": []}),
        ),
    ] {
        let options = OmnideskOptions::default().timeline_response(switch);
        let (_sandbox, mut desk) = with_customer(options).await;
        assert_eq!(desk.get(path).await.json(), expected);
    }
}

#[tokio::test]
async fn patterns_are_checked_unless_told_otherwise() {
    for (checked, status) in [(true, 400), (false, 200)] {
        let options = OmnideskOptions::default().check_patterns(checked);
        let (_sandbox, mut desk) = with_customer(options).await;
        for name in ["Łukasz", "O’Brien", "Ana\n"] {
            let fields = [("brandID", "1"), ("firstname", name)];
            assert_eq!(desk.put("/1", &fields).await.status, Some(status), "{name}");
        }
        // Everything else is checked either way.
        let fields = [("brandID", "x"), ("firstname", "Ana")];
        error_message(&desk.put("/1", &fields).await, 400);
    }
}

#[tokio::test]
async fn undocumented_paths_are_switches() {
    let options = OmnideskOptions::default()
        .remove_channel_path("/api/v2/customer/itemChannel/{id}")
        .purge_path("/api/v2/purge/{id}")
        .refuse_unknown_query(true);
    let (sandbox, mut desk) = with_customer(options).await;
    error_message(&desk.delete("/channel/1").await, 404);
    error_message(&desk.delete("/purgeData/1").await, 404);
    assert_eq!(desk.delete("/itemChannel/1").await.status, Some(200));
    let headers = [common::helpdesk::API_KEY];
    desk.0
        .send("DELETE", "/api/v2/purge/1?x=1", &headers, "")
        .await;
    error_message(&desk.0.response().await, 400);
    desk.0.send("DELETE", "/api/v2/purge/1", &headers, "").await;
    assert_eq!(desk.0.response().await.status, Some(200));
    assert!(sandbox.omnidesk().customer(1).unwrap().purged);
}
