//! Scripted faults: what goes wrong, on which requests, how often.

mod connection;
mod later;
mod response;
mod script;
mod second_writer;

use std::time::Duration;

pub use connection::ConnectionFault;
pub(crate) use connection::ConnectionFaultKind;
pub use later::Later;
pub use response::FaultBody;
pub(crate) use script::FaultScript;
pub use second_writer::SecondWriter;

/// What happens to one request, or to several, instead of the normal response.
///
/// A fault does **not** process the request unless [`processed`](Self::processed) says so: then
/// the operation is carried out first, and the caller sees the fault all the same. With
/// [`processed_later`](Self::processed_later) it is carried out afterwards. A fault that
/// shows a response in part shows the operation's own response when it was processed, and a
/// meaningless JSON object with status 200 when it was not.
///
/// ```
/// use std::time::Duration;
/// use customer_api_sandbox::{Fault, FaultBody, Later};
///
/// // The next two requests are refused for now, and say for how long.
/// let busy = Fault::status(503).header("retry-after", "1").times(2);
/// // The label is stored, and the caller never learns.
/// let lost = Fault::reset_before_head().processed();
/// // Nothing fails, but it takes its time.
/// let slow = Fault::none().delay(Duration::from_secs(60));
/// // Success, with a body that is none.
/// let page = Fault::status(200).processed().body(FaultBody::html("<p>Hello</p>"));
/// // An error, and the label is stored before the request after the next one.
/// let late = Fault::status(500).processed_later(Later::Requests(2));
/// ```
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is handed to a server"]
pub struct Fault {
    pub(crate) times: u32,
    pub(crate) processing: Processing,
    pub(crate) second_writers: Vec<SecondWriter>,
    pub(crate) delay: Duration,
    pub(crate) informational: Vec<u16>,
    pub(crate) delivery: Delivery,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<FaultBody>,
}

/// Whether a request is carried out, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Processing {
    Never,
    Now,
    Later(Later),
}

/// How a response leaves, or fails to.
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
            times: 1,
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

    /// No failure: the operation is processed and answered as ever. A start for
    /// [`delay`](Self::delay), [`informational`](Self::informational), [`header`](Self::header),
    /// [`body`](Self::body) and [`drip`](Self::drip).
    pub fn none() -> Self {
        let mut fault = Self::new(Delivery::Whole);
        fault.processing = Processing::Now;
        fault
    }

    /// A response with this status and an empty body. Any number of three digits goes.
    pub fn status(status: u16) -> Self {
        let mut fault = Self::new(Delivery::Whole);
        fault.status = Some(status);
        fault.body = Some(FaultBody::empty());
        fault
    }

    /// A redirect to `location`, which is sent as it is.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::status(status).header("location", location)
    }

    /// No response at all; the connection stays open until the client leaves.
    pub fn hang() -> Self {
        Self::new(Delivery::Hang)
    }

    /// A reset once the head and the first bytes of the body were read. The request never arrives
    /// as a whole, so this fault can't be [`processed`](Self::processed), now or later, and has no
    /// [second writer](Self::second_writer).
    pub fn reset_while_reading() -> Self {
        Self::new(Delivery::ResetWhileReading)
    }

    /// A reset after the whole request was read, in place of a response.
    pub fn reset_before_head() -> Self {
        Self::new(Delivery::ResetBeforeHead)
    }

    /// An orderly close after the whole request was read, in place of a response.
    pub fn close_before_head() -> Self {
        Self::new(Delivery::CloseBeforeHead)
    }

    /// The head of a response, then a reset.
    pub fn reset_after_head() -> Self {
        Self::new(Delivery::ResetAfterHead)
    }

    /// The head of a response and half of its body, then a reset.
    pub fn reset_mid_body() -> Self {
        Self::new(Delivery::ResetMidBody)
    }

    /// A whole body whose `Content-Length` promises more, then an orderly close: a client that
    /// does not count would take it for complete.
    pub fn truncated() -> Self {
        Self::new(Delivery::Truncate)
    }

    /// A body of `length` bytes, streamed without a length. It is valid JSON, so that nothing but
    /// a limit on the size stops a client. The least is 13.
    pub fn oversized(length: u64) -> Self {
        Self::new(Delivery::Oversize(length))
    }

    /// Processes the request before the fault is shown.
    pub fn processed(mut self) -> Self {
        self.processing = Processing::Now;
        self
    }

    /// Processes the request after the fault was shown: a provider that failed to answer, or
    /// answered with a failure, and does it all the same.
    ///
    /// The request is judged when it arrives. One that is refused then is never carried out; one
    /// that its state rules out at the later time, such as a change of a customer who is deleted
    /// by then, does nothing. The fault shows what it shows of a request that is not processed.
    /// [`RecordedRequest::applied`](crate::RecordedRequest::applied) becomes true when it is.
    /// Replaces [`processed`](Self::processed), and is replaced by it.
    pub fn processed_later(mut self, later: Later) -> Self {
        self.processing = Processing::Later(later);
        self
    }

    /// Lets somebody else write right after the request. May be called more than once: they come
    /// in the order of the calls.
    pub fn second_writer(mut self, writer: SecondWriter) -> Self {
        self.second_writers.push(writer);
        self
    }

    /// Waits before answering, and after processing if that was asked for. The wait is tokio's,
    /// so a paused clock skips it.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the body byte by byte, with this pause before each.
    pub fn drip(mut self, pause: Duration) -> Self {
        self.delivery = Delivery::Drip(pause);
        self
    }

    /// Sends an informational response such as 100 or 103 before the final one. May be called more
    /// than once.
    pub fn informational(mut self, status: u16) -> Self {
        self.informational.push(status);
        self
    }

    /// Sets a header of the response, replacing one of that name. The value is sent as it is.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body of the response, and its content type unless [`header`](Self::header) sets it.
    pub fn body(mut self, body: FaultBody) -> Self {
        self.body = Some(body);
        self
    }

    /// How many requests meet the fault; one if this is not called.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}
