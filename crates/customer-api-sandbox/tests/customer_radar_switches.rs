//! The switches of the Customer Radar server: behaviour that the provider does not document.

mod common;

use std::time::Duration;

use common::radar::{NO_FEEDBACK_CODE, Radar, invitation, recipient};
use customer_api_sandbox::{
    CodeType, CustomerRadarOptions, DataResponse, ErrorFamily, ExpirationResponse, MessageType,
};
use serde_json::{Value, json};

fn options() -> CustomerRadarOptions {
    CustomerRadarOptions::default()
}

fn one(email: &str) -> Value {
    invitation(&[recipient(email)])
}

#[tokio::test]
async fn statuses_of_refused_logins_and_tokens() {
    let radar = Radar::start(options().refused_login_status(400).bad_token_status(403)).await;
    let response = radar.log_in("testing", "wrong").await;
    assert_eq!(
        (response.status, &response.json()["code"]),
        (400, &json!(2))
    );
    let response = radar.invite_with("foreign", &one("a@b.example")).await;
    assert_eq!(response.status, 403);
}

#[tokio::test]
async fn a_token_may_end_after_some_requests() {
    let mut radar = Radar::start(options().token_uses(3)).await;
    let mut statuses = Vec::new();
    // A refused request also counts as a use.
    for body in [one("a@b.example"), invitation(&[]), one("b@b.example")] {
        statuses.push(radar.invite(&body).await.status);
    }
    statuses.push(radar.invite(&one("c@b.example")).await.status);
    radar.token = radar.fresh_token().await;
    statuses.push(radar.invite(&one("c@b.example")).await.status);
    assert_eq!(statuses, [200, 400, 200, 401, 200]);
    assert_eq!(
        radar.emails(),
        ["a@b.example", "b@b.example", "c@b.example"]
    );
    assert_eq!(radar.server().login_count(), 2);
}

#[tokio::test]
async fn a_login_may_end_earlier_tokens() {
    for (one_token, status) in [(false, 200), (true, 401)] {
        let radar = Radar::start(options().one_token(one_token)).await;
        let second = radar.fresh_token().await;
        let response = radar.invite(&one("a@b.example")).await;
        assert_eq!(response.status, status);
        let response = radar.invite_with(&second, &one("a@b.example")).await;
        assert_eq!(response.status, 200);
    }
}

#[tokio::test]
async fn an_expiration_may_be_past_or_not_there() {
    for (response, expiration) in [
        (ExpirationResponse::Exact, Some(json!(1_579_797_242.0))),
        (ExpirationResponse::Past, Some(json!(1_579_793_582.0))),
        (ExpirationResponse::Null, Some(Value::Null)),
        (ExpirationResponse::Missing, None),
    ] {
        let life = Duration::from_secs(60);
        let radar = Radar::start(options().expiration(response).token_life(life)).await;
        let body = radar.log_in("testing", "testing12345").await.json();
        assert_eq!(body.get("expiration"), expiration.as_ref(), "{response:?}");
        assert_eq!(radar.invite(&one("a@b.example")).await.status, 200);
    }
}

#[tokio::test]
async fn bearer_may_be_accepted() {
    let radar = Radar::start(options().accept_bearer(true)).await;
    for (prefix, status) in [
        ("Bearer ", 200),
        ("", 200),
        ("bearer ", 401),
        ("Bearer  ", 401),
    ] {
        let authorization = format!("{prefix}{}", radar.token);
        let response = radar.invite_with(&authorization, &one("a@b.example")).await;
        assert_eq!(response.status, status, "{prefix:?}");
    }
}

#[tokio::test]
async fn metadata_keys_are_judged_by_switches() {
    let with = |keys: &[&str]| {
        let pairs = keys.iter().map(|key| json!({ "key": key, "value": "v" }));
        let mut recipient = recipient("a@b.example");
        recipient["metadata"] = pairs.collect();
        invitation(&[recipient])
    };
    let (empty, blank, twice) = (with(&["a", ""]), with(&[" "]), with(&["a", "b", "a"]));
    let radar = Radar::start(options()).await;
    for body in [&empty, &blank, &twice] {
        assert_eq!(radar.invite(body).await.status, 400);
    }
    let response = radar.invite(&twice).await;
    assert_eq!(
        response.description(),
        "a metadata key occurs more than once"
    );
    // Keys differ by spelling and case.
    assert_eq!(radar.invite(&with(&["a", "A", "a "])).await.status, 200);

    let radar = Radar::start(options().blank_metadata_keys(true)).await;
    let statuses = [
        radar.invite(&empty).await.status,
        radar.invite(&blank).await.status,
        radar.invite(&twice).await.status,
    ];
    assert_eq!(statuses, [200, 200, 400]);
    let radar = Radar::start(options().duplicate_metadata_keys(true)).await;
    assert_eq!(radar.invite(&blank).await.status, 400);
    assert_eq!(radar.invite(&twice).await.status, 200);
    let outbox = radar.server().outbox();
    let keys: Vec<_> = outbox.first().unwrap().metadata.iter().collect();
    assert_eq!(keys.len(), 3, "all of them, in their order: {keys:?}");
}

#[tokio::test]
async fn data_comes_in_every_shape() {
    for (response, shown) in [
        (DataResponse::Text, r#""data":"846673197418938368""#),
        (DataResponse::Number, r#""data":846673197418938368"#),
        (DataResponse::Null, r#""data":null"#),
        (
            DataResponse::Missing,
            r#"{"code":"00000","description":"success"}"#,
        ),
    ] {
        let radar = Radar::start(options().data(response)).await;
        let response = radar.invite(&one("a@b.example")).await;
        assert!(response.text.contains(shown), "{}", response.text);
    }
}

#[tokio::test]
async fn another_code_in_a_200_sends_nothing() {
    let radar = Radar::start(options().refusal_in_200("00042", "not today")).await;
    let response = radar.invite(&one("a@b.example")).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.json(),
        json!({ "code": "00042", "description": "not today" })
    );
    assert!(radar.server().outbox().is_empty());
    assert_eq!(radar.server().applied_count(), 0);
    // An invitation that would be refused anyway is still refused.
    assert_eq!(radar.invite(&invitation(&[])).await.status, 400);
}

#[tokio::test]
async fn codes_and_families_change_their_shape() {
    let wrong = invitation(&[json!({ "email": "a@b.example", "locationDisplayId": "other" })]);
    let (description, user_message) = (ErrorFamily::Description, ErrorFamily::UserMessage);
    let in_description = |code: Value| json!({ "code": code, "description": NO_FEEDBACK_CODE });
    let in_messages = |code: Value| {
        json!({
            "code": code,
            "userMessage": NO_FEEDBACK_CODE,
            "developerMessage": NO_FEEDBACK_CODE,
        })
    };
    for (codes, family, login, accepted, refused) in [
        (
            CodeType::AsDocumented,
            user_message,
            json!(2),
            json!("00000"),
            in_messages(json!(99999)),
        ),
        (
            CodeType::Text,
            user_message,
            json!("2"),
            json!("00000"),
            in_messages(json!("99999")),
        ),
        (
            CodeType::Integer,
            description,
            json!(2),
            json!(0),
            in_description(json!(99999)),
        ),
    ] {
        let radar = Radar::start(options().codes(codes).invitation_errors(family)).await;
        let response = radar.log_in("testing", "wrong").await;
        assert_eq!(response.json()["code"], login);
        let response = radar.invite(&one("a@b.example")).await;
        assert_eq!(response.json()["code"], accepted);
        assert_eq!(radar.invite(&wrong).await.json(), refused);
    }
    let radar = Radar::start(options().token_errors(description)).await;
    let response = radar.invite_with("foreign", &wrong).await;
    assert_eq!(response.json()["code"], "3");
    assert_eq!(
        response.description(),
        "Token is missing, invalid or expired"
    );
}

#[tokio::test]
async fn send_rules_hold_back_and_answer_all_the_same() {
    let day = Duration::from_secs(24 * 60 * 60);
    // The token lives longer than the period.
    let radar = Radar::start(options().contact_restriction(60 * day).token_life(90 * day)).await;
    let batch = invitation(&[
        recipient("a@b.example"),
        recipient("A@B.example"),
        recipient("b@b.example"),
    ]);
    assert_eq!(radar.invite(&batch).await.status, 200);
    assert_eq!(radar.emails(), ["a@b.example", "b@b.example"]);
    let again = radar.invite(&one("b@b.example")).await;
    assert_eq!(
        (again.status, &again.json()["code"]),
        (200, &json!("00000"))
    );
    assert_eq!(radar.server().suppressed_count(), 2);
    assert_eq!(radar.server().applied_count(), 2);
    radar.sandbox.advance(60 * day);
    assert_eq!(radar.invite(&one("b@b.example")).await.status, 200);
    assert_eq!(radar.server().outbox().len(), 3);
    assert_eq!(radar.server().suppressed_count(), 2);
}

#[tokio::test]
async fn a_message_goes_by_the_channels_of_its_type() {
    let everybody = invitation(&[
        json!({ "email": "a@b.example", "mobile": "021", "locationDisplayId": "location-1" }),
        json!({ "email": "b@b.example", "locationDisplayId": "location-1" }),
        json!({ "mobile": "022", "locationDisplayId": "location-1" }),
    ]);
    let (mail, sms, both) = ((true, false), (false, true), (true, true));
    for (message_type, channels, suppressed) in [
        (MessageType::EmailPriority, &[mail, mail, sms][..], 0),
        (MessageType::SmsPriority, &[sms, mail, sms], 0),
        (MessageType::EmailOnly, &[mail, mail], 1),
        (MessageType::SmsOnly, &[sms, sms], 1),
        (MessageType::EmailAndSms, &[both, mail, sms], 0),
    ] {
        let radar = Radar::start(options().message_type(message_type)).await;
        assert_eq!(radar.invite(&everybody).await.status, 200);
        let outbox = radar.server().outbox();
        let used: Vec<_> = outbox
            .iter()
            .map(|sent| (sent.by_email, sent.by_sms))
            .collect();
        assert_eq!(used, channels, "{message_type:?}");
        assert_eq!(radar.server().suppressed_count(), suppressed);
    }
}

#[tokio::test]
async fn a_rate_limit_counts_invitations_by_the_clock() {
    let window = Duration::from_secs(60);
    let radar = Radar::start(options().rate_limit(1, window)).await;
    assert_eq!(radar.invite(&one("a@b.example")).await.status, 200);
    radar.sandbox.advance(Duration::from_millis(500));
    let response = radar.invite(&one("b@b.example")).await;
    assert_eq!(
        (response.status, response.header("retry-after")),
        (429, Some("60"))
    );
    assert_eq!(
        response.json(),
        json!({ "code": "99996", "description": "Too many requests" })
    );
    assert_eq!(radar.log_in("testing", "testing12345").await.status, 200);
    assert_eq!(radar.server().throttled_count(), 1);
    assert_eq!(radar.emails(), ["a@b.example"]);
    radar.sandbox.advance(window);
    assert_eq!(radar.invite(&one("b@b.example")).await.status, 200);

    let silent = options().rate_limit(0, window).retry_after(false);
    let response = Radar::start(silent).await.invite(&one("a@b.example")).await;
    assert_eq!(
        (response.status, response.header("retry-after")),
        (429, None)
    );
    let radar = Radar::start(options()).await;
    for _ in 0..50 {
        assert_eq!(radar.invite(&one("a@b.example")).await.status, 200);
    }
}
