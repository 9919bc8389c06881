//! Valid certificates, and invalid ones. With an invalid certificate, nothing is sent.

use customer_api_core::{Delivery, Error, ErrorKind};

use crate::{
    authority::{Authority, LOCALHOST, Subject},
    server::TlsServer,
    shop::{buy, client},
};

/// Calls a server with this certificate. The client trusts the authority or not.
async fn call(subject: Subject, is_trusted: bool) -> (Result<u64, Error>, (usize, usize)) {
    let authority = Authority::new();
    let server = TlsServer::start(authority.acceptor(subject, &["http/1.1"])).await;
    let trusted = is_trusted.then(|| authority.certificate());
    let http = move || match &trusted {
        Some(trusted) => reqwest::Client::builder().add_root_certificate(trusted.clone()),
        None => reqwest::Client::builder(),
    };
    let outcome = client(&server.url(), http).send(buy()).await;
    (outcome, server.requests())
}

fn assert_not_sent((outcome, requests): (Result<u64, Error>, (usize, usize)), said: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Connect, Delivery::NotSent, 3)
    );
    assert_eq!(requests, (0, 0));
    assert!(error.to_string().contains(said), "{error}");
}

#[tokio::test]
async fn a_root_certificate_of_ones_own_is_trusted() {
    let (outcome, requests) = call(LOCALHOST, true).await;
    assert_eq!(outcome.unwrap(), 7);
    assert_eq!(requests, (1, 0));
}

#[tokio::test]
async fn an_unknown_issuer_gets_nothing() {
    assert_not_sent(call(LOCALHOST, false).await, "UnknownIssuer");
}

#[tokio::test]
async fn a_certificate_for_another_host_gets_nothing() {
    let other = Subject {
        host: "other.example",
        ..LOCALHOST
    };
    assert_not_sent(call(other, true).await, "not valid for name");
}

#[tokio::test]
async fn an_expired_certificate_gets_nothing() {
    let expired = Subject {
        last_year: 2021,
        ..LOCALHOST
    };
    assert_not_sent(call(expired, true).await, "expired");
}
