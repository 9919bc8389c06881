//! A request of the journal in JSON.

use base64::Engine as _;
use serde_json::{Value, json};

use super::faults::placed;
use super::managed::Managed;
use crate::clock::rfc3339_nanos;
use crate::log::RecordedRequest;

/// Parts of the names of headers whose values are masked, without hyphens and underscores. They also match a name that a client got wrong, such
/// as `X-Api-Key`.
const CREDENTIALS: [&str; 8] = [
    "auth",
    "apikey",
    "secret",
    "token",
    "password",
    "cookie",
    "credential",
    "accesskey",
];
const MASK: &str = "***";

/// The longest body that is an argument of `curl`. Linux allows 128 KiB for one argument.
const LONGEST_ARGUMENT: usize = 100_000;

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
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    CREDENTIALS.iter().any(|known| name.contains(known))
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
    let mut command = "curl -i".to_owned();
    // With `-X HEAD`, curl would wait for a body.
    if request.method == "HEAD" {
        command.push_str(" --head");
    } else {
        command.push_str(&format!(" -X {}", quoted(&request.method)));
    }
    let (url, target) = (server.base_url(), &request.target);
    if is_plain(target) {
        command.push_str(&format!(" {}", quoted(&format!("{url}{target}"))));
    } else {
        // In a URL, curl would change or reject this target.
        let target = quoted(target);
        command.push_str(&format!(" --request-target {target} {}", quoted(url)));
    }
    for (name, value) in &request.headers {
        if OF_CURL.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let (own, credential) = server.credential();
        if own.eq_ignore_ascii_case(name) {
            // In double quotes, so that the shell fills in the variable.
            command.push_str(&format!(" -H \"{own}: {credential}\""));
        } else {
            let header = match shown_value(name, value).as_str() {
                // Curl omits a header with nothing after its colon.
                "" => format!("{name};"),
                value => format!("{name}: {value}"),
            };
            command.push_str(&format!(" -H {}", quoted(&header)));
        }
    }
    if !request.body.is_empty() && request.header("content-type").is_none() {
        // Without this option, curl would send the content type of a form.
        command.push_str(" -H 'Content-Type:'");
    }
    match std::str::from_utf8(&request.body) {
        Ok("") => command,
        // Not `--data-binary`, which sends the file that a body such as `@name` names.
        Ok(body) if body.len() <= LONGEST_ARGUMENT && !body.contains('\0') => {
            format!("{command} --data-raw {}", quoted(body))
        }
        _ => format!(
            "echo {} | base64 -d | {command} --data-binary @-",
            base64(&request.body)
        ),
    }
}

/// Returns whether curl sends a target unchanged if it is part of a URL: a target with no dot segments, patterns or fragment.
fn is_plain(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    target.starts_with('/')
        && !target.contains(['#', '[', ']', '{', '}'])
        && !path.split('/').any(is_dots)
}

/// Returns whether a segment of a path means the current or the parent directory.
fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    segment == "." || segment == ".."
}

/// Quotes a text, so that a shell reads it as one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_known_by_their_names() {
        for name in [
            "AUTHORIZATION",
            "apiKey",
            "X-Api-Key",
            "api_key",
            "x-auth",
            "Set-Cookie",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in ["content-type", "Idempotency-Key", "accept"] {
            assert!(!is_credential(name), "{name}");
        }
    }

    #[test]
    fn a_text_is_one_word_of_the_shell() {
        assert_eq!(quoted("a'b $c"), r"'a'\''b $c'");
    }
}
