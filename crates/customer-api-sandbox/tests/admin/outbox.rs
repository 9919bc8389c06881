use serde_json::{Value, json};

use crate::api::Admin;
use crate::common::{Client, JSON};

/// A client with a token.
struct Radar {
    client: Client,
    token: String,
}

impl Radar {
    async fn connect(admin: &Admin) -> Self {
        let mut client = Client::connect(admin.sandbox.customer_radar().base_url()).await;
        let login = json!({ "username": "testing", "password": "testing12345" });
        client
            .send("POST", "/auth/login", &[JSON], &login.to_string())
            .await;
        let token = client.response().await.json()["token"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { client, token }
    }

    async fn invite(&mut self, body: &Value) -> Option<u16> {
        let headers = [("Authorization", &*self.token), JSON];
        self.client
            .send("POST", "/invitation", &headers, &body.to_string())
            .await;
        self.client.response().await.status
    }
}

fn invitation(email: &str) -> Value {
    json!({
        "clientDisplayId": "client-1",
        "programmeDisplayId": "programme-1",
        "sendData": [{ "email": email, "firstName": "Ana", "locationDisplayId": "location-1" }],
    })
}

#[tokio::test]
async fn what_a_customer_received_is_found_and_a_repeat_is_marked() {
    let admin = Admin::start().await;
    let mut radar = Radar::connect(&admin).await;
    for email in ["ana@shop.example", "bo@shop.example", "ana@shop.example"] {
        radar.invite(&invitation(email)).await;
    }
    let all = admin.get("/outbox").await;
    let repeats: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["repeats"])
        .collect();
    assert_eq!(repeats, [&json!(0), &json!(0), &json!(1)]);
    let ana = admin.get("/outbox?to=ana@shop.example").await;
    assert_eq!(ana.as_array().unwrap().len(), 2);
    let found = admin.get("/outbox?q=BO@shop").await;
    assert_eq!(found[0]["email"], "bo@shop.example");
    let latest = admin.get("/outbox/latest?to=bo@shop.example").await;
    assert_eq!(
        (&latest["id"], &latest["by_email"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(admin.get("/outbox/latest").await["id"], 3);
    let (status, _) = admin
        .call("GET", "/outbox/latest?to=nobody@shop.example", None)
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_token_expires_on_request_and_by_the_clock() {
    let admin = Admin::start().await;
    for (target, body) in [
        ("/expire", json!({ "what": "tokens" })),
        ("/clock/advance", json!({ "by": "61m" })),
    ] {
        let mut radar = Radar::connect(&admin).await;
        assert_eq!(
            radar.invite(&invitation("ana@shop.example")).await,
            Some(200)
        );
        assert_eq!(admin.get("/state/customer-radar").await["live_tokens"], 1);
        admin.done("POST", target, body).await;
        assert_eq!(
            radar.invite(&invitation("ana@shop.example")).await,
            Some(401),
            "{target}"
        );
        assert_eq!(admin.get("/state/customer-radar").await["live_tokens"], 0);
    }
}

#[tokio::test]
async fn a_token_from_before_a_reset_never_comes_back() {
    let admin = Admin::start().await;
    let mut before = Radar::connect(&admin).await;
    let (status, _) = admin.call("POST", "/reset", None).await;
    assert_eq!(status, 204);
    let mut after = Radar::connect(&admin).await;
    // The reset has cut the old connection, but not taken the token from its owner.
    std::mem::swap(&mut before.client, &mut after.client);
    let ana = invitation("ana@shop.example");
    assert_eq!(before.invite(&ana).await, Some(401));
    std::mem::swap(&mut before.client, &mut after.client);
    after.client = Client::connect(admin.sandbox.customer_radar().base_url()).await;
    assert_eq!(after.invite(&ana).await, Some(200));
}
