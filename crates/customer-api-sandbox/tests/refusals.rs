//! Requests that the sandbox refuses, and the request log.

mod common;

use common::{Client, JSON, KEY, LABEL, LABEL_PATH, sandbox};
use customer_api_sandbox::{RavelinOptions, Sandbox, SandboxError};
use serde_json::json;

const LEGACY_PATH: &str = "/v2/label/customer";

async fn started() -> (Sandbox, Client) {
    let sandbox = sandbox(RavelinOptions::default().secret_key("sk_test_sandbox")).await;
    let client = Client::connect(sandbox.ravelin().base_url()).await;
    (sandbox, client)
}

#[tokio::test]
async fn a_wrong_key_is_401_with_the_providers_sample() {
    let (sandbox, mut client) = started().await;
    let wrong: [&[(&str, &str)]; 6] = [
        &[],
        &[("Authorization", "token other")],
        &[("Authorization", "Bearer sk_test_sandbox")],
        &[("Authorization", "Token sk_test_sandbox")],
        &[("Authorization", "token  sk_test_sandbox")],
        &[KEY, KEY],
    ];
    for headers in wrong {
        let headers = [headers, &[JSON]].concat();
        client.send("POST", LABEL_PATH, &headers, LABEL).await;
        let response = client.response().await;
        assert_eq!(response.status, Some(401), "{headers:?}");
        assert_eq!(
            response.json(),
            json!({
                "status": 403,
                "message": "Invalid Request: API Key Incorrect. Please check your credentials and try again",
            })
        );
    }
    assert_eq!(sandbox.ravelin().applied_count(), 0);
}

#[tokio::test]
async fn paths_and_methods_are_the_providers() {
    let (_sandbox, mut client) = started().await;
    for (method, target, status) in [
        ("GET", "/", 404),
        ("GET", "/v2/label/customer/", 404),
        ("GET", "/v2/label/customer/a/b", 404),
        ("GET", "/v2/label/customer/..", 404),
        ("GET", "/v2/label/customer/%2e%2e", 404),
        ("GET", "/v2/label/customer/%zz", 400),
        ("GET", "/v2/label/customer/%ff", 400),
        ("DELETE", "/v2/label/customer/a", 405),
        ("GET", LABEL_PATH, 405),
        ("GET", "/v2/label/customer/a?query=ignored", 200),
    ] {
        let response = client.call(method, target, "").await;
        assert_eq!(response.status, Some(status), "{method} {target}");
        if status == 405 {
            let allowed = if method == "GET" { "POST" } else { "GET" };
            assert_eq!(response.header("allow"), Some(allowed));
        }
        if status != 200 {
            assert_eq!(response.json()["status"], status);
        }
    }
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let (_sandbox, mut client) = started().await;
    client.send("HEAD", LABEL_PATH, &[KEY], "").await;
    client
        .send(
            "GET",
            "/v2/label/customer/a",
            &[KEY, ("Connection", "close")],
            "",
        )
        .await;
    let (bytes, _) = client.rest().await;
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("HTTP/1.1 405"), "{text}");
    assert!(text.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"), "{text}");
}

#[tokio::test]
async fn formats_are_checked() {
    let (_sandbox, mut client) = started().await;
    for (headers, status) in [
        (vec![KEY, JSON, ("Accept", "text/html")], 406),
        (vec![KEY, JSON, ("Accept", "application/json")], 200),
        (vec![KEY, JSON, ("Accept", "*/*")], 200),
        (vec![KEY], 415),
        (vec![KEY, ("Content-Type", "text/plain")], 415),
        (
            vec![KEY, ("Content-Type", "application/x-www-form-urlencoded")],
            415,
        ),
        (
            vec![KEY, ("content-type", "application/json; charset=utf-8")],
            200,
        ),
    ] {
        client.send("POST", LABEL_PATH, &headers, LABEL).await;
        let response = client.response().await;
        assert_eq!(response.status, Some(status), "{headers:?}");
    }
}

#[tokio::test]
async fn bodies_are_checked_against_the_description() {
    let (sandbox, mut client) = started().await;
    let cases = [
        (
            LABEL_PATH,
            r#"{"category":"PAYMENT_FRAUD","review":"FRAUDSTER","userName":"x"}"#,
            "userName: Additional property userName is not allowed",
        ),
        (
            LABEL_PATH,
            r#"{"category":"PAYMENT_FRAUD","review":"REFUND_ABUSE"}"#,
            "review: review must be one of the following: \"FRAUDSTER\"",
        ),
        (
            LABEL_PATH,
            r#"{"category":"PAYMENT_FRAUD","review":"FRAUDSTER","comment":null}"#,
            "comment: Invalid type. Expected: string, given: null",
        ),
        (
            LEGACY_PATH,
            r#"{"label":"GENUINE"}"#,
            "customerId: customerId is required",
        ),
        (
            LEGACY_PATH,
            r#"{"customerId":"","label":"GENUINE"}"#,
            "customerId: String length",
        ),
        (
            LEGACY_PATH,
            r#"{"customerId":"c","label":"GENUIN"}"#,
            "label: label must be one of",
        ),
        (
            LEGACY_PATH,
            r#"{"customerId":"c","label":"GENUINE","timestamp":1}"#,
            "timestamp: Additional property timestamp is not allowed",
        ),
        (
            LEGACY_PATH,
            r#"{"customerId":"c","label":"GENUINE","reviewer":{"name":"n","email":"e","age":1}}"#,
            "reviewer.age: Additional property age is not allowed",
        ),
        (LEGACY_PATH, "[]", "(root): Invalid type. Expected: object"),
    ];
    for (path, body, part) in cases {
        let response = client.call("POST", path, body).await;
        assert_eq!(response.status, Some(400), "{body}");
        let error = response.json();
        let message = error["message"].as_str().unwrap();
        let message = message.strip_prefix("JSON validation error - ").unwrap();
        assert!(message.starts_with(part), "{message}");
    }
    for body in ["{", "null null", "category=PAYMENT_FRAUD"] {
        let response = client.call("POST", LABEL_PATH, body).await;
        assert_eq!(response.status, Some(400), "{body}");
    }
    client.send("POST", LABEL_PATH, &[KEY, JSON], "").await;
    assert_eq!(client.response().await.status, Some(400));
    assert_eq!(sandbox.ravelin().applied_count(), 0);
}

#[tokio::test]
async fn the_log_keeps_requests_as_sent_and_in_order() {
    let (sandbox, mut client) = started().await;
    let target = "/v2/customer/a%2Fb/labels?x=%20y";
    let headers = [KEY, ("content-TYPE", "application/json"), ("X-Trace", "1")];
    client.send("POST", target, &headers, LABEL).await;
    client.response().await;
    client.call("GET", "/nowhere", "").await;

    let requests = sandbox.ravelin().requests();
    let [label, nowhere] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(label.provider, "ravelin");
    assert_eq!(label.operation_id.as_deref(), Some("labelCustomer"));
    assert_eq!(
        label.path_template.as_deref(),
        Some("/v2/customer/{customerid}/labels")
    );
    assert_eq!(label.method, "POST");
    assert_eq!(label.target, target);
    assert_eq!(label.path(), "/v2/customer/a%2Fb/labels");
    assert_eq!(label.query(), Some("x=%20y"));
    assert_eq!(label.body, LABEL.as_bytes());
    assert_eq!((label.applied, label.status), (true, Some(200)));
    let names: Vec<&str> = label
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Host",
            "Authorization",
            "content-TYPE",
            "X-Trace",
            "Content-Length"
        ]
    );
    assert_eq!(label.header("x-trace"), Some("1"));
    assert_eq!(
        (&nowhere.operation_id, &nowhere.path_template),
        (&None, &None)
    );
    assert_eq!((nowhere.applied, nowhere.status), (false, Some(404)));

    sandbox.ravelin().clear_requests();
    assert_eq!(sandbox.ravelin().requests(), []);
    assert_eq!(sandbox.ravelin().applied_count(), 1);
}

#[tokio::test]
async fn a_fault_on_an_unknown_operation_is_an_error() {
    let (sandbox, _client) = started().await;
    let error = sandbox
        .ravelin()
        .fault_on("labelCustomers", customer_api_sandbox::Fault::hang())
        .unwrap_err();
    assert!(matches!(error, SandboxError::UnknownOperation { .. }));
    assert_eq!(sandbox.ravelin().pending_faults(), 0);
}
