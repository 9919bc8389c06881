//! HTTP/2, where the server offers it.

use bytes::Bytes;
use customer_api_core::{Delivery, ErrorKind};
use tokio::net::TcpListener;

use crate::{
    authority::{Authority, LOCALHOST},
    server::TlsServer,
    shop::{buy, client},
};

#[tokio::test]
async fn it_is_spoken_where_it_is_offered_and_shares_a_connection() {
    for (offered, expected) in [
        (["h2", "http/1.1"].as_slice(), (0, 20)),
        (&["http/1.1"], (20, 0)),
        (&[], (20, 0)),
    ] {
        let authority = Authority::new();
        let server = TlsServer::start(authority.acceptor(LOCALHOST, offered)).await;
        let trusted = authority.certificate();
        let http = move || reqwest::Client::builder().add_root_certificate(trusted.clone());
        let shop = client(&server.url(), http);
        for _ in 0..20 {
            assert_eq!(shop.send(buy()).await.unwrap(), 7);
        }
        assert_eq!(server.requests(), expected, "{offered:?}");
    }
}

/// Refuses the first streams unprocessed, or gives up on them, and answers the others.
async fn serve(
    listener: TcpListener,
    acceptor: tokio_rustls::TlsAcceptor,
    reasons: Vec<h2::Reason>,
) -> usize {
    let mut reasons = reasons.into_iter();
    let mut requests = 0;
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = acceptor.accept(stream).await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            requests += 1;
            match reasons.next() {
                Some(reason) => respond.send_reset(reason),
                None => {
                    let mut body = respond
                        .send_response(http::Response::new(()), false)
                        .unwrap();
                    body.send_data(Bytes::from_static(b"7"), true).unwrap();
                    connection.graceful_shutdown();
                    while let Some(Ok(_)) = connection.accept().await {}
                    return requests;
                }
            }
        }
    }
}

async fn meet(reasons: Vec<h2::Reason>) -> (Result<u64, customer_api_core::Error>, usize) {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let trusted = authority.certificate();
    let http = move || reqwest::Client::builder().add_root_certificate(trusted.clone());
    let shop = client(&url, http);
    let server = tokio::spawn(serve(
        listener,
        authority.acceptor(LOCALHOST, &["h2"]),
        reasons,
    ));
    let outcome = shop.send(buy()).await;
    if outcome.is_err() {
        // Lets the server come to its end.
        shop.send(buy()).await.unwrap();
    }
    (outcome, server.await.unwrap())
}

/// RFC 9113, 8.7: such a stream was not processed, and may be tried again.
#[tokio::test]
async fn a_refused_stream_was_not_sent_and_is_tried_again() {
    let (outcome, requests) = meet(vec![h2::Reason::REFUSED_STREAM; 2]).await;
    assert_eq!((outcome.unwrap(), requests), (7, 3));
    let (outcome, requests) = meet(vec![h2::Reason::REFUSED_STREAM; 3]).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts(), requests),
        (ErrorKind::Interrupted, Delivery::NotSent, 3, 4)
    );
}

#[tokio::test]
async fn a_stream_that_is_given_up_leaves_a_doubt() {
    for reason in [
        h2::Reason::INTERNAL_ERROR,
        h2::Reason::CANCEL,
        h2::Reason::PROTOCOL_ERROR,
    ] {
        let (outcome, requests) = meet(vec![reason]).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts(), requests),
            (ErrorKind::Interrupted, Delivery::Unknown, 1, 2),
            "{reason}"
        );
    }
}
