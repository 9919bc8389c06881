//! The list of faults.

use std::time::Duration;

use customer_api_core::ErrorKind;
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody};
use serde_json::{Value, json};

use super::{
    fault::{Body, FaultCase, FaultContext, Happening, Section, SetUp},
    foreign,
};

/// How often a fault is applied: more often than any call makes attempts.
const ALWAYS: u32 = 99;
/// The default time limit for connecting.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(5);
/// The length of an oversized body, in bytes. The clients of these tests accept less.
const OVERSIZE: u64 = 100_000;

/// Returns every fault, in the order of the tables.
#[must_use]
pub fn all() -> Vec<FaultCase> {
    let mut faults = connections();
    faults.extend(time_outs());
    faults.extend(bodies());
    faults.extend(foreign::bodies());
    faults.extend(redirects());
    faults.extend(statuses());
    faults.extend(throttling());
    faults
}

impl FaultCase {
    pub(super) fn new(
        name: &'static str,
        section: Section,
        happening: Happening,
        set_up: SetUp,
    ) -> Self {
        Self {
            name,
            section,
            set_up,
            happening,
            timeout: None,
            attempt_timeout: None,
        }
    }
}

fn connections() -> Vec<FaultCase> {
    let case =
        |name, happening, set_up| FaultCase::new(name, Section::Connections, happening, set_up);
    let unreachable = Happening::Unreachable {
        by_time_out: false,
        after: Duration::ZERO,
    };
    let broken = |processed| Happening::BrokenOff { processed };
    let cut = success(Body::Cut(ErrorKind::Interrupted));
    vec![
        case("connection refused", unreachable, SetUp::Refused),
        case("name unknown (DNS)", unreachable, SetUp::Dns),
        case(
            "TLS fails",
            unreachable,
            SetUp::Tls(ConnectionFault::garbage),
        ),
        case(
            "reset as soon as connected",
            Happening::NotWritten,
            SetUp::Connection(ConnectionFault::reset),
        ),
        case(
            "reset while the request is read",
            broken(false),
            SetUp::Request(|_| always(Fault::reset_while_reading())),
        ),
        case(
            "reset after the request, before the response",
            broken(false),
            SetUp::Request(|_| always(Fault::reset_before_head())),
        ),
        case(
            "closed after the request, before the response",
            broken(false),
            SetUp::Request(|_| always(Fault::close_before_head())),
        ),
        case(
            "carried out, and reset before the response",
            broken(true),
            SetUp::Request(|_| always(Fault::reset_before_head().processed())),
        ),
        case(
            "bytes that are not HTTP",
            Happening::Gibberish,
            SetUp::Connection(ConnectionFault::garbage),
        ),
        case(
            "200, then reset before the body",
            cut,
            SetUp::Request(|_| always(Fault::reset_after_head().processed())),
        ),
        case(
            "200, then reset in the middle of the body",
            cut,
            SetUp::Request(|_| always(Fault::reset_mid_body().processed())),
        ),
        case(
            "200, and the body ends before its length",
            cut,
            SetUp::Request(|_| always(Fault::truncated().processed())),
        ),
    ]
}

fn time_outs() -> Vec<FaultCase> {
    let case = |name, happening, set_up| FaultCase::new(name, Section::TimeOuts, happening, set_up);
    let silence = Happening::Silence { seen: true };
    let hang = SetUp::Request(|_| always(Fault::hang()));
    let drip = |status, processed| Happening::Response {
        status,
        retry_after: None,
        processed,
        once: false,
        body: Body::Slow,
    };
    vec![
        case(
            "connecting takes longer than 5 s",
            Happening::Unreachable {
                by_time_out: true,
                after: CONNECT_TIME_OUT,
            },
            SetUp::Tls(ConnectionFault::silence),
        ),
        case("no response", silence, hang),
        FaultCase {
            attempt_timeout: Some(Duration::from_secs(3)),
            ..case("no response, attempt timeout 3 s", silence, hang)
        },
        FaultCase {
            timeout: Some(Duration::from_secs(10)),
            ..case("no response, call timeout 10 s", silence, hang)
        },
        case(
            "connected, but the server reads nothing",
            Happening::Silence { seen: false },
            SetUp::Connection(ConnectionFault::silence),
        ),
        case(
            "200, and the body drips",
            drip(200, true),
            SetUp::Request(|scene| {
                let body = FaultBody::json(&filler(scene));
                always(dripping(Fault::status(200).processed().body(body)))
            }),
        ),
        case(
            "404, and the body drips",
            drip(404, false),
            SetUp::Request(|scene| always(dripping(Fault::status(404).body(words(scene))))),
        ),
        case(
            "503, and the body drips",
            drip(503, false),
            SetUp::Request(|scene| always(dripping(Fault::status(503).body(words(scene))))),
        ),
    ]
}

fn bodies() -> Vec<FaultCase> {
    let case = |name, body, set_up| {
        FaultCase::new(name, Section::Bodies, success(body), SetUp::Request(set_up))
    };
    vec![
        case("a correct 200, after a 100 and a 103", Body::Proper, |_| {
            always(Fault::none().informational(100).informational(103))
        }),
        case("200 that reports a failure", Body::Failure, |scene| {
            let body = FaultBody::json(&scene.facts.failure_in_2xx?(scene.says));
            always(Fault::status(200).body(body))
        }),
        case(
            "200 with more than the client accepts",
            Body::Cut(ErrorKind::ResponseTooLarge),
            |_| always(Fault::oversized(OVERSIZE).processed()),
        ),
        case("200 without a body", Body::Empty, |_| {
            always(Fault::status(200).processed())
        }),
        case("200 with `null`", Body::Null, |_| {
            always(whole(FaultBody::json(&Value::Null)))
        }),
        case("200 with half an object", Body::HalfJson, |scene| {
            let mut text = filler(scene).to_string();
            text.truncate(text.len() - 3);
            always(whole(FaultBody::not_json(text)))
        }),
    ]
}

fn redirects() -> Vec<FaultCase> {
    let case = |name, status, set_up| {
        FaultCase::new(
            name,
            Section::Statuses,
            refusal(status),
            SetUp::Request(set_up),
        )
    };
    vec![
        case("301 to elsewhere", 301, |scene| {
            always(Fault::redirect(301, scene.elsewhere))
        }),
        case("302 to elsewhere", 302, |scene| {
            always(Fault::redirect(302, scene.elsewhere))
        }),
        case("303 to elsewhere", 303, |scene| {
            always(Fault::redirect(303, scene.elsewhere))
        }),
        case("307 to elsewhere", 307, |scene| {
            always(Fault::redirect(307, scene.elsewhere))
        }),
        case("308 to elsewhere", 308, |scene| {
            always(Fault::redirect(308, scene.elsewhere))
        }),
    ]
}

/// One status per line: its name, its facts, and how it is sent.
macro_rules! statuses {
    ($($status:literal)*) => {
        vec![$(FaultCase::new(
            stringify!($status),
            Section::Statuses,
            refusal($status),
            SetUp::Request(|scene| always(Fault::status($status).body(words(scene)))),
        )),*]
    };
}

fn statuses() -> Vec<FaultCase> {
    let mut faults = statuses!(400 401 403 404 405 408 409 413 422 499 500 501 502 503 504 520 799);
    let after = |status, processed, once, retry_after| Happening::Response {
        status,
        retry_after,
        processed,
        once,
        body: Body::Proper,
    };
    let case = |name, happening, set_up| {
        FaultCase::new(name, Section::Statuses, happening, SetUp::Request(set_up))
    };
    faults.extend([
        case("401 once", after(401, false, true, None), |scene| {
            Some(Fault::status(401).body(words(scene)))
        }),
        case("503 once", after(503, false, true, None), |scene| {
            Some(Fault::status(503).body(words(scene)))
        }),
        case(
            "503, `Retry-After` 4 s",
            after(503, false, false, Some(Duration::from_secs(4))),
            |_| always(Fault::status(503).header("retry-after", "4")),
        ),
        case(
            "carried out, and 502",
            after(502, true, false, None),
            |_| {
                always(
                    Fault::status(502)
                        .processed()
                        .body(FaultBody::html("<h1>502</h1>")),
                )
            },
        ),
    ]);
    faults
}

fn throttling() -> Vec<FaultCase> {
    let case = |name, seconds: Option<u64>, set_up| {
        let happening = Happening::Response {
            status: 429,
            retry_after: seconds.map(Duration::from_secs),
            processed: false,
            once: false,
            body: Body::Proper,
        };
        FaultCase::new(name, Section::Statuses, happening, SetUp::Request(set_up))
    };
    vec![
        case("429", None, |scene| {
            always(Fault::status(429).body(words(scene)))
        }),
        case("429, `Retry-After` 7 s", Some(7), |_| {
            always(Fault::status(429).header("retry-after", "7"))
        }),
        case("429, `Retry-After` is a date in 9 s", Some(9), |_| {
            let fault = Fault::status(429).header("date", "Thu, 23 Jan 2020 16:33:02 GMT");
            always(fault.header("retry-after", "Thu, 23 Jan 2020 16:33:11 GMT"))
        }),
        case("429, `Retry-After` 0 s", Some(0), |_| {
            always(Fault::status(429).header("retry-after", "0"))
        }),
        case("429, `Retry-After` is a past date", Some(0), |_| {
            let fault = Fault::status(429).header("date", "Thu, 23 Jan 2020 16:33:02 GMT");
            always(fault.header("retry-after", "Thu, 23 Jan 2020 16:32:02 GMT"))
        }),
        case("429, `Retry-After` far too large", Some(u64::MAX), |_| {
            always(Fault::status(429).header("retry-after", "99999999999999999999999999"))
        }),
        case("429, `Retry-After` that can't be read", None, |_| {
            always(Fault::status(429).header("retry-after", "soon"))
        }),
    ]
}

pub(super) fn success(body: Body) -> Happening {
    Happening::Response {
        status: 200,
        retry_after: None,
        // A provider that reports a failure has done nothing.
        processed: body != Body::Failure,
        once: false,
        body,
    }
}

fn refusal(status: u16) -> Happening {
    Happening::Response {
        status,
        retry_after: None,
        processed: false,
        once: false,
        body: Body::Proper,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the faults that every provider has, among those that some lack"
)]
pub(super) fn always(fault: Fault) -> Option<Fault> {
    Some(fault.times(ALWAYS))
}

pub(super) fn whole(body: FaultBody) -> Fault {
    Fault::status(200).processed().body(body)
}

fn dripping(fault: Fault) -> Fault {
    fault.drip(Duration::from_secs(4))
}

/// Returns the body of an error, with the message in every field that a provider uses.
fn words(scene: &FaultContext<'_>) -> FaultBody {
    let says = scene.says;
    FaultBody::json(&json!({
        "message": says,
        "Error": says,
        "detail": says,
        "description": says,
        "userMessage": says,
        "developerMessage": says,
        "code": says,
        "traceId": says,
        "field": { "name": [says] },
    }))
}

pub(super) fn filler(scene: &FaultContext<'_>) -> Value {
    json!({ "type": "result", "message": scene.says })
}
