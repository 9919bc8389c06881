use serde_json::json;

use crate::api::{Admin, soon};
use crate::common::{Client, LABEL, LABEL_PATH};

#[tokio::test]
async fn records_that_are_read_can_be_written_back() {
    let admin = Admin::start().await;
    let records = json!({
        "ravelin": { "reviews": [
            { "customer_id": "cust-1", "label": "FRAUDSTER", "timestamp": "2026-01-02T03:04:05Z" },
            { "customer_id": "cust-1", "category": "PAYMENT_FRAUD", "label": "GENUINE", "comment": "c",
              "reviewer": { "name": "Ana", "email": null }, "timestamp": "2026-01-03T03:04:05Z" },
        ] },
        "omnidesk": { "customers": [
            { "brand_id": 1, "external_id": "a", "first_name": "Ana", "custom_fields": { "tier": "gold" },
              "channels": [{ "channel_type": "email", "value": "ana@shop.example" }] },
            { "id": 1, "brand_id": 1 },
        ] },
        "revnue": { "customers": [{ "id": 7, "company": 1, "fields": { "name": "Harbour Lane" } }] },
        "customer-radar": { "outbox": [{
            "data": "1", "client_display_id": "c", "programme_display_id": "p", "location_display_id": "l",
            "email": "ana@shop.example", "metadata": [["a", "b"]], "by_email": true, "by_sms": false,
            "sent_at": "2026-01-02T03:04:05Z",
        }] },
    });
    for (provider, records) in records.as_object().unwrap() {
        let target = format!("/state/{provider}");
        let first = admin.done("PUT", &target, records.clone()).await;
        assert_eq!(first, admin.get(&target).await);
        assert_eq!(
            first,
            admin.done("PUT", &target, first.clone()).await,
            "{provider}"
        );
    }
    let all = admin.get("/state").await;
    // An id that is given stays, and a missing one is the next free one.
    let ids: Vec<_> = all["omnidesk"]["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, [&json!(1), &json!(2)]);
    assert_eq!(all["omnidesk"]["customers"][1]["channels"][0]["id"], 1);
    // The API of the provider shows them.
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    let response = client.call("GET", "/v2/label/customer/cust-1", "").await;
    assert_eq!(response.json()["label"], "GENUINE");
    assert_eq!(
        admin.sandbox.revnue().customer(7).unwrap().field("name"),
        "Harbour Lane"
    );
    // The next customer gets a new id.
    let customer = customer_api_sandbox::RevnueCustomer::new(1, "B");
    assert_eq!(admin.sandbox.revnue().seed_customer(customer), 8);
}

#[tokio::test]
async fn wrong_records_change_nothing_and_are_named() {
    let admin = Admin::start().await;
    let good = json!({ "customers": [{ "brand_id": 1 }] });
    admin.done("PUT", "/state/omnidesk", good).await;
    for (provider, wrong, pointer) in [
        (
            "omnidesk",
            json!({ "customers": [{ "brand_id": "x" }] }),
            "/customers/0/brand_id",
        ),
        ("omnidesk", json!({ "custmers": [] }), "/custmers"),
        (
            "omnidesk",
            json!({ "customers": [{ "id": 1 }, { "id": 1 }] }),
            "/customers/1/id",
        ),
        (
            "ravelin",
            json!({ "reviews": [{ "label": "A" }] }),
            "/reviews/0",
        ),
        ("customer-radar", json!({ "outbox": 1 }), "/outbox"),
        ("revnue", json!([]), ""),
    ] {
        let problem = admin
            .refused("PUT", &format!("/state/{provider}"), wrong)
            .await;
        assert_eq!(problem["pointer"], pointer, "{problem}");
    }
    assert_eq!(admin.sandbox.omnidesk().customers().len(), 1);
    let (status, problem) = admin.call("PUT", "/state/stripe", Some(json!({}))).await;
    assert_eq!(status, 400);
    assert_eq!(problem["expected"][0], "customer-radar");
}

#[tokio::test]
async fn a_reset_goes_back_to_the_seed() {
    let admin = Admin::start().await;
    let seed = json!({ "ravelin": { "reviews": [{ "customer_id": "seeded", "label": "GENUINE", "timestamp": "" }] } });
    admin.sandbox.seed(seed).unwrap();
    let start = json!([{ "provider": "revnue", "fault": "hang", "times": 3 }]);
    admin.sandbox.replace_faults(start).unwrap();
    let label = async || {
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        client.call("POST", LABEL_PATH, LABEL).await;
    };
    let reviews = async || {
        admin.get("/state/ravelin").await["reviews"]
            .as_array()
            .unwrap()
            .len()
    };
    label().await;
    admin
        .done(
            "PUT",
            "/faults",
            json!([{ "provider": "ravelin", "fault": "hang" }]),
        )
        .await;
    admin
        .done(
            "PATCH",
            "/options/ravelin",
            json!({ "secret_key": "other" }),
        )
        .await;
    assert_eq!(reviews().await, 2);
    // The records only.
    admin
        .done("POST", "/state/reset?provider=ravelin", json!({}))
        .await;
    assert_eq!(reviews().await, 1);
    assert_eq!(admin.get("/faults").await.as_array().unwrap().len(), 1);
    // Everything.
    admin
        .done("POST", "/connections", json!({ "action": "refuse" }))
        .await;
    admin.done("POST", "/reset", json!({})).await;
    let faults = admin.get("/faults").await;
    assert_eq!(
        (faults.as_array().unwrap().len(), &faults[0]["left"]),
        (1, &json!(3))
    );
    assert_eq!(admin.sandbox.ravelin().secret_key(), "sk_test_sandbox");
    assert_eq!(admin.get("/requests").await["matching"], 0);
    label().await;
    assert_eq!(reviews().await, 2);
}

/// The servers count on from the greatest id.
#[tokio::test]
async fn ids_leave_room_for_the_next_one_and_do_not_clash() {
    let admin = Admin::start().await;
    let channel = |id: u64| json!({ "id": id, "channel_type": "email", "value": "a" });
    let event = |id: u64| {
        json!({ "id": id, "initiated_by": "a", "message": "b", "source_url": "c",
            "created_at": "2026-01-01T00:00:00Z" })
    };
    for (target, record, pointer) in [
        (
            "/state/revnue",
            json!({ "company": 1, "id": u64::MAX }),
            "/customers/0/id",
        ),
        (
            "/state/omnidesk",
            json!({ "brand_id": 1, "id": u64::MAX }),
            "/customers/0/id",
        ),
        (
            "/state/omnidesk",
            json!({ "brand_id": 1, "channels": [channel(u64::MAX), channel(0)] }),
            "/customers/0/channels/0/id",
        ),
        (
            "/state/omnidesk",
            json!({ "brand_id": 1, "channels": [channel(1), channel(1)] }),
            "/customers/0/channels/1/id",
        ),
        (
            "/state/omnidesk",
            json!({ "brand_id": 1, "events": [event(u64::MAX), event(0)] }),
            "/customers/0/events/0/id",
        ),
    ] {
        let body = json!({ "customers": [record] });
        let (status, answer) = admin.call("PUT", target, Some(body)).await;
        assert_eq!(status, 400, "{target}: {answer}");
        assert_eq!(answer["pointer"], pointer);
    }
    let customers = json!({ "customers": [
        { "brand_id": 1, "channels": [channel(0), channel(1)], "events": [event(0)] },
        { "brand_id": 1, "channels": [channel(2)], "events": [event(1)] },
    ]});
    let state = admin.done("PUT", "/state/omnidesk", customers).await;
    let ids = |list: &str| {
        let customers = state["customers"].as_array().unwrap().iter();
        let records = customers.flat_map(|customer| customer[list].as_array().unwrap());
        records
            .map(|record| record["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("channels"), [3, 1, 2]);
    assert_eq!(ids("events"), [2, 1]);
}

#[tokio::test]
async fn synchronisations_are_written_back() {
    let admin = Admin::start().await;
    let sync = json!({ "brand_id": 1, "channel": "email", "address": "ana@shop.example" });
    let body = json!({ "crm_syncs": [sync] });
    let state = admin.done("PUT", "/state/omnidesk", body).await;
    assert_eq!(state["crm_syncs"], json!([sync]));
    assert_eq!(
        admin.done("PUT", "/state/omnidesk", state.clone()).await,
        state
    );
}

#[tokio::test]
async fn a_reset_ends_connections_that_a_fault_holds_open() {
    let admin = Admin::start().await;
    admin
        .sandbox
        .ravelin()
        .fault(customer_api_sandbox::Fault::hang());
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client.send("GET", "/v2/label/customer/a", &[], "").await;
    while admin.sandbox.ravelin().pending_faults() > 0 {
        tokio::task::yield_now().await;
    }
    let (status, _) = admin.call("POST", "/reset", None).await;
    assert_eq!(status, 204);
    // No response comes, but the connection ends.
    assert_eq!(soon(client.response()).await.status, None);
}
