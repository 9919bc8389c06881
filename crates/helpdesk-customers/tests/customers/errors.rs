//! What an error contains of the provider's message, and whether the call happened.

use customer_api_core::{
    retry::NeverRetry,
    transport::{ScriptedResponse, TransportErrorKind},
};
use helpdesk_customers::{
    Delivery, Error, ErrorKind, GetCustomer, SearchByExternalId, UpdateCustomer,
};

use crate::support::{answering, scripted};

const FORM: &str = include_str!("../fixtures/form-does-not-exist.error.json");

async fn write(status: u16, body: &str) -> Error {
    let update = UpdateCustomer::new(7, 1);
    answering(status, body).send(update).await.unwrap_err()
}

#[tokio::test]
async fn an_error_status_is_refused_or_unknown_whatever_the_body() {
    for body in [FORM, "", "<html>", r#"{"type":"result","message":"done"}"#] {
        for (status, delivery) in [
            (400, Delivery::Refused),
            (401, Delivery::Refused),
            (403, Delivery::Refused),
            (404, Delivery::Refused),
            (409, Delivery::Refused),
            (422, Delivery::Refused),
            (408, Delivery::Unknown),
            (429, Delivery::Unknown),
            (500, Delivery::Unknown),
            (503, Delivery::Unknown),
        ] {
            let error = write(status, body).await;
            assert_eq!(
                (error.kind(), error.delivery(), error.status()),
                (ErrorKind::Status, delivery, Some(status)),
                "{body}"
            );
            assert_eq!(error.is_unauthorized(), matches!(status, 401 | 403));
            assert_eq!(error.is_not_found(), status == 404);
            assert_eq!(error.is_rate_limited(), status == 429);
            assert_eq!(error.is_server_error(), status >= 500);
            assert_eq!(error.body(), Some(body.as_bytes()));
        }
    }
}

#[tokio::test]
async fn nothing_is_concluded_from_the_message() {
    let error = write(400, r#"{"status":"error","message":"Customer not found"}"#).await;
    assert!(!error.is_not_found());
    assert_eq!(
        error.to_string(),
        "omnidesk updateCustomer: 400 Bad Request (\"Customer not found\"). Refused: the provider did nothing"
    );
}

#[tokio::test]
async fn a_2xx_that_calls_itself_an_error_is_refused_under_either_key() {
    for body in [
        FORM,
        r#"{"type":"error","message":"This form does not exist."}"#,
        "\u{feff}{\"type\":\"error\",\"message\":\"This form does not exist.\"}",
        "\r\n {\"message\":\"This form does not exist.\",\"more\":[1],\"type\":\"error\",\"status\":200}",
    ] {
        for status in [200, 201] {
            let error = write(status, body).await;
            assert_eq!(
                (error.kind(), error.delivery(), error.status()),
                (ErrorKind::Rejected, Delivery::Refused, Some(status)),
                "{body}"
            );
            assert_eq!(error.message(), Some("This form does not exist."));
        }
        let read = answering(200, body).send(GetCustomer::new(7)).await;
        assert_eq!(read.unwrap_err().kind(), ErrorKind::Rejected);
        let search = SearchByExternalId::new("cust-1", 1);
        let search = answering(200, body).send(search).await;
        assert_eq!(search.unwrap_err().kind(), ErrorKind::Rejected);
    }
    let silent = write(200, r#"{"status":"error","message":["x"]}"#).await;
    assert_eq!(
        (silent.delivery(), silent.message()),
        (Delivery::Refused, None)
    );
}

/// Errors as a failing back end prints them.
#[tokio::test]
async fn an_error_is_heard_through_noise() {
    let deep = format!(
        r#"{{"type":"error","data":{}{},"message":"no"}}"#,
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    for body in [
        "{\"type\":\"error\",\"message\":\"no\"}\n<br /><b>Warning</b>: x",
        r#"{"type":"error","message":"no"}{"type":"error","message":"yes"}"#,
        r#"{"code":1e999,"type":"error","message":"no"}"#,
        r#"{"type":"\u0065rror","message":"no"}"#,
        "[22-Nov-2026] PHP Notice {\"type\":\"error\",\"message\":\"no\"}",
        &deep,
    ] {
        let error = write(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.message()),
            (ErrorKind::Rejected, Delivery::Refused, Some("no")),
            "{body}"
        );
        // The same words in a response whose status already means an error.
        assert_eq!(write(400, body).await.message(), Some("no"), "{body}");
    }

    // The page may come from another server.
    for body in [
        "<br />\n<b>Notice</b>: Undefined index{\"status\":\"error\",\"message\":\"no\"}",
        "\r\n\u{feff}\u{feff} {\"type\":\"error\",\"message\":\"no\"}\0",
    ] {
        let error = write(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
        assert_eq!(write(400, body).await.message(), Some("no"), "{body}");
    }

    let latin1 = b"{\"type\":\"error\",\"message\":\"gr\xF6\xDFe\"}".to_vec();
    let (builder, _) = scripted([ScriptedResponse::status(200).body(latin1)]);
    let update = builder.build().unwrap().send(UpdateCustomer::new(7, 1));
    let error = update.await.unwrap_err();
    assert_eq!(
        (error.delivery(), error.message()),
        (Delivery::Refused, Some("gr\u{fffd}\u{fffd}e"))
    );
}

#[tokio::test]
async fn what_may_be_an_error_is_no_success() {
    for body in [
        r#"{"type":"error","message":"no",}"#,
        r#"{"type":"error","message":"a "quote""}"#,
        r#"{'type':"error"}"#,
        r#"{"status":"error","type":1e999}"#,
        r#"{"type":"result"}{"type":"error"}"#,
        r#"{"debug":1}<br />{"status": "error"}"#,
        r#"<b>"type" is "error"</b>{"type":"result"}"#,
        r#"[{"type":"error"},]"#,
        r#"<a title="error">"#,
        // Perhaps another server's page.
        "<p>thanks, {name}</p>",
        "<b>Notice</b>: x{\"type\":\"result\",\"message\":\"done\"}",
        // An error may have followed.
        r#"{"message":"Customer upd"#,
        r#"{"message":"Customer updated.","data":{"id":1}"#,
        r#"{"data":{"code":1e999}"#,
        "{",
    ] {
        let error = write(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
    }
}

/// No page documents these words, so they prove neither that the call happened nor that it did not.
#[tokio::test]
async fn a_failure_in_other_words_is_no_success() {
    for body in [
        r#"{"success":false,"message":"no permission"}"#,
        r#"{"success":0}"#,
        r#"{"Success" : false}"#,
        r#"{"ok":false}"#,
        r#"{"succ\u0065ss":false}"#,
        r#"{"error":"no permission"}"#,
        r#"{"error":{"code":7}}"#,
        r#"{"error":true}"#,
        r#"{"error_message":"no permission"}"#,
        r#"{"errors":["no permission"]}"#,
        r#"{"type":"result","errors":{"firstname":["is required"]}}"#,
        r#"{"errors": [ [] ]}"#,
        r#"{"exception":"Forbidden"}"#,
        r#"{"status":"failed"}"#,
        r#"{"status":"Failure"}"#,
        r#"{"status":false}"#,
        r#"{"result":"failed"}"#,
        r#"{"result":false}"#,
        r#"{"type":"ERROR"}"#,
        r#"{"Type":"error"}"#,
        r#"{"type":"\u0045RROR"}"#,
        r#"{"status":422}"#,
        r#"{"status":"422","message":"x"}"#,
        r#"{"status": 400}"#,
        r#"{"status":599}"#,
        r#"{"code":403}"#,
        r#"{"statusCode":500}"#,
        // The members contradict each other.
        r#"{"type":"error","type":"success"}"#,
        r#"{"status":"success","status":"error"}"#,
        // Not a customer: the id belongs to another object.
        r#"{"id":7,"success":false}"#,
        // Not JSON, or JSON with additional text.
        r#"{"success":false,"message":"done",}"#,
        r#"{"type":"result"}{"success":false}"#,
        r#"<b>Notice</b> {"code":403}"#,
        r#"{"status":"FAILED",}"#,
        "false",
        " false\n",
        "Error: no permission",
        "ERROR",
        "failed to save",
        r#""Error: no permission""#,
        r#""error""#,
    ] {
        let error = write(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
        let read = answering(200, body).send(GetCustomer::new(7)).await;
        assert!(read.unwrap_err().is_decode(), "{body}");
    }
    for body in [
        r#"{"status":399}"#,
        r#"{"status":600}"#,
        r#"{"code":1e999}"#,
    ] {
        let update = UpdateCustomer::new(7, 1);
        assert!(answering(200, body).send(update).await.is_ok(), "{body}");
    }
    // A failed write stays failed even if its response quotes a customer.
    let body = r#"{"id":7,"firstname":"Ana","error":"not saved"}"#;
    assert_eq!(write(200, body).await.delivery(), Delivery::Unknown);
    // Documented words decide, whatever other members contain.
    for body in [
        r#"{"type":"error","success":false,"message":"no"}"#,
        r#"{"status":"error","code":422,"errors":["x"],"message":"no"}"#,
    ] {
        let error = write(200, body).await;
        assert_eq!(
            (error.delivery(), error.message()),
            (Delivery::Refused, Some("no")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn noise_alone_is_no_error() {
    for body in [
        "Notice: x{\"type\":\"result\",\"message\":\"done\"}",
        r#"{"type":"result","data":{"type":"error"}}<br />"#,
        r#"{"type":"result","message":"done",}"#,
        r#"[{"type":"error"}]"#,
        r#"[{"type":"result"},]"#,
        r#""an error""#,
        "an error",
    ] {
        let update = UpdateCustomer::new(7, 1);
        let outcome = answering(200, body).send(update).await;
        assert!(outcome.is_ok(), "{body}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_2xx_that_broke_off_may_have_been_an_error() {
    let (builder, _) =
        scripted([ScriptedResponse::status(200).cut(TransportErrorKind::Interrupted)]);
    let client = builder.build().unwrap();
    let error = client.send(UpdateCustomer::new(7, 1)).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    for body in [
        "{",
        r#"{"type":"err"#,
        r#" {"status":"error","message":"Th"#,
        r#"<b>Notice</b>{"type":"err"#,
    ] {
        let error = write(200, body).await;
        assert_eq!(error.delivery(), Delivery::Unknown, "{body}");
    }
}

#[tokio::test]
async fn a_write_is_never_repeated_and_a_read_is() {
    for status in [408, 429, 500, 502, 503, 504] {
        let responses =
            || (0..3).map(|_| ScriptedResponse::status(status).header("retry-after", "0"));
        let (builder, transport) = scripted(responses());
        let client = builder.build().unwrap();
        assert!(client.send(UpdateCustomer::new(7, 1)).await.is_err());
        assert_eq!(transport.requests().len(), 1, "{status}");

        let (builder, transport) = scripted(responses());
        let client = builder.build().unwrap();
        assert!(client.send(GetCustomer::new(7)).await.is_err());
        assert_eq!(transport.requests().len(), 3, "{status}");

        // A POST that only reads.
        let (builder, transport) = scripted(responses());
        let client = builder.build().unwrap();
        let search = client.send(SearchByExternalId::new("cust-1", 1));
        assert!(search.await.is_err());
        assert_eq!(transport.requests().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn the_providers_message_comes_without_the_requests_own_data() {
    let body = r#"{"status":"error","message":"no ana@shop.example, O'Neil, +64 21, größe-180 in brand 1"}"#;
    let update = UpdateCustomer::new(7, 1)
        .lastname("O'Neil")
        .channel("1", "ana@shop.example")
        .channel("2", "+64 21")
        .custom_field("size", "größe-180");
    let client = answering(400, body);
    let error = client.call(update).retry(NeverRetry).send().await;
    let error = error.unwrap_err();
    let clean = "no [redacted], [redacted], [redacted], [redacted] in brand 1";
    assert_eq!(error.message(), Some(clean));
}

#[tokio::test]
async fn bodies_of_any_shape_are_survived() {
    for body in [
        "",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{\"message\":7}",
        "{\"message\":",
        "\u{fffd}",
    ] {
        let error = write(500, body).await;
        assert_eq!(
            (error.message(), error.delivery()),
            (None, Delivery::Unknown),
            "{body}"
        );
    }
}
