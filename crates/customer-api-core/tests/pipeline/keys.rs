//! Keys that are rotated while the program runs.

use std::sync::{Arc, Mutex};

use customer_api_core::{
    Client, Delivery, ErrorKind,
    auth::{ApiKey, KeyCredential},
    transport::{ScriptedResponse, ScriptedTransport},
};

use crate::support::{Shop, buy};

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
    let slow = std::time::Duration::from_secs(1);
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
