//! The Customer Radar server, as another HTTP client sees it.

mod common;

use std::time::Duration;

use common::radar::{Radar, invitation, recipient, said};
use common::sample_time;
use customer_api_sandbox::{CustomerRadarOptions, CustomerRadarSetUp, Fault, Sandbox};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn start() -> Radar {
    Radar::start(CustomerRadarOptions::default()).await
}

#[tokio::test]
async fn a_login_gives_a_token_and_its_end_in_seconds_with_a_fraction() {
    let radar = start().await;
    radar.sandbox.advance(Duration::from_millis(269));
    let response = radar.log_in("testing", "testing12345").await;
    assert_eq!(response.status, 200);
    let body = response.json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["expiration", "token", "userName"]);
    assert_eq!(body["userName"], "testing");
    // An hour after the sample's time, in its notation.
    assert!(response.text.contains(r#""expiration":1579800782.269"#));
    assert_ne!(body["token"], radar.token.as_str());
    assert_eq!(radar.server().login_count(), 2);
    assert_eq!(radar.server().applied_count(), 0);
}

#[tokio::test]
async fn a_wrong_password_is_refused_as_documented() {
    let radar = start().await;
    for (username, password) in [("testing", "wrong"), ("nobody", "testing12345")] {
        let response = radar.log_in(username, password).await;
        assert_eq!(response.status, 401);
        assert_eq!(
            response.json(),
            json!({ "code": 2, "userMessage": "Wrong password", "developerMessage": "Wrong password" })
        );
    }
    assert_eq!(radar.server().refused_login_count(), 2);
    assert_eq!(radar.server().login_count(), 1);
}

#[tokio::test]
async fn the_providers_sample_is_accepted_and_kept_with_every_field() {
    let radar = start().await;
    let sample = json!({
        "clientDisplayId": "8291a9ed952342c5b5fe2915f2189e7c",
        "programmeDisplayId": "1cf118a0326d47aa851a90b9674e90aa",
        "sendData": [{
            "email": "abc@gmail.com",
            "mobile": "0211234321",
            "firstName": "Dave",
            "lastName": "Brown",
            "locationDisplayId": "1cf118a0326d47aa851a90b9674e90aa",
            "pomDisplayId": "7547ct569yh67n0326vghddte86bkkn",
            "metadata": [
                { "key": "booking_reference", "value": "122334345" },
                { "key": "invoice_no", "value": "INV00001" },
            ],
        }],
    });
    let response = radar.invite(&sample).await;
    assert_eq!(response.status, 200);
    assert_eq!(
        response.json(),
        json!({ "code": "00000", "description": "success", "data": "846673197418938368" })
    );
    let outbox = radar.server().outbox();
    let sent = &outbox[0];
    assert_eq!(outbox.len(), 1);
    assert_eq!(sent.data, "846673197418938368");
    assert_eq!(sent.client_display_id, "8291a9ed952342c5b5fe2915f2189e7c");
    let same = "1cf118a0326d47aa851a90b9674e90aa";
    assert_eq!(
        (&*sent.programme_display_id, &*sent.location_display_id),
        (same, same)
    );
    let pom = sent.pom_display_id.as_deref();
    assert_eq!(pom, Some("7547ct569yh67n0326vghddte86bkkn"));
    assert_eq!(sent.email.as_deref(), Some("abc@gmail.com"));
    assert_eq!(sent.mobile.as_deref(), Some("0211234321"));
    let names = (sent.first_name.as_deref(), sent.last_name.as_deref());
    assert_eq!(names, (Some("Dave"), Some("Brown")));
    let metadata = [
        ("booking_reference", "122334345"),
        ("invoice_no", "INV00001"),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(sent.metadata, metadata);
    assert_eq!((sent.by_email, sent.by_sms), (true, false));
    assert_eq!(sent.sent_at, sample_time());
}

#[tokio::test]
async fn every_request_has_a_number_of_its_own() {
    let radar = start().await;
    let batch = invitation(&[recipient("a@b.example"), recipient("b@b.example")]);
    let first = radar.invite(&batch).await.json();
    let second = radar.invite(&invitation(&[recipient("c@b.example")])).await;
    assert_ne!(first["data"], second.json()["data"]);
    let outbox = radar.server().outbox();
    assert_eq!(first["data"], outbox[0].data.as_str());
    assert_eq!(outbox[0].data, outbox[1].data);
    assert_eq!(
        radar.emails(),
        ["a@b.example", "b@b.example", "c@b.example"]
    );
    assert_eq!(radar.server().applied_count(), 2);
}

#[tokio::test]
async fn a_token_is_taken_bare_and_once() {
    let radar = start().await;
    let body = invitation(&[recipient("a@b.example")]);
    let url = radar.url("/invitation");
    let bearer = format!("Bearer {}", radar.token);
    let cut = &radar.token[1..];
    for authorization in [&*bearer, "", cut, "foreign", &radar.token.to_uppercase()] {
        let response = radar.invite_with(authorization, &body).await;
        assert_eq!(response.status, 401, "{authorization}");
        let body = response.json();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["code", "developerMessage", "userMessage"]);
        assert!(body["code"].is_i64());
    }
    let response = said(radar.http.post(&url).json(&body)).await;
    assert_eq!(response.status, 401, "no header");
    let twice = radar.http.post(&url).json(&body);
    let twice = twice
        .header("Authorization", &radar.token)
        .header("Authorization", &radar.token);
    assert_eq!(said(twice).await.status, 401);
    assert_eq!(radar.server().refused_token_count(), 7);
    // The token is judged before the body.
    assert_eq!(radar.invite_with("foreign", &json!([])).await.status, 401);
    assert!(radar.server().outbox().is_empty());
    assert_eq!(radar.invite(&body).await.status, 200);
}

#[tokio::test]
async fn a_token_lives_by_the_sandboxs_clock() {
    let mut radar = start().await;
    let body = invitation(&[recipient("a@b.example")]);
    radar.sandbox.advance(HOUR - Duration::from_millis(1));
    assert_eq!(radar.invite(&body).await.status, 200);
    let second = radar.fresh_token().await;
    radar.sandbox.advance(Duration::from_millis(1));
    assert_eq!(radar.invite(&body).await.status, 401);
    radar.token = second;
    assert_eq!(radar.invite(&body).await.status, 200);
    radar.server().expire_tokens();
    assert_eq!(radar.invite(&body).await.status, 401);
    assert_eq!(radar.server().outbox().len(), 2);
}

#[tokio::test]
async fn a_stepped_clock_moves_with_what_is_accepted_alone() {
    let sandbox = Sandbox::builder()
        .customer_radar(CustomerRadarOptions::default().token_life(2 * HOUR))
        .stepped_clock(sample_time(), HOUR)
        .start()
        .await
        .unwrap();
    let mut radar = Radar {
        sandbox,
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        token: String::new(),
    };
    radar.token = radar.fresh_token().await;
    let good = invitation(&[recipient("a@b.example")]);
    let bad = invitation(&[]);
    let mut statuses = Vec::new();
    for body in [&bad, &good, &bad, &good, &good] {
        statuses.push(radar.invite(body).await.status);
    }
    assert_eq!(statuses, [400, 200, 400, 200, 401]);
    let outbox = radar.server().outbox();
    let times: Vec<_> = outbox.iter().map(|sent| sent.sent_at).collect();
    assert_eq!(times, [sample_time(), sample_time() + HOUR]);
}

#[tokio::test]
async fn a_lost_response_leaves_its_invitation_in_the_outbox() {
    let radar = start().await;
    let body = invitation(&[recipient("a@b.example")]);
    let lose = Fault::reset_before_head();
    for (fault, sent) in [(lose.clone(), 0), (lose.processed(), 1)] {
        radar.server().fault_on("sendInvitation", fault).unwrap();
        let request = radar.http.post(radar.url("/invitation"));
        let request = request.header("Authorization", &radar.token).json(&body);
        assert!(request.send().await.is_err());
        assert_eq!(radar.server().outbox().len(), sent);
        assert_eq!(radar.server().applied_count(), sent);
    }
    let unavailable = Fault::status(503);
    radar.server().fault_on("logIn", unavailable).unwrap();
    let response = radar.log_in("testing", "testing12345").await;
    assert_eq!((response.status, radar.server().login_count()), (503, 1));
    let logged = radar.server().requests();
    let seen = logged
        .iter()
        .map(|one| (one.operation_id.as_deref().unwrap(), one.applied));
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            ("logIn", false),
            ("sendInvitation", false),
            ("sendInvitation", true),
            ("logIn", false),
        ]
    );
    assert!(radar.server().fault_on("login", Fault::hang()).is_err());
}

#[tokio::test]
async fn ids_and_credentials_are_what_they_are_set_to() {
    let set_up = CustomerRadarSetUp::empty().feedback_code("c", "p", "l", None);
    let options = CustomerRadarOptions::default()
        .credentials("ana", "secret")
        .set_up(set_up);
    let radar = Radar::start(options).await;
    assert_eq!(radar.log_in("testing", "testing12345").await.status, 401);
    assert_eq!(
        radar.log_in("ana", "secret").await.json()["userName"],
        "ana"
    );
    let default = invitation(&[recipient("a@b.example")]);
    assert_eq!(radar.invite(&default).await.status, 400);
    let own: Value = json!({
        "clientDisplayId": "c",
        "programmeDisplayId": "p",
        "sendData": [{ "mobile": "0211234321", "locationDisplayId": "l" }],
    });
    assert_eq!(radar.invite(&own).await.status, 200);
    let outbox = radar.server().outbox();
    assert_eq!((outbox[0].by_email, outbox[0].by_sms), (false, true));
}
