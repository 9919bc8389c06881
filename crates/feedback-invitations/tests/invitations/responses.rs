//! How responses are read: acceptances, refusals in a 200, and responses of unknown outcome.

use customer_api_core::{redact::OneLine, transport::ScriptedResponse};
use feedback_invitations::{
    AccessToken, Delivery, Error, ErrorKind, InvitationReceipt, LogIn, Recipient, SendInvitation,
};
use proptest::prelude::*;

use crate::support::{
    ACCEPTED, LOGGED_IN, TOKEN, answering, invitation, logged_in, ok, programme, scripted,
};

async fn send(status: u16, body: &str) -> Result<InvitationReceipt, Error> {
    answering(status, body).send(invitation()).await
}

async fn log_in(status: u16, body: &str) -> Result<AccessToken, Error> {
    let response = ScriptedResponse::status(status).body(body.to_owned());
    let client = scripted([response]).0.build().unwrap();
    client.send(LogIn::new("testing", "testing12345")).await
}

#[tokio::test]
async fn the_providers_samples() {
    let receipt = send(200, ACCEPTED).await.unwrap();
    assert_eq!(receipt.reference.as_deref(), Some("846673197418938368"));

    let response = log_in(200, LOGGED_IN).await.unwrap();
    assert!(
        response
            .token
            .starts_with("eyJ0eXAiOiJKVs23bGciOiJIUzI1NiJ9.")
    );
    assert_eq!(response.token.len(), 121);
    assert_eq!(response.expiration, Some(1_517_434_473.269));
    assert_eq!(response.user_name.as_deref(), Some("testing"));
}

#[tokio::test]
async fn a_reference_keeps_its_digits_and_may_be_missing() {
    for (data, expected) in [
        (r#""data":"846673197418938369""#, Some("846673197418938369")),
        (r#""data":846673197418938369"#, Some("846673197418938369")),
        (
            r#""data":846673197418938369846673197418938369"#,
            Some("846673197418938369846673197418938369"),
        ),
        (r#""data":"000123""#, Some("000123")),
        (r#""data":null"#, None),
        (r#""other":1"#, None),
        // A `data` of a new form does not change that the invitation was accepted.
        (r#""data":{"id":1}"#, None),
        (r#""data":["1"]"#, None),
        (r#""data":true"#, None),
    ] {
        for status in [200, 201, 202] {
            let body = format!(r#"{{"code":"00000",{data}}}"#);
            let receipt = send(status, &body).await.unwrap();
            assert_eq!(receipt.reference.as_deref(), expected, "{body}");
        }
    }
    let receipt = send(200, "\u{feff} {\"code\":\"00000\"} \r\n").await;
    assert_eq!(receipt.unwrap().reference, None);
}

#[tokio::test]
async fn a_receipt_can_be_kept() {
    let receipt = send(200, ACCEPTED).await.unwrap();
    let kept = serde_json::to_string(&receipt).unwrap();
    assert_eq!(kept, r#"{"reference":"846673197418938368"}"#);
    let read: InvitationReceipt = serde_json::from_str(&kept).unwrap();
    assert_eq!(read, receipt);
}

/// The 200 means that the invitation was triggered, and the code means that it was not. Sending it again may reach a person twice.
#[tokio::test]
async fn another_code_in_a_2xx_leaves_a_doubt_and_its_words() {
    for (body, code, message) in [
        (
            r#"{"code":"99999","description":"No."}"#,
            "99999",
            Some("No."),
        ),
        (
            r#"{"code":2,"userMessage":"No.","developerMessage":"Expired."}"#,
            "2",
            Some("No.; Expired."),
        ),
        (r#"{"code":"0000O"}"#, "0000O", None),
        (r#"{"code":"00001"}"#, "00001", None),
        (
            r#"{"code":846673197418938369846}"#,
            "846673197418938369846",
            None,
        ),
    ] {
        for status in [200, 201, 202] {
            let error = send(status, body).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.status()),
                (ErrorKind::Rejected, Delivery::Unknown, Some(status)),
                "{body}"
            );
            assert_eq!((error.code(), error.message()), (Some(code), message));
            assert_eq!(error.body(), Some(body.as_bytes()));
        }
        // With the status of a refusal, the response is a refusal.
        let error = send(400, body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.code()),
            (ErrorKind::Status, Delivery::Refused, Some(code)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_200_that_nobody_can_read_leaves_a_doubt() {
    for body in [
        "",
        " ",
        "null",
        "7",
        "[]",
        r#"["00000"]"#,
        r#""00000""#,
        "{}",
        r#"{"code":null}"#,
        r#"{"code":true}"#,
        r#"{"code":["00000"]}"#,
        r#"{"description":"success"}"#,
        // Some or all zeros may have been lost, so it may have been a success.
        r#"{"code":"0","description":"success"}"#,
        r#"{"code":0}"#,
        r#"{"code":0.0}"#,
        r#"{"code":-0}"#,
        r#"{"code":0e0}"#,
        r#"{"code":"0.0"}"#,
        r#"{"code":"0e0"}"#,
        r#"{"code":"000000"}"#,
        r#"{"code":"00000 "}"#,
        r#"{"code":"\uff10\uff10\uff10\uff10\uff10"}"#,
        "{\"code\":\"\u{feff}00000\"}",
        "\u{feff}{\"code\":0}",
        r#"{"code":""}"#,
        r#"{"code":"00000""#,
        r#"{"code":"00000","code":"99999"}"#,
        "<html>thanks</html>",
    ] {
        let (builder, transport) = scripted([
            logged_in("t"),
            ok(body),
            // No request asks for this one.
            ok(ACCEPTED),
        ]);
        let client = builder.build().unwrap();
        let error = client.send(invitation()).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{body}");
        assert!(error.is_decode(), "{body}: {error}");
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert_eq!(transport.requests().len(), 2, "{body}");
    }
    for status in [204, 205] {
        let error = send(status, "").await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{status}");
    }
}

#[tokio::test]
async fn a_login_is_known_by_its_token() {
    for body in [
        r#"{"token":"t"}"#,
        r#"{"token":"t","userName":7,"code":{},"description":["x"]}"#,
        r#"{"token":"t","expiration":null,"userName":null}"#,
        r#"{"token":"t","expiration":1517434473,"code":7,"new":[{}]}"#,
    ] {
        for status in [200, 201] {
            let response = log_in(status, body).await.unwrap();
            assert_eq!(response.token, "t", "{body}");
            // A number is read as the documented string.
            let user_name = body.contains("\"userName\":7").then_some("7");
            assert_eq!(response.user_name.as_deref(), user_name);
        }
    }
    let body = include_str!("../fixtures/wrong-password.error.json");
    let error = log_in(200, body).await.unwrap_err();
    assert_eq!(
        (
            error.kind(),
            error.delivery(),
            error.code(),
            error.message()
        ),
        (
            ErrorKind::Rejected,
            Delivery::Refused,
            Some("2"),
            Some("Wrong password")
        )
    );
    for body in [
        "",
        "[]",
        "{}",
        r#"{"token":null}"#,
        r#"{"token":" "}"#,
        r#"{"token":7}"#,
        "<html>",
    ] {
        let error = log_in(200, body).await.unwrap_err();
        assert!(error.is_decode(), "{body}: {error}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{body}");
    }
}

#[tokio::test]
async fn a_batch_has_one_answer() {
    let people =
        ["a@b.example", "c@d.example"].map(|email| Recipient::new("location-1").email(email));
    let batch = SendInvitation::batch(&programme(), people, 2);
    let receipt = answering(200, ACCEPTED).send(batch.clone()).await.unwrap();
    assert_eq!(receipt.reference.as_deref(), Some("846673197418938368"));
    let error = answering(503, "").send(batch).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
}

/// The outcome of an invitation whose response has these bytes.
fn outcome(body: Vec<u8>) -> Result<InvitationReceipt, Error> {
    let (builder, _) = scripted([logged_in(TOKEN), ScriptedResponse::status(200).body(body)]);
    let client = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async { client.send(invitation()).await })
}

proptest! {
    #[test]
    fn whatever_comes_back_is_no_success_by_accident(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let error = outcome(body).unwrap_err();
        prop_assert_eq!(error.delivery(), Delivery::Unknown);
    }

    #[test]
    fn any_other_code_leaves_a_doubt_and_is_kept_to_the_letter(code in any::<String>(), words in any::<String>()) {
        prop_assume!(code != "00000");
        let body = serde_json::json!({ "code": code, "data": words });
        let error = outcome(body.to_string().into_bytes()).unwrap_err();
        prop_assert_eq!(error.delivery(), Delivery::Unknown);
        // A zero may contain an `e`.
        if code.chars().any(|letter| letter.is_ascii_alphabetic() && !"eE".contains(letter)) {
            // The code is kept exactly, except for invisible characters.
            let code = OneLine(&code).to_string();
            prop_assert_eq!((error.kind(), error.code()), (ErrorKind::Rejected, Some(&*code)));
        }
    }

    #[test]
    fn any_reference_is_kept_to_the_letter(data in any::<String>(), number in any::<u128>()) {
        let body = serde_json::json!({ "code": "00000", "data": data });
        let receipt = outcome(body.to_string().into_bytes()).unwrap();
        prop_assert_eq!(receipt.reference, Some(data));
        let body = format!(r#"{{"code":"00000","data":{number}}}"#);
        let receipt = outcome(body.into_bytes()).unwrap();
        prop_assert_eq!(receipt.reference, Some(number.to_string()));
    }
}
