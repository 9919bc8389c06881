//! What the look reports for an invitation of unknown outcome, which no read shows.

use std::time::Duration;

use customer_api_sandbox::{CustomerRadarOptions, Fault};
use feedback_invitations::{
    Delivery, Operation, Reason, Recipient, SendInvitation, SendTrace, Settled, Why,
};

use crate::support::{programme, start};

fn why(verdict: Settled<std::convert::Infallible>) -> Why {
    match verdict {
        Settled::CannotTell(why) => why,
        _ => panic!("it tells"),
    }
}

#[tokio::test]
async fn an_unknown_invitation_says_whom_to_ask_and_with_what() {
    let (sandbox, client) = start(CustomerRadarOptions::default()).await;
    let dave = Recipient::new("location-1")
        .email("abc@gmail.com")
        .first_name("Dave")
        .metadata("invoice_no", "INV00001");
    let invitation = SendInvitation::new(&programme(), dave);
    for is_applied in [true, false] {
        let lost = Fault::reset_before_head();
        let lost = if is_applied { lost.processed() } else { lost };
        let radar = sandbox.customer_radar();
        radar.fault_on("sendInvitation", lost).unwrap();
        let error = client.send(invitation.clone()).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown);
        let trace = error.trace().unwrap();
        let first = trace.first().to_string();
        let requests = radar.requests().len();
        let settling = client.settle(&invitation, trace);
        let verdict = settling.look_for(Duration::from_secs(60)).await.unwrap();
        let why = why(verdict);
        assert_eq!(why.reason(), Reason::NoRead);
        for part in [
            "client client-1",
            "programme programme-1",
            "invoice_no",
            first.as_str(),
        ] {
            assert!(why.ask().contains(part), "{part}: {why}");
        }
        for personal in ["abc@gmail.com", "Dave", "INV00001"] {
            assert!(!why.ask().contains(personal), "{why}");
        }
        assert_eq!(radar.requests().len(), requests, "nothing is read");
    }
}

#[tokio::test]
async fn a_batch_without_metadata_is_asked_for_by_its_people() {
    let (_sandbox, client) = start(CustomerRadarOptions::default()).await;
    let people =
        ["a@b.example", "c@d.example"].map(|email| Recipient::new("location-1").email(email));
    let batch = SendInvitation::batch(&programme(), people, 2);
    let first = "2026-03-01T09:30:00Z".parse().unwrap();
    let trace = SendTrace::new(<SendInvitation as Operation>::INFO.id, first);
    let why = why(client.settle(&batch, trace).look().await.unwrap());
    assert_eq!(
        why.to_string(),
        "the provider has no read that shows it: ask Customer Radar's support whether an invitation of client client-1, programme \
         programme-1, was accepted at 2026-03-01T09:30:00Z, for 2 people. Support needs the \
         recipient, because the invitation has no metadata to search by"
    );
}
