use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tracing::Span;

use super::{Attempt, Pipeline};
use crate::{Error, response::Metadata, telemetry};

pin_project! {
    /// A call under way, in a span of its own.
    ///
    /// Nearly every call is one attempt that can begin at once: that lies here, and needs no box. What must wait before it,
    /// or comes after it, is boxed.
    pub(crate) struct Course {
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

type Rest = Pin<Box<dyn Future<Output = (Pipeline, Result<Metadata, Error>)> + Send>>;

impl Course {
    /// Makes the first attempt, if that need not wait for anything.
    pub(crate) fn begin(self: Pin<&mut Self>, pipeline: Pipeline) {
        let mut this = self.project();
        let pipeline = this.pipeline.insert(pipeline);
        *this.span = telemetry::call_span(&*pipeline.client.service, pipeline.operation);
        let _entered = this.span.enter();
        let step = match pipeline.at_once() {
            Some(Ok(attempt)) => Step::First { attempt },
            other => rest(this.pipeline.take(), other.and_then(Result::err)),
        };
        this.step.set(step);
    }

    /// Goes on until there is an answer, or there will be none; gives the call along with it. Idle after that.
    pub(crate) fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<(&Pipeline, Result<Metadata, Error>)> {
        let mut this = self.project();
        let answer = {
            let _entered = this.span.enter();
            ready!(advance(this.pipeline, this.step.as_mut(), context))
        };
        this.step.set(Step::Idle);
        let (attempts, failure) = match &answer {
            Ok(meta) => (meta.attempts, None),
            Err(error) => (error.attempts(), Some((error.kind(), error.delivery()))),
        };
        telemetry::record_call(this.span, attempts, failure);
        match this.pipeline {
            Some(pipeline) => Poll::Ready((pipeline, answer)),
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

/// Nothing under way.
impl Default for Course {
    fn default() -> Self {
        Self {
            pipeline: None,
            span: Span::none(),
            step: Step::Idle,
        }
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
