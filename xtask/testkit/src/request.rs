//! A request as it was sent over the wire.

/// The parts of a request. The order of header lines has no meaning, so they are sorted.
///
/// The address of the server is replaced by `SERVER`, so that requests are the same in all runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// The first line: method, target and version.
    pub line: String,
    /// Every other line of the head, as it was sent.
    pub headers: Vec<String>,
    /// The body as text.
    pub body: String,
}

impl Request {
    /// Makes the expected request: method and target, all headers except host and length, and an optional body.
    #[must_use]
    pub fn expected(
        line: &str,
        headers: impl IntoIterator<Item = String>,
        body: Option<&str>,
    ) -> Self {
        let mut headers: Vec<_> = headers.into_iter().collect();
        headers.push("host: SERVER".to_owned());
        headers.extend(body.map(|body| format!("content-length: {}", body.len())));
        headers.sort();
        Self {
            line: format!("{line} HTTP/1.1"),
            headers,
            body: body.unwrap_or_default().to_owned(),
        }
    }

    /// Returns the value of the first header of this name. The name is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix(&*prefix))
    }

    /// Reads the bytes of one request to a server at this address.
    pub(crate) fn parse(bytes: &[u8], address: &str) -> Self {
        assert!(is_whole(bytes), "the client left early");
        let text = std::str::from_utf8(bytes).unwrap();
        let text = text.replace(address, "SERVER");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n").map(str::to_owned);
        let line = lines.next().unwrap();
        let mut headers: Vec<_> = lines.collect();
        headers.sort();
        Self {
            line,
            headers,
            body: body.to_owned(),
        }
    }
}

/// Returns whether the bytes contain the head and a body of the announced length.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let end = b"\r\n\r\n";
    let Some(at) = bytes.windows(end.len()).position(|window| window == end) else {
        return false;
    };
    let (head, rest) = bytes.split_at(at);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    rest.len() - end.len() >= length.map_or(0, |length| length.parse().unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_its_parts() {
        let text = "PUT /1 HTTP/1.1\r\nhost: 127.0.0.1:1\r\naccept: */*\r\ncontent-length: 4\r\n\r\na\r\n\u{7f}";
        let request = Request::parse(text.as_bytes(), "127.0.0.1:1");
        let accept = "accept: */*".to_owned();
        let expected = Request::expected("PUT /1", [accept], Some("a\r\n\u{7f}"));
        assert_eq!(request, expected);
        assert_eq!(request.header("content-length"), Some("4"));
        assert_eq!(request.header("content-type"), None);
    }

    #[test]
    fn a_request_is_whole_with_its_body() {
        for (text, whole) in [
            ("", false),
            ("GET / HTTP/1.1\r\nhost: a\r\n", false),
            ("GET / HTTP/1.1\r\nhost: a\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\né", true),
            ("GET / HTTP/1.1\r\ncontent-length: 3\r\n\r\né", false),
        ] {
            assert_eq!(is_whole(text.as_bytes()), whole, "{text}");
        }
    }
}
