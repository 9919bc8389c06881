//! The required report to a caller. It is derived from the facts and the documented rules, without the library's code.

use std::time::Duration;

use customer_api_core::{Delivery, ErrorKind, Idempotency, OperationInfo, error::TimeoutPhase};

use super::{
    fault::{Body, FaultCase, Happening},
    observe::Reported,
    setting::AuthState,
};
use crate::Facts;

/// The required result of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Expected {
    /// The report to the caller.
    pub told: Reported,
    /// The number of attempts.
    pub attempts: u32,
    /// The shortest and the longest duration of the call.
    pub elapsed: (Duration, Duration),
    /// The number of the call's requests that the server sees.
    pub received: usize,
    /// The number of requests that the server executes.
    pub carried_out: usize,
    /// The number of logins that the server sees.
    pub logins: usize,
    /// The wait that the provider requested, as the error reports it.
    pub retry_after: Option<Duration>,
}

/// The defaults that the documentation promises.
const ATTEMPTS: u32 = 3;
const ATTEMPT_TIME_OUT: Duration = Duration::from_secs(30);
const CALL_TIME_OUT: Duration = Duration::from_secs(90);
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
const FIRST_BACK_OFF: Duration = Duration::from_millis(500);

/// The end of one attempt.
#[derive(Clone, Copy)]
struct Attempt {
    told: Reported,
    took: Duration,
    seen: bool,
    processed: bool,
    status: Option<u16>,
    retry_after: Option<Duration>,
}

/// Returns the required result for a call of the operation that meets the fault.
#[must_use]
pub fn expected(
    case: &FaultCase,
    facts: &Facts,
    operation: &OperationInfo,
    login: &OperationInfo,
    standing: AuthState,
) -> Expected {
    match standing {
        AuthState::Ready => call(case, facts, operation),
        AuthState::LoggingIn => match call(case, facts, login) {
            // The login succeeded, at once or after retries.
            well @ Expected {
                told: Reported::Success,
                ..
            } => Expected {
                told: Reported::Success,
                attempts: 1,
                received: 1,
                carried_out: 1,
                logins: well.received,
                elapsed: well.elapsed,
                retry_after: None,
            },
            // Without a credential, the call is not sent, whatever the failure of the login.
            failed => Expected {
                told: Reported::Failure(
                    if failed.elapsed.0 == case.timeout.unwrap_or(CALL_TIME_OUT) {
                        ErrorKind::Timeout(TimeoutPhase::Call)
                    } else {
                        ErrorKind::Authentication
                    },
                    Delivery::NotSent,
                ),
                attempts: 0,
                received: 0,
                carried_out: 0,
                logins: failed.received,
                elapsed: failed.elapsed,
                retry_after: failed.retry_after,
            },
        },
    }
}

fn call(case: &FaultCase, facts: &Facts, operation: &OperationInfo) -> Expected {
    let whole = case.timeout.unwrap_or(CALL_TIME_OUT);
    let is_harmless = operation.idempotency != Idempotency::NonIdempotent;
    let renews = facts.login.is_some_and(|login| login != operation.id);
    let mut expected = Expected {
        told: Reported::Success,
        attempts: 0,
        elapsed: (Duration::ZERO, Duration::ZERO),
        received: 0,
        carried_out: 0,
        logins: 0,
        retry_after: None,
    };
    let mut worst = Delivery::NotSent;
    loop {
        expected.attempts += 1;
        let left = whole.saturating_sub(expected.elapsed.0);
        let is_well = expected.attempts > 1 && case.happening.is_once();
        let attempt = if is_well {
            well()
        } else {
            attempt(case, facts, operation, left)
        };
        expected.received += usize::from(attempt.seen);
        expected.carried_out += usize::from(attempt.processed && is_write(operation));
        if expected.elapsed.1 + attempt.took > whole {
            // Later attempts begin at a random moment, but the call's timeout ends them all.
            expected.elapsed = (whole, whole);
        } else {
            expected.elapsed.0 += attempt.took;
            expected.elapsed.1 += attempt.took;
        }
        let Reported::Failure(kind, delivery) = attempt.told else {
            expected.told = Reported::Success;
            return expected;
        };
        worst = worst.max(delivery);
        expected.told = Reported::Failure(kind, worst);
        expected.retry_after = attempt.retry_after;
        // A 401 proves that nothing was done. A credential that can be renewed is renewed, once.
        if attempt.status == Some(401) && renews && expected.attempts == 1 {
            expected.logins = 1;
            continue;
        }
        // A request that was throttled before it was processed had no effect.
        let is_undone = delivery == Delivery::NotSent
            || (delivery == Delivery::Refused && attempt.status == Some(429));
        let may_repeat = is_harmless || is_undone;
        if !may_repeat || !is_passing(kind, attempt.status) || expected.attempts == ATTEMPTS {
            return expected;
        }
        let asked = match attempt.status {
            Some(429) => attempt.retry_after.or(facts.wait_when_throttled),
            _ => attempt.retry_after,
        };
        // The wait is the requested time or the random back-off, whichever is longer.
        let back_off = FIRST_BACK_OFF * 2_u32.pow(expected.attempts - 1);
        let wait = match asked {
            Some(wait) if wait > LONGEST_RETRY_AFTER => return expected,
            asked => {
                let least = asked.unwrap_or_default();
                (least, least.max(back_off))
            }
        };
        let next = (expected.elapsed.0 + wait.0, expected.elapsed.1 + wait.1);
        if next.0 >= whole {
            return expected;
        }
        assert!(next.1 < whole, "{}: it depends on chance", case.name);
        expected.elapsed = next;
    }
}

/// Returns whether the failure may be temporary.
fn is_passing(kind: ErrorKind, status: Option<u16>) -> bool {
    match kind {
        ErrorKind::Connect | ErrorKind::Timeout(_) | ErrorKind::Interrupted => true,
        ErrorKind::Status => matches!(status, Some(408 | 429 | 500 | 502 | 503 | 504)),
        _ => false,
    }
}

fn is_write(operation: &OperationInfo) -> bool {
    use customer_api_core::operation::Method;
    operation.idempotency == Idempotency::NonIdempotent && operation.method != Method::Get
}

fn well() -> Attempt {
    Attempt {
        told: Reported::Success,
        took: Duration::ZERO,
        seen: true,
        processed: true,
        status: Some(200),
        retry_after: None,
    }
}

fn attempt(case: &FaultCase, facts: &Facts, operation: &OperationInfo, left: Duration) -> Attempt {
    let limit = case.attempt_timeout.unwrap_or(ATTEMPT_TIME_OUT);
    let (patience, out_of_time) = if limit < left {
        (limit, ErrorKind::Timeout(TimeoutPhase::Attempt))
    } else {
        (left, ErrorKind::Timeout(TimeoutPhase::Call))
    };
    let failure = |kind, delivery| Attempt {
        told: Reported::Failure(kind, delivery),
        took: Duration::ZERO,
        seen: true,
        processed: false,
        status: None,
        retry_after: None,
    };
    match case.happening {
        Happening::Unreachable { by_time_out, after } => {
            let kind = if by_time_out {
                ErrorKind::Timeout(TimeoutPhase::Connect)
            } else {
                ErrorKind::Connect
            };
            Attempt {
                took: after,
                seen: false,
                ..failure(kind, Delivery::NotSent)
            }
        }
        Happening::NotWritten => Attempt {
            seen: false,
            ..failure(ErrorKind::Interrupted, Delivery::NotSent)
        },
        Happening::BrokenOff { processed } => Attempt {
            processed,
            ..failure(ErrorKind::Interrupted, Delivery::Unknown)
        },
        // This kind of failure is not known to be temporary.
        Happening::Gibberish => Attempt {
            seen: false,
            ..failure(ErrorKind::Transport, Delivery::Unknown)
        },
        Happening::Silence { seen } => Attempt {
            took: patience,
            seen,
            ..failure(out_of_time, Delivery::Unknown)
        },
        Happening::Response {
            status,
            retry_after,
            processed,
            body,
            ..
        } => {
            let took = if body == Body::Slow {
                patience
            } else {
                Duration::ZERO
            };
            Attempt {
                told: answered(status, body, out_of_time, facts, operation),
                took,
                seen: true,
                processed,
                status: Some(status),
                retry_after,
            }
        }
    }
}

/// Returns the required report after the head has arrived: the status decides.
fn answered(
    status: u16,
    body: Body,
    out_of_time: ErrorKind,
    facts: &Facts,
    operation: &OperationInfo,
) -> Reported {
    match status {
        200..=299 => successful(body, out_of_time, facts, operation),
        300..=399 => Reported::Failure(ErrorKind::Redirect, Delivery::Unknown),
        429 if facts.throttling_comes_first => {
            Reported::Failure(ErrorKind::Status, Delivery::Refused)
        }
        408 | 429 => Reported::Failure(ErrorKind::Status, Delivery::Unknown),
        400..=499 => Reported::Failure(ErrorKind::Status, Delivery::Refused),
        _ => Reported::Failure(ErrorKind::Status, Delivery::Unknown),
    }
}

fn successful(
    body: Body,
    out_of_time: ErrorKind,
    facts: &Facts,
    operation: &OperationInfo,
) -> Reported {
    let may_report_failure = facts.failure_in_2xx.is_some();
    let unread = |kind| Reported::Failure(kind, Delivery::Unknown);
    match body {
        Body::Proper => Reported::Success,
        // The response of another sender does not show that the provider executed the request.
        Body::Foreign => unread(ErrorKind::Decode),
        Body::Failure if facts.done_by_status.contains(&operation.id) => {
            Reported::Failure(ErrorKind::Rejected, Delivery::Unknown)
        }
        Body::Failure => Reported::Failure(ErrorKind::Rejected, Delivery::Refused),
        Body::Empty | Body::Null if facts.may_find_nothing.contains(&operation.id) => {
            Reported::Success
        }
        Body::OtherJson if facts.keeps_any_json.contains(&operation.id) => Reported::Success,
        // The status alone shows that the call succeeded.
        Body::Empty | Body::Null | Body::Unreadable | Body::OtherJson
            if operation.status_decides =>
        {
            Reported::Success
        }
        Body::Empty | Body::Null | Body::Unreadable | Body::OtherJson => unread(ErrorKind::Decode),
        // The missing part may have reported a failure.
        Body::HalfJson if operation.status_decides && !may_report_failure => Reported::Success,
        Body::HalfJson => unread(ErrorKind::Decode),
        Body::Cut(_) | Body::Slow if operation.status_decides && !may_report_failure => {
            Reported::Success
        }
        Body::Cut(kind) => unread(kind),
        Body::Slow => unread(out_of_time),
    }
}

impl Happening {
    fn is_once(self) -> bool {
        matches!(self, Self::Response { once: true, .. })
    }
}
