//! `crates/customer-api-postgres/README.md`, `crates/customer-api-redis/README.md` and `docs/many-machines.md`.
#![cfg(unix)]

use std::time::Duration;

use customer_api_core::{
    rate_limit::SharedQuota,
    session::{SharedSession, TokenKey},
};
use customer_api_ledger::{CallExt as _, ClientExt as _, Key, Once, Resolution, send_all};
use customer_api_postgres::{PostgresLedger, PostgresQuota, PostgresTokens};
use customer_api_redis::RedisOptions;
use customer_api_sandbox::Sandbox;
use feedback_invitations::{Programme, Recipient, SendInvitation};
use ravelin_labels::{Client, LabelCustomer, PaymentFraudReview};
use testkit::{Postgres, Redis};

use crate::lost;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What `openssl rand -hex 32` prints.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn invitation() -> SendInvitation {
    let dave = Recipient::new("location-1").email("abc@gmail.com");
    SendInvitation::new(&Programme::new("client-1", "programme-1"), dave)
}

#[tokio::test]
async fn a_ledger_is_shared_by_many_machines() -> Outcome {
    let Some(server) = Postgres::start("readme-ledger") else {
        return Ok(());
    };
    let database_url = server.configuration();
    let sandbox = Sandbox::start().await?;
    let ravelin = sandbox.ravelin();
    let client = Client::builder(ravelin.secret_key()).base_url(ravelin.base_url());
    let client = client.build()?;

    // Such as `postgres://worker@db.example/fleet?sslmode=require`.
    let ledger = PostgresLedger::connect(&database_url).await?;
    let list = ledger
        .create_list("march-review", &LabelCustomer::INFO) // later runs: `list`
        .await?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    let case = Key::new("case-4711")?;
    match client.call(label).once(&list, case).send().await {
        Ok(Once::Done { .. }) => println!("done now"),
        Ok(Once::Already(_)) => println!("done before, perhaps by another machine"),
        Err(error) => println!("{error}"),
    }
    ledger.flush().await;
    assert_eq!(list.summary().await?.accepted, 1);
    assert_eq!(ravelin.applied_count(), 1);

    ravelin.fault_on("labelCustomer", lost())?;
    let label = LabelCustomer::payment_fraud("cust-2", PaymentFraudReview::Genuine);
    let call = client.call(label).once(&list, Key::new("case-4712")?);
    call.send().await.unwrap_err();
    let happened = |_: &Key| true;

    for key in list.unknown(None, usize::MAX).await? {
        let entry = list.entry(&key).await?;
        if let Some(time) = entry.and_then(|entry| entry.began) {
            println!("{key}: begun at {time}");
        }
        // Ask the provider, or look there. The next run sends what is resolved as "not sent".
        let resolution = match happened(&key) {
            true => Resolution::Sent,
            false => Resolution::NotSent,
        };
        list.resolve(&key, resolution).await?;
    }
    println!("{}", list.summary().await?);
    assert_eq!(list.summary().await?.accepted, 2);
    Ok(())
}

#[tokio::test]
async fn all_machines_may_run_the_same_list() -> Outcome {
    let Some(server) = Postgres::start("readme-list") else {
        return Ok(());
    };
    let database_url = server.configuration();
    let sandbox = Sandbox::start().await?;
    let ravelin = sandbox.ravelin();
    let first = PostgresLedger::connect(&database_url).await?;
    first
        .create_list("march-review", &LabelCustomer::INFO)
        .await?;
    for _machine in 0..2 {
        let client = Client::builder(ravelin.secret_key()).base_url(ravelin.base_url());
        let client = client.build()?;
        let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
        let items = vec![(Key::new("case-4711")?, label)];

        let ledger = PostgresLedger::connect(&database_url).await?;
        let list = ledger.list("march-review").await?;
        let run = client.send_all(&list, send_all::iter(items)).start();
        println!("{}", run.finish().await);
        ledger.flush().await;
    }
    assert_eq!(ravelin.applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_quota_is_shared_by_many_machines() -> Outcome {
    let Some(server) = Postgres::start("readme-quota") else {
        return Ok(());
    };
    let database_url = server.configuration();
    let sandbox = Sandbox::start().await?;
    let ravelin = sandbox.ravelin();
    let builder = Client::builder(ravelin.secret_key()).base_url(ravelin.base_url());

    let slots = PostgresQuota::connect(&database_url).await?;
    let quota = SharedQuota::per_window(slots, "account-4711", 20, Duration::from_secs(60));
    // The client builder of every provider accepts it.
    let client = builder.rate_limiter(quota.clone()).build()?;
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
    client.send(label).await?;
    // Before the program ends: reports the attempts that are over. Otherwise their slots stay taken
    // for longer than necessary.
    quota.flush().await;
    assert_eq!(ravelin.applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_login_is_shared_by_many_machines() -> Outcome {
    let Some(server) = Postgres::start("readme-login") else {
        return Ok(());
    };
    let database_url = server.configuration();
    let sandbox = Sandbox::start().await?;
    let radar = sandbox.customer_radar();
    for _machine in 0..2 {
        let session_key = KEY;
        let builder = feedback_invitations::Client::builder(radar.username(), radar.password());
        let builder = builder.base_url(radar.base_url());

        let tokens = PostgresTokens::connect(&database_url).await?;
        let key = TokenKey::from_hex("2026-11", session_key).ok_or("the session key is not hex")?;
        let shared = SharedSession::new(tokens, key);
        // The client builder of a provider with a login accepts it.
        let client = builder.shared_session(shared).build()?;
        client.send(invitation()).await?;
    }
    // Two machines, one login.
    assert_eq!((radar.requests().len(), radar.outbox().len()), (3, 2));
    Ok(())
}

#[tokio::test]
async fn redis_holds_a_quota_and_a_login() -> Outcome {
    let Some(server) = Redis::start("readme") else {
        return Ok(());
    };
    let redis_url = server.url();
    let sandbox = Sandbox::start().await?;
    let radar = sandbox.customer_radar();
    for _machine in 0..2 {
        let session_key = KEY;
        let builder = feedback_invitations::Client::builder(radar.username(), radar.password());
        let builder = builder.base_url(radar.base_url());

        // Such as `rediss://worker:password@redis.example:6379`.
        let redis = RedisOptions::default().connect(&redis_url)?;

        // 20 attempts per minute for all machines together. Name the quota after the account that the
        // provider counts.
        let slots = redis.quota();
        let quota = SharedQuota::per_window(slots, "shop-account", 20, Duration::from_secs(60));
        // One machine logs in, and the others use its token. The key seals the token; the server never
        // gets the key.
        let key = TokenKey::from_hex("2026-11", session_key).ok_or("the session key is not hex")?;
        let session = SharedSession::new(redis.tokens(), key);

        // The client builder of a provider with a login accepts both.
        let client = builder
            .rate_limiter(quota)
            .shared_session(session)
            .build()?;
        client.send(invitation()).await?;
    }
    // Two machines, one login.
    assert_eq!((radar.requests().len(), radar.outbox().len()), (3, 2));
    Ok(())
}
