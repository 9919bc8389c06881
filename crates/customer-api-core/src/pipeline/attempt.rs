use std::{
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tracing::Span;

use crate::{
    Delivery, Error, ErrorKind,
    classify::{Success, classify},
    error::TimeoutPhase,
    operation::OperationInfo,
    rate_limit::{Feedback, Permit},
    service::Service,
    telemetry,
    transport::{Arrived, Exchange},
};

pin_project! {
    /// One request under way, in a span of its own. A type with a name, so that the first attempt of a call needs no box.
    pub(super) struct Attempt {
        pub(super) exchange: Exchange,
        #[pin]
        pub(super) limit: Sleep,
        // What is at fault if the time runs out.
        pub(super) phase: TimeoutPhase,
        // Given back after the exchange is over.
        pub(super) permit: Option<Permit>,
        pub(super) span: Span,
    }
}

impl Attempt {
    /// Waits for the answer, and says what it means.
    pub(super) fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        service: &dyn Service,
        operation: &OperationInfo,
    ) -> Poll<Result<Success, Error>> {
        let this = self.project();
        let entered = this.span.enter();
        let outcome = match this.exchange.poll(context) {
            Poll::Ready(outcome) => classify(service, operation, outcome),
            Poll::Pending => {
                // An answer that arrives without end must not use up the task's share before the clock is looked at.
                ready!(pin!(tokio::task::unconstrained(this.limit)).poll(context));
                timed_out(this.exchange.time_out(), *this.phase, service, operation)
            }
        };
        drop(entered);
        let (status, kind) = match &outcome {
            Ok(success) => (Some(success.status.as_u16()), None),
            Err(error) => (error.status(), Some(error.kind())),
        };
        telemetry::record_attempt(this.span, status, kind);
        if let Some(permit) = this.permit.take() {
            permit.complete(&Feedback {
                status,
                retry_after: outcome.as_ref().err().and_then(Error::retry_after),
            });
        }
        Poll::Ready(outcome)
    }
}

#[cold]
fn timed_out(
    answer: Option<Arrived>,
    phase: TimeoutPhase,
    service: &dyn Service,
    operation: &OperationInfo,
) -> Result<Success, Error> {
    match answer {
        // The status speaks, as it does when a body breaks off.
        Some(answer) => {
            classify(service, operation, Ok(answer)).map_err(|error| error.timed_out_in(phase))
        }
        // The transport was given up while it worked: it may have sent everything.
        None => Err(Error::new(ErrorKind::Timeout(phase), Delivery::Unknown)),
    }
}
