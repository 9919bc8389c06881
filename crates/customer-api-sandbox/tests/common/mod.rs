//! A raw client. It sends exactly what it is given and reports what arrives, byte for byte.

#![allow(dead_code, reason = "each test file uses a part")]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, too"
)]

pub(crate) mod helpdesk;
pub(crate) mod radar;
pub(crate) mod revnue;
pub(crate) mod scroll;

use std::io::ErrorKind;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use customer_api_sandbox::{RavelinOptions, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// 2020-01-23T16:33:02Z, the time of the provider's sample.
pub(crate) fn sample_time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_579_797_182)
}

/// Starts a sandbox whose responses are the same every time.
pub(crate) async fn sandbox(options: RavelinOptions) -> Sandbox {
    Sandbox::builder()
        .ravelin(options.unknown_fields(None))
        .stepped_clock(sample_time(), Duration::from_secs(1))
        .start()
        .await
        .unwrap()
}

pub(crate) const LABEL: &str = r#"{"category":"PAYMENT_FRAUD","review":"FRAUDSTER"}"#;
pub(crate) const LABEL_PATH: &str = "/v2/customer/cust-1/labels";
pub(crate) const KEY: (&str, &str) = ("Authorization", "token sk_test_sandbox");
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The state of a connection after a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The response was complete, and the connection is open.
    Open,
    Closed,
    Reset,
}

#[derive(Debug)]
pub(crate) struct Response {
    /// Informational statuses before the final one.
    pub informational: Vec<u16>,
    /// `None` if no head arrived.
    pub status: Option<u16>,
    pub head: String,
    pub body: Vec<u8>,
    pub complete: bool,
    pub end: End,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        assert!(self.complete, "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    end: End,
}

impl Client {
    pub(crate) async fn connect(base_url: &str) -> Self {
        Self::try_connect(base_url).await.unwrap()
    }

    pub(crate) async fn try_connect(base_url: &str) -> std::io::Result<Self> {
        let address = base_url.strip_prefix("http://").unwrap();
        Ok(Self {
            stream: TcpStream::connect(address).await?,
            buffer: Vec::new(),
            end: End::Open,
        })
    }

    /// Sends a request with the key, and with a JSON body unless it is empty.
    pub(crate) async fn call(&mut self, method: &str, target: &str, body: &str) -> Response {
        let headers: &[_] = if body.is_empty() {
            &[KEY]
        } else {
            &[KEY, JSON]
        };
        self.send(method, target, headers, body).await;
        self.response().await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let mut request = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        self.write(&format!("{request}\r\n{body}")).await;
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads one response, or the part of it that arrives.
    pub(crate) async fn response(&mut self) -> Response {
        let mut informational = Vec::new();
        let head = loop {
            match self.head().await {
                Some(head) if status(&head) < 200 => informational.push(status(&head)),
                head => break head.unwrap_or_default(),
            }
        };
        let mut response = Response {
            informational,
            status: (!head.is_empty()).then(|| status(&head)),
            head,
            body: Vec::new(),
            complete: false,
            end: End::Open,
        };
        if response.status.is_some() {
            if response.header("transfer-encoding").is_some() {
                response.complete = self.chunks(&mut response.body).await;
            } else {
                let length = response.header("content-length").unwrap_or("0");
                let length = length.parse().unwrap();
                while self.buffer.len() < length && self.fill().await {}
                response.complete = self.buffer.len() >= length;
                let arrived = length.min(self.buffer.len());
                response.body = self.buffer.drain(..arrived).collect();
            }
        }
        response.end = std::mem::replace(&mut self.end, End::Open);
        response
    }

    /// Reads everything up to the end of the connection.
    pub(crate) async fn rest(&mut self) -> (Vec<u8>, End) {
        while self.fill().await {}
        (
            std::mem::take(&mut self.buffer),
            std::mem::replace(&mut self.end, End::Open),
        )
    }

    async fn head(&mut self) -> Option<String> {
        loop {
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
                return Some(String::from_utf8(head).unwrap());
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    async fn chunks(&mut self, body: &mut Vec<u8>) -> bool {
        loop {
            let Some(end) = self.buffer.windows(2).position(|two| two == b"\r\n") else {
                if self.fill().await {
                    continue;
                }
                return false;
            };
            let size = std::str::from_utf8(&self.buffer[..end]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            while self.buffer.len() < end + 2 + size + 2 {
                if !self.fill().await {
                    return false;
                }
            }
            let chunk: Vec<u8> = self.buffer.drain(..end + 2 + size + 2).collect();
            body.extend_from_slice(&chunk[end + 2..end + 2 + size]);
            if size == 0 {
                return true;
            }
        }
    }

    async fn fill(&mut self) -> bool {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => self.end = End::Closed,
            Ok(_) => return true,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => self.end = End::Reset,
            Err(error) => panic!("{error}"),
        }
        false
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}
