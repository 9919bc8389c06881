//! The parts of the provider's response that an error reports.

use ravelin_labels::{
    Delivery, Error, ErrorKind, Label, LabelCustomer, LastReview, LegacyLabelCustomer,
    PaymentFraudReview,
};

use crate::support::answering;

async fn label_error(status: u16, body: &str) -> Error {
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
    answering(status, body).send(label).await.unwrap_err()
}

#[tokio::test]
async fn a_wrong_key_is_refused_with_the_providers_message() {
    for status in [401, 403] {
        let error = label_error(status, include_str!("../fixtures/wrong-key.error.json")).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.status()),
            (ErrorKind::Status, Delivery::Refused, Some(status))
        );
        assert!(error.is_unauthorized());
        let message =
            "Invalid Request: API Key Incorrect. Please check your credentials and try again";
        assert_eq!(error.message(), Some(message));
        assert_eq!(error.trace_id(), None);
    }
}

#[tokio::test]
async fn an_unknown_customer_is_not_found_whatever_the_status() {
    let error = label_error(
        400,
        include_str!("../fixtures/customer-not-found.synthetic.error.json"),
    )
    .await;
    assert_eq!(
        (error.status(), error.delivery()),
        (Some(400), Delivery::Refused)
    );
    assert_eq!(
        error.trace_id(),
        Some("3d2f6c1e-8b47-4a90-9c55-0e7f1a2b3c4d")
    );
    assert!(error.is_not_found());
    assert_eq!(
        error.to_string(),
        "ravelin labelCustomer: 400 Bad Request, trace 3d2f6c1e-8b47-4a90-9c55-0e7f1a2b3c4d (\"Customer not found\"). \
         Refused: the provider did nothing"
    );
    assert!(label_error(404, "").await.is_not_found());
    let other = include_str!("../fixtures/additional-property.synthetic.error.json");
    assert!(!label_error(400, other).await.is_not_found());
}

#[tokio::test]
async fn an_unknown_property_is_refused() {
    let error = label_error(
        400,
        include_str!("../fixtures/additional-property.synthetic.error.json"),
    )
    .await;
    assert_eq!(error.delivery(), Delivery::Refused);
    let start = "JSON validation error - userName: Additional property userName is not allowed";
    assert!(error.message().unwrap().starts_with(start));
}

#[tokio::test]
async fn the_page_of_a_proxy_is_kept_raw_and_not_shown() {
    let page = "<html><h1>502 Bad Gateway</h1></html>";
    let error = label_error(502, page).await;
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Status, Delivery::Unknown)
    );
    assert_eq!(
        (error.message(), error.body()),
        (None, Some(page.as_bytes()))
    );
    assert!(!format!("{error} {error:?}").contains("html"));
}

#[tokio::test]
async fn bodies_of_any_shape_are_survived() {
    for body in [
        "",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{\"message\":7,\"traceId\":[]}",
        "{\"message\":",
        "\u{fffd}",
    ] {
        let error = label_error(500, body).await;
        assert_eq!(
            (error.message(), error.trace_id(), error.delivery()),
            (None, None, Delivery::Unknown),
            "{body}"
        );
    }
    assert_eq!(
        label_error(400, "{\"Error\":\"old style\"}")
            .await
            .message(),
        Some("old style")
    );
}

#[tokio::test]
async fn the_customers_limit_is_refused_though_the_status_is_200() {
    let body = include_str!("../fixtures/customer-rate-limit.synthetic.error.json");
    let error = label_error(200, body).await;
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Rejected, Delivery::Refused)
    );
    assert_eq!(
        (error.status(), error.code()),
        (Some(200), Some("RATE_LIMIT"))
    );
    let error = answering(200, body)
        .send(LastReview::new("c"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Rejected, Delivery::Refused)
    );
}

#[tokio::test]
async fn the_customers_limit_is_seen_however_it_is_written() {
    for body in [
        "\u{feff}{\"data\":{\"source\":\"RATE_LIMIT\"}}",
        r#"{"action":"PREVENT","source":"RATE_LIMIT"}"#,
        r#"{"data":{"source":"RATE\u005fLIMIT"}}"#,
    ] {
        let error = label_error(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Rejected, Delivery::Refused),
            "{body}"
        );
    }
    // The body contains the marker, or may contain it, but can't be parsed.
    for body in [
        r#"{"data":{"source":"RATE_LIMIT"}"#,
        r#"{"data":{"source":"RATE_LIMIT"}} x"#,
        "RATE_LIMIT",
        // The missing part may have contained the marker.
        r#"{"eventTime":"#,
        r#"{"eventTime":{"x":1}"#,
        r#"["#,
        &format!("{{\"note\":\"{}", "x".repeat(3_000)),
    ] {
        let error = label_error(200, body).await;
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
    }
}

/// The provider does not document the place of the marker. A marker in another place, or in another spelling, does not prove that
/// nothing was kept. It is not a success either.
#[tokio::test]
#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn a_limit_that_is_told_in_another_place_leaves_a_doubt() {
    for body in [
        r#"[{"source":"RATE_LIMIT"}]"#,
        r#"{"data":[{"source":"RATE_LIMIT"}]}"#,
        r#"{"data":{"data":{"source":"RATE_LIMIT"}}}"#,
        r#"{"result":{"data":{"source":"RATE_LIMIT"}}}"#,
        r#"{"eventTime":"2020-01-23T16:33:02Z","score":{"source":"RATE_LIMIT"}}"#,
        r#"{"Source":"RATE_LIMIT"}"#,
        r#"{"data":{"SOURCE":"RATE_LIMIT"}}"#,
        r#"{"Data":{"source":"RATE_LIMIT"}}"#,
        r#"{"source":"rate_limit"}"#,
        r#"{"data":{"source":"Rate_Limit"}}"#,
        r#"{"source":" RATE_LIMIT\n"}"#,
        r#"{"source":["RATE_LIMIT"]}"#,
        r#"{"data":{"source":["ok",["rate_limit"]]}}"#,
        r#"{"source":{"name":"RATE_LIMIT"}}"#,
        r#"{"\u0073ource":["RATE\u005fLIMIT"]}"#,
        // The provider does not document which of the two counts.
        r#"{"source":"RATE_LIMIT","source":"OK"}"#,
        r#"{"source":"OK","source":"RATE_LIMIT"}"#,
        r#"{"data":{"source":"RATE_LIMIT","source":"OK"}}"#,
        r#"{"data":{"source":"RATE_LIMIT"},"data":{}}"#,
        r#"{"data":{},"data":{"source":"RATE_LIMIT"}}"#,
        r#""RATE_LIMIT""#,
        r#"" rate_limit ""#,
        r#""RATE\u005fLIMIT""#,
        r#"["RATE_LIMIT"]"#,
        "rate_limit",
    ] {
        let legacy = LegacyLabelCustomer::new("cust-1", Label::Genuine);
        for error in [
            label_error(200, body).await,
            answering(200, body).send(legacy).await.unwrap_err(),
        ] {
            assert_eq!(
                (error.kind(), error.delivery(), error.code()),
                (ErrorKind::Decode, Delivery::Unknown, None),
                "{body}"
            );
        }
    }
    // A marker in one of the two known places is decisive, whatever else the body contains.
    for body in [
        r#"{"data":{"source":"RATE_LIMIT"},"source":"RULES"}"#,
        r#"{"source":"RATE_LIMIT","events":[{"source":"RATE_LIMIT"}]}"#,
    ] {
        assert_eq!(label_error(200, body).await.delivery(), Delivery::Refused);
    }
}

#[tokio::test]
async fn the_word_alone_is_no_failure() {
    for body in [
        r#"{"eventTime":"2020-01-23T16:33:02Z","note":"RATE_LIMIT"}"#,
        r#"{"eventTime":"2020-01-23T16:33:02Z","comment":"source: rate_limit"}"#,
        r#"{"reviewText":"{\"source\":\"RATE_LIMIT\"}"}"#,
        r#"{"source":"see RATE_LIMIT"}"#,
        r#"{"source":"RULES","sources":"RATE_LIMIT","comments":["RATE_LIMIT"]}"#,
        r#"{"source":"RULES","data":{"reviewText":"RATE_LIMIT"}}"#,
        r#""the RATE_LIMIT of this customer""#,
    ] {
        let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
        assert!(answering(200, body).send(label).await.is_ok(), "{body}");
    }
}

/// A body with an escape may contain the marker, and is therefore parsed. A body that is not JSON does not matter, unless it was cut
/// off.
#[tokio::test]
#[expect(deprecated, reason = "it can be called, so its responses are judged")]
async fn a_body_with_escapes_that_is_no_json_counts_unless_it_was_cut_off() {
    let legacy = || LegacyLabelCustomer::new("cust-1", Label::Genuine);
    let label = || LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
    let whole = r"Thanks \o/";
    answering(200, whole).send(legacy()).await.unwrap();
    assert_eq!(answering(200, whole).send(label()).await.unwrap(), None);
    let cut = r#"{"a":"\u0041"#;
    let told = |error: Error| (error.kind(), error.delivery());
    let doubt = (ErrorKind::Decode, Delivery::Unknown);
    assert_eq!(
        told(answering(200, cut).send(legacy()).await.unwrap_err()),
        doubt
    );
    assert_eq!(
        told(answering(200, cut).send(label()).await.unwrap_err()),
        doubt
    );
    // A marker in a body that is not JSON makes the outcome unknown, even if nothing was cut off.
    let marked = "sorry: RATE_LIMIT";
    assert_eq!(
        told(answering(200, marked).send(label()).await.unwrap_err()),
        doubt
    );
}
