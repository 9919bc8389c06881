//! Responses with an error status, and redirects.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_redirect_is_not_followed_and_leaves_a_doubt() {
    let elsewhere = Sandbox::start().await.unwrap();
    let target = format!(
        "{}/v2/label/customer/cust-1",
        elsewhere.ravelin().base_url()
    );
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let redirect = || told(ErrorKind::Redirect, Unknown, 1);
        assert_fails(
            "redirect",
            Fault::redirect(status, &target),
            (redirect(), 0),
            redirect(),
        )
        .await;
    }
    assert_eq!(elsewhere.ravelin().requests(), []);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [
        400, 401, 402, 403, 404, 405, 406, 409, 410, 413, 415, 422, 499,
    ] {
        let refused = || told(ErrorKind::Status, Refused, 1);
        assert_fails(
            &status.to_string(),
            Fault::status(status),
            (refused(), 0),
            refused(),
        )
        .await;
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt_and_only_reads_are_repeated() {
    for (status, reads) in [
        (408, 3),
        (500, 3),
        (501, 1),
        (502, 3),
        (503, 3),
        (504, 3),
        (505, 1),
        (599, 1),
        (600, 1),
    ] {
        let write_told = || told(ErrorKind::Status, Unknown, 1);
        let read_told = || told(ErrorKind::Status, Unknown, reads);
        assert_fails(
            &status.to_string(),
            Fault::status(status),
            (write_told(), 0),
            read_told(),
        )
        .await;
        assert_fails(
            &status.to_string(),
            Fault::status(status).processed(),
            (write_told(), 1),
            read_told(),
        )
        .await;
    }
}

#[tokio::test]
async fn throttling_leaves_a_doubt_and_reads_wait_as_they_are_told() {
    for (retry_after, reads) in [
        // The call ends if the wait is longer than the rest of the call. This includes the crate's own wait of 20 s.
        (None, 1),
        (Some("0"), 3),
        (Some("Thu, 23 Jan 2020 16:33:02 GMT"), 3),
        (Some("3600"), 1),
        (Some("99999999999999999999"), 1),
        (Some("Fri, 31 Dec 9999 23:59:59 GMT"), 1),
        (Some("soon"), 1),
    ] {
        let fault = retry_after.map_or(Fault::status(429), |value| {
            Fault::status(429).header("retry-after", value)
        });
        let write_told = told(ErrorKind::Status, Unknown, 1);
        let read_told = told(ErrorKind::Status, Unknown, reads);
        assert_fails(
            &format!("429, {retry_after:?}"),
            fault,
            (write_told, 0),
            read_told,
        )
        .await;
    }
}

#[tokio::test]
async fn an_error_carries_the_wait_that_was_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .ravelin()
        .fault(Fault::status(429).header("retry-after", "3600"));
    let error = sandbox_client(&sandbox)
        .build()
        .unwrap()
        .send(read())
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_rate_limited());
}
