//! Operations that are described where they are called.

use customer_api_core::{
    Delivery, ErrorKind, Idempotency, OperationInfo,
    operation::{Method, Raw},
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::support::{Shop, client};

const POINTS: OperationInfo =
    OperationInfo::new("loyaltyPoints", Method::Get, "/v2/customers/{id}/points");
const GRANT: OperationInfo =
    OperationInfo::new("grantPoints", Method::Post, "/v2/customers/{id}/points");
const RESET: OperationInfo =
    OperationInfo::new("resetPoints", Method::Put, "/v2/customers/{id}/points")
        .with_idempotency(Idempotency::NonIdempotent);

fn points() -> Raw<Shop> {
    Raw::new(&POINTS).path("id", "cust 1").query("since", "a&b")
}

#[tokio::test]
async fn a_raw_read_is_sent_as_described_and_retried() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::failure(TransportErrorKind::Connect))
        .then(ScriptedResponse::status(200).body(r#"{"points":7}"#));
    let shop = client(&transport);
    let body = shop.send(points().header("x-tenant", "7")).await.unwrap();
    let value: serde_json::Value = body.json().unwrap();
    assert_eq!(value["points"], 7);
    let requests = transport.requests();
    assert_eq!(
        requests[1].uri(),
        "https://shop.example/api/v2/customers/cust%201/points?since=a%26b"
    );
    assert_eq!(requests[1].headers()["x-tenant"], "7");
    assert_eq!(requests[1].headers()["authorization"], "Bearer key-1");
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_raw_write_is_sent_once_and_its_error_names_it_and_shows_no_value() {
    for (info, method) in [(&GRANT, "POST"), (&RESET, "PUT")] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(503).body("no points for Ana Smith of cust 1, please"));
        let shop = client(&transport);
        let write = Raw::new(info)
            .path("id", "cust 1")
            .json(&serde_json::json!({"name": "Ana Smith"}));
        assert!(!format!("{write:?}").contains("Ana"));
        let error = shop.send(write).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert_eq!(error.operation().unwrap().id, info.id);
        assert_eq!(
            error.message(),
            Some("no points for [redacted] of [redacted], please")
        );
        let requests = transport.requests();
        assert_eq!((requests.len(), requests[0].method().as_str()), (1, method));
        assert_eq!(requests[0].body(), r#"{"name":"Ana Smith"}"#);
    }
}

#[tokio::test]
async fn bodies_of_forms_are_encoded() {
    let ok = || ScriptedResponse::status(200);
    let transport = ScriptedTransport::new().then(ok()).then(ok());
    let shop = client(&transport);
    let grant = || Raw::<Shop>::new(&GRANT).path("id", 1);
    shop.send(grant().form("a b", "1&2").form("c", "é"))
        .await
        .unwrap();
    shop.send(grant().multipart("a", "1").multipart("b", "2"))
        .await
        .unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].body(), "a+b=1%262&c=%C3%A9");
    let content_type = requests[1].headers()["content-type"].to_str().unwrap();
    assert!(content_type.starts_with("multipart/form-data; boundary="));
    let body = String::from_utf8(requests[1].body().to_vec()).unwrap();
    assert!(body.contains("name=\"a\"\r\n\r\n1\r\n") && body.contains("name=\"b\"\r\n\r\n2\r\n"));
}

#[tokio::test]
async fn a_raw_call_that_does_not_fit_its_description_is_not_sent() {
    let transport = ScriptedTransport::new();
    let shop = client(&transport);
    let not_a_map = std::collections::HashMap::from([((1, 2), 3)]);
    for wrong in [
        Raw::new(&POINTS),
        Raw::new(&POINTS).path("name", "1"),
        Raw::new(&POINTS).path("id", ".."),
        Raw::new(&GRANT).path("id", 1).json(&not_a_map),
        Raw::new(&POINTS).path("id", 1).header("x", "a\nb"),
        Raw::new(&POINTS)
            .path("id", 1)
            .header("content-length", "1"),
    ] {
        let error = shop.send(wrong).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Validation, Delivery::NotSent),
            "{error}"
        );
    }
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_template_that_would_lead_elsewhere_is_not_sent() {
    let transport = ScriptedTransport::new();
    let shop = client(&transport);
    for template in [
        "orders",
        "@elsewhere.example/orders",
        "/orders?open=1",
        "/orders#open",
        "/../orders",
        "/a/%2E%2e/orders",
        "/a\\..\\orders",
        "/or ders",
        "/ord\u{e9}rs",
        "/orders}",
    ] {
        let info = Box::leak(Box::new(OperationInfo::new("read", Method::Get, template)));
        let read = Raw::<Shop>::new(info).query("page", 2);
        let error = shop.send(read).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Validation, Delivery::NotSent),
            "{template}"
        );
        assert!(error.to_string().contains("`path`"), "{error}");
        // A path of the caller's replaces the template.
        transport.push(ScriptedResponse::status(200));
        let read = Raw::<Shop>::new(info).query("page", 2);
        shop.call(read).path("/orders").send().await.unwrap();
    }
    transport.verify().unwrap();
}

#[derive(Serialize)]
struct Amount {
    unit: &'static str,
    amount: Box<RawValue>,
    part: f32,
    account: u128,
}

#[tokio::test]
async fn json_is_sent_as_serde_writes_it_and_none_of_its_values_is_printed() {
    let says = "EUR\u{e9}\"\\ 12345678901234567890.123 340282366920938463463374607431768211455 pin 4711 0.1 amount";
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(400).body(says));
    let amount = Amount {
        unit: "EUR\u{e9}\"\\",
        amount: RawValue::from_string("12345678901234567890.123".into()).unwrap(),
        part: 0.1,
        account: u128::MAX,
    };
    let write = Raw::new(&GRANT).path("id", 77).json(&(amount, [4711]));
    let error = client(&transport).send(write).await.unwrap_err();
    let r = "[redacted]";
    assert_eq!(
        error.message(),
        Some(&*format!("{r} {r} {r} pin {r} {r} amount"))
    );
    assert_eq!(
        transport.requests()[0].body(),
        "[{\"unit\":\"EUR\u{e9}\\\"\\\\\",\"amount\":12345678901234567890.123,\"part\":0.1,\
         \"account\":340282366920938463463374607431768211455},[4711]]"
    );
}

#[tokio::test]
async fn a_content_type_of_the_callers_replaces_that_of_the_body() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200));
    let patch = Raw::new(&GRANT)
        .path("id", 1)
        .header("Content-Type", "application/merge-patch+json")
        .json(&serde_json::json!({"a": null}));
    client(&transport).send(patch).await.unwrap();
    let requests = transport.requests();
    let types: Vec<_> = requests[0]
        .headers()
        .get_all("content-type")
        .iter()
        .collect();
    assert_eq!(types, ["application/merge-patch+json"]);
}

#[tokio::test]
async fn a_page_is_no_success_of_a_raw_write() {
    let pages = [
        (" <!DOCTYPE html><p>sign in", "text/plain"),
        ("<HTML>", "text/xml"),
        ("<p>sign in", "text/html; charset=utf-8"),
    ];
    let files = [
        ("id,name\n".repeat(100), "text/csv"),
        ("<?xml version='1.0'?><done/>".into(), "application/xml"),
        ("%PDF-1.7 \0".into(), "application/pdf"),
        ("done".into(), "text/html"),
        (String::new(), "text/html"),
    ];
    let pages = pages.map(|(body, declared)| (body.to_owned(), declared, true));
    let files = files.map(|(body, declared)| (body, declared, false));
    for (body, declared, is_page) in pages.into_iter().chain(files) {
        for info in [&GRANT, &RESET, &POINTS] {
            let response = ScriptedResponse::status(200)
                .header("content-type", declared)
                .body(body.clone());
            let transport = ScriptedTransport::new().then(response);
            let call = Raw::<Shop>::new(info).path("id", 1);
            match client(&transport).send(call).await {
                Ok(read) => {
                    assert!(!is_page || info.id == POINTS.id, "{body}");
                    assert_eq!(read.bytes(), body.as_bytes());
                }
                Err(error) => {
                    assert!(is_page && info.id != POINTS.id, "{body}: {error}");
                    assert_eq!(
                        (error.kind(), error.delivery()),
                        (ErrorKind::Decode, Delivery::Unknown)
                    );
                }
            }
        }
    }
}
