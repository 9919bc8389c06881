//! Keys that are rotated while the program runs.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use customer_api_core::{
    Client, Delivery, ErrorKind,
    auth::{ApiKey, KeyCredential},
    transport::{ScriptedResponse, ScriptedTransport},
};

use crate::support::{Shop, buy, count};

/// Returns a client, and the key that it uses now.
fn rotated(transport: &ScriptedTransport) -> (Client<Shop>, Arc<Mutex<&'static str>>) {
    let current = Arc::new(Mutex::new("key-1"));
    let kept = Arc::clone(&current);
    let key = ApiKey::from_fn(move || (*kept.lock().unwrap()).into());
    let shop = Client::builder(Shop, KeyCredential::bearer(key)).transport(transport.clone());
    (shop.build().unwrap(), current)
}

fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let requests = transport.requests().into_iter();
    let sent = requests.map(|request| {
        request.headers()["authorization"]
            .to_str()
            .unwrap()
            .to_owned()
    });
    sent.collect()
}

#[tokio::test]
async fn each_attempt_has_the_key_that_is_current() {
    let ok = || ScriptedResponse::status(200);
    let transport = ScriptedTransport::new().then(ok()).then(ok());
    let (shop, current) = rotated(&transport);
    shop.send(buy()).await.unwrap();
    *current.lock().unwrap() = "key-2";
    shop.send(buy()).await.unwrap();
    assert_eq!(sent(&transport), ["Bearer key-1", "Bearer key-2"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_401_a_write_is_sent_again_only_with_another_key() {
    let slow = Duration::from_secs(1);
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401).after(slow))
        .then(ScriptedResponse::status(200));
    let (shop, current) = rotated(&transport);
    let call = tokio::spawn(shop.send(buy()));
    tokio::time::advance(slow / 2).await;
    *current.lock().unwrap() = "key-2";
    call.await.unwrap().unwrap();
    assert_eq!(sent(&transport), ["Bearer key-1", "Bearer key-2"]);

    transport.push(ScriptedResponse::status(401));
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(401), 1));
    transport.verify().unwrap();
}

#[tokio::test]
async fn a_key_that_can_not_be_used_is_not_sent() {
    let transport = ScriptedTransport::new();
    let (shop, current) = rotated(&transport);
    *current.lock().unwrap() = "hunter2\n";
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Authentication, Delivery::NotSent)
    );
    assert!(
        error.to_string().contains("white space")
            && !format!("{error} {error:?}").contains("hunter2")
    );
    transport.verify().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_key_that_came_back_is_not_another_key() {
    let slow = Duration::from_secs(1);
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401).after(slow))
        .then(ScriptedResponse::status(200));
    let (shop, current) = rotated(&transport);
    let call = tokio::spawn(shop.send(buy()));
    tokio::time::advance(slow / 2).await;
    // Another call meets the new key, which is then taken back.
    *current.lock().unwrap() = "key-2";
    shop.send(buy()).await.unwrap();
    *current.lock().unwrap() = "key-1";
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.status(), error.attempts()), (Some(401), 1));
    assert_eq!(sent(&transport), ["Bearer key-1", "Bearer key-2"]);
}

#[tokio::test]
async fn no_key_of_a_call_is_printed_whichever_attempt_had_it() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(401))
        .then(ScriptedResponse::status(403).body("hunter1 was replaced by hunter2"));
    let number = AtomicU32::new(0);
    // The function is asked before the attempt, after the 401 and before the next attempt.
    let key = ApiKey::from_fn(move || match number.fetch_add(1, Ordering::Relaxed) {
        0 => "hunter1".into(),
        _ => "hunter2".into(),
    });
    let shop = Client::builder(Shop, KeyCredential::bearer(key)).transport(transport.clone());
    let error = shop.build().unwrap().send(buy()).await.unwrap_err();
    assert_eq!(sent(&transport), ["Bearer hunter1", "Bearer hunter2"]);
    assert_eq!(
        error.message(),
        Some("[redacted] was replaced by [redacted]")
    );
}

#[tokio::test]
async fn a_write_is_not_sent_if_its_key_comes_too_late() {
    let transport = ScriptedTransport::new();
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let key = ApiKey::from_fn(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(60));
        "key-1".into()
    });
    let shop = Client::builder(Shop, KeyCredential::bearer(key)).transport(transport.clone());
    let shop = shop.build().unwrap();
    let late = Duration::from_millis(30);
    for call in [
        shop.call(buy()).timeout(late),
        shop.call(buy()).latest_start(late),
    ] {
        let error = call.send().await.unwrap_err();
        assert_eq!(
            (error.delivery(), error.attempts()),
            (Delivery::NotSent, 0),
            "{error}"
        );
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    transport.verify().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_function_that_panics_takes_no_outcome() {
    for (statuses, expected) in [
        (&[][..], (ErrorKind::Authentication, Delivery::NotSent)),
        (&[401][..], (ErrorKind::Status, Delivery::Refused)),
        (&[503][..], (ErrorKind::Authentication, Delivery::Unknown)),
    ] {
        let transport = ScriptedTransport::new();
        for status in statuses {
            transport.push(ScriptedResponse::status(*status));
        }
        let keys = Mutex::new(vec!["hunter2"; statuses.len()]);
        let key = ApiKey::from_fn(move || {
            // The lock is not poisoned by the panic.
            let next = keys.lock().unwrap().pop();
            next.expect("hunter3 is not there").into()
        });
        let shop = Client::builder(Shop, KeyCredential::bearer(key)).transport(transport.clone());
        let error = shop.build().unwrap().send(count()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), expected, "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
        transport.verify().unwrap();
    }
}
