//! Every shape that the response of a search can have.

use helpdesk_customers::{Error, Found, SearchByChannelValue, SearchByExternalId};
use serde_json::{Value, json};

use crate::support::answering;

/// Reads a response with both searches.
async fn search(body: &str) -> Result<Found, Error> {
    let by_id = SearchByExternalId::new("cust-1", 1);
    let by_id = answering(200, body).send(by_id).await;
    let by_value = SearchByChannelValue::new("ana@shop.example", 1);
    let by_value = answering(200, body).send(by_value).await;
    assert_eq!(by_id.as_ref().ok(), by_value.as_ref().ok());
    by_id
}

async fn ids(body: &Value) -> Vec<Option<u64>> {
    let found = search(&body.to_string()).await.unwrap();
    assert!(!found.is_nobody(), "{body}");
    found
        .customers()
        .iter()
        .map(|customer| customer.id)
        .collect()
}

#[tokio::test]
async fn one_customer_in_every_shape() {
    let ana = json!({"id": 42, "external_primary_id": "cust-1"});
    for body in [
        json!({"type": "text", "itemStart": 0, "itemTotal": 1, "itemLimit": 15, "items": [ana]}),
        json!({"items": [ana]}),
        json!({"type": "item", "item": ana}),
        json!([ana]),
        ana.clone(),
        json!({"id": "42"}),
        json!({"type": "result", "item": ana}),
        // A custom field can have any name.
        json!({"id": 42, "external_primary_id": "cust-1", "message": "x"}),
    ] {
        assert_eq!(ids(&body).await, [Some(42)], "{body}");
    }
    for key in [
        "external_primary_id",
        "brand_name",
        "firstname",
        "lastname",
        "channels",
    ] {
        assert_eq!(ids(&json!({ key: null })).await, [None], "{key}");
    }
}

#[tokio::test]
async fn several_customers() {
    for body in [
        json!([{"id": 1}, {"id": "2"}, {}]),
        json!({"items": [{"id": 1}, {"id": "2"}, {}]}),
    ] {
        assert_eq!(ids(&body).await, [Some(1), Some(2), None]);
    }
}

#[tokio::test]
async fn only_an_empty_list_means_nobody() {
    for body in [
        "[]",
        r#"{"items":[]}"#,
        r#"{"type":"text","itemStart":0,"itemTotal":0,"itemLimit":15,"items":[]}"#,
        r#"{"type":null,"itemStart":"1","itemTotal":null,"itemLimit":"15","items":[]}"#,
        r#"{"status":"success","items":[]}"#,
        r#"{"items":[],"status":200}"#,
    ] {
        let found = search(body).await.unwrap();
        assert!(found.is_nobody() && found.customers().is_empty(), "{body}");
    }
}

#[tokio::test]
async fn from_anything_else_nothing_follows() {
    for body in [
        "",
        " ",
        "null",
        "{}",
        "7",
        "\"no customer\"",
        "[7]",
        "[{\"id\":1},null]",
        "{\"items\":null}",
        "{\"items\":{}}",
        "{\"items\":[7]}",
        "{\"item\":null}",
        "{\"item\":[]}",
        "{\"itemTotal\":3,\"items\":[]}",
        // An empty list, and a member that contradicts it or may contradict it.
        "{\"items\":[{\"id\":7}],\"items\":[]}",
        "{\"items\":[],\"items\":[{\"id\":7}]}",
        "{\"items\":[],\"items\":[]}",
        "{\"itemTotal\":3,\"itemTotal\":0,\"items\":[]}",
        // Another customer may match.
        "{\"itemTotal\":2,\"items\":[{\"id\":1}]}",
        "{\"itemTotal\":\"2\",\"items\":[{\"id\":1}]}",
        "{\"items\":[],\"item\":{\"id\":7}}",
        "{\"items\":[],\"item\":null}",
        "{\"items\":[],\"id\":7}",
        "{\"items\":[],\"partial\":true}",
        "{\"items\":[],\"total\":3}",
        "{\"items\":[],\"message\":\"try again\"}",
        "{\"items\":[],\"success\":true}",
        "{\"items\":[],\"errors\":[]}",
        "{\"items\":[],\"status\":\"pending\"}",
        "{\"items\":[],\"status\":202.5}",
        "{\"items\":[],\"type\":[]}",
        "{\"items\":[],\"itemStart\":15}",
        "{\"items\":[],\"itemStart\":{}}",
        "{\"items\":[],\"itemLimit\":\"many\"}",
        // Two customers, of which only one would be read.
        "{\"item\":{\"id\":7},\"item\":{\"id\":8}}",
        "{\"items\":[{\"id\":7}],\"item\":{\"id\":8}}",
        "{\"id\":7,\"id\":8}",
        "{\"type\":\"result\",\"message\":\"No customer found.\"}",
        "{\"type\":\"result\",\"id\":7,\"message\":\"Customer not found\"}",
        "{\"type\":\"result\",\"id\":7,\"external_primary_id\":\"cust-1\"}",
        "{\"id\":7,\"message\":\"Customer not found\"}",
        "{\"item\":{\"type\":\"result\",\"id\":7}}",
        "[{\"type\":\"result\",\"id\":7,\"message\":\"Customer not found\"}]",
    ] {
        let found = search(body).await.unwrap();
        let Found::Unclear(raw) = &found else {
            panic!("{body}: {found:?}");
        };
        assert!(found.customers().is_empty() && !found.is_nobody());
        // Only the list inside the envelope is left of the response.
        if !body.contains("[7]") {
            assert_eq!(
                *raw,
                serde_json::from_str::<Value>(body).unwrap_or_default(),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn an_error_stays_an_error() {
    for status in [400, 404, 500] {
        let search = SearchByExternalId::new("cust-1", 1);
        let (builder, _) =
            crate::support::scripted((0..3).map(|_| {
                customer_api_core::transport::ScriptedResponse::status(status).body("[]")
            }));
        let client = builder.build().unwrap();
        let call = client.call(search);
        let call = call.retry(customer_api_core::retry::NeverRetry);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.is_not_found(), status == 404);
    }
    for body in [
        "{\"items\":[],\"success\":false}",
        "{\"items\":[],\"errors\":[\"no index\"]}",
        "{\"items\":[],\"error\":\"no index\"}",
        "{\"items\":[],\"status\":\"failed\"}",
        "{\"items\":[],\"code\":503}",
        "{\"type\":\"ERROR\",\"items\":[{\"id\":7}]}",
        "false",
    ] {
        assert!(search(body).await.unwrap_err().is_decode(), "{body}");
    }
    assert!(search("<html>").await.unwrap_err().is_decode());
    assert!(search("[{\"id\":1}").await.unwrap_err().is_decode());
}
