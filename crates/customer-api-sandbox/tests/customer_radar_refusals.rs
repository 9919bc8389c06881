//! The requests that the Customer Radar server refuses. It then sends nothing.

#![expect(
    clippy::indexing_slicing,
    reason = "helpers of tests may stop at the first surprise, too"
)]

mod common;

use common::radar::{NO_FEEDBACK_CODE, NO_POSTMARK_ID, Radar, invitation, recipient, said};
use customer_api_sandbox::{CustomerRadarOptions, MessageType};
use serde_json::{Value, json};

async fn start() -> Radar {
    Radar::start(CustomerRadarOptions::default()).await
}

/// Makes an invitation from its four ids, to an e-mail address and a mobile number.
fn ids(client: &str, programme: &str, location: &str, pom: Option<&str>) -> Value {
    let mut recipient = json!({
        "email": "a@b.example",
        "mobile": "0211234321",
        "locationDisplayId": location,
    });
    if let Some(pom) = pom {
        recipient["pomDisplayId"] = json!(pom);
    }
    json!({
        "clientDisplayId": client,
        "programmeDisplayId": programme,
        "sendData": [recipient],
    })
}

#[tokio::test]
async fn ids_have_a_feedback_code_together_or_not() {
    let radar = start().await;
    for (client, programme, location, pom) in [
        ("other", "programme-1", "location-1", None),
        ("client-1", "other", "location-1", None),
        ("client-1", "programme-1", "other", None),
        ("client-1", "programme-1", "location-1", Some("other")),
        ("client-1", "programme-1", "location-1", Some("pom-2a")),
        ("client-1", "programme-1", "location-2", None),
        ("client-1", "programme-1", "location-3", Some("pom-1")),
        ("client-1", "programme-1", "Location-1", None),
        ("location-1", "programme-1", "client-1", None),
    ] {
        let response = radar.invite(&ids(client, programme, location, pom)).await;
        assert_eq!(
            response.status, 400,
            "{client} {programme} {location} {pom:?}"
        );
        assert_eq!(
            response.json(),
            json!({ "code": "99999", "description": NO_FEEDBACK_CODE })
        );
    }
    assert_eq!(radar.server().applied_count(), 0);
    for (location, pom) in [
        ("location-1", None),
        ("location-1", Some("pom-1")),
        ("location-2", Some("pom-2a")),
        ("location-2", Some("pom-2b")),
        ("location-3", None),
    ] {
        let body = ids("client-1", "programme-1", location, pom);
        assert_eq!(radar.invite(&body).await.status, 200, "{location} {pom:?}");
    }
    assert_eq!(radar.server().outbox().len(), 5);
}

#[tokio::test]
async fn a_programme_without_a_postmark_id_sends_sms_alone() {
    let body = |recipient: Value| {
        json!({
            "clientDisplayId": "client-1",
            "programmeDisplayId": "programme-sms",
            "sendData": [recipient],
        })
    };
    let email = body(json!({ "email": "a@b.example", "locationDisplayId": "location-4" }));
    let mobile = body(json!({ "mobile": "021", "locationDisplayId": "location-4" }));
    let both =
        body(json!({ "email": "a@b.example", "mobile": "021", "locationDisplayId": "location-4" }));
    let radar = start().await;
    for refused in [&email, &both] {
        let response = radar.invite(refused).await;
        assert_eq!(response.status, 400);
        assert_eq!(
            response.json(),
            json!({ "code": "99998", "description": NO_POSTMARK_ID })
        );
    }
    assert_eq!(radar.invite(&mobile).await.status, 200);
    let sms_first = CustomerRadarOptions::default().message_type(MessageType::SmsPriority);
    let radar = Radar::start(sms_first).await;
    assert_eq!(radar.invite(&both).await.status, 200);
    assert_eq!(radar.invite(&email).await.description(), NO_POSTMARK_ID);
}

#[tokio::test]
async fn somebody_must_be_reachable() {
    let radar = start().await;
    for contacts in [
        json!({}),
        json!({ "email": " " }),
        json!({ "email": "", "mobile": "" }),
    ] {
        let mut recipient = contacts;
        recipient["locationDisplayId"] = json!("location-1");
        let response = radar.invite(&invitation(&[recipient])).await;
        assert_eq!(response.status, 400);
        assert_eq!(response.description(), "email or mobile is required");
    }
    let response = radar.invite(&invitation(&[])).await;
    assert_eq!(response.description(), "sendData is empty");
    let mobile = invitation(&[json!({ "mobile": "021", "locationDisplayId": "location-1" })]);
    assert_eq!(radar.invite(&mobile).await.status, 200);

    let strict = Radar::start(CustomerRadarOptions::default().require_email(true)).await;
    let response = strict.invite(&mobile).await;
    assert_eq!(
        (response.status, &*response.description()),
        (400, "email is required")
    );
    assert!(strict.server().outbox().is_empty());
}

#[tokio::test]
async fn one_wrong_recipient_refuses_the_whole_batch() {
    let radar = start().await;
    let wrong = json!({ "email": "c@b.example", "locationDisplayId": "other" });
    let batch = [recipient("a@b.example"), wrong, recipient("b@b.example")];
    let response = radar.invite(&invitation(&batch)).await;
    assert_eq!(response.description(), NO_FEEDBACK_CODE);
    assert!(radar.server().outbox().is_empty());
    assert_eq!(radar.server().applied_count(), 0);
}

#[tokio::test]
async fn fields_are_known_and_have_their_types() {
    let radar = start().await;
    let with = |name: &str, value: Value| {
        let mut recipient = recipient("a@b.example");
        recipient[name] = value;
        invitation(&[recipient])
    };
    let pair = json!({ "key": "a", "value": "b" });
    let mut unknown_top = invitation(&[recipient("a@b.example")]);
    unknown_top["programmeId"] = json!("programme-1");
    let mut no_client = invitation(&[recipient("a@b.example")]);
    no_client.as_object_mut().unwrap().remove("clientDisplayId");
    for (body, said) in [
        (unknown_top, "programmeId is unknown"),
        (no_client, "clientDisplayId is required"),
        (with("phone", json!("021")), "sendData.0.phone is unknown"),
        (with("Email", json!("a")), "sendData.0.Email is unknown"),
        (
            with("mobile", json!(211_234_321)),
            "sendData.0.mobile must be string, not integer",
        ),
        (
            with("email", Value::Null),
            "sendData.0.email must be string, not null",
        ),
        (
            with("metadata", pair.clone()),
            "sendData.0.metadata must be array, not object",
        ),
        (
            with("metadata", json!([{ "key": "a", "value": 1 }])),
            "sendData.0.metadata.0.value must be string, not integer",
        ),
        (
            with("metadata", json!([{ "key": "a" }])),
            "sendData.0.metadata.0.value is required",
        ),
        (
            with(
                "metadata",
                json!([pair, { "key": "b", "value": "", "more": "" }]),
            ),
            "sendData.0.metadata.1.more is unknown",
        ),
        (
            json!({ "clientDisplayId": "c", "programmeDisplayId": "p", "sendData": {} }),
            "sendData must be array, not object",
        ),
        (
            invitation(&[json!({ "email": "a@b.example" })]),
            "sendData.0.locationDisplayId is required",
        ),
        (json!([]), "the body must be object, not array"),
    ] {
        let response = radar.invite(&body).await;
        assert_eq!(response.status, 400, "{body}");
        assert_eq!(
            response.json(),
            json!({ "code": "99997", "description": said })
        );
    }
    for credentials in [
        json!({ "userName": "testing", "password": "testing12345" }),
        json!({ "username": "testing", "password": 12345 }),
        json!({ "username": "testing" }),
    ] {
        let login = radar.http.post(radar.url("/auth/login"));
        assert_eq!(said(login.json(&credentials)).await.status, 400);
    }
    assert_eq!(radar.server().applied_count(), 0);
    assert_eq!(radar.server().refused_login_count(), 0);
}

#[tokio::test]
async fn requests_have_their_path_method_and_type() {
    let radar = start().await;
    let body = invitation(&[recipient("a@b.example")]).to_string();
    let request = |method: &str, path: &str, media: &'static str, body: &str| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        radar
            .http
            .request(method, radar.url(path))
            .header("Authorization", &radar.token)
            .header("Content-Type", media)
            .body(body.to_owned())
    };
    for (method, path, media, body, status) in [
        ("POST", "/invitation", "text/plain", &*body, 415),
        ("POST", "/invitation", "application/json", "{", 400),
        ("POST", "/invitation", "application/json", "", 400),
        ("POST", "/invitation/", "application/json", &body, 404),
        ("POST", "/v3/invitation", "application/json", &body, 404),
        ("POST", "/auth/login/", "application/json", "{}", 404),
        ("PUT", "/invitation", "application/json", &body, 405),
        ("GET", "/auth/login", "application/json", "", 405),
    ] {
        let response = said(request(method, path, media, body)).await;
        assert_eq!(response.status, status, "{method} {path} {media}");
        if status == 405 {
            assert_eq!(response.header("allow"), Some("POST"));
        }
    }
    assert!(radar.server().outbox().is_empty());
    let charset = "application/json; charset=utf-8";
    let response = said(request("POST", "/invitation", charset, &body)).await;
    assert_eq!(response.status, 200);
}
