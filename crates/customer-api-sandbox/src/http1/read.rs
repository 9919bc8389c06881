//! Reads requests from a socket. Targets and header names are kept exactly as sent, which a full
//! HTTP library would not guarantee.

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::http1::Head;

const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 128;
const MAX_BODY: usize = 16 * 1024 * 1024;

/// Why a request could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The client ended the connection, in an orderly way or not.
    Gone,
    /// The request is not valid, or too large. The sandbox responds with this status and closes the connection.
    Refused(u16),
}

impl From<std::io::Error> for ReadError {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

/// How the length of a body is determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(usize),
    Chunked,
}

/// A reader of requests. Its buffer holds the bytes of the next request that have already arrived.
#[derive(Debug)]
pub(crate) struct RequestReader {
    buffer: BytesMut,
}

impl RequestReader {
    pub(crate) fn new() -> Self {
        Self {
            buffer: BytesMut::new(),
        }
    }

    /// Reads the head of the next request.
    pub(crate) async fn head<S: AsyncRead + Unpin>(
        &mut self,
        source: &mut S,
    ) -> Result<Head, ReadError> {
        loop {
            if let Some((head, length)) = parse_head(&self.buffer)? {
                self.buffer.advance(length);
                return Ok(head);
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(ReadError::Refused(431));
            }
            self.fill(source).await?;
        }
    }

    /// Reads a whole body.
    pub(crate) async fn body<S: AsyncRead + Unpin>(
        &mut self,
        source: &mut S,
        framing: Framing,
    ) -> Result<Bytes, ReadError> {
        match framing {
            Framing::Length(length) => self.exactly(source, length).await,
            Framing::Chunked => self.chunks(source).await,
        }
    }

    /// Waits until some bytes of a body have arrived, and returns them.
    pub(crate) async fn beginning<S: AsyncRead + Unpin>(
        &mut self,
        source: &mut S,
    ) -> Result<&[u8], ReadError> {
        if self.buffer.is_empty() {
            self.fill(source).await?;
        }
        Ok(&self.buffer)
    }

    async fn chunks<S: AsyncRead + Unpin>(&mut self, source: &mut S) -> Result<Bytes, ReadError> {
        let mut body = BytesMut::new();
        loop {
            let line = self.line(source).await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| ReadError::Refused(400))?;
            if body.len().saturating_add(size) > MAX_BODY {
                return Err(ReadError::Refused(413));
            }
            if size == 0 {
                // Trailers end with an empty line. The sandbox ignores them.
                while !self.line(source).await?.is_empty() {}
                return Ok(body.freeze());
            }
            body.extend_from_slice(&self.exactly(source, size).await?);
            if !self.line(source).await?.is_empty() {
                return Err(ReadError::Refused(400));
            }
        }
    }

    async fn exactly<S: AsyncRead + Unpin>(
        &mut self,
        source: &mut S,
        length: usize,
    ) -> Result<Bytes, ReadError> {
        while self.buffer.len() < length {
            self.fill(source).await?;
        }
        Ok(self.buffer.split_to(length).freeze())
    }

    async fn line<S: AsyncRead + Unpin>(&mut self, source: &mut S) -> Result<String, ReadError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(ReadError::Refused(400));
            }
            self.fill(source).await?;
        }
    }

    async fn fill<S: AsyncRead + Unpin>(&mut self, source: &mut S) -> Result<(), ReadError> {
        match source.read_buf(&mut self.buffer).await? {
            0 => Err(ReadError::Gone),
            _ => Ok(()),
        }
    }
}

fn parse_head(buffer: &[u8]) -> Result<Option<(Head, usize)>, ReadError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(ReadError::Refused(431)),
        Err(_) => return Err(ReadError::Refused(400)),
    };
    let head = Head {
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        http_1_0: request.version == Some(0),
        headers: request
            .headers
            .iter()
            .map(|header| (header.name.to_owned(), header.value.to_vec()))
            .collect(),
    };
    Ok(Some((head, length)))
}

/// Returns how the body of a request is framed. Refuses two framings that contradict each other,
/// because they are an attack or a bug.
pub(crate) fn framing(head: &Head) -> Result<Framing, ReadError> {
    let codings = head.header_elements("transfer-encoding");
    let lengths = head.header_elements("content-length");
    match (codings.as_slice(), lengths.as_slice()) {
        ([], []) => Ok(Framing::Length(0)),
        ([chunked], []) if chunked == "chunked" => Ok(Framing::Chunked),
        // Accepts only digits. The standard library would also accept a plus sign.
        ([], [length]) if !length.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(ReadError::Refused(400))
        }
        ([], [length]) => match length.parse() {
            Ok(length) if length > MAX_BODY => Err(ReadError::Refused(413)),
            Ok(length) => Ok(Framing::Length(length)),
            Err(_) => Err(ReadError::Refused(400)),
        },
        _ => Err(ReadError::Refused(400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(mut bytes: &[u8]) -> Result<(Head, Bytes), ReadError> {
        let mut reader = RequestReader::new();
        let head = reader.head(&mut bytes).await?;
        let framing = framing(&head)?;
        let body = reader.body(&mut bytes, framing).await?;
        Ok((head, body))
    }

    #[tokio::test]
    async fn heads_keep_what_was_sent() {
        let (head, body) = read(
            b"POST /a%2Fb?c=%20 HTTP/1.1\r\nX-One: 1\r\nx-ONE: \xff\r\nContent-Length: 2\r\n\r\nhi",
        )
        .await
        .unwrap();
        assert_eq!(head.target, "/a%2Fb?c=%20");
        assert_eq!(head.path(), "/a%2Fb");
        assert_eq!(head.headers[0], ("X-One".to_owned(), b"1".to_vec()));
        assert_eq!(head.headers[1], ("x-ONE".to_owned(), b"\xff".to_vec()));
        assert_eq!(&*body, b"hi");
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        let request = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
        let (_, body) = read(request).await.unwrap();
        assert_eq!(&*body, b"abc0123456789");
    }

    #[tokio::test]
    async fn nonsense_is_refused() {
        for (request, status) in [
            (&b"\x16\x03\x01\x02\x00\x01\x00"[..], 400),
            (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 400),
            (
                b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                400,
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                400,
            ),
            (
                b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                413,
            ),
            (
                b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                400,
            ),
            (
                b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
                413,
            ),
            (
                b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
                400,
            ),
        ] {
            let result = read(request).await;
            assert!(
                matches!(result, Err(ReadError::Refused(found)) if found == status),
                "{}: {result:?}",
                String::from_utf8_lossy(request)
            );
        }
        let endless = vec![b'a'; MAX_HEAD + 2];
        assert!(matches!(read(&endless).await, Err(ReadError::Refused(_))));
    }

    #[tokio::test]
    async fn an_early_end_is_no_request() {
        for request in [
            &b""[..],
            b"GET / HT",
            b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
        ] {
            assert!(matches!(read(request).await, Err(ReadError::Gone)));
        }
    }
}
