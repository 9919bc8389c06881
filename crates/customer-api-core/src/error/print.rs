//! The texts of an error: one useful line, and the details for debugging.

use std::{error::Error as StdError, fmt, time::Duration};

use super::{
    Error,
    delivery::Delivery,
    failure::Parts,
    kind::{ErrorKind, TimeoutPhase},
    stop_reason::StopReason,
};
use crate::{
    auth::AuthError, operation::info::Idempotency, redact::OneLine, transport::TransportError,
};

/// One line, in sentences: what failed, whether the call happened, what was tried, and what to do.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write_call(f, inner)?;
        write_failure(f, inner)?;
        let Some(call) = inner.call else {
            return Ok(());
        };
        // A read changes nothing, so its delivery is omitted.
        if call.operation.idempotency != Idempotency::Safe {
            f.write_str(match inner.delivery {
                Delivery::NotSent => ". Not sent",
                Delivery::Refused => ". Refused: the provider did nothing",
                Delivery::Unknown => ". Unknown: the call may have happened, or may happen later",
            })?;
        }
        if call.attempts > 1 {
            let elapsed = call.elapsed.as_secs_f64();
            write!(f, ". {} attempts in {elapsed:.1} s", call.attempts)?;
        }
        if let Some(stop) = inner.stop.filter(StopReason::is_telling) {
            write!(f, ". Not retried: {stop}")?;
        }
        if let Some(wait) = inner.retry_after {
            write!(f, ". Wait {} before the next call", Seconds(wait))?;
        }
        match inner.details.hint {
            Some(hint) => write!(f, ". Hint: {hint}"),
            None => Ok(()),
        }
    }
}

fn write_call(f: &mut fmt::Formatter<'_>, inner: &Parts) -> fmt::Result {
    match inner.call {
        Some(call) => write!(f, "{} {}: ", call.service, call.operation.id),
        None => Ok(()),
    }
}

/// What failed, with the provider's words or the cause.
fn write_failure(f: &mut fmt::Formatter<'_>, inner: &Parts) -> fmt::Result {
    match (inner.kind, inner.status, &inner.server) {
        // The status alone states what failed.
        (ErrorKind::Status, Some(status), _) => write!(f, "{status}")?,
        (kind, Some(status), _) => write!(f, "{kind}, HTTP {status}")?,
        (ErrorKind::Connect, None, Some(server)) => write!(f, "no connection to {server}")?,
        (ErrorKind::Timeout(TimeoutPhase::Connect), None, Some(server)) => {
            write!(f, "connecting to {server} timed out")?;
        }
        (kind, None, _) => write!(f, "{kind}")?,
    }
    if let (ErrorKind::Timeout(phase), Some(call)) = (inner.kind, inner.call) {
        let time = match phase {
            TimeoutPhase::Call => call.elapsed,
            TimeoutPhase::Connect | TimeoutPhase::Attempt => {
                call.elapsed.saturating_sub(call.last_began)
            }
        };
        write!(f, " after {}", Seconds(time))?;
    }
    if let Some(code) = &inner.details.code {
        write!(f, ", code {}", OneLine(code))?;
    }
    if let Some(trace_id) = &inner.details.trace_id {
        write!(f, ", trace {}", OneLine(trace_id))?;
    }
    if let Some(location) = &inner.location {
        write!(f, ", to {}", OneLine(location))?;
    }
    match (&inner.details.message, &inner.source) {
        (Some(message), _) => write!(f, " (\"{}\")", OneLine(message)),
        (None, Some(source)) => write_cause(f, &**source),
        (None, None) => Ok(()),
    }
}

/// Writes the part of a cause that the kind does not state already.
fn write_cause(
    f: &mut fmt::Formatter<'_>,
    source: &(dyn StdError + Send + Sync + 'static),
) -> fmt::Result {
    if let Some(transport) = source.downcast_ref::<TransportError>() {
        return match transport.root_cause() {
            Some(cause) => write!(f, ": {}", OneLine(&cause.to_string())),
            None => Ok(()),
        };
    }
    write!(f, ": {}", OneLine(&source.to_string()))?;
    // The cause of a failed login can be the error of the login's call. The delivery of that call is omitted.
    let login = source
        .downcast_ref::<AuthError>()
        .and_then(StdError::source);
    match login.map(|login| (login, login.downcast_ref::<Error>())) {
        Some((_, Some(login))) => {
            f.write_str(": ")?;
            write_call(f, &login.0)?;
            write_failure(f, &login.0)
        }
        Some((login, None)) => write!(f, ": {}", OneLine(&login.to_string())),
        None => Ok(()),
    }
}

/// A time in seconds, rounded to tenths. A whole number has no decimal place.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0.as_secs_f64() * 10.0).round();
        if tenths % 10.0 == 0.0 {
            write!(f, "{:.0} s", tenths / 10.0)
        } else {
            write!(f, "{:.1} s", tenths / 10.0)
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("delivery", &inner.delivery)
            .field("service", &inner.call.map(|call| call.service))
            .field("operation", &inner.call.map(|call| call.operation.id))
            .field("attempts", &self.attempts())
            .field("elapsed", &self.elapsed())
            .field("stop", &inner.stop)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("message", &self.message())
            .field("trace_id", &self.trace_id())
            .field("location", &self.location())
            .field("retry_after", &inner.retry_after)
            .field(
                "body",
                &inner
                    .body
                    .as_ref()
                    .map(|body| format_args!("{} bytes", body.len()).to_string()),
            )
            .field("source", &inner.source)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::StatusCode;

    use super::*;
    use crate::{
        Delivery, ErrorKind,
        error::{CallReport, DecodeError, ErrorDetails, Failure, TimeoutPhase, ValidationError},
        operation::{Method, OperationInfo},
        redact::Scrubber,
        request::Sensitive,
        transport::TransportErrorKind,
    };

    fn after(attempts: u32, elapsed: Duration, failure: Failure) -> Error {
        let call = CallReport {
            service: "shop",
            operation: &const { OperationInfo::new("labelCustomer", Method::Post, "/labels") },
            attempts,
            first_began: Duration::ZERO,
            last_began: Duration::ZERO,
            elapsed,
            is_unasked: false,
        };
        Error::of_call(failure, call, &Scrubber::new(Sensitive::default(), []))
    }

    #[test]
    fn prints_one_useful_line() {
        let failure = Failure::new(ErrorKind::Status, Delivery::Refused)
            .with_status(StatusCode::BAD_REQUEST)
            .with_details(
                ErrorDetails::new()
                    .with_code("17")
                    .with_message("no such\ncustomer")
                    .with_trace_id("t-1"),
            );
        assert_eq!(
            after(1, Duration::from_millis(120), failure).to_string(),
            "shop labelCustomer: 400 Bad Request, code 17, trace t-1 (\"no such customer\"). Refused: the provider did nothing"
        );
    }

    #[test]
    fn nothing_that_others_wrote_acts_on_a_terminal() {
        let words = "no \u{202e}gpj.exe\u{1b}[2J\r\nnext\u{2028}line";
        let shown = r"no \u{202e}gpj.exe\u{1b}[2J next line";
        let details = ErrorDetails::new()
            .with_code(words)
            .with_message(words)
            .with_trace_id(words);
        let failure = Failure::new(ErrorKind::Status, Delivery::Refused)
            .with_details(details)
            .with_location(Some(words.to_owned()));
        let kept = after(1, Duration::ZERO, failure);
        for text in [
            kept.code(),
            kept.message(),
            kept.trace_id(),
            kept.location(),
        ] {
            assert_eq!(text, Some(shown));
        }
        assert_eq!(kept.to_string().matches(shown).count(), 4, "{kept}");
    }

    #[test]
    fn nor_does_a_cause() {
        let cause = std::io::Error::other("a\u{1b}[2J\nb\u{2066}");
        let causes: [Box<dyn StdError + Send + Sync>; 4] = [
            Box::new(TransportError::new(TransportErrorKind::Connect).with_source(cause)),
            Box::new(DecodeError::shape("a\u{1b}[2J\nb\u{2066}")),
            Box::new(ValidationError::other(
                "a\u{1b}[2J\nb\u{2066}",
                "a\u{1b}[2J\nb\u{2066}",
            )),
            Box::new(AuthError::new("a\u{1b}[2J\nb\u{2066}")),
        ];
        for cause in causes {
            let shown = cause.to_string();
            let failure = Failure::new(ErrorKind::Decode, Delivery::Unknown).with_source(cause);
            let error = after(1, Duration::ZERO, failure);
            assert!(error.to_string().contains(r"\u{1b}[2J"), "{error}");
            for text in [shown, error.to_string(), format!("{error:?}")] {
                assert!(!text.contains(['\u{1b}', '\n', '\u{2066}']), "{text}");
            }
        }
    }

    #[test]
    fn prints_why_it_gave_up() {
        let phase = TimeoutPhase::Attempt;
        let failure = Failure::new(ErrorKind::Timeout(phase), Delivery::Unknown)
            .with_stop(StopReason::AttemptsExhausted);
        assert_eq!(
            after(3, Duration::from_secs(2), failure).to_string(),
            "shop labelCustomer: the attempt timed out after 2 s. Unknown: the call may have happened, or may happen later. \
             3 attempts in 2.0 s. Not retried: all attempts are used up"
        );
    }

    #[test]
    fn a_hint_stands_at_the_end() {
        let failure = Failure::new(ErrorKind::Rejected, Delivery::Refused).with_details(
            ErrorDetails::new()
                .with_message("no")
                .with_hint("check the id"),
        );
        let error = after(1, Duration::ZERO, failure);
        assert_eq!(error.hint(), Some("check the id"));
        assert_eq!(
            error.to_string(),
            "shop labelCustomer: the provider reported a failure (\"no\"). Refused: the provider did nothing. Hint: check the id"
        );
    }
}
