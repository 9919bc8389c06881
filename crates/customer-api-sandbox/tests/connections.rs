//! Connections: keep-alive, faults before a request is read, refusal, and the end of the sandbox.

mod common;

use std::io::ErrorKind;
use std::time::Duration;

use common::{Client, End, JSON, KEY, LABEL, LABEL_PATH, sandbox};
use customer_api_sandbox::{ConnectionFault, Fault, RavelinOptions, Sandbox, SandboxError};

#[tokio::test]
async fn connections_are_kept_and_pipelined_requests_answered_in_order() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    for _ in 0..3 {
        assert_eq!(client.call("POST", LABEL_PATH, LABEL).await.end, End::Open);
    }
    client.send("POST", LABEL_PATH, &[KEY, JSON], LABEL).await;
    client.send("GET", "/nowhere", &[KEY], "").await;
    assert_eq!(client.response().await.status, Some(200));
    assert_eq!(client.response().await.status, Some(404));
    assert_eq!(sandbox.ravelin().applied_count(), 4);
}

#[tokio::test]
async fn chunked_bodies_are_read() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    let (first, second) = LABEL.split_at(10);
    let headers = [KEY, JSON, ("Transfer-Encoding", "chunked")];
    client.send("POST", LABEL_PATH, &headers, "").await;
    for part in [first, second, ""] {
        client
            .write(&format!("{:x}\r\n{part}\r\n", part.len()))
            .await;
    }
    assert_eq!(client.response().await.status, Some(200));
    assert_eq!(sandbox.ravelin().requests()[0].body, LABEL.as_bytes());
}

#[tokio::test]
async fn a_client_may_ask_for_the_end() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let base_url = sandbox.ravelin().base_url();
    for request in [
        "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
    ] {
        let mut client = Client::connect(base_url).await;
        client.write(request).await;
        let response = client.response().await;
        assert_eq!(response.header("connection"), Some("close"));
        assert_eq!(client.rest().await, (Vec::new(), End::Closed));
    }
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_400_and_not_recorded() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    client.write("\x16\x03\x01\x02\x01\x01").await;
    assert_eq!(client.response().await.status, Some(400));
    assert_eq!(client.rest().await.1, End::Closed);
    assert_eq!(sandbox.ravelin().requests(), []);
}

/// Neither a page whose name leads here nor one that requests the address changes anything.
#[tokio::test]
async fn no_page_of_another_site_reaches_the_sandbox() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.fault(Fault::status(503));
    let port = ravelin.base_url().rsplit(':').next().unwrap();
    let length = LABEL.len();
    for (foreign, status) in [
        (format!("Host: evil.example:{port}"), 421),
        (
            format!("Host: evil.example:{port}\r\nOrigin: http://evil.example:{port}"),
            421,
        ),
        (format!("Host: localhost:{port}\r\nHost: evil.example"), 421),
        (
            format!("Host: 127.0.0.1:{port}\r\nOrigin: https://evil.example"),
            403,
        ),
        (format!("Host: 127.0.0.1:{port}\r\nOrigin: null"), 403),
    ] {
        let mut client = Client::connect(ravelin.base_url()).await;
        let (key, json) = (
            format!("{}: {}", KEY.0, KEY.1),
            format!("{}: {}", JSON.0, JSON.1),
        );
        client
            .write(&format!(
                "POST {LABEL_PATH} HTTP/1.1\r\n{foreign}\r\n{key}\r\n{json}\r\nContent-Length: {length}\r\n\r\n{LABEL}"
            ))
            .await;
        let response = client.response().await;
        assert_eq!(response.status, Some(status), "{foreign}");
        assert_eq!(response.header("access-control-allow-origin"), None);
        assert_eq!(client.rest().await.1, End::Closed);
    }
    assert_eq!((ravelin.requests(), ravelin.applied_count()), (vec![], 0));
    assert_eq!(ravelin.pending_faults(), 1);

    ravelin.clear_faults();
    let mut client = Client::connect(ravelin.base_url()).await;
    let origin = ("Origin", "http://localhost:3000");
    client
        .send("POST", LABEL_PATH, &[KEY, JSON, origin], LABEL)
        .await;
    assert_eq!(client.response().await.status, Some(200));
}

#[tokio::test]
async fn a_connection_can_be_reset_at_once() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.fault_connection(ConnectionFault::reset().times(2));
    for _ in 0..2 {
        let mut client = Client::connect(ravelin.base_url()).await;
        assert_eq!(client.rest().await, (Vec::new(), End::Reset));
    }
    let mut client = Client::connect(ravelin.base_url()).await;
    assert_eq!(client.call("GET", "/", "").await.status, Some(404));
    assert_eq!(ravelin.requests().len(), 1);
}

#[tokio::test]
async fn garbage_is_neither_tls_nor_http() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.fault_connection(ConnectionFault::garbage());
    let mut client = Client::connect(ravelin.base_url()).await;
    client.send("POST", LABEL_PATH, &[KEY, JSON], LABEL).await;
    let (bytes, end) = client.rest().await;
    assert!(bytes.starts_with(b"\0\x01\x02"));
    assert_eq!(end, End::Closed);
    assert_eq!((ravelin.requests().len(), ravelin.applied_count()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn silence_is_silent() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin.fault_connection(ConnectionFault::silence());
    let mut client = Client::connect(ravelin.base_url()).await;
    let call = client.call("POST", LABEL_PATH, LABEL);
    assert!(
        tokio::time::timeout(Duration::from_secs(3600), call)
            .await
            .is_err()
    );
    assert_eq!((ravelin.requests().len(), ravelin.pending_faults()), (0, 0));
}

#[tokio::test]
async fn refused_connections_come_back_on_the_same_port() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    for _ in 0..3 {
        let mut open = Client::connect(ravelin.base_url()).await;
        assert_eq!(open.call("GET", "/", "").await.status, Some(404));

        ravelin.refuse_connections().await;
        let refused = Client::try_connect(ravelin.base_url()).await.err().unwrap();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(open.rest().await.1, End::Closed, "open ones are cut");

        ravelin.accept_connections().await.unwrap();
        ravelin.accept_connections().await.unwrap();
        let mut again = Client::connect(ravelin.base_url()).await;
        assert_eq!(again.call("GET", "/", "").await.status, Some(404));
    }
}

#[tokio::test]
async fn a_port_of_ones_own_choice_can_be_refused_too_and_is_not_shared() {
    // Another program may take the port in between. Then another port is tried.
    let (port, builder, sandbox) = loop {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let builder = Sandbox::builder().ravelin_address(([127, 0, 0, 1], port));
        if let Ok(sandbox) = builder.clone().start().await {
            break (port, builder, sandbox);
        }
    };
    let error = builder.start().await.unwrap_err();
    assert!(
        matches!(&error, SandboxError::Bind { provider: "ravelin", cause }
            if cause.kind() == ErrorKind::AddrInUse),
        "{error}"
    );
    let ravelin = sandbox.ravelin();
    assert_eq!(ravelin.base_url(), format!("http://127.0.0.1:{port}"));
    ravelin.refuse_connections().await;
    assert!(Client::try_connect(ravelin.base_url()).await.is_err());
    ravelin.accept_connections().await.unwrap();
    Client::connect(ravelin.base_url()).await;
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let base_url = sandbox.ravelin().base_url().to_owned();
    let mut client = Client::connect(&base_url).await;
    client.call("GET", "/", "").await;
    drop(sandbox);
    assert_eq!(client.rest().await.1, End::Closed);
    assert!(Client::try_connect(&base_url).await.is_err());
}

#[tokio::test]
async fn sandboxes_are_apart() {
    let (one, two) = (
        sandbox(RavelinOptions::default()).await,
        sandbox(RavelinOptions::default()).await,
    );
    let mut client = Client::connect(one.ravelin().base_url()).await;
    client.call("POST", LABEL_PATH, LABEL).await;
    assert_eq!(one.ravelin().applied_count(), 1);
    assert_eq!(two.ravelin().applied_count(), 0);
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let mut start = Box::pin(Sandbox::start());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match start.as_mut().poll(&mut context) {
        std::task::Poll::Ready(Err(SandboxError::NoRuntime)) => {}
        other => panic!("{other:?}"),
    }
}

/// A client that programs use in practice: with a pool, its own response parser and its own errors.
#[tokio::test]
async fn an_independent_client_agrees() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{LABEL_PATH}", ravelin.base_url());
    let call = async || {
        client
            .post(&url)
            .header("authorization", format!("token {}", ravelin.secret_key()))
            .json(&serde_json::json!({"category": "PAYMENT_FRAUD", "review": "GENUINE"}))
            .send()
            .await
    };
    for _ in 0..2 {
        assert_eq!(call().await.unwrap().status(), 200);
    }
    for fault in [Fault::reset_before_head(), Fault::close_before_head()] {
        ravelin.fault(fault.processed());
        let error = call().await.unwrap_err();
        assert!(error.is_request() && !error.is_connect(), "{error:?}");
    }
    for fault in [
        Fault::reset_after_head(),
        Fault::reset_mid_body(),
        Fault::truncated(),
    ] {
        ravelin.fault(fault.processed());
        let response = call().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err());
    }
    ravelin.fault(Fault::oversized(50_000));
    let response = call().await.unwrap();
    assert_eq!(response.content_length(), None);
    assert_eq!(response.bytes().await.unwrap().len(), 50_000);
    ravelin.fault(Fault::none().informational(103));
    assert_eq!(call().await.unwrap().status(), 200);
    assert_eq!(ravelin.applied_count(), 8);

    ravelin.refuse_connections().await;
    let fresh = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(fresh.get(&url).send().await.unwrap_err().is_connect());
}
