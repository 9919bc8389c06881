//! Ravelin's callback after a review: whose request is accepted, and how its body is read.

use customer_api_core::{error::DecodeCategory, http::HeaderValue};
use customer_api_sandbox::{RavelinOptions, Sandbox};
use proptest::prelude::*;
use ravelin_labels::{
    BuildError, CallbackError, CallbackToken, Label, RefundAbuseReview, ReviewCallback,
    UnreadableKind,
};
use serde_json::{Value, json};

const TOKEN: &str = "s3cret-abcdef123";

/// The body of the provider's sample: <https://developer.ravelin.com/merchant/api/callbacks/manual-reviews>.
fn sample() -> Value {
    json!({
        "timestamp": "2020-01-23T17:32:58Z",
        "customerId": "123456789",
        "label": "GENUINE",
        "reviewer": {"name": "Bilbo Baggins", "email": "bilbo.b@shiremail.com"},
    })
}

fn token() -> CallbackToken {
    CallbackToken::new(TOKEN).unwrap()
}

fn read(body: &Value) -> Result<ReviewCallback, CallbackError> {
    ReviewCallback::read(body.to_string().as_bytes())
}

#[test]
fn the_providers_sample_is_read() {
    let body = sample().to_string();
    let header = format!("token {TOKEN}");
    let callback = token().read(Some(&header), body.as_bytes()).unwrap();
    let review = callback.review;
    assert_eq!(review.customer_id, "123456789");
    assert_eq!(review.label, Label::Genuine);
    assert_eq!(review.timestamp.as_str(), "2020-01-23T17:32:58Z");
    assert_eq!(review.comment, None);
    let reviewer = review.reviewer.unwrap();
    assert_eq!(reviewer.name.as_deref(), Some("Bilbo Baggins"));
    assert_eq!(reviewer.email.as_deref(), Some("bilbo.b@shiremail.com"));
    assert!(callback.unreadable.is_empty());
}

#[test]
fn a_header_without_the_token_is_refused() {
    use CallbackError::{MissingToken, WrongToken};
    let shorter = &TOKEN[..TOKEN.len() - 1];
    for (header, expected) in [
        (None, MissingToken),
        (Some(String::new()), MissingToken),
        (Some("  ".to_owned()), MissingToken),
        (Some("token".to_owned()), WrongToken),
        (Some("token ".to_owned()), WrongToken),
        (Some(TOKEN.to_owned()), WrongToken),
        (Some(format!("token{TOKEN}")), WrongToken),
        (Some(format!("token\t{TOKEN}")), WrongToken),
        (Some(format!("Bearer {TOKEN}")), WrongToken),
        (Some(format!("token {shorter}")), WrongToken),
        (Some(format!("token {TOKEN}x")), WrongToken),
        (Some(format!("token {TOKEN} x")), WrongToken),
        (Some(format!("token {TOKEN},token {TOKEN}")), WrongToken),
        (Some(format!("token {}", TOKEN.to_uppercase())), WrongToken),
        (Some(format!("token \"{TOKEN}\"")), WrongToken),
    ] {
        assert_eq!(
            token().check(header.as_deref()),
            Err(expected),
            "{header:?}"
        );
    }
}

#[test]
fn a_header_with_the_token_is_accepted_in_every_type_that_frameworks_use() {
    let header = format!("token {TOKEN}");
    assert_eq!(token().check(Some(&*header)), Ok(()));
    assert_eq!(token().check(Some(&header)), Ok(()));
    assert_eq!(token().check(Some(header.as_bytes())), Ok(()));
    let value = HeaderValue::from_str(&header).unwrap();
    assert_eq!(token().check(Some(&value)), Ok(()));
    // A value that is not text is wrong, not missing.
    let value = HeaderValue::from_bytes(b"token s3cret\xFF").unwrap();
    assert_eq!(token().check(Some(&value)), Err(CallbackError::WrongToken));
    // HTTP compares schemes without regard to case, and allows several spaces behind them.
    for header in ["Token", "TOKEN", " token", "token "].map(|scheme| format!("{scheme} {TOKEN}")) {
        assert_eq!(token().check(Some(&header)), Ok(()), "{header}");
    }
}

#[test]
fn each_of_several_tokens_is_accepted_while_they_are_rotated() {
    let rotated = token().also("next-token").unwrap().also("third").unwrap();
    for accepted in [TOKEN, "next-token", "third"] {
        assert_eq!(rotated.check(Some(format!("token {accepted}"))), Ok(()));
    }
    for wrong in ["next", "thirdx", "next-tokenthird", ""] {
        let header = format!("token {wrong}");
        assert_eq!(
            rotated.check(Some(header)),
            Err(CallbackError::WrongToken),
            "{wrong}"
        );
    }
}

#[test]
fn a_token_that_no_header_can_carry_is_refused() {
    for unfit in [
        "", " ", "s3cret\n", " s3cret", "s3c ret", "s3crét", "s3cret\0",
    ] {
        for error in [
            CallbackToken::new(unfit).unwrap_err(),
            token().also(unfit).unwrap_err(),
        ] {
            assert!(matches!(error, BuildError::Credential(_)), "{error:?}");
            let printed = format!("{error} {error:?}");
            assert!(printed.contains("callback's token"), "{printed}");
            assert!(!printed.contains("s3c"), "{printed}");
        }
    }
}

#[test]
fn the_body_matters_only_behind_the_right_token() {
    let none = None::<&str>;
    assert_eq!(token().read(none, b"<"), Err(CallbackError::MissingToken));
    let wrong = Some("token x");
    assert_eq!(token().read(wrong, b"<"), Err(CallbackError::WrongToken));
    let body = sample().to_string();
    assert_eq!(
        token().read(wrong, body.as_bytes()),
        Err(CallbackError::WrongToken)
    );
    let error = token().read(Some(format!("token {TOKEN}")), b"<");
    assert!(matches!(error, Err(CallbackError::Unreadable(_))));
}

#[test]
fn the_status_separates_whose_fault_it_is() {
    let unreadable = ReviewCallback::read(b"").unwrap_err();
    assert_eq!(
        [
            CallbackError::MissingToken.status(),
            CallbackError::WrongToken.status(),
            unreadable.status()
        ],
        [401, 401, 400]
    );
}

#[test]
fn labels_of_both_kinds_of_callback_are_read() {
    for label in [
        "FRAUDSTER",
        "GENUINE",
        "POTENTIALLY_FRAUDSTER",
        "POTENTIALLY_GENUINE",
        "UNREVIEWED",
    ] {
        let mut body = sample();
        body["label"] = json!(label);
        let review = read(&body).unwrap().review;
        assert_eq!(review.label.as_str(), label);
        assert!(!matches!(review.label, Label::Unlisted(_)));
    }
    for (label, listed) in [
        ("REFUND_ABUSE", RefundAbuseReview::RefundAbuse),
        ("NOT_REFUND_ABUSE", RefundAbuseReview::NotRefundAbuse),
    ] {
        let mut body = sample();
        body["label"] = json!(label);
        let review = read(&body).unwrap().review;
        assert_eq!(
            RefundAbuseReview::listed(review.label.as_str()),
            Some(listed)
        );
    }
}

#[test]
fn odd_values_are_tolerated_and_reported_as_in_responses() {
    let mut body = sample();
    body["unknownField1"] = json!({"a": [1]});
    body["reviewer"] = json!({"name": 7, "email": ["a"]});
    body["comment"] = json!({});
    let callback = read(&body).unwrap();
    let reviewer = callback.review.reviewer.unwrap();
    assert_eq!(
        (reviewer.name.as_deref(), reviewer.email),
        (Some("7"), None)
    );
    let mut reports: Vec<_> = callback
        .unreadable
        .iter()
        .map(|report| (report.path(), report.kind()))
        .collect();
    reports.sort_by_key(|(path, _)| path.to_owned());
    assert_eq!(
        reports,
        [
            ("comment", UnreadableKind::TakenOut),
            ("reviewer.email", UnreadableKind::TakenOut),
            ("reviewer.name", UnreadableKind::Coerced),
        ]
    );
    for absent in ["reviewer", "comment"] {
        body.as_object_mut().unwrap().remove(absent);
    }
    assert_eq!(read(&body).unwrap().review.reviewer, None);
    // A byte order mark and white space are skipped.
    let marked = format!("\u{feff} {}\r\n", sample());
    assert!(ReviewCallback::read(marked.as_bytes()).is_ok());
}

#[test]
fn a_body_that_is_not_a_review_is_an_error_that_names_the_place() {
    use DecodeCategory::{Empty, Shape, Syntax, Truncated};
    let with = |member: &str, value: Value| {
        let mut body = sample();
        body[member] = value;
        body.to_string()
    };
    let without = |member| {
        let mut body = sample();
        body.as_object_mut().unwrap().remove(member);
        body.to_string()
    };
    // The provider's other callback has no customer.
    let order = json!({"orderId": "1", "label": "REJECTED", "timestamp": "2020-01-23T17:32:58Z"});
    let whole = sample().to_string();
    for (body, category, place) in [
        (String::new(), Empty, ""),
        (" \n".to_owned(), Empty, ""),
        ("null".to_owned(), Shape, ""),
        ("[]".to_owned(), Shape, ""),
        (format!("[{whole}]"), Shape, ""),
        ("customerId=cust-1&label=GENUINE".to_owned(), Syntax, ""),
        ("{}".to_owned(), Shape, "customerId"),
        (whole[..whole.len() - 1].to_owned(), Truncated, ""),
        (order.to_string(), Shape, "customerId"),
        (without("customerId"), Shape, "customerId"),
        (without("label"), Shape, "label"),
        (without("timestamp"), Shape, "timestamp"),
        (with("customerId", json!(7)), Shape, "customerId"),
        (with("customerId", json!(null)), Shape, "customerId"),
        (with("label", json!(["GENUINE"])), Shape, "label"),
        (with("timestamp", json!("yesterday")), Shape, "timestamp"),
    ] {
        let Err(CallbackError::Unreadable(error)) = ReviewCallback::read(body.as_bytes()) else {
            panic!("{body} must be an error");
        };
        assert_eq!(
            (error.category(), error.path()),
            (category, place),
            "{body}"
        );
    }
}

#[test]
fn nothing_of_a_callback_is_printed() {
    let token = token().also("other-s3cret").unwrap();
    let mut printed = format!("{token:?}");
    let mut body = sample();
    body["reviewer"]["name"] = json!({"first": "Bilbo"});
    let callback = read(&body).unwrap();
    printed += &format!("{callback:?}");
    body["label"] = json!({"of": "bilbo"});
    for error in [
        token.check(Some("token wr0ng-s3cret")).unwrap_err(),
        token.check(None::<&str>).unwrap_err(),
        read(&body).unwrap_err(),
        ReviewCallback::read(b"{\"123456789\": Bilbo").unwrap_err(),
    ] {
        printed += &format!(" {error} {error:?}");
    }
    for secret in ["s3cret", "123456789", "Bilbo", "bilbo", "shiremail"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    assert!(printed.contains("wrong token") && printed.contains("no token"));
    assert!(printed.contains("`label`"), "{printed}");
}

#[tokio::test]
async fn the_sandboxs_callback_is_accepted_and_read() {
    for expected in [Some(TOKEN), None] {
        let options = RavelinOptions::default().callback_token(expected);
        let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
        let server = sandbox.ravelin();
        let review = customer_api_sandbox::Review::new("c", "GENUINE", "2020-01-23T17:32:58Z")
            .with_reviewer(customer_api_sandbox::Reviewer::new(
                "Ana",
                "ana@shop.example",
            ));
        server.seed_review(review);
        let request = server.review_callback("c").unwrap();
        let outcome = token().read(request.header("authorization"), &request.body);
        if expected.is_none() {
            assert_eq!(outcome, Err(CallbackError::MissingToken));
        }
        let callback = outcome.or_else(|_| ReviewCallback::read(&request.body));
        let review = callback.unwrap().review;
        assert_eq!((&*review.customer_id, review.label), ("c", Label::Genuine));
        let email = review.reviewer.unwrap().email;
        assert_eq!(email.as_deref(), Some("ana@shop.example"));
    }
}

proptest! {
    #[test]
    fn only_the_accepted_tokens_are_accepted(
        accepted in prop::collection::vec("[ab]{1,3}", 1..4),
        presented in "[ab]{0,4}",
    ) {
        let mut tokens = accepted.iter();
        let first = CallbackToken::new(&**tokens.next().unwrap()).unwrap();
        let token = tokens.fold(first, |token, next| token.also(&**next).unwrap());
        let is_accepted = token.check(Some(format!("token {presented}"))).is_ok();
        prop_assert_eq!(is_accepted, accepted.contains(&presented));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        header in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(token().read(header, &body).is_err());
        prop_assert!(ReviewCallback::read(&body).is_err());
    }
}
