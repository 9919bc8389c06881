//! How each response of a read or a write is read.

use customer_api_core::error::{DecodeCategory, DecodeError};
use helpdesk_customers::{
    CreateCustomer, Customer, CustomerPage, DeleteCustomer, Delivery, Error, ErrorKind,
    GetCustomer, GetTimeline, ListCustomers, Timeline, UpdateCustomer, WriteResult,
};
use serde_json::json;

use crate::support::answering;

async fn list(body: &str) -> Result<CustomerPage, Error> {
    answering(200, body).send(ListCustomers::new()).await
}

async fn get(body: &str) -> Result<Customer, Error> {
    answering(200, body).send(GetCustomer::new(7)).await
}

async fn timeline(body: &str) -> Result<Timeline, Error> {
    answering(200, body).send(GetTimeline::new(1, "c")).await
}

async fn write(status: u16, body: &str) -> Result<WriteResult, Error> {
    let create = CreateCustomer::new(1).external_id("c");
    answering(status, body).send(create).await
}

#[tokio::test]
async fn numbers_may_come_as_text_and_fields_may_be_missing() {
    let page = list(r#"{"itemStart":"0","itemTotal":"17","itemLimit":null,"items":[{"id":"42","external_primary_id":7,"firstname":null,"channels":null},{}]}"#)
        .await
        .unwrap();
    assert_eq!(
        (page.item_start, page.item_total, page.item_limit),
        (Some(0), Some(17), None)
    );
    assert_eq!(page.type_, None);
    assert_eq!(page.items[0].id, Some(42));
    assert_eq!(page.items[0].external_id.as_deref(), Some("7"));
    assert_eq!(page.items[0].firstname, None);
    assert!(page.items[0].channels.is_empty());
    assert_eq!(page.items[1].id, None);
    for id in [
        "-1",
        "+1",
        "1.5",
        "\"\"",
        "\"+7\"",
        "\" 7\"",
        "\"7a\"",
        "[7]",
        "true",
        "99999999999999999999",
    ] {
        let body = format!(r#"{{"items":[{{"id":{id}}}]}}"#);
        // `+1` is not JSON.
        if let Ok(page) = list(&body).await {
            assert_eq!(page.items[0].id, None, "{id}");
        } else {
            assert_eq!(id, "+1");
        }
    }
    let body = r#"{"items":[{"id":18446744073709551615},{"id":"18446744073709551615"}]}"#;
    for customer in list(body).await.unwrap().items {
        assert_eq!(customer.id, Some(u64::MAX));
    }
}

#[tokio::test]
async fn what_nobody_knows_is_kept() {
    let raw = json!({
        "id": 1,
        "channels": [{"type": 1, "value": "ana@shop.example"}, "text", 7, null],
        "custom_testfield": "x",
        "created_at": "2020-01-01 10:00:00",
    });
    let customer = get(&raw.to_string()).await.unwrap();
    assert_eq!(customer.channels.len(), 4);
    assert_eq!(customer.channels[0]["value"], "ana@shop.example");
    let others: Vec<_> = customer.others().map(|(key, _)| key).collect();
    assert_eq!(others, ["created_at", "custom_testfield"]);
    assert_eq!(customer.raw, raw);
    let stored = serde_json::to_string(&customer).unwrap();
    assert_eq!(serde_json::from_str::<Customer>(&stored).unwrap(), customer);
}

#[tokio::test]
async fn a_customer_in_an_envelope_and_without() {
    for body in [
        r#"{"type":"item","item":{"id":"42"}}"#,
        r#"{"item":{"id":42}}"#,
        r#"{"id":42}"#,
        r#"{"id":42,"item":null}"#,
        r#"{"id":42,"item":"a word"}"#,
        r#"{"id":42,"item":[{"id":1}],"items":[{"id":2}]}"#,
    ] {
        assert_eq!(get(body).await.unwrap().id, Some(42), "{body}");
    }
    for body in [
        r#"[{"id":1}]"#,
        r#"{"items":[{"id":1}]}"#,
        r#"{"type":"item","item":[{"id":1}]}"#,
        r#"{"type":"text","itemStart":0,"itemTotal":1,"items":[{"id":"1"}]}"#,
    ] {
        let customer = get(body).await.unwrap();
        assert_eq!(
            (customer.id, customer.raw["id"].is_null()),
            (Some(1), false),
            "{body}"
        );
    }
}

#[tokio::test]
async fn json_without_a_customer_is_a_customer_without_fields() {
    for body in [
        "",
        " \n",
        "null",
        "{}",
        "[]",
        "7",
        "\"no customer\"",
        "[null]",
        "[[]]",
        r#"[{"id":1},{"id":2}]"#,
        r#"{"items":[]}"#,
        r#"{"items":{"id":1}}"#,
        r#"{"item":[]}"#,
        r#"{"item":null}"#,
        r#"{"type":"result","message":"Customer not found"}"#,
        r#"{"type":"result","id":7,"message":"Customer not found"}"#,
    ] {
        let customer = get(body).await.unwrap();
        let raw: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        assert_eq!(customer.raw, raw, "{body}");
        assert_eq!(customer.id, None, "{body}");
        let texts = [
            customer.external_id,
            customer.brand_name,
            customer.firstname,
            customer.lastname,
        ];
        assert_eq!(texts, [None, None, None, None], "{body}");
        assert!(customer.channels.is_empty());
    }
}

#[tokio::test]
async fn a_read_that_makes_no_sense_is_an_error_that_names_the_place() {
    for (body, category) in [
        ("", DecodeCategory::Empty),
        ("<html>", DecodeCategory::Syntax),
        ("[]", DecodeCategory::Shape),
        ("null", DecodeCategory::Shape),
    ] {
        let error = list(body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
        let source = error.cause().unwrap();
        let source = source.downcast_ref::<DecodeError>().unwrap();
        assert_eq!(source.category(), category, "{body}");
    }
    for body in ["<html>", "no customer", "[{\"id\":1}"] {
        assert!(get(body).await.unwrap_err().is_decode(), "{body}");
    }
}

/// An empty page would end the list of all customers without an error.
#[tokio::test]
async fn a_page_without_its_list_is_no_empty_page() {
    for body in [
        "{}",
        r#"{"items":null}"#,
        r#"{"items":{}}"#,
        r#"{"type":"result","message":"nothing"}"#,
    ] {
        let error = list(body).await.unwrap_err();
        let source = error.cause().unwrap();
        let source = source.downcast_ref::<DecodeError>().unwrap();
        assert_eq!(source.path(), "items", "{body}");
    }
    assert!(list(r#"{"items":[]}"#).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn timelines_of_every_shape() {
    let entries = json!([{"id": 1, "type": "event"}, {"id": "2", "meta_data": "{\"a\":1}"}, 7]);
    for body in [
        entries.to_string(),
        json!({"type": "list", "items": entries}).to_string(),
    ] {
        let timeline = timeline(&body).await.unwrap();
        assert_eq!(timeline.entries(), entries.as_array().map(Vec::as_slice));
    }
    assert_eq!(timeline("[]").await.unwrap().entries(), Some(&[][..]));
    for body in ["", "null", "{}", "7", r#"{"message":"x"}"#] {
        let timeline = timeline(body).await.unwrap();
        assert_eq!(timeline.entries(), None, "{body}");
    }
    assert!(timeline("<html>").await.unwrap_err().is_decode());
}

#[tokio::test]
async fn any_2xx_is_a_write_that_was_made_whatever_its_body() {
    for (body, message) in [
        ("", None),
        ("null", None),
        ("[]", None),
        ("7", None),
        ("done", None),
        ("{\"message\":7}", Some("7")),
        ("{\"message\":[]}", None),
        (
            "{\"type\":\"result\",\"message\":\"User created and channel linked.\"}",
            Some("User created and channel linked."),
        ),
        (
            "{\"type\":\"result\",\"message\":\"Created.\",\"ticketID\":\"7\"}",
            Some("Created."),
        ),
        ("{\"type\":\"RESULT\",\"status\":0}", None),
        // Numbers may be ids, and empty members may have any name.
        ("{\"result\":422,\"id\":\"422\"}", None),
        (
            "{\"success\":true,\"error\":null,\"errors\":[],\"code\":200}",
            None,
        ),
        (
            "{\"error\":false,\"errorCode\":0,\"status\":\"ok\",\"message\":\"done\"}",
            Some("done"),
        ),
        (
            "{\"message\":\"an error\",\"data\":{\"type\":\"error\"}}",
            Some("an error"),
        ),
        ("[{\"type\":\"error\"}]", None),
    ] {
        for status in [200, 201, 202, 204] {
            let response = write(status, body).await.unwrap();
            assert_eq!(response.message.as_deref(), message, "{status} {body}");
            let raw: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
            assert_eq!(response.raw, raw, "{status} {body}");
        }
    }
    assert!(
        answering(200, "")
            .send(DeleteCustomer::new(7))
            .await
            .is_ok()
    );
    assert!(
        answering(200, "")
            .send(UpdateCustomer::new(7, 1))
            .await
            .is_ok()
    );
}

/// Words about a customer are not about the call.
#[tokio::test]
async fn a_customers_own_fields_may_be_called_anything() {
    let own =
        r#""status":"failed","type":"ERROR","code":422,"success":false,"error":"x","errors":[1]"#;
    for body in [
        format!(r#"{{"type":"item","item":{{"id":42,{own}}}}}"#),
        format!(r#"{{"data":{{{own}}},"item":{{"id":42,"type":"error"}}}}"#),
        format!(r#"{{"id":42,"external_primary_id":"cust-1",{own}}}"#),
        format!(r#"{{{own},"firstname":"Ana","id":42}}"#),
        format!(r#"[{{"id":42,{own}}}]"#),
    ] {
        assert_eq!(get(&body).await.unwrap().id, Some(42), "{body}");
    }
    let body = format!(r#"{{"items":[{{"id":42,{own},"status":"error"}}]}}"#);
    assert_eq!(list(&body).await.unwrap().items[0].id, Some(42));
    for body in [
        format!(r#"{{"type":"result","data":{{{own}}}}}"#),
        format!(r#"{{"customer":{{{own}}},"type":"result"}}"#),
    ] {
        assert!(write(200, &body).await.is_ok(), "{body}");
    }
}

#[tokio::test]
async fn deep_nesting_is_survived() {
    let deep = "[".repeat(100_000);
    assert_eq!(write(200, &deep).await.unwrap(), WriteResult::default());
    assert!(timeline(&deep).await.unwrap_err().is_decode());
}
