use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use pin_project_lite::pin_project;
use tracing::Span;

use super::{Attempt, Attempts, Pipeline};
use crate::{
    Error, call::CallOptions, client::Inner, error::ValidationError, operation::OperationInfo,
    request::Encoder, response::Metadata, telemetry, time::Deadline,
};

pin_project! {
    /// A call under way, in a span of its own.
    ///
    /// Nearly every call is one attempt that can begin at once: that lies here, and needs no box. What must wait before it,
    /// or comes after it, is boxed.
    pub(crate) struct Course {
        // Until it begins.
        start: Option<Start>,
        // Lent to the rest while that is under way.
        pipeline: Option<Pipeline>,
        span: Span,
        #[pin]
        step: Step,
    }
}

pin_project! {
    #[project = StepProjected]
    enum Step {
        First { #[pin] attempt: Attempt },
        Rest { rest: Rest },
        // Not begun, or over.
        Idle,
    }
}

/// How an operation writes itself into a request. A reference, so that this code is there once for all of them.
type Encode<'a> = dyn Fn(&mut Encoder<'_>) -> Result<(), ValidationError> + 'a;

type Rest = Pin<Box<dyn Future<Output = (Pipeline, Result<Metadata, Error>)> + Send>>;

struct Start {
    client: Arc<Inner>,
    operation: &'static OperationInfo,
    options: CallOptions,
}

/// A call that is over, but for reading its answer.
pub(crate) struct Over<'c> {
    pub(crate) pipeline: &'c Pipeline,
    /// Still open.
    pub(crate) span: Span,
    pub(crate) answer: Result<Metadata, Error>,
}

impl Course {
    pub(crate) fn new(
        client: Arc<Inner>,
        operation: &'static OperationInfo,
        options: CallOptions,
    ) -> Self {
        Self {
            start: Some(Start {
                client,
                operation,
                options,
            }),
            pipeline: None,
            span: Span::none(),
            step: Step::Idle,
        }
    }

    pub(crate) fn is_new(&self) -> bool {
        self.start.is_some()
    }

    /// Starts the clock, makes the request, and the first attempt too if that need not wait for anything.
    pub(crate) fn begin(self: Pin<&mut Self>, encode: &Encode<'_>) -> Result<(), Error> {
        let mut this = self.project();
        let Some(start) = this.start.take() else {
            return Ok(());
        };
        let Start {
            client,
            operation,
            options,
        } = start;
        let deadline = Deadline::after(options.timeout.unwrap_or(client.timeout));
        let mut encoder = Encoder::new(operation, &client.base_url, client.check_patterns);
        let request = encode(&mut encoder)
            .and_then(|()| options.finish(encoder))
            .map_err(|error| {
                Error::from(error).with_story(client.service.name(), operation, 0, Duration::ZERO)
            })?;
        let pipeline = this.pipeline.insert(Pipeline {
            client,
            operation,
            options,
            request,
            deadline,
            attempts: Attempts::default(),
        });
        *this.span = telemetry::call_span(&*pipeline.client.service, pipeline.operation);
        let _entered = this.span.enter();
        match pipeline.at_once() {
            Some(Ok(attempt)) => this.step.set(Step::First { attempt }),
            other => {
                let failed = other.and_then(Result::err);
                this.step.set(rest(this.pipeline.take(), failed));
            }
        }
        Ok(())
    }

    /// Goes on until there is an answer, or there will be none. Idle after that.
    pub(crate) fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Over<'_>> {
        let mut this = self.project();
        let answer = {
            let _entered = this.span.enter();
            ready!(advance(this.pipeline, this.step.as_mut(), context))
        };
        this.step.set(Step::Idle);
        match this.pipeline {
            Some(pipeline) => Poll::Ready(Over {
                pipeline,
                span: std::mem::replace(this.span, Span::none()),
                answer,
            }),
            None => Poll::Pending,
        }
    }
}

fn advance(
    pipeline: &mut Option<Pipeline>,
    mut step: Pin<&mut Step>,
    context: &mut Context<'_>,
) -> Poll<Result<Metadata, Error>> {
    if let (StepProjected::First { attempt }, Some(call)) =
        (step.as_mut().project(), pipeline.as_ref())
    {
        let service = &*call.client.service;
        match ready!(attempt.poll(context, service, call.operation)) {
            Ok(success) => return Poll::Ready(Ok(call.metadata(success))),
            Err(error) => step.set(rest(pipeline.take(), Some(error))),
        }
    }
    match step.project() {
        StepProjected::Rest { rest } => {
            let (call, answer) = ready!(rest.as_mut().poll(context));
            *pipeline = Some(call);
            Poll::Ready(answer)
        }
        _ => Poll::Pending,
    }
}

/// What follows a first attempt that failed, or could not begin at once.
fn rest(pipeline: Option<Pipeline>, failed: Option<Error>) -> Step {
    let Some(mut pipeline) = pipeline else {
        return Step::Idle;
    };
    let rest = Box::pin(async move {
        let answer = pipeline.attempts(failed).await;
        (pipeline, answer)
    });
    Step::Rest { rest }
}
