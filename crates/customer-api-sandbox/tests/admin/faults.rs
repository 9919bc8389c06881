use customer_api_sandbox::Fault;
use serde_json::json;

use crate::api::Admin;
use crate::common::{Client, End, LABEL, LABEL_PATH};

async fn label(admin: &Admin) -> Option<u16> {
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client.call("POST", LABEL_PATH, LABEL).await.status
}

#[tokio::test]
async fn a_lost_answer_is_scripted_and_the_write_is_found() {
    let admin = Admin::start().await;
    let lost = json!({ "on": "labelCustomer", "fault": "reset_before_head", "processed": true });
    let added = admin.done("POST", "/faults", lost).await;
    assert_eq!((&added["left"], &added["struck"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&added["provider"], &added["times"]),
        (&json!("ravelin"), &json!(1))
    );
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    let response = client.call("POST", LABEL_PATH, LABEL).await;
    assert_eq!((response.status, response.end), (None, End::Reset));
    let found = admin
        .get("/requests?operation=labelCustomer&applied=true&fault=true")
        .await;
    assert_eq!(found["matching"], 1);
    assert_eq!(found["requests"][0]["status"], json!(null));
    assert_eq!(found["requests"][0]["fault"]["fault"], "reset_before_head");
    let reviews = admin.get("/state/ravelin").await;
    assert_eq!(reviews["reviews"][0]["label"], "FRAUDSTER");
    assert_eq!(admin.get("/faults").await, json!([]));
}

#[tokio::test]
async fn a_list_replaces_all_faults_and_comes_back_as_it_was() {
    let admin = Admin::start().await;
    admin.sandbox.ravelin().fault(Fault::hang());
    let list = json!([
        { "on": "labelCustomer", "fault": "status", "status": 429, "headers": { "retry-after": "2" }, "times": 2 },
        { "provider": "revnue", "on": "createCustomer", "fault": "hang", "times": null, "probability": 0.5, "seed": 7 },
        { "provider": "customer-radar", "fault": "none", "delay": "1m 1s" },
        { "provider": "ravelin", "fault": "drip", "pause": "100ms", "processed": { "after": "5s" } },
        { "on": "lastReview", "fault": "status", "status": 200, "body": { "json": { "a": null } },
          "second_writers": [{ "set": { "review": "GENUINE" }, "unset": ["comment"], "later": { "requests": 2 } }] },
    ]);
    let shown = admin.done("PUT", "/faults", list).await;
    assert_eq!(shown.as_array().unwrap().len(), 5);
    assert_eq!(label(&admin).await, Some(429));
    let shown = admin.get("/faults").await;
    let first = shown
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["on"] == "labelCustomer");
    assert_eq!(
        (&first.unwrap()["left"], &first.unwrap()["struck"]),
        (&json!(1), &json!(1))
    );
    let again = admin.done("PUT", "/faults", shown.clone()).await;
    let without_ids = |list: &serde_json::Value| {
        let mut list = list.as_array().unwrap().clone();
        for fault in &mut list {
            for shown in ["id", "left", "struck"] {
                fault.as_object_mut().unwrap().remove(shown);
            }
        }
        list
    };
    assert_eq!(without_ids(&again), without_ids(&shown));
}

#[tokio::test]
async fn one_wrong_fault_changes_nothing_and_is_named() {
    let admin = Admin::start().await;
    admin.sandbox.ravelin().fault(Fault::hang());
    for (wrong, pointer, part) in [
        (
            json!({ "on": "labelCustomr", "fault": "hang" }),
            "/1/on",
            "labelCustomer",
        ),
        (
            json!({ "on": "createCustomer", "fault": "hang" }),
            "/1/provider",
            "several",
        ),
        (
            json!({ "provider": "stripe", "fault": "hang" }),
            "/1/provider",
            "ravelin",
        ),
        (
            json!({ "provider": "revnue", "on": "labelCustomer", "fault": "hang" }),
            "/1/on",
            "listCustomers",
        ),
        (json!({ "fault": "hang" }), "/1", "`on` or `provider`"),
        (
            json!({ "on": "lastReview", "fault": "explode" }),
            "/1/fault",
            "reset_before_head",
        ),
        (
            json!({ "on": "lastReview", "fault": "hang", "tmies": 2 }),
            "/1/tmies",
            "times",
        ),
        (
            json!({ "on": "lastReview", "fault": "hang", "delay": "soon" }),
            "/1/delay",
            "500ms",
        ),
        (
            json!({ "on": "lastReview", "fault": "status" }),
            "/1",
            "needs `status`",
        ),
        (json!({ "on": 7, "fault": "hang" }), "/1/on", "string"),
        (json!("hang"), "/1", "map"),
    ] {
        let list = json!([{ "on": "lastReview", "fault": "hang" }, wrong]);
        let problem = admin.refused("PUT", "/faults", list).await;
        assert_eq!(problem["pointer"], pointer, "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
    }
    assert_eq!(admin.sandbox.ravelin().pending_faults(), 1);
}

#[tokio::test]
async fn faults_are_removed_one_by_one_or_all() {
    let admin = Admin::start().await;
    for provider in ["ravelin", "omnidesk"] {
        let fault = json!({ "provider": provider, "fault": "hang" });
        admin.done("POST", "/faults", fault).await;
    }
    let faults = admin.get("/faults").await;
    let ids: Vec<&serde_json::Value> = faults
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_ne!(ids[0], ids[1]);
    let target = format!("/faults/{}", ids[0]);
    assert_eq!(admin.call("DELETE", &target, None).await.0, 204);
    assert_eq!(admin.call("DELETE", &target, None).await.0, 404);
    let left = admin.get("/faults").await;
    assert_eq!(
        (left.as_array().unwrap().len(), &left[0]["provider"]),
        (1, &json!("omnidesk"))
    );
    assert_eq!(admin.call("DELETE", "/faults", None).await.0, 204);
    assert_eq!(admin.get("/faults").await, json!([]));
}

#[tokio::test]
async fn connections_are_refused_and_accepted_again() {
    let admin = Admin::start().await;
    let ravelin = admin.sandbox.ravelin().base_url().to_owned();
    admin
        .done(
            "POST",
            "/connections",
            json!({ "provider": "ravelin", "action": "refuse" }),
        )
        .await;
    assert!(Client::try_connect(&ravelin).await.is_err());
    assert_eq!(
        admin.get("/health").await["providers"][0]["accepting"],
        false
    );
    admin
        .done("POST", "/connections", json!({ "action": "accept" }))
        .await;
    assert_eq!(label(&admin).await, Some(200));
    let reset = json!({ "provider": "ravelin", "action": "reset", "times": 2 });
    admin.done("POST", "/connections", reset).await;
    assert_eq!(
        [
            label(&admin).await,
            label(&admin).await,
            label(&admin).await
        ],
        [None, None, Some(200)]
    );
    let problem = admin
        .refused("POST", "/connections", json!({ "action": "explode" }))
        .await;
    assert_eq!(problem["pointer"], "/action");
    assert!(
        problem["expected"]
            .as_array()
            .unwrap()
            .contains(&json!("silence"))
    );
}
