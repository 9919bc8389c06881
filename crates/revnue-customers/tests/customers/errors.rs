//! The parts of the provider's response that an error reports, and whether the call happened.

use customer_api_core::{retry::NeverRetry, transport::ScriptedResponse};
use revnue_customers::{
    DeleteCustomer, Delivery, Error, ErrorKind, GetCustomer, NewContactPerson, UpdateCustomer,
};

use crate::support::{answering, scripted};

const COMPANY: &str = include_str!("../fixtures/company-required.error.json");
const THROTTLED: &str = include_str!("../fixtures/throttled.error.json");

async fn write(status: u16, body: &str) -> Error {
    let update = UpdateCustomer::new(7, 1);
    answering(status, body).send(update).await.unwrap_err()
}

#[tokio::test]
async fn the_providers_samples() {
    let error = write(400, COMPANY).await;
    assert_eq!(error.message(), Some("company is required"));
    assert_eq!(
        error.to_string(),
        "revnue updateCustomer: 400 Bad Request (\"company is required\"). Refused: the provider did nothing"
    );
    let throttled = ScriptedResponse::status(429)
        .header("retry-after", "40")
        .body(THROTTLED);
    let (builder, transport) = scripted([throttled]);
    let client = builder.retry(NeverRetry).build().unwrap();
    let error = client.send(DeleteCustomer::new(7)).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.delivery(), Delivery::Refused);
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(40));
    assert_eq!(
        error.message(),
        Some("Request was throttled. Expected available in 40 seconds.")
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_error_status_is_refused_or_unknown_whatever_the_body() {
    for body in [COMPANY, "", "<html>", "[]", r#"{"name":["No."]}"#] {
        for (status, delivery) in [
            (400, Delivery::Refused),
            (401, Delivery::Refused),
            (403, Delivery::Refused),
            (404, Delivery::Refused),
            (405, Delivery::Refused),
            (429, Delivery::Refused),
            (408, Delivery::Unknown),
            (500, Delivery::Unknown),
            (503, Delivery::Unknown),
        ] {
            let update = UpdateCustomer::new(7, 1);
            let call = answering(status, body).call(update).retry(NeverRetry);
            let error = call.send().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.status()),
                (ErrorKind::Status, delivery, Some(status)),
                "{body}"
            );
            assert_eq!(error.is_not_found(), status == 404);
            assert_eq!(error.body(), Some(body.as_bytes()));
        }
    }
}

#[tokio::test]
async fn messages_of_fields_are_joined_and_the_rest_is_kept_raw() {
    let body = r#"{"name":["This field is required."],"contact_person":{"email":["Enter a valid email address."]}}"#;
    let error = write(400, body).await;
    assert_eq!(
        error.message(),
        Some("contact_person.email: Enter a valid email address.; name: This field is required.")
    );
    assert_eq!(error.body(), Some(body.as_bytes()));
    for body in [
        "",
        "null",
        "7",
        "{\"detail\":7}",
        "<p>502</p>",
        "{\"detail\":",
        "\u{fffd}",
    ] {
        let error = write(502, body).await;
        assert_eq!(
            (error.message(), error.body()),
            (None, Some(body.as_bytes()))
        );
    }
    let marked = write(400, "\u{feff}{\"detail\":\"No.\"}").await;
    assert_eq!(marked.message(), Some("No."));
    let deep = "[".repeat(60_000);
    assert_eq!(write(400, &deep).await.message(), None);
}

#[tokio::test]
async fn the_providers_message_comes_without_the_requests_own_data() {
    let body = r#"{"detail":"no Maya Okafor, maya@shop.example, +1 503 in 1"}"#;
    let person = NewContactPerson::new()
        .name("Maya Okafor")
        .email("maya@shop.example");
    let update = UpdateCustomer::new(7, 1)
        .contact_person(person)
        .phone("+1 503");
    let error = answering(400, body).send(update).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some("no [redacted], [redacted], [redacted] in 1")
    );
}

#[tokio::test]
async fn an_old_deployment_without_patch_is_told_and_nothing_else_is_tried() {
    let (builder, transport) = scripted([
        ScriptedResponse::status(405).body(r#"{"detail":"Method \"PATCH\" not allowed."}"#)
    ]);
    let client = builder.build().unwrap();
    let update = client.send(UpdateCustomer::new(7, 1).city("Portland"));
    let error = update.await.unwrap_err();
    assert_eq!(
        (error.status(), error.delivery()),
        (Some(405), Delivery::Refused)
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let response =
        || ScriptedResponse::status(301).header("location", "https://elsewhere.example/x?y=1");
    let (builder, transport) = scripted([response()]);
    let client = builder.build().unwrap();
    let error = client.send(GetCustomer::new(7, 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(error.location(), Some("https://elsewhere.example/x"));
    assert_eq!(transport.requests().len(), 1);
}
