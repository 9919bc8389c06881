//! Requests that the admin API can't use. `Admin::call` compares each answer with the description.

use customer_api_sandbox::Fault;
use serde_json::{Value, json};

use crate::api::Admin;
use crate::common::{Client, JSON};

#[tokio::test]
async fn what_cannot_be_read_is_a_problem() {
    let admin = Admin::start().await;
    for (method, target) in [
        ("GET", "/requests/abc"),
        ("GET", "/requests/-1"),
        ("GET", "/requests/18446744073709551616"),
        ("DELETE", "/faults/abc"),
        ("DELETE", "/requests?provider=ravelin&provider=omnidesk"),
        ("POST", "/reset?provider=ravelin&provider=omnidesk"),
        ("GET", "/outbox?to=a&to=b"),
        ("GET", "/outbox/latest?from=a"),
    ] {
        let (status, answer) = admin.call(method, target, None).await;
        assert_eq!(status, 400, "{method} {target}: {answer}");
    }
    // A body that breaks off.
    let mut client = Client::connect(admin.url()).await;
    let chunked = [JSON, ("Transfer-Encoding", "chunked")];
    client
        .send("POST", "/clock/advance", &chunked, "no chunk")
        .await;
    let response = client.response().await;
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
}

/// A caller who believes that a query or a body narrows a reset must not lose everything.
#[tokio::test]
async fn nothing_is_lost_to_a_misspelt_or_misplaced_provider() {
    let admin = Admin::start().await;
    let ravelin = admin.sandbox.ravelin();
    ravelin.fault(Fault::hang());
    for (method, target, body) in [
        ("POST", "/reset?providr=ravelin", None),
        ("POST", "/reset", Some(json!({ "provider": "omnidesk" }))),
        ("POST", "/state/reset?providr=ravelin", None),
        (
            "POST",
            "/state/reset",
            Some(json!({ "provider": "omnidesk" })),
        ),
        ("DELETE", "/requests?providr=ravelin", None),
        ("DELETE", "/faults?provider=omnidesk", None),
        ("GET", "/faults?provider=omnidesk", None),
        ("GET", "/state/ravelin?customer=1", None),
    ] {
        let (status, answer) = admin.call(method, target, body).await;
        assert_eq!(status, 400, "{method} {target}: {answer}");
    }
    assert_eq!(ravelin.pending_faults(), 1);
    for body in [None, Some(json!({})), Some(Value::Null)] {
        let (status, answer) = admin.call("POST", "/reset?provider=ravelin", body).await;
        assert_eq!(status, 204, "{answer}");
    }
    assert_eq!(ravelin.pending_faults(), 0);
}

#[tokio::test]
async fn a_time_may_have_an_offset_with_a_bare_plus() {
    let admin = Admin::start().await;
    for since in [
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00%2B02:00",
        "2020-01-01T00:00:00+02:00",
        "2020-01-01T00:00:00.123456+00:00",
        "2020-01-01T00:00:00-02:00",
    ] {
        admin.get(&format!("/requests?since={since}")).await;
    }
    let (status, _) = admin.call("GET", "/requests?since=today+02:00", None).await;
    assert_eq!(status, 400);
}

/// What the description rules out is refused, at the place where it is.
#[tokio::test]
async fn values_outside_the_description_are_refused_at_their_place() {
    let admin = Admin::start().await;
    let fault = |fields: Value| {
        let mut fault = json!({ "provider": "ravelin", "fault": "status", "status": 500 });
        fault
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        fault
    };
    for (method, target, body, pointer) in [
        ("POST", "/faults", fault(json!({ "times": 0 })), "/times"),
        ("POST", "/faults", fault(json!({ "status": 99 })), "/status"),
        (
            "POST",
            "/faults",
            fault(json!({ "probability": 1.1 })),
            "/probability",
        ),
        (
            "POST",
            "/faults",
            fault(json!({ "headers": { "": "a" } })),
            "/headers",
        ),
        (
            "POST",
            "/faults",
            fault(json!({ "headers": { "a": "b\r\nc: d" } })),
            "/headers",
        ),
        (
            "PUT",
            "/faults",
            json!([{ "provider": "ravelin", "fault": "oversized", "length": 12 }]),
            "/0/length",
        ),
        (
            "POST",
            "/connections",
            json!({ "action": "reset", "times": 0 }),
            "/times",
        ),
        (
            "POST",
            "/connections",
            json!({ "action": "reset", "provider": "x" }),
            "/provider",
        ),
        (
            "POST",
            "/requests/count",
            json!({ "provider": "x" }),
            "/provider",
        ),
        (
            "POST",
            "/requests/count",
            json!({ "since": "now" }),
            "/since",
        ),
        ("GET", "/requests?limit=0", Value::Null, "limit"),
        ("GET", "/requests?limit=10001", Value::Null, "limit"),
        (
            "PATCH",
            "/options/ravelin",
            json!({ "page_size": 0 }),
            "/page_size",
        ),
        (
            "PATCH",
            "/options/omnidesk",
            json!({ "page_limit": 0 }),
            "/page_limit",
        ),
        (
            "PATCH",
            "/options/omnidesk",
            json!({ "purge_path": "/nosuch" }),
            "/purge_path",
        ),
        (
            "PATCH",
            "/options/customer-radar",
            json!({ "bad_token_status": 65535 }),
            "/bad_token_status",
        ),
        (
            "PUT",
            "/options/customer-radar",
            json!({ "refused_login_status": 0 }),
            "/refused_login_status",
        ),
    ] {
        let (status, answer) = admin.call(method, target, Some(body)).await;
        assert_eq!(status, 400, "{method} {target}: {answer}");
        assert_eq!(answer["pointer"], pointer, "{answer}");
    }
    assert_eq!(admin.get("/faults").await, json!([]));
}
