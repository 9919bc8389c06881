//! Writes responses: whole, or broken off if a fault requires that.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::http1::Response;

/// The way in which the head states the length of the body.
#[derive(Debug, Clone, Copy)]
enum Length {
    /// A response of this status never has a body.
    None,
    Bytes(usize),
    Chunked,
}

/// Writes one response to one request.
pub(crate) struct ResponseWriter<'a> {
    pub(crate) stream: &'a mut TcpStream,
    /// Whether the connection ends after this response. The response then has `Connection: close`.
    pub(crate) closing: bool,
    /// Whether only the head is sent, as for a HEAD request.
    pub(crate) head_only: bool,
}

impl ResponseWriter<'_> {
    pub(crate) async fn informational(&mut self, status: u16) -> io::Result<()> {
        let mut head = status_line(status);
        if status == 103 {
            head.extend_from_slice(b"link: </style.css>; rel=preload\r\n");
        }
        head.extend_from_slice(b"\r\n");
        self.stream.write_all(&head).await
    }

    pub(crate) async fn whole(&mut self, response: &Response) -> io::Result<()> {
        let length = if has_no_body(response.status) {
            Length::None
        } else {
            Length::Bytes(response.body.len())
        };
        let mut bytes = self.head(response, length);
        if !self.head_only && !matches!(length, Length::None) {
            bytes.extend_from_slice(&response.body);
        }
        self.stream.write_all(&bytes).await
    }

    pub(crate) async fn dripping(
        &mut self,
        response: &Response,
        pause: Duration,
    ) -> io::Result<()> {
        if has_no_body(response.status) {
            return self.whole(response).await;
        }
        let head = self.head(response, Length::Bytes(response.body.len()));
        self.stream.write_all(&head).await?;
        for byte in response.body.iter().filter(|_| !self.head_only) {
            tokio::time::sleep(pause).await;
            self.stream.write_all(&[*byte]).await?;
        }
        Ok(())
    }

    /// Writes a head that promises `promised` bytes, and the first `shown` bytes of the body.
    pub(crate) async fn broken_off(
        &mut self,
        response: &Response,
        shown: usize,
        promised: usize,
    ) -> io::Result<()> {
        let mut bytes = self.head(response, Length::Bytes(promised));
        bytes.extend(response.body.iter().take(shown));
        self.stream.write_all(&bytes).await
    }

    /// Streams a JSON object of `size` bytes without stating its length.
    pub(crate) async fn oversized(&mut self, response: &Response, size: u64) -> io::Result<()> {
        const START: &[u8] = br#"{"filler":""#;
        const END: &[u8] = br#""}"#;
        const BLOCK: [u8; 8192] = [b'x'; 8192];
        let head = self.head(response, Length::Chunked);
        self.stream.write_all(&head).await?;
        self.chunk(START).await?;
        let mut left = size.saturating_sub((START.len() + END.len()) as u64);
        while left > 0 {
            let block = usize::try_from(left).map_or(BLOCK.as_slice(), |left| {
                BLOCK.get(..left).unwrap_or(BLOCK.as_slice())
            });
            self.chunk(block).await?;
            left -= block.len() as u64;
        }
        self.chunk(END).await?;
        self.stream.write_all(b"0\r\n\r\n").await
    }

    async fn chunk(&mut self, data: &[u8]) -> io::Result<()> {
        let mut chunk = format!("{:x}\r\n", data.len()).into_bytes();
        chunk.extend_from_slice(data);
        chunk.extend_from_slice(b"\r\n");
        self.stream.write_all(&chunk).await
    }

    fn head(&self, response: &Response, length: Length) -> Vec<u8> {
        let mut head = status_line(response.status);
        let mut line = |name: &str, value: &str| {
            head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        };
        for (name, value) in &response.headers {
            line(name, value);
        }
        // If a fault sets one of these headers, that header replaces the usual one.
        let is_given = |wanted: &str| {
            let mut headers = response.headers.iter();
            headers.any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if !is_given("content-length") && !is_given("transfer-encoding") {
            match length {
                Length::None => {}
                Length::Bytes(bytes) => line("content-length", &bytes.to_string()),
                Length::Chunked => line("transfer-encoding", "chunked"),
            }
        }
        if self.closing && !is_given("connection") {
            line("connection", "close");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

/// Returns whether a response of this status never has a body.
fn has_no_body(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}

fn status_line(status: u16) -> Vec<u8> {
    let reason = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    format!("HTTP/1.1 {status:03} {reason}\r\n").into_bytes()
}
