//! HTTP/2, if the server offers it.

use bytes::Bytes;
use customer_api_core::{Delivery, ErrorKind};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::server::TlsStream;

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

/// Refuses the first streams unprocessed, or resets them, and responds to the others.
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
        // Lets the server end.
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

/// A frame's type, and its bytes.
async fn next_frame(stream: &mut TlsStream<TcpStream>) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((head[3], payload))
}

/// Reads a request, and writes a GOAWAY by hand: everything up to this stream is processed.
async fn go_away(listener: TcpListener, acceptor: tokio_rustls::TlsAcceptor, last: u32, code: u32) {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: [u8; 9] = [0, 0, 8, 7, 0, 0, 0, 0, 0];
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await.unwrap();
        stream.write_all(&SETTINGS).await.unwrap();
        // Its headers (1), and then its body (0).
        for wanted in [1, 0] {
            while next_frame(&mut stream).await.unwrap().0 != wanted {}
        }
        let farewell = [&GOAWAY[..], &last.to_be_bytes(), &code.to_be_bytes()].concat();
        stream.write_all(&farewell).await.unwrap();
        stream.flush().await.unwrap();
        if last > 0 {
            // The client waits for the response to the request that the server reports as processed.
            stream.shutdown().await.unwrap();
        }
        tokio::spawn(async move { while next_frame(&mut stream).await.is_some() {} });
    }
}

/// RFC 9113, 6.8: streams above the last one that a GOAWAY names were not processed, whatever its code.
#[tokio::test]
async fn a_goodbye_says_what_was_not_processed() {
    for code in [0, 1, 2, 7, 11] {
        for (last, delivery, attempts) in [(0, Delivery::NotSent, 3), (1, Delivery::Unknown, 1)] {
            let authority = Authority::new();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let trusted = authority.certificate();
            let http = move || reqwest::Client::builder().add_root_certificate(trusted.clone());
            let shop = client(&format!("https://localhost:{port}"), http);
            let acceptor = authority.acceptor(LOCALHOST, &["h2"]);
            let server = tokio::spawn(go_away(listener, acceptor, last, code));
            let error = shop.send(buy()).await.unwrap_err();
            assert_eq!(
                (error.delivery(), error.attempts()),
                (delivery, attempts),
                "last {last}, code {code}: {error}"
            );
            server.abort();
        }
    }
}
