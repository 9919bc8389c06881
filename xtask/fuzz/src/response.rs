//! Reads a response from an input: a status, headers, a blank line, a body.

use customer_api_core::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    transport::ScriptedResponse,
};

/// A server's response.
#[derive(Debug)]
pub(crate) struct Spoken<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: &'a [u8],
}

/// The longest input for targets with a scripted network: as much of a body as an error keeps.
pub(crate) const LONGEST: usize = 64 * 1024;

impl<'a> Spoken<'a> {
    /// Reads an input. An input without a status in its first line is the body of a response with the given status.
    pub(crate) fn read(input: &'a [u8], status: StatusCode) -> Self {
        let bare = Self {
            status,
            headers: HeaderMap::new(),
            body: input,
        };
        let Some((first, mut rest)) = line(input) else {
            return bare;
        };
        let Ok(status) = StatusCode::from_bytes(first) else {
            return bare;
        };
        let mut headers = HeaderMap::new();
        while let Some((header, after)) = line(rest) {
            rest = after;
            if header.is_empty() {
                break;
            }
            let mut parts = header.splitn(2, |byte| *byte == b':');
            let (name, value) = (parts.next(), parts.next());
            let name = HeaderName::from_bytes(name.unwrap_or_default());
            let value = HeaderValue::from_bytes(value.unwrap_or_default().trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Self {
            status,
            headers,
            body: rest,
        }
    }

    /// Converts the response for the scripted transport. Header values that are not text are omitted.
    pub(crate) fn to_response(&self) -> ScriptedResponse {
        let mut response = ScriptedResponse::status(self.status.as_u16()).body(self.body.to_vec());
        for (name, value) in &self.headers {
            if let Ok(value) = value.to_str() {
                response = response.header(name.as_str(), value);
            }
        }
        response
    }
}

/// Returns the first line, without its end, and the rest.
fn line(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = input.split_at_checked(end)?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..)?))
}

/// Returns the pieces of an input between lines of `===`.
pub(crate) fn pieces(input: &[u8]) -> Vec<&[u8]> {
    let mut pieces = vec![];
    let mut start = 0;
    let mark = b"\n===\n";
    let mut at = 0;
    while let Some(window) = input.get(at..at + mark.len()) {
        if window == mark {
            pieces.extend(input.get(start..at));
            at += mark.len();
            start = at;
        } else {
            at += 1;
        }
    }
    pieces.extend(input.get(start..));
    pieces
}
