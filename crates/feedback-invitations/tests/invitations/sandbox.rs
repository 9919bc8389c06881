//! Complete sequences of calls against the sandbox, with every setting of its inferred behaviour.

use std::time::Duration;

use customer_api_sandbox::{
    CodeType, CustomerRadarOptions, CustomerRadarSetUp, DataResponse, ErrorFamily,
    ExpirationResponse, Fault, MessageType,
};
use feedback_invitations::{
    Client, Delivery, Error, ErrorKind, Programme, Recipient, SendInvitation,
};

use crate::support::{invitation, programme, sandbox_client, start};

fn dave() -> Recipient {
    Recipient::new("location-1")
        .email("abc@gmail.com")
        .mobile(" 0211234321 ")
        .first_name("Dave")
        .last_name("Brown")
        .pom_display_id("pom-1")
        .metadata("invoice_no", "INV00001")
        .metadata("booking_reference", "122334345")
}

async fn send(client: &Client, recipient: Recipient) -> Result<(), Error> {
    let invitation = SendInvitation::new(&programme(), recipient);
    client.send(invitation).await.map(drop)
}

#[tokio::test]
async fn a_person_gets_one_message_with_everything_that_was_given() {
    let (sandbox, client) = start(CustomerRadarOptions::default()).await;
    let invitation = SendInvitation::new(&programme(), dave());
    let receipt = client.send(invitation).await.unwrap();
    let outbox = sandbox.customer_radar().outbox();
    let [sent] = outbox.as_slice() else {
        panic!("{outbox:?}")
    };
    assert_eq!(receipt.reference.as_deref(), Some(sent.data.as_str()));
    assert_eq!(
        (&*sent.client_display_id, &*sent.programme_display_id),
        ("client-1", "programme-1")
    );
    assert_eq!(sent.location_display_id, "location-1");
    assert_eq!(sent.pom_display_id.as_deref(), Some("pom-1"));
    assert_eq!(sent.email.as_deref(), Some("abc@gmail.com"));
    assert_eq!(sent.mobile.as_deref(), Some("0211234321"));
    assert_eq!(sent.first_name.as_deref(), Some("Dave"));
    assert_eq!(sent.last_name.as_deref(), Some("Brown"));
    let pairs = [
        ("invoice_no", "INV00001"),
        ("booking_reference", "122334345"),
    ];
    assert_eq!(
        sent.metadata,
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned()))
    );
    assert_eq!(sandbox.customer_radar().login_count(), 1);
}

#[tokio::test]
async fn the_send_rules_pick_the_channel_and_a_success_is_no_delivery() {
    for (rule, by_email, by_sms) in [
        (MessageType::EmailPriority, (true, false), (false, true)),
        (MessageType::SmsOnly, (false, false), (false, true)),
        (MessageType::EmailOnly, (true, false), (false, false)),
    ] {
        let (sandbox, client) = start(CustomerRadarOptions::default().message_type(rule)).await;
        let radar = sandbox.customer_radar();
        for (recipient, (email, sms)) in [
            (Recipient::new("location-1").email("a@b.example"), by_email),
            (Recipient::new("location-1").mobile("021"), by_sms),
        ] {
            let before = radar.outbox().len();
            send(&client, recipient).await.unwrap();
            let outbox = radar.outbox();
            let sent = outbox.get(before).map(|sent| (sent.by_email, sent.by_sms));
            assert_eq!(sent.unwrap_or_default(), (email, sms), "{rule:?}");
        }
    }
    let period = Duration::from_secs(60 * 24 * 60 * 60);
    let options = CustomerRadarOptions::default().contact_restriction(period);
    let (sandbox, client) = start(options).await;
    for _ in 0..3 {
        send(&client, dave()).await.unwrap();
    }
    let radar = sandbox.customer_radar();
    assert_eq!((radar.applied_count(), radar.outbox().len()), (3, 1));
}

#[tokio::test]
async fn a_batch_goes_out_whole_or_not_at_all() {
    let (sandbox, client) = start(CustomerRadarOptions::default()).await;
    let radar = sandbox.customer_radar();
    let people = || (0..5).map(|n| Recipient::new("location-3").mobile(format!("021{n}")));
    let batch = SendInvitation::batch(&programme(), people(), 5);
    client.send(batch).await.unwrap();
    let numbers: Vec<_> = radar
        .outbox()
        .into_iter()
        .filter_map(|one| one.mobile)
        .collect();
    assert_eq!(numbers, ["0210", "0211", "0212", "0213", "0214"]);
    let stranger = Recipient::new("location-9").mobile("0219");
    let batch = SendInvitation::batch(&programme(), people().chain([stranger]), 6);
    let error = client.send(batch).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Refused);
    assert_eq!((radar.outbox().len(), radar.applied_count()), (5, 1));
}

#[tokio::test]
async fn the_documented_refusals_come_with_a_hint() {
    for family in [ErrorFamily::Description, ErrorFamily::UserMessage] {
        for codes in [CodeType::AsDocumented, CodeType::Text] {
            let options = CustomerRadarOptions::default()
                .invitation_errors(family)
                .codes(codes);
            let (sandbox, client) = start(options).await;
            // The location has two points of measure, and the recipient names none.
            let at_two = Recipient::new("location-2").email("a@b.example");
            let error = send(&client, at_two.clone()).await.unwrap_err();
            assert_eq!(
                (error.status(), error.delivery()),
                (Some(400), Delivery::Refused)
            );
            assert!(error.code().is_some(), "{error}");
            assert!(error.hint().unwrap().contains("pomDisplayId"), "{error}");
            send(&client, at_two.pom_display_id("pom-2b"))
                .await
                .unwrap();

            let sms = Programme::new("client-1", "programme-sms");
            let at_four = Recipient::new("location-4").email("a@b.example");
            let error = client.send(SendInvitation::new(&sms, at_four)).await;
            let error = error.unwrap_err();
            assert_eq!(error.delivery(), Delivery::Refused);
            assert!(error.hint().unwrap().contains("Postmark"), "{error}");
            assert_eq!(sandbox.customer_radar().applied_count(), 1);
        }
    }
}

#[tokio::test]
async fn an_account_that_demands_an_address() {
    let options = CustomerRadarOptions::default().require_email(true);
    let (sandbox, client) = start(options).await;
    let radar = sandbox.customer_radar();
    let by_mobile = Recipient::new("location-1").mobile("0211234321");
    let error = send(&client, by_mobile.clone()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.delivery()),
        (Some(400), Delivery::Refused)
    );
    let strict = programme().require_email(true);
    let requests = radar.requests().len();
    let error = client.send(SendInvitation::new(&strict, by_mobile)).await;
    assert!(error.unwrap_err().is_validation());
    assert_eq!(radar.requests().len(), requests);
    client
        .send(SendInvitation::new(&strict, dave()))
        .await
        .unwrap();
}

#[tokio::test]
async fn another_code_in_a_200_leaves_a_doubt() {
    let options = CustomerRadarOptions::default().refusal_in_200("10010", "Nothing to send.");
    let (sandbox, client) = start(options).await;
    let error = send(&client, dave()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.delivery()),
        (ErrorKind::Rejected, Some(200), Delivery::Unknown)
    );
    assert_eq!(
        (error.code(), error.message()),
        (Some("10010"), Some("Nothing to send."))
    );
    assert!(sandbox.customer_radar().outbox().is_empty());
}

#[tokio::test]
async fn a_reference_is_read_in_every_form() {
    for (form, is_there) in [
        (DataResponse::Text, true),
        (DataResponse::Number, true),
        (DataResponse::Null, false),
        (DataResponse::Missing, false),
    ] {
        let (sandbox, client) = start(CustomerRadarOptions::default().data(form)).await;
        let receipt = client.send(invitation()).await.unwrap();
        let sent = sandbox.customer_radar().outbox().remove(0).data;
        assert_eq!(receipt.reference, is_there.then_some(sent), "{form:?}");
    }
}

#[tokio::test]
async fn a_token_that_ends_on_the_way_costs_a_login_and_nobody_a_message() {
    for token_errors in [ErrorFamily::Description, ErrorFamily::UserMessage] {
        let options = CustomerRadarOptions::default()
            .token_uses(3)
            .token_errors(token_errors);
        let (sandbox, client) = start(options).await;
        for n in 0..10 {
            let person = Recipient::new("location-1").mobile(format!("0211234{n}"));
            send(&client, person).await.unwrap();
        }
        let radar = sandbox.customer_radar();
        assert_eq!(radar.outbox().len(), 10);
        assert_eq!((radar.login_count(), radar.refused_token_count()), (4, 3));
    }
}

#[tokio::test]
async fn every_form_of_an_expiration_is_understood() {
    for expiration in [
        ExpirationResponse::Exact,
        ExpirationResponse::Past,
        ExpirationResponse::Null,
        ExpirationResponse::Missing,
    ] {
        let options = CustomerRadarOptions::default().expiration(expiration);
        let (sandbox, client) = start(options).await;
        for _ in 0..3 {
            send(&client, dave()).await.unwrap();
        }
        assert_eq!(sandbox.customer_radar().login_count(), 1, "{expiration:?}");
    }
}

#[tokio::test]
async fn many_tasks_share_one_login() {
    let (sandbox, client) = start(CustomerRadarOptions::default()).await;
    let radar = sandbox.customer_radar();
    for round in 1..=2 {
        let calls: Vec<_> = (0..50)
            .map(|n| {
                let client = client.clone();
                let person = Recipient::new("location-1").mobile(format!("021{n}"));
                tokio::spawn(async move { send(&client, person).await })
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(
            (radar.login_count(), radar.outbox().len()),
            (round, round * 50)
        );
        radar.expire_tokens();
    }
}

#[tokio::test]
async fn a_wrong_password_is_asked_about_once() {
    for status in [200, 400, 401, 403] {
        let options = CustomerRadarOptions::default().refused_login_status(status);
        let (sandbox, _) = start(options).await;
        let radar = sandbox.customer_radar();
        let client = Client::builder(radar.username(), "incorrect")
            .base_url(radar.base_url())
            .build()
            .unwrap();
        for _ in 0..5 {
            let error = send(&client, dave()).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Authentication, Delivery::NotSent)
            );
            assert!(error.to_string().contains("Wrong password"), "{error}");
        }
        assert_eq!(radar.refused_login_count(), 1, "{status}");
        assert_eq!(radar.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_lost_response_is_a_doubt_and_nobody_gets_two() {
    let (sandbox, client) = start(CustomerRadarOptions::default()).await;
    let radar = sandbox.customer_radar();
    let lost = Fault::reset_before_head().processed();
    radar.fault_on("sendInvitation", lost).unwrap();
    let error = send(&client, dave()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(radar.outbox().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_is_passed_on() {
    let options = CustomerRadarOptions::default().rate_limit(1, Duration::from_secs(60));
    let (sandbox, client) = start(options).await;
    send(&client, dave()).await.unwrap();
    let error = send(&client, dave()).await.unwrap_err();
    assert_eq!(error.status(), Some(429));
    assert!((1..=60).contains(&error.retry_after().unwrap().as_secs()));
    let radar = sandbox.customer_radar();
    assert_eq!((radar.throttled_count(), radar.outbox().len()), (1, 1));
}

#[tokio::test]
async fn an_account_of_the_callers_own() {
    let set_up = CustomerRadarSetUp::empty().feedback_code("c", "p", "l", None);
    let options = CustomerRadarOptions::default()
        .credentials("somebody", "s3cret")
        .one_token(true)
        .set_up(set_up);
    let (sandbox, client) = start(options).await;
    let person = Recipient::new("l").email("a@b.example");
    let invitation = SendInvitation::new(&Programme::new("c", "p"), person);
    client.send(invitation.clone()).await.unwrap();
    // Two programs whose logins invalidate each other's tokens succeed nevertheless.
    let other = sandbox_client(&sandbox).build().unwrap();
    for client in [&other, &client, &other] {
        client.send(invitation.clone()).await.unwrap();
    }
    assert_eq!(sandbox.customer_radar().outbox().len(), 4);
}
