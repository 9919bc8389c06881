//! What an error contains of the provider's message, and whether the call happened.

use customer_api_core::transport::{ScriptedResponse, TransportErrorKind};
use feedback_invitations::{Delivery, Error, ErrorKind, LogIn, Recipient, SendInvitation};

use crate::support::{TOKEN, answering, invitation, logged_in, programme, scripted};

const NO_FEEDBACK_CODE: &str = include_str!("../fixtures/no-feedback-code.synthetic.error.json");
const NO_POSTMARK: &str = include_str!("../fixtures/missing-postmark-id.synthetic.error.json");
const WRONG_PASSWORD: &str = include_str!("../fixtures/wrong-password.error.json");

async fn send(status: u16, body: &str) -> Error {
    answering(status, body)
        .send(invitation())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn the_two_documented_failures_say_what_to_check() {
    // The hint does not depend on the status.
    for (status, delivery) in [
        (200, Delivery::Unknown),
        (400, Delivery::Refused),
        (422, Delivery::Refused),
    ] {
        let error = send(status, NO_FEEDBACK_CODE).await;
        assert_eq!(
            (error.delivery(), error.code(), error.message()),
            (
                delivery,
                Some("99999"),
                Some(
                    "No Feedback code found for this clientDisplayId, locationDisplayId, pomDisplayId & programmeDisplayId."
                )
            )
        );
        let hint = error.hint().unwrap();
        for id in [
            "clientDisplayId",
            "programmeDisplayId",
            "locationDisplayId",
            "pomDisplayId",
            "two or more",
        ] {
            assert!(hint.contains(id), "{hint}");
        }
        assert!(error.to_string().ends_with(hint), "{error}");

        let error = send(status, NO_POSTMARK).await;
        assert_eq!((error.delivery(), error.code()), (delivery, Some("99998")));
        assert_eq!(
            error.message(),
            Some(
                "To send an email invitation, the programme must set Postmark ID. Provide correct details & try again."
            )
        );
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("Postmark") && hint.contains("support"),
            "{hint}"
        );
    }
    assert_eq!(
        send(400, r#"{"code":"1","description":"Nope."}"#)
            .await
            .to_string(),
        "customer-radar sendInvitation: 400 Bad Request, code 1 (\"Nope.\"). Refused: the provider did nothing"
    );
}

#[tokio::test]
async fn a_hint_changes_nothing_else() {
    for (status, delivery) in [(400, Delivery::Refused), (500, Delivery::Unknown)] {
        let hinted = send(status, NO_FEEDBACK_CODE).await;
        let plain = send(status, r#"{"code":"99999","description":"No."}"#).await;
        assert!(hinted.hint().is_some() && plain.hint().is_none());
        for error in [hinted, plain] {
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (ErrorKind::Status, delivery, 1)
            );
        }
    }
}

#[tokio::test]
async fn both_families_are_read_on_every_call() {
    for (body, code, message) in [
        (WRONG_PASSWORD, Some("2"), Some("Wrong password")),
        (
            r#"{"code":"A1","userMessage":"No.","developerMessage":"Token has expired."}"#,
            Some("A1"),
            Some("No.; Token has expired."),
        ),
        (
            r#"{"code":"99999","description":"No.","data":null}"#,
            Some("99999"),
            Some("No."),
        ),
        (r#"{"code":-1}"#, Some("-1"), None),
        (r#"{"description":"No."}"#, None, Some("No.")),
        (r#"{"message":"No."}"#, None, None),
        ("<p>502</p>", None, None),
        ("[]", None, None),
        ("", None, None),
        (r#"{"code":"#, None, None),
    ] {
        let error = send(400, body).await;
        assert_eq!((error.code(), error.message()), (code, message), "{body}");
        assert_eq!(error.body(), Some(body.as_bytes()));
        let response = ScriptedResponse::status(400).body(body.to_owned());
        let client = scripted([response]).0.build().unwrap();
        let error = client.send(LogIn::new("a", "b")).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (code, message), "{body}");
        assert_eq!(error.delivery(), Delivery::Refused);
    }
    let deep = format!("{{\"code\":{}", "[".repeat(60_000));
    assert_eq!(send(400, &deep).await.code(), None);
}

#[tokio::test]
async fn the_status_says_whether_it_may_have_happened() {
    for body in [NO_POSTMARK, WRONG_PASSWORD, "", "<html>", "[]"] {
        for (status, delivery) in [
            (400, Delivery::Refused),
            (403, Delivery::Refused),
            (404, Delivery::Refused),
            (422, Delivery::Refused),
            (408, Delivery::Unknown),
            (429, Delivery::Unknown),
            (500, Delivery::Unknown),
            (502, Delivery::Unknown),
            (503, Delivery::Unknown),
            (504, Delivery::Unknown),
        ] {
            let error = send(status, body).await;
            assert_eq!(
                (
                    error.kind(),
                    error.delivery(),
                    error.status(),
                    error.attempts()
                ),
                (ErrorKind::Status, delivery, Some(status), 1),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn a_429_is_given_to_the_caller_with_its_wait() {
    let throttled = ScriptedResponse::status(429).header("retry-after", "40");
    let (builder, transport) = scripted([logged_in(TOKEN), throttled]);
    let client = builder.build().unwrap();
    let error = client.send(invitation()).await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(40));
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn an_invitation_that_may_have_gone_out_is_sent_once() {
    for response in [
        ScriptedResponse::status(500),
        ScriptedResponse::failure(TransportErrorKind::Interrupted),
        ScriptedResponse::status(200).cut(TransportErrorKind::Interrupted),
    ] {
        let (builder, transport) = scripted([logged_in(TOKEN), response]);
        let client = builder.build().unwrap();
        let error = client.send(invitation()).await.unwrap_err();
        assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
        assert_eq!(transport.requests().len(), 2);
    }
    let responses = [
        logged_in(TOKEN),
        ScriptedResponse::failure(TransportErrorKind::Connect),
        ScriptedResponse::status(200).body(crate::support::ACCEPTED),
    ];
    let (builder, transport) = scripted(responses);
    let response = builder.build().unwrap().call(invitation()).response().await;
    assert_eq!(response.unwrap().attempts(), 2, "nothing was sent at first");
    assert_eq!(transport.requests().len(), 3);
}

#[tokio::test]
async fn the_providers_message_comes_without_the_requests_own_data() {
    let body = r#"{"code":"9","description":"no abc@gmail.com, 0211234321, Dave Brown, INV00001 at location-1"}"#;
    let dave = Recipient::new("location-1")
        .email("abc@gmail.com")
        .mobile(" 0211234321 ")
        .first_name("Dave")
        .last_name("Brown")
        .metadata("invoice_no", "INV00001");
    let invitation = SendInvitation::new(&programme(), dave);
    let error = answering(400, body).send(invitation).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some("no [redacted], [redacted], [redacted] [redacted], [redacted] at location-1")
    );
    let body = r#"{"code":2,"userMessage":"testing/hunter22 is wrong"}"#;
    let response = ScriptedResponse::status(400).body(body);
    let client = scripted([response]).0.build().unwrap();
    let log_in = LogIn::new("testing", "hunter22");
    let error = client.send(log_in).await.unwrap_err();
    assert_eq!(error.message(), Some("[redacted]/[redacted] is wrong"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let response =
        ScriptedResponse::status(307).header("location", "https://elsewhere.example/x?y=1");
    let (builder, transport) = scripted([logged_in(TOKEN), response]);
    let client = builder.build().unwrap();
    let error = client.send(invitation()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Redirect, Delivery::Unknown)
    );
    assert_eq!(error.location(), Some("https://elsewhere.example/x"));
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_number_is_taken_out_however_it_is_written() {
    let person = Recipient::new("location-1").mobile("(021) 123-4321");
    let body = r#"{"code":"9","description":"no (021) 123-4321, 0211234321; see 7702112343210"}"#;
    let invitation = SendInvitation::new(&programme(), person);
    let error = answering(400, body).send(invitation).await.unwrap_err();
    assert_eq!(
        error.message(),
        Some("no [redacted], [redacted]; see 7702112343210")
    );
}
