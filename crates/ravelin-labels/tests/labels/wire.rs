//! Tests every byte that is sent, for every operation, with every optional field set and unset.

use customer_api_core::operation::Operation;
use httpmock::{Method, MockServer};
use proptest::prelude::*;
use ravelin_labels::{
    AllReviews, Client, CustomerLabel, CustomerReviews, Label, LabelCustomer, LastReview,
    LegacyLabelCustomer, PaymentFraudReview, Ravelin, RefundAbuseReview, Reviewer,
};
use testkit::Request;

use crate::support::{KEY, sent};

/// Returns the expected request, perhaps with a JSON body.
fn request(line: &str, body: Option<&str>) -> Request {
    let mut headers = vec![
        format!("authorization: token {KEY}"),
        "accept: application/json".to_owned(),
        format!("user-agent: ravelin-labels/{}", env!("CARGO_PKG_VERSION")),
    ];
    headers.extend(body.map(|_| "content-type: application/json".to_owned()));
    Request::expected(line, headers, body)
}

async fn assert_sends(
    operation: impl Operation<Service = Ravelin>,
    line: &str,
    body: Option<&str>,
) {
    assert_eq!(sent(operation).await, request(line, body));
}

const AWKWARD: &str = "a/b?c#d%e+f g@h.é";
const AWKWARD_SEGMENT: &str = "a%2Fb%3Fc%23d%25e%2Bf%20g%40h.%C3%A9";

#[tokio::test]
async fn label_customer_with_everything() {
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::PotentiallyFraudster)
        .comment("said \"no\"\r\nand hung up \\ é 🙂")
        .reviewer(Reviewer::new("Zoë O'Neil", "zoe+1@shop.example"));
    let body = r#"{"category":"PAYMENT_FRAUD","review":"POTENTIALLY_FRAUDSTER","reviewer":{"name":"Zoë O'Neil","email":"zoe+1@shop.example"},"comment":"said \"no\"\r\nand hung up \\ é 🙂"}"#;
    assert_sends(label, "POST /v2/customer/cust-1/labels", Some(body)).await;
}

#[tokio::test]
async fn label_customer_in_a_category_that_is_not_listed() {
    let label = serde_json::json!({ "category": "PROMO_ABUSE", "review": "ABUSER", "score": 0.5 });
    let label = CustomerLabel::unlisted(label).unwrap();
    let label = LabelCustomer::new("cust-1", label)
        .comment("three accounts")
        .reviewer(Reviewer::new("Ana", "ana@shop.example"));
    let body = serde_json::json!({
        "category": "PROMO_ABUSE",
        "review": "ABUSER",
        "score": 0.5,
        "comment": "three accounts",
        "reviewer": { "name": "Ana", "email": "ana@shop.example" },
    });
    let body = body.to_string();
    assert_sends(label, "POST /v2/customer/cust-1/labels", Some(&body)).await;
}

#[tokio::test]
async fn label_customer_with_nothing_optional() {
    for (review, text) in [
        (PaymentFraudReview::Fraudster, "FRAUDSTER"),
        (PaymentFraudReview::Genuine, "GENUINE"),
        (
            PaymentFraudReview::PotentiallyGenuine,
            "POTENTIALLY_GENUINE",
        ),
        (PaymentFraudReview::Unreviewed, "UNREVIEWED"),
        (PaymentFraudReview::unlisted("NEW"), "NEW"),
    ] {
        let body = format!(r#"{{"category":"PAYMENT_FRAUD","review":"{text}"}}"#);
        assert_sends(
            LabelCustomer::payment_fraud("c", review),
            "POST /v2/customer/c/labels",
            Some(&body),
        )
        .await;
    }
    for (review, text) in [
        (RefundAbuseReview::RefundAbuse, "REFUND_ABUSE"),
        (RefundAbuseReview::NotRefundAbuse, "NOT_REFUND_ABUSE"),
        (RefundAbuseReview::Unreviewed, "UNREVIEWED"),
    ] {
        let body = format!(r#"{{"category":"REFUND_ABUSE","review":"{text}"}}"#);
        assert_sends(
            LabelCustomer::refund_abuse("c", review),
            "POST /v2/customer/c/labels",
            Some(&body),
        )
        .await;
    }
}

#[tokio::test]
async fn label_customer_of_refund_abuse_with_everything() {
    let label = LabelCustomer::refund_abuse(AWKWARD, RefundAbuseReview::RefundAbuse)
        .comment("")
        .reviewer(Reviewer::new("Ana", "ana@shop.example"));
    let body = r#"{"category":"REFUND_ABUSE","review":"REFUND_ABUSE","reviewer":{"name":"Ana","email":"ana@shop.example"},"comment":""}"#;
    assert_sends(
        label,
        &format!("POST /v2/customer/{AWKWARD_SEGMENT}/labels"),
        Some(body),
    )
    .await;
}

#[tokio::test]
#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn legacy_label_customer() {
    let label = LegacyLabelCustomer::new(AWKWARD, Label::Fraudster)
        .comment("We spoke to this customer on the phone and determined they are not a fraudster.")
        .reviewer(Reviewer::new("Bilbo Baggins", "bilbo.b@shiremail.com"));
    let body = r#"{"customerId":"a/b?c#d%e+f g@h.é","label":"FRAUDSTER","comment":"We spoke to this customer on the phone and determined they are not a fraudster.","reviewer":{"name":"Bilbo Baggins","email":"bilbo.b@shiremail.com"}}"#;
    assert_sends(label, "POST /v2/label/customer", Some(body)).await;

    let label = LegacyLabelCustomer::new("c", Label::Unreviewed);
    assert_sends(
        label,
        "POST /v2/label/customer",
        Some(r#"{"customerId":"c","label":"UNREVIEWED"}"#),
    )
    .await;
}

#[tokio::test]
async fn the_reads() {
    assert_sends(
        LastReview::new("cust-1"),
        "GET /v2/label/customer/cust-1",
        None,
    )
    .await;
    assert_sends(
        CustomerReviews::new("cust-1"),
        "GET /v2/labels/customer/cust-1",
        None,
    )
    .await;
}

#[tokio::test]
async fn the_page_of_all_reviews() {
    assert_sends(AllReviews::new(), "GET /v2/label/customer", None).await;
    let page = AllReviews::new().scroll_id("a+b/c=&d é");
    assert_sends(
        page,
        "GET /v2/label/customer?scroll_id=a%2Bb%2Fc%3D%26d%20%C3%A9",
        None,
    )
    .await;
}

#[tokio::test]
async fn an_id_is_one_segment_however_it_looks_and_however_long_it_is() {
    let long = "é".repeat(300);
    let encoded = "%C3%A9".repeat(300);
    for (id, segment) in [
        (AWKWARD, AWKWARD_SEGMENT),
        (&long, &encoded),
        ("...", "..."),
        ("a..b", "a..b"),
        ("~-._", "~-._"),
    ] {
        assert_sends(
            LastReview::new(id),
            &format!("GET /v2/label/customer/{segment}"),
            None,
        )
        .await;
        assert_sends(
            CustomerReviews::new(id),
            &format!("GET /v2/labels/customer/{segment}"),
            None,
        )
        .await;
        let label = LabelCustomer::payment_fraud(id, PaymentFraudReview::Genuine);
        let body = r#"{"category":"PAYMENT_FRAUD","review":"GENUINE"}"#;
        assert_sends(
            label,
            &format!("POST /v2/customer/{segment}/labels"),
            Some(body),
        )
        .await;
    }
}

/// The same calls, as an independent server parses them.
#[tokio::test]
async fn httpmock_understands_the_calls() {
    let server = MockServer::start_async().await;
    let label = server
        .mock_async(|when, then| {
            when.method(Method::POST)
                .path("/v2/customer/cust-1/labels")
                .header("authorization", format!("token {KEY}"))
                .header("content-type", "application/json")
                .json_body(serde_json::json!({ "category": "PAYMENT_FRAUD", "review": "GENUINE", "comment": "known" }));
            then.status(200).body(r#"{"eventTime":"2020-01-23T16:33:02Z"}"#);
        })
        .await;
    let last = server
        .mock_async(|when, then| {
            when.method(Method::GET)
                .path("/v2/label/customer/cust-1")
                .header("accept", "application/json");
            then.status(200)
                .body(include_str!("../fixtures/last-review.response.json"));
        })
        .await;
    let ravelin = Client::builder(KEY)
        .base_url(server.base_url())
        .build()
        .unwrap();
    let receipt = ravelin
        .send(LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine).comment("known"));
    assert_eq!(
        receipt
            .await
            .unwrap()
            .unwrap()
            .recorded_at()
            .unwrap()
            .as_str(),
        "2020-01-23T16:33:02Z"
    );
    assert_eq!(
        ravelin
            .send(LastReview::new("cust-1"))
            .await
            .unwrap()
            .unwrap()
            .label,
        Label::Fraudster
    );
    label.assert_async().await;
    last.assert_async().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text in any field arrives as the same text.
    #[test]
    fn every_text_arrives_as_it_is(id in "\\PC{1,40}", comment in any::<String>(), name in "(?s).{1,30}", email in "(?s).{1,30}") {
        prop_assume!(id != "." && id != "..");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = runtime.block_on(sent(
            LabelCustomer::payment_fraud(&*id, PaymentFraudReview::Genuine)
                .comment(&*comment)
                .reviewer(Reviewer::new(&*name, &*email)),
        ));
        let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        prop_assert_eq!(&body["comment"], &comment);
        prop_assert_eq!(&body["reviewer"]["name"], &name);
        prop_assert_eq!(&body["reviewer"]["email"], &email);
        let target = request.line.split(' ').nth(1).unwrap();
        let segments: Vec<_> = target.split('/').collect();
        prop_assert_eq!((segments.len(), segments[4]), (5, "labels"));
        let decoded = percent_decoded(segments[3]);
        prop_assert_eq!(decoded, id);
    }
}

/// Decodes a path segment like a server, independently of the crate.
fn percent_decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let hex = std::str::from_utf8(&[*high, *low]).unwrap().to_owned();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                tail
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8(bytes).unwrap()
}
