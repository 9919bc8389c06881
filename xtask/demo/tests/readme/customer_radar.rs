//! `crates/feedback-invitations/README.md`.

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};
use customer_api_sandbox::Sandbox;
use feedback_invitations::{
    Client, Delivery, Programme, Recipient, SendInvitation, Settled,
    customer_api_core::rate_limit::Quota,
    ledger::{
        CallExt as _, ClientExt as _, FileLedger, Key, Resolution,
        send_all::{self, SentOutcome},
    },
};

use crate::{inside::inside, lost};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let radar = Client::builder(server.username(), server.password());
    let radar = radar.base_url(server.base_url()).build().unwrap();
    (sandbox, radar)
}

fn invitation() -> SendInvitation {
    let dave = Recipient::new("location-1").email("abc@gmail.com");
    SendInvitation::new(&Programme::new("client-1", "programme-1"), dave)
}

#[tokio::test]
async fn a_run_invites_each_person_once() -> Outcome {
    let _inside = inside("radar-run").await;
    let (sandbox, radar) = start().await;
    let invitations = vec![(Key::new("INV00001")?, invitation())];

    let ledger = FileLedger::create("radar.ledger").await?; // later runs: `open`
    let march = ledger
        .create_list("march", &SendInvitation::INFO) // later runs: `list`
        .await?;
    let mut run = radar.send_all(&march, send_all::iter(invitations)).start();
    while let Some(sent) = run.next().await {
        match sent.outcome {
            SentOutcome::Accepted(_) => {}
            other => println!("{}: {other}", sent.key),
        }
    }
    println!("this run: {}", run.finish().await);
    println!("all runs: {}", march.summary().await?);
    assert_eq!(sandbox.customer_radar().outbox().len(), 1);
    assert_eq!(march.summary().await?.accepted, 1);
    Ok(())
}

#[tokio::test]
async fn a_person_resolves_what_is_unknown() -> Outcome {
    let _inside = inside("radar-resolve").await;
    let (sandbox, radar) = start().await;
    let server = sandbox.customer_radar();
    server.fault_on(SendInvitation::INFO, lost())?;
    let ledger = FileLedger::create("radar.ledger").await?;
    let march = ledger.create_list("march", &SendInvitation::INFO).await?;
    let call = radar.call(invitation());
    let lost = call.once(&march, Key::new("INV00001")?).send().await;
    assert_eq!(lost.unwrap_err().delivery(), Delivery::Unknown);
    drop((march, ledger));
    let was_invited = |_: &Key| true;

    let ledger = FileLedger::open("radar.ledger").await?;
    let march = ledger.list("march").await?;
    for key in march.unknown(None, usize::MAX).await? {
        let resolution = match was_invited(&key) {
            true => Resolution::Sent,
            false => Resolution::NotSent,
        };
        march.resolve(&key, resolution).await?;
    }
    assert_eq!(march.unknown(None, usize::MAX).await?, []);
    assert_eq!(march.summary().await?.accepted, 1);
    Ok(())
}

#[tokio::test]
async fn an_error_says_whether_the_person_was_invited() -> Outcome {
    let (sandbox, radar) = start().await;
    let server = sandbox.customer_radar();
    server.fault_on(SendInvitation::INFO, lost())?;
    let invitation = invitation();

    match radar.send(invitation).await {
        Ok(receipt) => println!("accepted: {:?}", receipt.reference),
        Err(error) if error.delivery() == Delivery::Unknown => {
            println!("not to be sent again: {error}");
        }
        Err(error) => println!("no person was invited: {error}"),
    }
    assert_eq!(server.outbox().len(), 1);
    Ok(())
}

#[tokio::test]
async fn no_look_can_tell_and_the_answer_says_whom_to_ask() -> Outcome {
    let (sandbox, radar) = start().await;
    let server = sandbox.customer_radar();
    server.fault_on(SendInvitation::INFO, lost())?;
    let invitation = invitation();
    let before = server.requests().len();

    let Err(error) = radar.send(invitation.clone()).await else {
        return Ok(());
    };
    if let Some(trace) = error.trace() {
        if let Settled::CannotTell(why) = radar.settle(&invitation, trace).look().await? {
            println!("{}", why.ask());
        }
    }
    let trace = error.trace().ok_or("no trace")?;
    let verdict = radar.settle(&invitation, trace).look().await?;
    assert!(matches!(verdict, Settled::CannotTell(_)), "{verdict:?}");
    assert_eq!(server.requests().len(), before + 2);
    Ok(())
}

#[test]
fn a_client_limits_its_calls() -> Outcome {
    let password = "your-password";

    let radar = Client::builder("your-user-name", password)
        .rate_limiter(Quota::in_flight(4))
        .build()?;
    assert!(!format!("{radar:?}").contains(password));
    Ok(())
}

#[test]
fn a_program_without_a_runtime_calls_too() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let (sandbox, radar) = runtime.block_on(start());
    let invitation = invitation();

    let receipt = radar.call(invitation).wait()?;
    assert_ne!(receipt.reference, None);
    assert_eq!(sandbox.customer_radar().outbox().len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_sandbox_takes_an_invitation() -> Outcome {
    let sandbox = Sandbox::start().await?;
    let server = sandbox.customer_radar();
    let radar = Client::builder(server.username(), server.password())
        .base_url(server.base_url())
        .build()?;

    let dave = Recipient::new("location-1").email("abc@gmail.com");
    let programme = Programme::new("client-1", "programme-1");
    radar.send(SendInvitation::new(&programme, dave)).await?;

    let outbox = server.outbox();
    assert_eq!(outbox.len(), 1);
    assert_eq!(outbox[0].email.as_deref(), Some("abc@gmail.com"));
    Ok(())
}

#[tokio::test]
async fn a_script_answers_in_place_of_a_server() -> Outcome {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(200).body(r#"{"token":"t"}"#))
        .then(ScriptedResponse::status(503));
    let radar = Client::builder("user", "password")
        .transport(transport.clone())
        .build()?;

    let somebody = Recipient::new("location-1").mobile("0211234321");
    let programme = Programme::new("client-1", "programme-1");
    let invitation = SendInvitation::new(&programme, somebody);
    let error = radar.send(invitation).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(transport.requests().len(), 2);
    Ok(())
}
