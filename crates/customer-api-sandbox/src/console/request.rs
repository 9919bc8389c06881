//! A request of the journal in JSON.

use base64::Engine as _;
use serde_json::{Value, json};

use super::faults::placed;
use super::managed::Managed;
use crate::clock::rfc3339_nanos;
use crate::log::RecordedRequest;

/// The headers whose values are masked.
const CREDENTIALS: [&str; 4] = ["authorization", "apikey", "cookie", "proxy-authorization"];
const MASK: &str = "***";

/// The headers that `curl` writes itself.
const OF_CURL: [&str; 6] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "expect",
    "accept-encoding",
];

pub(crate) fn summary(request: &RecordedRequest) -> Value {
    let operation = request.operation_id.as_deref();
    let time = request.time.duration_since(std::time::UNIX_EPOCH);
    json!({
        "id": request.id,
        "time": rfc3339_nanos(time.unwrap_or_default()),
        "provider": request.provider,
        "operation": operation,
        "method": request.method,
        "target": request.target,
        "status": request.status,
        "applied": request.applied,
        "fault": request.fault.as_ref().map(|fault| placed(request.provider, None, fault)),
        "problems": request.problems,
    })
}

pub(super) fn whole(request: &RecordedRequest, server: &dyn Managed) -> Value {
    let mut whole = summary(request);
    let headers: Vec<[String; 2]> = request
        .headers
        .iter()
        .map(|(name, value)| [name.clone(), shown_value(name, value)])
        .collect();
    let response = request.status.map(|status| {
        json!({
            "status": status,
            "headers": request.response_headers,
            "body": body(&request.response_body),
        })
    });
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("headers".to_owned(), json!(headers));
        fields.insert("body".to_owned(), body(&request.body));
        fields.insert("response".to_owned(), json!(response));
        fields.insert("curl".to_owned(), json!(curl(request, server)));
    }
    whole
}

fn is_credential(name: &str) -> bool {
    CREDENTIALS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

fn shown_value(name: &str, value: &[u8]) -> String {
    if is_credential(name) {
        return MASK.to_owned();
    }
    String::from_utf8_lossy(value).into_owned()
}

fn body(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "base64": base64(bytes) }),
    }
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Returns a command that repeats the request, with variables in place of credentials.
fn curl(request: &RecordedRequest, server: &dyn Managed) -> String {
    let mut command = format!(
        "curl -i -X {} {}",
        quoted(&request.method),
        quoted(&format!("{}{}", server.base_url(), request.target)),
    );
    for (name, value) in &request.headers {
        if OF_CURL.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let (own, credential) = server.credential();
        if own.eq_ignore_ascii_case(name) {
            // In double quotes, so that the shell fills in the variable.
            command.push_str(&format!(" -H \"{own}: {credential}\""));
        } else if !is_credential(name) {
            let value = String::from_utf8_lossy(value);
            command.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    match std::str::from_utf8(&request.body) {
        Ok("") => command,
        Ok(body) => format!("{command} --data-binary {}", quoted(body)),
        Err(_) => format!(
            "echo {} | base64 -d | {command} --data-binary @-",
            base64(&request.body)
        ),
    }
}

/// Returns a text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_word_of_the_shell() {
        assert_eq!(quoted("a'b $c"), r"'a'\''b $c'");
    }
}
