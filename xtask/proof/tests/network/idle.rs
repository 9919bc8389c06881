//! A server that closes its idle connections when the next request may already be on its way.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use customer_api_core::Delivery;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::shop::{Buy, client};

const CALLS: usize = 500;

/// Reads a request, which ends with its JSON text.
async fn read(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return false,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
        if request.ends_with(b"end\"") {
            return true;
        }
    }
}

/// Responds to one request per connection as if more were welcome, and closes it after this number of scheduler turns.
async fn serve(listener: TcpListener, processed: Arc<AtomicUsize>) {
    for turns in 0.. {
        let (mut stream, _) = listener.accept().await.unwrap();
        let processed = Arc::clone(&processed);
        tokio::spawn(async move {
            if read(&mut stream).await {
                processed.fetch_add(1, Ordering::SeqCst);
                let response = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7";
                let _ = stream.write_all(response).await;
                for _ in 0..turns % 8 {
                    tokio::task::yield_now().await;
                }
            }
        });
    }
}

#[tokio::test]
async fn a_request_that_meets_a_closing_connection_is_rightly_classified() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let processed = Arc::new(AtomicUsize::new(0));
    tokio::spawn(serve(listener, Arc::clone(&processed)));
    let shop = client(&url, reqwest::Client::builder);
    let (mut accepted, mut doubtful) = (0, 0);
    for call in 0..CALLS {
        let before = processed.load(Ordering::SeqCst);
        let outcome = shop.send(Buy(format!("{call} end"))).await;
        let count = processed.load(Ordering::SeqCst) - before;
        match outcome.map_err(|error| error.delivery()) {
            Ok(response) => {
                assert_eq!((response, count), (7, 1));
                accepted += 1;
            }
            Err(Delivery::Unknown) => {
                assert!(count <= 1, "a write was repeated");
                doubtful += 1;
            }
            Err(Delivery::NotSent) => assert_eq!(count, 0),
            Err(delivery) => panic!("nobody said {delivery}"),
        }
    }
    assert_eq!(
        accepted + doubtful,
        CALLS,
        "a request that was not sent is tried again"
    );
    assert!(accepted > CALLS / 2, "{accepted}");
}
