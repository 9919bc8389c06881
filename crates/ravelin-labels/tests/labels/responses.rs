//! The result of each response: a value, nothing, or an error.

use customer_api_core::error::{DecodeCategory, DecodeError};
use ravelin_labels::{
    CustomerReviews, Delivery, Error, ErrorKind, Label, LabelCustomer, LabelReceipt, LastReview,
    LegacyLabelCustomer, PaymentFraudReview, Review,
};

use crate::support::answering;

const LAST: &str = include_str!("../fixtures/last-review.response.json");
const ALL: &str = include_str!("../fixtures/customer-reviews.response.json");

async fn last(body: &str) -> Result<Option<Review>, Error> {
    answering(200, body).send(LastReview::new("c")).await
}

async fn all(body: &str) -> Result<Vec<Review>, Error> {
    answering(200, body).send(CustomerReviews::new("c")).await
}

async fn label(status: u16, body: &str) -> Result<Option<LabelReceipt>, Error> {
    answering(status, body)
        .send(LabelCustomer::payment_fraud(
            "c",
            PaymentFraudReview::Genuine,
        ))
        .await
}

#[tokio::test]
async fn the_providers_last_review() {
    let review = last(LAST).await.unwrap().unwrap();
    assert_eq!(review.customer_id, "trs-AFmNplMLJBJOhXA");
    assert_eq!(review.label, Label::Fraudster);
    let comment = "We spoke to this customer on the phone and determined they are not a fraudster.";
    assert_eq!(review.comment.as_deref(), Some(comment));
    assert_eq!(review.timestamp.as_str(), "2020-01-23T16:33:02Z");
    let reviewer = review.reviewer.unwrap();
    assert_eq!(reviewer.name.as_deref(), Some("Bilbo Baggins"));
    assert_eq!(reviewer.email.as_deref(), Some("bilbo.b@shiremail.com"));
}

#[tokio::test]
async fn the_providers_reviews_of_a_customer() {
    let reviews = all(ALL).await.unwrap();
    assert_eq!(
        reviews
            .iter()
            .map(|review| review.label.as_str())
            .collect::<Vec<_>>(),
        ["FRAUDSTER", "GENUINE"]
    );
    assert!(reviews[0].timestamp < reviews[1].timestamp);
}

#[tokio::test]
async fn what_the_provider_prints_is_written_back_as_it_was() {
    let review = last(LAST).await.unwrap().unwrap();
    let written = serde_json::to_value(&review).unwrap();
    assert_eq!(
        written,
        serde_json::from_str::<serde_json::Value>(LAST).unwrap()
    );
    let page: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/all-reviews-page.response.json")).unwrap();
    let reviews: Vec<Review> = serde_json::from_value(page["reviews"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&reviews).unwrap(), page["reviews"]);
    assert_eq!(reviews[0].comment, None);
}

#[tokio::test]
async fn fields_that_nobody_knows_are_ignored() {
    let body = r#"{"unknownField1":{"a":[1]},"customerId":"c","label":"GENUINE","unknownField2":null,"timestamp":"2020-01-23T16:33:02Z","reviewer":{"unknownField3":1,"name":"Ana"}}"#;
    let review = last(body).await.unwrap().unwrap();
    assert_eq!(review.reviewer.unwrap().name.as_deref(), Some("Ana"));
}

#[tokio::test]
async fn a_label_that_is_not_listed_is_kept_and_written_back() {
    for value in [
        "REFUND_ABUSE",
        "NOT_REFUND_ABUSE",
        "fraudster",
        "",
        "é \"x\"",
    ] {
        let body = serde_json::json!({ "customerId": "c", "label": value, "timestamp": "2020-01-23T16:33:02Z" });
        let review = last(&body.to_string()).await.unwrap().unwrap();
        assert_eq!(review.label.as_str(), value);
        assert!(matches!(review.label, Label::Unlisted(_)));
        assert_eq!(serde_json::to_value(&review).unwrap(), body);
    }
    assert_eq!(Label::unlisted("GENUINE"), Label::Genuine);
}

#[tokio::test]
async fn timestamps_keep_0_to_9_fractional_digits() {
    for digits in 0..=9 {
        let fraction = if digits == 0 {
            String::new()
        } else {
            format!(".{}", &"164260202"[..digits])
        };
        let text = format!("2025-01-27T16:43:58{fraction}Z");
        let body = format!(r#"{{"customerId":"c","label":"GENUINE","timestamp":"{text}"}}"#);
        let review = last(&body).await.unwrap().unwrap();
        assert_eq!(
            (review.timestamp.as_str(), review.timestamp.unix_seconds()),
            (&*text, 1_737_996_238)
        );
    }
}

#[tokio::test]
async fn a_customer_without_reviews_gives_nothing() {
    for body in [
        "",
        " ",
        "null",
        "{}",
        r#"{"label":null}"#,
        r#"{"customerId":"c","unknownField":1}"#,
        r#"{"customerId":"c","label":null,"comment":null,"reviewer":null,"timestamp":null}"#,
        r#"{"reviews":[]}"#,
        r#"{"reviews":null}"#,
    ] {
        assert_eq!(last(body).await.unwrap(), None, "{body}");
    }
    for body in [
        "",
        "null",
        "{}",
        r#"{"reviews":null}"#,
        r#"{"reviews":[]}"#,
        r#"{"unknownField":1}"#,
    ] {
        assert_eq!(all(body).await.unwrap(), [], "{body}");
    }
    assert_eq!(
        answering(204, "").send(LastReview::new("c")).await.unwrap(),
        None
    );
    assert_eq!(
        answering(204, "")
            .send(CustomerReviews::new("c"))
            .await
            .unwrap(),
        []
    );
}

/// A caller that settles an unknown label would take "none" for "not applied".
#[tokio::test]
async fn an_object_of_something_else_is_an_error_and_not_no_review() {
    let unlike = |error: &Error, body: &str, path: &str| {
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
        let source = error.cause().unwrap();
        let source = source.downcast_ref::<DecodeError>().unwrap();
        assert_eq!(
            (source.category(), source.path()),
            (DecodeCategory::Shape, path),
            "{body}"
        );
        assert!(!format!("{error} {error:?}").contains("ana@"), "{body}");
    };
    for body in [
        r#"{"status":500,"message":"internal error"}"#,
        r#"{"status":200,"timestamp":1579797182}"#,
        r#"{"error":"ana@shop.example"}"#,
        r#"{"error":null}"#,
        r#"{"data":[{"customerId":"c","label":"GENUINE","timestamp":"2020-01-23T16:33:02Z"}]}"#,
        r#"{"data":{"reviews":[]}}"#,
        r#"{"meta":{}}"#,
        r#"{"ana@shop.example":1}"#,
        r#"{"unknownField1":1,"message":"internal error"}"#,
        r#"{"\u0065rror":"x"}"#,
    ] {
        unlike(&all(body).await.unwrap_err(), body, "reviews");
        unlike(&last(body).await.unwrap_err(), body, "label");
    }
    for body in [
        r#"{"reviews":null,"status":500,"message":"internal error"}"#,
        r#"{"Reviews":[]}"#,
        r#"{"customerId":"c"}"#,
        r#"{"customerId":"c","label":"GENUINE","timestamp":"2020-01-23T16:33:02Z"}"#,
    ] {
        unlike(&all(body).await.unwrap_err(), body, "reviews");
    }
    for body in [
        r#"{"label":null,"status":500,"message":"internal error"}"#,
        r#"{"Label":"GENUINE"}"#,
        r#"{"reviews":[{"customerId":"c","label":"GENUINE","timestamp":"2020-01-23T16:33:02Z"}]}"#,
        r#"{"reviews":null,"status":500}"#,
        r#"{"reviews":[],"status":500}"#,
    ] {
        unlike(&last(body).await.unwrap_err(), body, "label");
    }
}

#[tokio::test]
async fn a_read_that_makes_no_sense_is_an_error_that_names_the_place() {
    for (body, category, path) in [
        ("<html>", DecodeCategory::Syntax, ""),
        ("[]", DecodeCategory::Shape, ""),
        (
            r#"{"reviews":{"customerId":"ana@shop.example"}}"#,
            DecodeCategory::Shape,
            "reviews",
        ),
        (
            r#"{"reviews":"ana@shop.example"}"#,
            DecodeCategory::Shape,
            "reviews",
        ),
        (r#"{"reviews":["#, DecodeCategory::Truncated, ""),
    ] {
        let error = all(body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
        let source = error
            .cause()
            .unwrap()
            .downcast_ref::<DecodeError>()
            .unwrap();
        assert_eq!(source.category(), category, "{body}");
        assert!(source.path().starts_with(path), "{body}: {}", source.path());
        assert!(!format!("{error} {error:?} {source} {source:?}").contains("ana@"));
    }
}

/// A response without a label means "no review". Half a review is an error.
#[tokio::test]
async fn a_last_review_with_a_label_that_can_not_be_read_is_an_error() {
    for body in [
        r#"{"customerId":"c","label":"GENUINE"}"#,
        r#"{"customerId":7,"label":"GENUINE","timestamp":"2020-01-23T16:33:02Z"}"#,
        r#"{"customerId":"c","label":[],"timestamp":"2020-01-23T16:33:02Z"}"#,
        r#"{"customerId":"c","label":"GENUINE","timestamp":"yesterday"}"#,
    ] {
        let error = last(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
    let without = r#"{"customerId":"c","label":null}"#;
    assert_eq!(last(without).await.unwrap(), None);
}

#[tokio::test]
async fn a_review_that_can_not_be_read_is_told_and_the_list_goes_on() {
    let good = r#"{"customerId":"c","label":7,"timestamp":"2020-01-23t16:33:02z"}"#;
    for (odd, cause) in [
        (
            r#"{"customerId":"ana@shop.example","label":null}"#,
            Some("reviews[0].label"),
        ),
        (r#"{"customerId":"c","label":"GENUINE"}"#, None),
        (
            r#"{"customerId":"c","label":"GENUINE","timestamp":"2020-01-23T16:33:02"}"#,
            Some("reviews[0].timestamp"),
        ),
        (
            r#"{"customerId":7,"label":"GENUINE","timestamp":"2020-01-23T16:33:02Z"}"#,
            Some("reviews[0].customerId"),
        ),
    ] {
        let body = format!(r#"{{"reviews":[{odd},{good}]}}"#);
        let call = answering(200, &body)
            .call(CustomerReviews::new("c"))
            .response()
            .await;
        let (reviews, unreadable) = call.unwrap().into_parts();
        assert_eq!((reviews.len(), reviews[0].label.as_str()), (1, "7"));
        assert_eq!((unreadable[0].raw(), unreadable[0].cause()), (odd, cause));
        assert_eq!(unreadable[1].path(), "reviews[1].label");
        assert!(!format!("{unreadable:?}").contains("ana@"));
    }
}

#[tokio::test]
async fn the_three_published_responses_to_a_label() {
    let a = r#"{"timestamp":"2020-01-23T16:33:02.123456789Z","category":"refundAbuse","author":{"name":"Ana","email":"ana@shop.example"},"review":"FRAUDSTER","reviewBand":"red","reviewText":"x","entityId":"c","entityType":"customer"}"#;
    let receipt = label(200, a).await.unwrap().unwrap();
    assert_eq!(
        receipt.recorded_at().unwrap().as_str(),
        "2020-01-23T16:33:02.123456789Z"
    );
    assert_eq!(receipt.category.as_deref(), Some("refundAbuse"));
    assert_eq!(
        (receipt.entity_id.as_deref(), receipt.review_band.as_deref()),
        (Some("c"), Some("red"))
    );

    for text in ["2025-01-27T16:43:58.164260202Z", "2020-01-23T16:33:02Z"] {
        let receipt = label(200, &format!(r#"{{"eventTime":"{text}"}}"#))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(receipt.recorded_at().unwrap().as_str(), text);
    }

    let both = r#"{"timestamp":"2019-01-01T00:00:00Z","eventTime":"2020-01-01T00:00:00Z"}"#;
    assert_eq!(
        label(200, both)
            .await
            .unwrap()
            .unwrap()
            .recorded_at()
            .unwrap()
            .as_str(),
        "2020-01-01T00:00:00Z"
    );
}

#[tokio::test]
async fn any_2xx_is_an_accepted_label_whatever_its_body() {
    for body in ["", "null", "saved", "[1]"] {
        for status in [200, 201, 202, 204] {
            assert_eq!(label(status, body).await.unwrap(), None, "{status} {body}");
        }
    }
    let odd = label(200, r#"{"eventTime":"yesterday","entityId":7}"#).await;
    let odd = odd.unwrap().unwrap();
    assert_eq!(
        (odd.event_time, odd.entity_id.as_deref()),
        (None, Some("7"))
    );
    let empty = label(200, r#"{"status":200,"timestamp":1579797182}"#).await;
    // An envelope with only a numeric time is not a readable receipt. The label still counts as accepted.
    assert!(
        empty
            .unwrap()
            .is_none_or(|receipt| receipt.recorded_at().is_none())
    );
}

#[tokio::test]
#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn any_2xx_is_an_accepted_legacy_label() {
    for body in [
        "",
        "null",
        "saved",
        r#"{"status":200,"timestamp":1579797182}"#,
    ] {
        let response = answering(200, body)
            .call(LegacyLabelCustomer::new("c", Label::Genuine))
            .response()
            .await
            .unwrap();
        assert_eq!(response.body(), body.as_bytes());
    }
    // The missing part may have reported that the customer's limit is reached.
    for body in [r#"{"status":200,"#, r#"{"data":{"action":"PREVENT"}"#] {
        let label = LegacyLabelCustomer::new("c", Label::Genuine);
        let error = answering(200, body).send(label).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Unknown),
            "{body}"
        );
    }
}
