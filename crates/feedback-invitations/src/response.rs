use customer_api_core::{
    error::DecodeError,
    response::{ResponseBody, Unreadable, UnreadableKind},
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A response of Customer Radar in any of its forms: a success, a refused invitation, a refused login.
///
/// The provider writes `code` sometimes as a string and sometimes as an integer. `data` may be an integer beyond 2^53. Both are kept as
/// they were written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response<'a> {
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    description: Option<&'a RawValue>,
    #[serde(borrow, default)]
    user_message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    developer_message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    token: Option<&'a RawValue>,
}

impl<'a> Response<'a> {
    /// Reads a body. `None` if the body is not a JSON object.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let body = body.trim_ascii();
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        // serde would also read an array as this struct, element by element.
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(body).ok()
    }

    pub(crate) fn decode(body: &'a ResponseBody) -> Result<Self, DecodeError> {
        Self::read(body.bytes()).ok_or_else(|| DecodeError::shape(""))
    }

    /// Whether the code is the string `00000`.
    pub(crate) fn is_success(&self) -> bool {
        self.code.and_then(text).is_some_and(|code| code == "00000")
    }

    /// Whether the code clearly is not the code of a success. A code that is blank, or zero in another spelling such as the integer, may be
    /// a success whose zeros were lost on the way.
    pub(crate) fn reports_failure(&self) -> bool {
        self.code().is_some_and(|code| !is_zero(&code))
    }

    pub(crate) fn code(&self) -> Option<String> {
        self.code.and_then(exact)
    }

    /// Returns the `data` as it was written, and a report if it is not a string.
    pub(crate) fn data(&self) -> (Option<String>, Option<Unreadable>) {
        let Some(raw) = self.data.filter(|data| data.get() != "null") else {
            return (None, None);
        };
        // A number with an exponent has more than one spelling.
        let data =
            exact(raw).filter(|_| raw.get().starts_with('"') || !raw.get().contains(['e', 'E']));
        let kind = match &data {
            Some(_) if raw.get().starts_with('"') => return (data, None),
            Some(_) => UnreadableKind::Coerced,
            None => UnreadableKind::TakenOut,
        };
        (data, Some(Unreadable::new(kind, "data", raw.get())))
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token
            .and_then(text)
            .is_some_and(|token| !token.trim().is_empty())
    }

    /// Returns the provider's messages, joined by `; `. A blank message, or one that repeats an earlier message, is omitted.
    pub(crate) fn message(&self) -> Option<String> {
        let mut messages: Vec<String> = Vec::new();
        for member in [self.description, self.user_message, self.developer_message] {
            if let Some(message) = member.and_then(text) {
                if !message.trim().is_empty() && !messages.contains(&message) {
                    messages.push(message);
                }
            }
        }
        (!messages.is_empty()).then(|| messages.join("; "))
    }
}

/// Whether a code is blank, or zero in any spelling: with a sign, a fraction or an exponent, in full width, with spaces.
fn is_zero(code: &str) -> bool {
    let code: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}')
        .map(half_width)
        .collect();
    let (number, exponent) = code.split_once(['e', 'E']).unwrap_or((&code, "0"));
    let is_number =
        code.is_empty() || (number.parse() == Ok(0.0_f64) && exponent.parse::<i64>().is_ok());
    is_number && !number.contains(|letter: char| matches!(letter, '1'..='9'))
}

/// Converts digits, signs and dots to ASCII.
fn half_width(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{2212}' => '-',
        other => other,
    }
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// Returns a string, or a number as it was written.
fn exact(value: &RawValue) -> Option<String> {
    let json = value.get();
    match json.bytes().next() {
        Some(b'"') => text(value),
        Some(b'-' | b'0'..=b'9') => Some(json.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(body: &str) -> Response<'_> {
        Response::read(body.as_bytes()).unwrap_or_else(|| panic!("{body}"))
    }

    #[test]
    fn numbers_keep_their_digits() {
        for (json, expected) in [
            (r#""00000""#, Some("00000")),
            ("0", Some("0")),
            ("-7", Some("-7")),
            ("846673197418938369", Some("846673197418938369")),
            (
                "846673197418938369846673197418938369",
                Some("846673197418938369846673197418938369"),
            ),
            ("null", None),
            ("true", None),
            ("[1]", None),
            (r#"{"a":1}"#, None),
        ] {
            let body = format!(r#"{{"code":{json},"data":{json}}}"#);
            assert_eq!(response(&body).code().as_deref(), expected, "{json}");
            assert_eq!(response(&body).data().0.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn success_is_one_text() {
        assert!(response(r#"{"code":"00000"}"#).is_success());
        for code in ["0", r#""0""#, r#""000000""#, r#"" 00000""#, "null", "[]"] {
            let body = format!(r#"{{"code":{code}}}"#);
            assert!(!response(&body).is_success(), "{code}");
        }
        assert!(!response("{}").is_success());
    }

    #[test]
    fn a_zero_in_whatever_spelling_reports_no_failure() {
        for code in [
            "0", "-0", "0.0", "-0.00", "0e0", "0E-7", "0.0e+12", "0e999999", "null", "[]", "true",
        ] {
            let body = format!(r#"{{"code":{code}}}"#);
            assert!(!response(&body).reports_failure(), "{code}");
        }
        for code in [
            "",
            " ",
            "0",
            "000000",
            " 00000\\n",
            "00 000",
            "+0",
            "-0",
            "0.0",
            "0e0",
            "\\ufeff00000",
            "\\uff10\\uff10",
            "\\uff0d\\uff10\\uff0e\\uff10",
            "\\u22120",
        ] {
            let body = format!(r#"{{"code":"{code}"}}"#);
            assert!(!response(&body).reports_failure(), "{code:?}");
        }
        for code in ["1", "-1", "0.1", "1e0", "0.01e2", "1e-999"] {
            let body = format!(r#"{{"code":{code}}}"#);
            assert!(response(&body).reports_failure(), "{code}");
        }
        for code in [
            "1", "00001", "0000O", "e", "-", ".", "0x0", "inf", "nan", "0e", "0/0", "\\uff11", "No",
        ] {
            let body = format!(r#"{{"code":"{code}"}}"#);
            assert!(response(&body).reports_failure(), "{code:?}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_response() {
        for body in ["", "[]", "7", "null", "\"00000\"", "<html>", "[\"00000\"]"] {
            assert!(Response::read(body.as_bytes()).is_none(), "{body}");
        }
        assert!(Response::read(b"\xEF\xBB\xBF {\"code\":\"1\"} \n").is_some());
    }

    #[test]
    fn both_families_have_a_message() {
        for (body, expected) in [
            (r#"{"description":"No."}"#, Some("No.")),
            (
                r#"{"userMessage":"No.","developerMessage":"No."}"#,
                Some("No."),
            ),
            (
                r#"{"userMessage":"No.","developerMessage":"Expired."}"#,
                Some("No.; Expired."),
            ),
            (
                r#"{"description":" ","userMessage":7,"developerMessage":"Expired."}"#,
                Some("Expired."),
            ),
            (r#"{"code":2}"#, None),
        ] {
            assert_eq!(response(body).message().as_deref(), expected, "{body}");
        }
    }
}
