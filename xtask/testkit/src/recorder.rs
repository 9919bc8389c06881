//! A server that records every byte of the requests that it receives.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::request::{Request, is_whole};

/// A server on a free port, which sends the same response to every request. It ends when the value is dropped.
///
/// A request is recorded before its response is sent.
#[derive(Debug)]
pub struct Recorder {
    base_url: String,
    received: Received,
    server: JoinHandle<()>,
}

/// The bytes of each request, in the order in which the requests ended.
type Received = Arc<Mutex<Vec<Vec<u8>>>>;

impl Recorder {
    /// Starts a server whose responses have the status 200 and this body.
    pub async fn start(body: impl Into<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let received = Received::default();
        let body = body.into();
        let response = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = tokio::spawn(serve(listener, Arc::clone(&received), response));
        Self {
            base_url,
            received,
            server,
        }
    }

    /// Returns scheme, host and port.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns all requests so far. Panics if a client left before the end of a request.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let address = self.base_url.trim_start_matches("http://");
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|bytes| Request::parse(bytes, address))
            .collect()
    }

    /// Returns the only request so far. Panics if the number of requests is not one.
    #[must_use]
    pub fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Every connection has a separate task, so a silent connection does not block another one.
async fn serve(listener: TcpListener, received: Received, response: String) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(take(stream, Arc::clone(&received), response.clone()));
    }
}

async fn take(mut stream: TcpStream, received: Received, response: String) {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            break;
        }
    }
    if bytes.is_empty() {
        return;
    }
    let is_whole = is_whole(&bytes);
    received.lock().unwrap().push(bytes);
    if is_whole {
        // The client might close the connection without reading the response, so a failed write is ignored.
        let _ = stream.write_all(response.as_bytes()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn send(recorder: &Recorder, pieces: &[&str]) -> String {
        let address = recorder.base_url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        for piece in pieces {
            stream.write_all(piece.as_bytes()).await.unwrap();
        }
        stream.shutdown().await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }

    #[tokio::test]
    async fn every_request_is_written_down_whole() {
        let recorder = Recorder::start("{}").await;
        let host = recorder.base_url().trim_start_matches("http://").to_owned();
        let head = format!("POST /a HTTP/1.1\r\nhost: {host}\r\ncontent-length: 3\r\n\r\n");
        let response = send(&recorder, &[&head, "a", "bc"]).await;
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
        assert!(response.ends_with("\r\n\r\n{}"), "{response}");
        assert_eq!(
            recorder.request(),
            Request::expected("POST /a", [], Some("abc"))
        );
        send(&recorder, &["GET /b HTTP/1.1\r\n\r\n"]).await;
        assert_eq!(recorder.requests().len(), 2);
    }

    #[tokio::test]
    #[should_panic = "the client left early"]
    async fn a_client_that_leaves_early_is_found_out() {
        let recorder = Recorder::start("{}").await;
        send(
            &recorder,
            &["POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\na"],
        )
        .await;
        let _ = recorder.requests();
    }
}
