//! Every fault of a request, as a client sees it, and whether the label was applied.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, and the paused clock is tokio's own"
)]

mod common;

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use common::{Client, End, JSON, KEY, LABEL, LABEL_PATH, Response, sandbox};
use customer_api_sandbox::{Fault, FaultBody, RavelinOptions, Sandbox};
use serde_json::{Value, json};

/// The operation's own response in the sandbox of these tests.
const OWN: &str = r#"{"eventTime":"2020-01-23T16:33:02.000000000Z"}"#;
/// What a fault shows for a request that was not processed.
const NOTHING: &str = r#"{"processed":false}"#;

async fn faulty(fault: Fault) -> (Sandbox, Client) {
    let sandbox = sandbox(RavelinOptions::default()).await;
    sandbox.ravelin().fault_on("labelCustomer", fault).unwrap();
    let client = Client::connect(sandbox.ravelin().base_url()).await;
    (sandbox, client)
}

/// Sends a label into the fault, and checks that log and state agree about it.
async fn label(fault: Fault) -> (Response, bool) {
    let (sandbox, mut client) = faulty(fault).await;
    let response = client.call("POST", LABEL_PATH, LABEL).await;
    let requests = sandbox.ravelin().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].status, response.status);
    let applied = requests[0].applied;
    assert_eq!(sandbox.ravelin().applied_count(), usize::from(applied));
    assert_eq!(sandbox.ravelin().pending_faults(), 0);
    (response, applied)
}

fn text(response: &Response) -> &str {
    std::str::from_utf8(&response.body).unwrap()
}

#[tokio::test]
async fn faults_in_place_of_a_response_may_process_or_not() {
    for (fault, end) in [
        (Fault::reset_before_head(), End::Reset),
        (Fault::close_before_head(), End::Closed),
    ] {
        for processed in [false, true] {
            let fault = if processed {
                fault.clone().processed()
            } else {
                fault.clone()
            };
            let (response, applied) = label(fault).await;
            assert_eq!((response.status, applied), (None, processed));
            assert_eq!(response.end, end);
        }
    }
}

#[tokio::test]
async fn a_reset_while_reading_needs_no_more_than_the_beginning() {
    let (sandbox, mut client) = faulty(Fault::reset_while_reading()).await;
    // Only these bytes of a body of a million bytes are ever sent.
    let head = "POST /v2/customer/cust-1/labels HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n{\"cat";
    client.write(head).await;
    let response = client.response().await;
    assert_eq!((response.status, response.end), (None, End::Reset));
    let requests = sandbox.ravelin().requests();
    assert_eq!(requests[0].body, b"{\"cat");
    assert_eq!((requests[0].applied, requests[0].status), (false, None));
}

#[tokio::test]
async fn a_reset_while_reading_needs_no_body_at_all() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    sandbox.ravelin().fault(Fault::reset_while_reading());
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    let response = client.call("GET", "/v2/label/customer/a", "").await;
    assert_eq!((response.status, response.end), (None, End::Reset));
}

#[tokio::test]
async fn answers_break_off_where_they_are_told_to() {
    for (processed, whole) in [(false, NOTHING), (true, OWN)] {
        let when = |fault: Fault| if processed { fault.processed() } else { fault };
        let length = Some(whole.len().to_string());

        let (response, applied) = label(when(Fault::reset_after_head())).await;
        assert_eq!((response.status, applied), (Some(200), processed));
        assert_eq!(response.header("content-length"), length.as_deref());
        assert_eq!((text(&response), &response.end), ("", &End::Reset));

        let (response, applied) = label(when(Fault::reset_mid_body())).await;
        assert_eq!((response.status, applied), (Some(200), processed));
        assert_eq!(response.header("content-length"), length.as_deref());
        assert_eq!(text(&response), &whole[..whole.len() / 2]);
        assert_eq!(response.end, End::Reset);

        let (response, applied) = label(when(Fault::truncated())).await;
        assert_eq!((response.status, applied), (Some(200), processed));
        assert_eq!((text(&response), response.complete), (whole, false));
        assert_eq!(response.end, End::Closed);
    }
}

#[tokio::test]
async fn an_oversized_body_is_valid_json_without_a_length() {
    for size in [13, 14, 9000, 100_000] {
        let (response, applied) = label(Fault::oversized(size).processed()).await;
        assert!(applied);
        assert_eq!(response.header("content-length"), None);
        assert_eq!(response.body.len() as u64, size);
        assert!(response.json().is_object());
    }
}

#[tokio::test]
async fn a_status_is_answered_in_place_of_the_operation() {
    let fault = Fault::status(503).header("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT");
    let (response, applied) = label(fault).await;
    assert_eq!((response.status, applied), (Some(503), false));
    assert_eq!(
        response.header("retry-after"),
        Some("Wed, 21 Oct 2015 07:28:00 GMT")
    );
    assert_eq!((text(&response), &response.end), ("", &End::Open));

    let (response, applied) = label(Fault::status(500).processed()).await;
    assert_eq!((response.status, applied), (Some(500), true));

    let (response, _) = label(Fault::status(799)).await;
    assert_eq!(response.status, Some(799));
    let (response, _) = label(Fault::status(204)).await;
    assert_eq!(response.header("content-length"), None);
}

#[tokio::test]
async fn bodies_and_content_types_are_as_scripted() {
    for (body, content_type, expected) in [
        (FaultBody::empty(), None, ""),
        (
            FaultBody::json(&Value::Null),
            Some("application/json"),
            "null",
        ),
        (
            FaultBody::json(&json!({"a": 1})),
            Some("application/json"),
            r#"{"a":1}"#,
        ),
        (
            FaultBody::html("<p>"),
            Some("text/html; charset=utf-8"),
            "<p>",
        ),
        (
            FaultBody::text("no"),
            Some("text/plain; charset=utf-8"),
            "no",
        ),
        (
            FaultBody::not_json("{\"a"),
            Some("application/json"),
            "{\"a",
        ),
    ] {
        let (response, applied) = label(Fault::none().body(body.clone())).await;
        assert_eq!((response.status, applied), (Some(200), true));
        assert_eq!(response.header("content-type"), content_type);
        assert_eq!(text(&response), expected);

        let (response, applied) = label(Fault::status(502).body(body)).await;
        assert_eq!((response.status, applied), (Some(502), false));
        assert_eq!(text(&response), expected);
    }
    let (response, _) = label(Fault::none().header("content-type", "text/html")).await;
    assert_eq!(response.header("content-type"), Some("text/html"));
    assert_eq!(text(&response), OWN);
}

#[tokio::test]
async fn redirects_have_a_location() {
    for status in [301, 302, 307, 308] {
        let location = "http://127.0.0.1:1/elsewhere?token=x";
        let (response, applied) = label(Fault::redirect(status, location)).await;
        assert_eq!((response.status, applied), (Some(status), false));
        assert_eq!(response.header("location"), Some(location));
    }
}

#[tokio::test]
async fn informational_responses_come_first() {
    let fault = Fault::none().informational(100).informational(103);
    let (response, applied) = label(fault).await;
    assert_eq!(response.informational, [100, 103]);
    assert_eq!((response.status, applied), (Some(200), true));
    assert_eq!(text(&response), OWN);
}

#[tokio::test(start_paused = true)]
async fn delays_are_tokios() {
    let start = tokio::time::Instant::now();
    let (response, applied) = label(Fault::none().delay(Duration::from_secs(3600))).await;
    assert_eq!((response.status, applied), (Some(200), true));
    assert!(start.elapsed() >= Duration::from_secs(3600));
}

#[tokio::test(start_paused = true)]
async fn a_delayed_label_is_applied_before_the_caller_gives_up() {
    let (sandbox, mut client) = faulty(Fault::none().delay(Duration::from_secs(3600))).await;
    let call = client.call("POST", LABEL_PATH, LABEL);
    let outcome = tokio::time::timeout(Duration::from_secs(30), call).await;
    assert!(outcome.is_err());
    assert_eq!(sandbox.ravelin().applied_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_drip_is_slow_and_complete() {
    let start = tokio::time::Instant::now();
    let (response, applied) = label(Fault::none().drip(Duration::from_secs(10))).await;
    assert_eq!((text(&response), applied), (OWN, true));
    let least = Duration::from_secs(10) * u32::try_from(OWN.len()).unwrap();
    assert!(start.elapsed() >= least);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_request_gets_nothing() {
    for processed in [false, true] {
        let fault = Fault::hang();
        let fault = if processed { fault.processed() } else { fault };
        let (sandbox, mut client) = faulty(fault).await;
        let call = client.call("POST", LABEL_PATH, LABEL);
        let outcome = tokio::time::timeout(Duration::from_secs(3600), call).await;
        assert!(outcome.is_err());
        let request = &sandbox.ravelin().requests()[0];
        assert_eq!((request.applied, request.status), (processed, None));
    }
}

#[tokio::test]
async fn a_fault_runs_out_and_others_wait_their_turn() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let ravelin = sandbox.ravelin();
    ravelin
        .fault_on("labelCustomer", Fault::status(503).times(2))
        .unwrap();
    ravelin.fault(Fault::status(500));
    assert_eq!(ravelin.pending_faults(), 3);
    let mut client = Client::connect(ravelin.base_url()).await;
    let mut statuses = Vec::new();
    for (method, path, body) in [
        ("POST", LABEL_PATH, LABEL),
        ("GET", "/v2/label/customer/cust-1", ""),
        ("GET", "/v2/label/customer/cust-1", ""),
        ("POST", LABEL_PATH, LABEL),
        ("POST", LABEL_PATH, LABEL),
    ] {
        statuses.push(client.call(method, path, body).await.status.unwrap());
    }
    assert_eq!(statuses, [503, 500, 200, 503, 200]);
    assert_eq!((ravelin.pending_faults(), ravelin.applied_count()), (0, 1));
    ravelin.fault(Fault::hang());
    ravelin.clear_faults();
    assert_eq!(
        client.call("POST", LABEL_PATH, LABEL).await.status,
        Some(200)
    );
}

#[tokio::test]
async fn a_processed_fault_does_not_apply_what_is_refused() {
    let (sandbox, mut client) = faulty(Fault::status(500).processed()).await;
    client.send("POST", LABEL_PATH, &[JSON], LABEL).await;
    assert_eq!(client.response().await.status, Some(500));
    assert!(!sandbox.ravelin().requests()[0].applied);
    assert_eq!(sandbox.ravelin().applied_count(), 0);
}

#[tokio::test]
async fn an_expected_continue_is_sent_before_the_body_is_read() {
    let (sandbox, mut client) = faulty(Fault::none()).await;
    let length = LABEL.len();
    let head = format!(
        "POST {LABEL_PATH} HTTP/1.1\r\n{}: {}\r\n{}: {}\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n",
        KEY.0, KEY.1, JSON.0, JSON.1
    );
    client.write(&head).await;
    let mut response = Box::pin(client.response());
    // The interim response arrives. The final one does not, because the body is still missing.
    for _ in 0..100 {
        let pending = poll_fn(|context| Poll::Ready(response.as_mut().poll(context).is_pending()));
        assert!(pending.await);
        tokio::task::yield_now().await;
    }
    drop(response);
    client.write(LABEL).await;
    assert_eq!(client.response().await.status, Some(200));
    assert_eq!(sandbox.ravelin().applied_count(), 1);
}

/// Two lengths, or a body behind a 204, would be a fault that nobody scripted.
#[tokio::test]
async fn a_header_that_frames_the_response_is_replaced() {
    let bodies = || Fault::status(500).body(FaultBody::text("abcdefg"));
    for (fault, present, absent) in [
        (
            bodies().header("Content-Length", "5"),
            "Content-Length: 5\r\n",
            "content-length: 7",
        ),
        (
            bodies().header("transfer-encoding", "chunked"),
            "transfer-encoding: chunked\r\n",
            "content-length",
        ),
        (
            bodies().header("connection", "keep-alive"),
            "content-length: 7\r\n",
            "connection: close",
        ),
        (
            Fault::status(204)
                .body(FaultBody::text("a"))
                .drip(Duration::from_millis(1)),
            "HTTP/1.1 204",
            "content-length",
        ),
    ] {
        let (_sandbox, mut client) = faulty(fault.clone()).await;
        let headers = [KEY, JSON, ("Connection", "close")];
        client.send("POST", LABEL_PATH, &headers, LABEL).await;
        let (bytes, _) = client.rest().await;
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(present), "{fault:?}: {text}");
        assert!(!text.contains(absent), "{fault:?}: {text}");
    }
}
