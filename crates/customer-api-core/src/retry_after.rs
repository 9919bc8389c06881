//! `Retry-After`, RFC 9110, section 10.2.3: a number of seconds or a date.

use std::time::Duration;

use http::{HeaderMap, header::RETRY_AFTER};

use crate::time::senders_clock;

/// Returns how long the response asks to wait. Returns `None` if `Retry-After` is missing or can't be understood.
///
/// A date is compared with the response's own `Date`, so that a wrong clock of this machine does not matter. A date in the past means zero.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large counts as the longest wait.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(
        until
            .duration_since(senders_clock(headers))
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::DATE};
    use proptest::prelude::*;

    use super::*;

    fn of(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).ok()?);
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        read(&headers)
    }

    #[test]
    fn reads_both_forms() {
        assert_eq!(of("0", None), Some(Duration::ZERO));
        assert_eq!(of(" 17 ", None), Some(Duration::from_secs(17)));
        let date = Some("Thu, 23 Jan 2020 16:33:02 GMT");
        assert_eq!(
            of("Thu, 23 Jan 2020 16:34:02 GMT", date),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            of("Thu, 23 Jan 2020 16:30:00 GMT", date),
            Some(Duration::ZERO)
        );
        assert_eq!(
            of("Thu, 23 Jan 2020 16:30:00 GMT", None),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn an_absurd_count_is_long_and_nonsense_is_nothing() {
        assert_eq!(
            of("99999999999999999999999999", None),
            Some(Duration::from_secs(u64::MAX))
        );
        for nonsense in ["", "-1", "1.5", "soon", "1 minute", "+3"] {
            assert_eq!(of(nonsense, None), None, "{nonsense}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn reads_any_value_without_a_panic(value in "[ -~]{0,60}", date in "[ -~]{0,60}") {
            let _ = of(&value, Some(&date));
        }
    }
}
