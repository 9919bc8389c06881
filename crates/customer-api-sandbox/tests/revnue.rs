//! The Revnue server, as a raw client sees it.

mod common;

use std::time::Duration;

use common::Client;
use common::revnue::{call, seed as seeded, started as start};
use customer_api_sandbox::{RevnueListResponse, RevnueOptions, RevnueWriteResponse};
use serde_json::{Value, json};

#[tokio::test]
async fn a_replacement_nulls_and_an_update_keeps() {
    let sandbox = start(RevnueOptions::default()).await;
    seeded(&sandbox);
    let update = r#"{"company":1,"city":"Portland","category":null}"#;
    let response = call(&sandbox, "PATCH", "/api/v2/customer/1", update).await;
    assert_eq!(response.status, Some(200));
    let body = response.json();
    assert_eq!(
        (&body["city"], &body["fax"]),
        (&json!("Portland"), &json!("1"))
    );
    assert_eq!(body["category"], Value::Null);
    let replace = r#"{"company":1,"name":"Mill Road","country":3}"#;
    let response = call(&sandbox, "PUT", "/api/v2/customer/1", replace).await;
    let body = response.json();
    assert_eq!((&body["city"], &body["fax"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&body["name"], &body["country"]),
        (&json!("Mill Road"), &json!("Country 3"))
    );
    assert_eq!(sandbox.revnue().applied_count(), 2);
    let response = call(&sandbox, "DELETE", "/api/v2/customer/1", "").await;
    assert_eq!((response.status, response.body.len()), (Some(204), 0));
    assert!(sandbox.revnue().customers().is_empty());
}

#[tokio::test]
async fn slashes_tokens_and_companies_are_told_apart() {
    let sandbox = start(RevnueOptions::default().no_rate_limit()).await;
    seeded(&sandbox);
    for (method, target, body, status) in [
        ("GET", "/api/v2/customer/?company=1", "", 200),
        ("GET", "/api/v2/customer/1/?company=1", "", 200),
        ("GET", "/api/v2/customer/1/?company=2", "", 404),
        ("GET", "/api/v2/customer/1/", "", 400),
        ("GET", "/api/v2/customer?company=1", "", 405),
        ("GET", "/api/v2/customer/1?company=1", "", 405),
        (
            "POST",
            "/api/v2/customer/",
            r#"{"company":1,"name":"a"}"#,
            405,
        ),
        (
            "PUT",
            "/api/v2/customer/1/",
            r#"{"company":1,"name":"a"}"#,
            405,
        ),
        ("DELETE", "/api/v2/customer/1/", "", 405),
        ("PATCH", "/api/v2/customer/1", r#"{"company":2}"#, 404),
        ("PATCH", "/api/v2/customer/1", r#"{"city":"a"}"#, 400),
        (
            "PATCH",
            "/api/v2/customer/1",
            r#"{"company":1,"town":"a"}"#,
            400,
        ),
        ("PUT", "/api/v2/customer/1", r#"{"company":1}"#, 400),
        (
            "PUT",
            "/api/v2/customer/1",
            r#"{"company":1,"name":"a","fax":null}"#,
            400,
        ),
        ("DELETE", "/api/v2/customer/9", "", 404),
        ("GET", "/api/v2/contract/?company=1", "", 404),
    ] {
        let response = call(&sandbox, method, target, body).await;
        assert_eq!(response.status, Some(status), "{method} {target} {body}");
    }
    assert_eq!(sandbox.revnue().applied_count(), 0);
    let response = call(&sandbox, "GET", "/api/v2/customer/", "").await;
    assert_eq!(response.json(), json!({ "detail": "company is required" }));
    let unknown = r#"{"company":1,"town":"a"}"#;
    let response = call(&sandbox, "PATCH", "/api/v2/customer/1", unknown).await;
    assert_eq!(
        response.json(),
        json!({ "town": ["This field is unknown."] })
    );
    let mut client = Client::connect(sandbox.revnue().base_url()).await;
    let wrong = ("Authorization", "Bearer other");
    client
        .send("GET", "/api/v2/customer/?company=1", &[wrong], "")
        .await;
    assert_eq!(client.response().await.status, Some(401));
}

#[tokio::test]
async fn the_quota_counts_what_was_let_in_for_all_companies() {
    let sandbox = start(RevnueOptions::default()).await;
    let list = |company: u32| format!("/api/v2/customer/?company={company}");
    for company in 0..20 {
        let response = call(&sandbox, "GET", &list(company), "").await;
        assert_eq!(response.status, Some(200));
        sandbox.advance(Duration::from_millis(1_000));
    }
    let response = call(&sandbox, "GET", &list(1), "").await;
    assert_eq!(
        (response.status, response.header("retry-after")),
        (Some(429), Some("40"))
    );
    assert_eq!(
        response.json(),
        json!({ "detail": "Request was throttled. Expected available in 40 seconds." })
    );
    sandbox.advance(Duration::from_secs(40));
    assert_eq!(call(&sandbox, "GET", &list(1), "").await.status, Some(200));
    let response = call(&sandbox, "GET", &list(1), "").await;
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(sandbox.revnue().throttled_count(), 2);

    let silent = RevnueOptions::default()
        .rate_limit(0, Duration::from_secs(1))
        .retry_after(false);
    let sandbox = start(silent).await;
    let response = call(&sandbox, "GET", &list(1), "").await;
    assert_eq!(
        (response.status, response.header("retry-after")),
        (Some(429), None)
    );
}

#[tokio::test]
async fn lists_come_in_every_shape() {
    for (response, keys) in [
        (RevnueListResponse::Results, "results"),
        (RevnueListResponse::Pages(1), "count,next,previous,results"),
        (
            RevnueListResponse::FirstPageOnly(1),
            "count,next,previous,results",
        ),
        (RevnueListResponse::Odd, "customers"),
    ] {
        let sandbox = start(RevnueOptions::default().list_response(response)).await;
        seeded(&sandbox);
        let body = call(&sandbox, "GET", "/api/v2/customer/?company=1", "").await;
        let body = body.json();
        let found: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(found.join(","), keys);
    }
    let pages = RevnueOptions::default().list_response(RevnueListResponse::Pages(2));
    let sandbox = start(pages).await;
    for _ in 0..3 {
        seeded(&sandbox);
    }
    let first = call(&sandbox, "GET", "/api/v2/customer/?company=1", "").await;
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let base = sandbox.revnue().base_url();
    assert_eq!(next, format!("{base}/api/v2/customer/?company=1&page=2"));
    let target = next.strip_prefix(base).unwrap();
    let second = call(&sandbox, "GET", target, "").await.json();
    assert_eq!(
        (&second["next"], &second["count"]),
        (&Value::Null, &json!(3))
    );
    assert_eq!(second["results"].as_array().unwrap().len(), 1);
    for page in ["0", "3", "x"] {
        let target = format!("/api/v2/customer/?company=1&page={page}");
        assert_eq!(call(&sandbox, "GET", &target, "").await.status, Some(404));
    }
}

#[tokio::test]
async fn writes_are_answered_by_switch() {
    let create = r#"{"company":1,"name":"Mill Road","category":17}"#;
    for (response, category) in [
        (
            RevnueWriteResponse::ReadForm,
            json!({ "id": 17, "name": "Category 17" }),
        ),
        (RevnueWriteResponse::WriteForm, json!(17)),
    ] {
        let sandbox = start(RevnueOptions::default().write_response(response)).await;
        let response = call(&sandbox, "POST", "/api/v2/customer", create).await;
        assert_eq!(response.status, Some(201));
        assert_eq!(response.json()["category"], category);
    }
    let empty = RevnueOptions::default().write_response(RevnueWriteResponse::EmptyBody);
    let sandbox = start(empty.patch(false).company_on_delete(true)).await;
    let response = call(&sandbox, "POST", "/api/v2/customer", create).await;
    assert_eq!((response.status, response.body.len()), (Some(201), 0));
    let response = call(&sandbox, "PATCH", "/api/v2/customer/1", r#"{"company":1}"#).await;
    assert_eq!(response.status, Some(405));
    assert_eq!(response.header("allow"), Some("GET, PUT, DELETE"));
    let response = call(&sandbox, "DELETE", "/api/v2/customer/1", "").await;
    assert_eq!(response.json(), json!({ "detail": "company is required" }));
    let response = call(&sandbox, "DELETE", "/api/v2/customer/1?company=1", "").await;
    assert_eq!(response.status, Some(204));
}
