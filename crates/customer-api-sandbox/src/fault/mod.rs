//! Scripted faults. The script determines which fault occurs, for which requests, and how often.

mod connection;
mod form;
mod later;
mod response;
mod script;
mod second_writer;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use connection::ConnectionFault;
pub(crate) use connection::ConnectionFaultKind;
use form::FaultForm;
pub use later::Later;
pub use response::FaultBody;
pub(crate) use script::FaultScript;
#[cfg(feature = "console")]
pub(crate) use script::ScriptedFault;
pub use second_writer::SecondWriter;

/// The shortest body of `oversized`: an object with an empty text.
const SHORTEST_OVERSIZED: u64 = 13;

/// A fault of one or more requests, instead of the normal response.
///
/// By default the request is **not** processed. With [`processed`](Self::processed), the operation
/// is carried out first, and the caller still sees the fault. With
/// [`processed_later`](Self::processed_later), the operation is carried out afterwards. If a fault
/// sends part of a response and the request was processed, that part is taken from the operation's
/// own response. If the request was not processed, that part is taken from a meaningless JSON
/// object with status 200.
///
/// ```
/// use std::time::Duration;
/// use customer_api_sandbox::{Fault, FaultBody, Later};
///
/// // The next two requests are refused for now, with a `Retry-After`.
/// let busy = Fault::status(503).header("retry-after", "1").times(2);
/// // The label is stored, and the caller never learns of it.
/// let lost = Fault::reset_before_head().processed();
/// // Nothing fails, but the response takes a long time.
/// let slow = Fault::none().delay(Duration::from_secs(60));
/// // Success, with a body that is not the operation's own.
/// let page = Fault::status(200).processed().body(FaultBody::html("<p>Hello</p>"));
/// // The caller sees an error, and the label is stored before the second of the next requests is
/// // carried out.
/// let late = Fault::status(500).processed_later(Later::Requests(2));
/// ```
///
/// The admin API and `--faults` accept faults in JSON, with the names of the methods:
///
/// ```
/// use customer_api_sandbox::Fault;
///
/// let lost: Fault = serde_json::from_str(r#"{"fault":"reset_before_head","processed":true}"#)?;
/// let flaky: Fault = serde_json::from_str(
///     r#"{"fault":"status","status":503,"times":null,"probability":0.1,"seed":7}"#,
/// )?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FaultForm", into = "FaultForm")]
#[must_use = "a fault does nothing until it is handed to a server"]
pub struct Fault {
    /// `None` stands for all requests.
    pub(crate) times: Option<u32>,
    pub(crate) chance: Option<Chance>,
    pub(crate) processing: Processing,
    pub(crate) second_writers: Vec<SecondWriter>,
    pub(crate) delay: Duration,
    pub(crate) informational: Vec<u16>,
    pub(crate) delivery: Delivery,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<FaultBody>,
}

/// The probability that the fault applies to a request, and the seed of the random draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chance {
    pub(crate) probability: f64,
    pub(crate) seed: u64,
}

/// Whether a request is carried out, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processing {
    Never,
    Now,
    Later(Later),
}

/// How a response is delivered, or how its delivery fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    Drip(Duration),
    Hang,
    ResetWhileReading,
    ResetBeforeHead,
    CloseBeforeHead,
    ResetAfterHead,
    ResetMidBody,
    Truncate,
    Oversize(u64),
}

impl Fault {
    fn new(delivery: Delivery) -> Self {
        Self {
            times: Some(1),
            chance: None,
            processing: Processing::Never,
            second_writers: Vec::new(),
            delay: Duration::ZERO,
            informational: Vec::new(),
            delivery,
            status: None,
            headers: Vec::new(),
            body: None,
        }
    }

    /// Processes the operation and responds as usual. Add [`delay`](Self::delay),
    /// [`informational`](Self::informational), [`header`](Self::header), [`body`](Self::body) or
    /// [`drip`](Self::drip) to this fault.
    pub fn none() -> Self {
        let mut fault = Self::new(Delivery::Whole);
        fault.processing = Processing::Now;
        fault
    }

    /// Sends a response with this status and an empty body. Any three-digit status is possible.
    pub fn status(status: u16) -> Self {
        let mut fault = Self::new(Delivery::Whole);
        fault.status = Some(status);
        fault.body = Some(FaultBody::empty());
        fault
    }

    /// Sends a redirect with this status. `location` is sent unchanged.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::status(status).header("location", location)
    }

    /// Sends no response. The connection stays open until the client closes it.
    pub fn hang() -> Self {
        Self::new(Delivery::Hang)
    }

    /// Resets the connection once the head and the first bytes of the body were read. The request
    /// never arrives completely. Therefore this fault can't be [`processed`](Self::processed), now
    /// or later, and has no [second writer](Self::second_writer).
    pub fn reset_while_reading() -> Self {
        Self::new(Delivery::ResetWhileReading)
    }

    /// Resets the connection after the whole request was read. Sends no response.
    pub fn reset_before_head() -> Self {
        Self::new(Delivery::ResetBeforeHead)
    }

    /// Closes the connection in an orderly way after the whole request was read. Sends no response.
    pub fn close_before_head() -> Self {
        Self::new(Delivery::CloseBeforeHead)
    }

    /// Sends the head of a response, then resets the connection.
    pub fn reset_after_head() -> Self {
        Self::new(Delivery::ResetAfterHead)
    }

    /// Sends the head of a response and half of its body, then resets the connection.
    pub fn reset_mid_body() -> Self {
        Self::new(Delivery::ResetMidBody)
    }

    /// Sends a whole body with a `Content-Length` that promises more, then closes the connection in
    /// an orderly way. A client that does not compare the lengths would take the body for complete.
    pub fn truncated() -> Self {
        Self::new(Delivery::Truncate)
    }

    /// Streams a body of `length` bytes, at least 13, without a length in the head. The body is
    /// valid JSON, so a client stops reading only if it limits the size.
    pub fn oversized(length: u64) -> Self {
        Self::new(Delivery::Oversize(length.max(SHORTEST_OVERSIZED)))
    }

    /// Processes the request before the fault occurs.
    pub fn processed(mut self) -> Self {
        self.processing = Processing::Now;
        self
    }

    /// Processes the request after the fault has occurred. This imitates a provider that does not
    /// respond, or responds with a failure, and still carries out the request.
    ///
    /// The request is checked when it arrives. If it is refused then, it is never carried out. If
    /// the state does not allow the request at the later time, for example because the customer has
    /// been deleted, the request does nothing. The caller sees the same as for a request that is
    /// not processed. [`RecordedRequest::applied`](crate::RecordedRequest::applied) becomes true
    /// when the request is applied. If both this method and [`processed`](Self::processed) are
    /// called, the last call takes effect.
    pub fn processed_later(mut self, later: Later) -> Self {
        self.processing = Processing::Later(later);
        self
    }

    /// Adds a second writer. The second writer writes immediately after the request, unless
    /// [`SecondWriter::later`] delays it. Several writers write in the order in which they were
    /// added.
    pub fn second_writer(mut self, writer: SecondWriter) -> Self {
        self.second_writers.push(writer);
        self
    }

    /// Waits before the response is sent. If the fault processes the request, the wait follows the
    /// processing. The wait uses tokio's clock, so a paused clock skips the wait.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the body byte by byte, with this pause before each byte.
    pub fn drip(mut self, pause: Duration) -> Self {
        self.delivery = Delivery::Drip(pause);
        self
    }

    /// Sends an informational response, such as 100 or 103, before the final response. Several
    /// calls of this method send several informational responses.
    pub fn informational(mut self, status: u16) -> Self {
        self.informational.push(status);
        self
    }

    /// Sets a header of the response, in place of a header with the same name. The value is sent
    /// unchanged.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body of the response, and its content type unless [`header`](Self::header) sets it.
    pub fn body(mut self, body: FaultBody) -> Self {
        self.body = Some(body);
        self
    }

    /// Sets how many requests the fault affects. Default: one.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Applies the fault to all requests, until the faults are cleared.
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Applies the fault to each request with this probability, from 0 to 1. [`times`](Self::times)
    /// counts only the requests that the fault affects. The same seed gives the same draws.
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some(Chance { probability, seed });
        self
    }
}
