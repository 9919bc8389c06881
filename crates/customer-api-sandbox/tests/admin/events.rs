use customer_api_sandbox::{Fault, Later};
use serde_json::{Value, json};

use crate::api::{Admin, soon};
use crate::common::{Client, LABEL, LABEL_PATH};

/// Reads the stream until it contains this text.
async fn until(
    admin: &Admin,
    last: Option<&str>,
    wanted: &str,
    act: impl AsyncFnOnce(),
) -> Vec<(String, Value)> {
    let address = admin.url().strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let last = last
        .map(|last| format!("Last-Event-ID: {last}\r\n"))
        .unwrap_or_default();
    let request = format!("GET /events HTTP/1.1\r\nHost: localhost\r\n{last}\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
        .await
        .unwrap();
    let mut text = String::new();
    let mut read = async |text: &mut String| {
        let mut part = [0; 4096];
        let count = tokio::io::AsyncReadExt::read(&mut stream, &mut part)
            .await
            .unwrap();
        assert!(count > 0, "the stream ended after {text}");
        text.push_str(std::str::from_utf8(&part[..count]).unwrap());
    };
    while !text.contains("\r\n\r\n") {
        read(&mut text).await;
    }
    assert!(text.contains("content-type: text/event-stream"), "{text}");
    act().await;
    soon(async {
        while !text.contains(wanted) {
            read(&mut text).await;
        }
    })
    .await;
    let mut events = Vec::new();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(event) = line.strip_prefix("event: ") {
            event.clone_into(&mut name);
        }
        if let Some(data) = line.strip_prefix("data: ") {
            events.push((name.clone(), serde_json::from_str(data).unwrap()));
        }
    }
    events
}

async fn label(admin: &Admin) {
    let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
    client.call("POST", LABEL_PATH, LABEL).await;
}

#[tokio::test]
async fn a_request_appears_when_it_is_recorded_and_again_when_it_is_applied() {
    let admin = Admin::start().await;
    let late = Fault::status(500).processed_later(Later::Requests(1));
    admin.sandbox.ravelin().fault(late);
    let events = until(&admin, None, r#"{"what":"state"}"#, async || {
        label(&admin).await;
        let mut client = Client::connect(admin.sandbox.ravelin().base_url()).await;
        client.call("GET", "/v2/label/customer/cust-1", "").await;
    })
    .await;
    let applied: Vec<&Value> = events
        .iter()
        .filter(|(name, data)| name == "request" && data["id"] == 1)
        .map(|(_, data)| &data["applied"])
        .collect();
    assert_eq!(applied.last(), Some(&&json!(true)), "{events:?}");
    let struck = json!({ "what": "faults" });
    assert!(
        events
            .iter()
            .any(|(name, data)| name == "change" && *data == struck)
    );
}

#[tokio::test]
async fn every_kind_of_change_is_reported() {
    let admin = Admin::start().await;
    let events = until(&admin, None, r#"{"what":"requests"}"#, async || {
        admin
            .done("PATCH", "/options/ravelin", json!({ "dates": false }))
            .await;
        admin
            .done("POST", "/clock/advance", json!({ "by": "1s" }))
            .await;
        admin
            .done("POST", "/connections", json!({ "action": "accept" }))
            .await;
        admin.done("PUT", "/state/ravelin", json!({})).await;
        admin.done("PUT", "/faults", json!([])).await;
        admin.call("DELETE", "/requests", None).await;
    })
    .await;
    for what in [
        "options",
        "clock",
        "connections",
        "state",
        "faults",
        "requests",
    ] {
        let change = ("change".to_owned(), json!({ "what": what }));
        assert!(events.contains(&change), "{what}: {events:?}");
    }
}

#[tokio::test]
async fn a_reader_who_comes_back_gets_what_was_missed() {
    let admin = Admin::start().await;
    label(&admin).await;
    label(&admin).await;
    let events = until(&admin, Some("0"), r#""id":2"#, async || {}).await;
    let requests = events.iter().filter(|(name, _)| name == "request");
    assert_eq!(requests.count(), 2, "{events:?}");
}

/// The browser of an open console reconnects to a sandbox that was started again on the same port.
#[tokio::test]
async fn a_reader_of_an_earlier_sandbox_gets_the_events_of_this_one() {
    let admin = Admin::start().await;
    label(&admin).await;
    let all = until(&admin, Some("0"), r#"{"what":"state"}"#, async || {}).await;
    for last in ["999999", "18446744073709551615"] {
        let reading = until(&admin, Some(last), r#"{"what":"state"}"#, async || {});
        let limit = std::time::Duration::from_secs(10);
        let events = tokio::time::timeout(limit, reading).await.unwrap();
        assert_eq!(events, all, "{last}");
    }
}
