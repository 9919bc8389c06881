use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use super::Call;
use crate::{
    Delivery, Error, ErrorKind,
    error::DecodeError,
    operation::Operation,
    pipeline::{Course, Over, Pipeline},
    redact::Scrubber,
    request::Sensitive,
    response::{Metadata, ResponseBody},
    telemetry,
};

pin_project! {
    /// A [`Call`] that is being made: what awaiting it waits for.
    ///
    /// Nothing is sent, and no time runs, before it is polled. Dropping it stops the call: a request that was under way may
    /// have happened.
    #[must_use = "a call is made when it is awaited"]
    #[project(!Unpin)]
    pub struct CallFuture<O: Operation, T = <O as Operation>::Output> {
        operation: O,
        wanted: Wanted<O, T>,
        #[pin]
        course: Course,
    }
}

/// What is wanted of an answer.
pub(super) type Wanted<O, T> = fn(<O as Operation>::Output, Metadata) -> T;

impl<O: Operation, T> CallFuture<O, T> {
    pub(super) fn new(call: Call<O>, wanted: Wanted<O, T>) -> Self {
        Self {
            operation: call.operation,
            wanted,
            course: Course::new(call.client, O::INFO, call.options),
        }
    }
}

impl<O: Operation, T> Future for CallFuture<O, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.course.is_new() {
            let operation = &*this.operation;
            this.course
                .as_mut()
                .begin(&|request| operation.encode(request))?;
        }
        let Over {
            pipeline,
            span,
            answer,
        } = ready!(this.course.poll(context));
        let failed = match answer {
            Ok(meta) => match decode::<O>(pipeline, &meta.body) {
                Ok(value) => {
                    telemetry::record_call(&span, meta.attempts, None);
                    return Poll::Ready(Ok((this.wanted)(value, meta)));
                }
                Err(error) => unreadable(error, pipeline, meta),
            },
            Err(error) => error,
        };
        let failure = (failed.kind(), failed.delivery());
        telemetry::record_call(&span, failed.attempts(), Some(failure));
        Poll::Ready(Err(scrubbed(failed, this.operation, pipeline)))
    }
}

impl<O: Operation, T> fmt::Debug for CallFuture<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture")
            .field("operation", &O::INFO.id)
            .finish_non_exhaustive()
    }
}

/// Reads the answer. Where the status decides, one that can't be read is a success without a record, unless the provider knows
/// better.
fn decode<O: Operation>(
    pipeline: &Pipeline,
    body: &ResponseBody,
) -> Result<O::Output, DecodeError> {
    let service = &pipeline.client.service;
    match O::decode(body) {
        Err(_) if O::INFO.status_decides && service.accepts_unread(O::INFO, body) => {
            O::decode(&ResponseBody::empty())
        }
        value => value,
    }
}

#[cold]
fn unreadable(error: DecodeError, pipeline: &Pipeline, meta: Metadata) -> Error {
    let (service, operation) = (pipeline.client.service.name(), pipeline.operation);
    Error::new(ErrorKind::Decode, Delivery::Unknown)
        .with_source(error)
        .with_answer(meta.status, &meta.headers, meta.body.into_bytes())
        .with_story(service, operation, meta.attempts, meta.elapsed)
}

/// Takes everything that is secret or personal in the request out of an error.
#[cold]
fn scrubbed(error: Error, operation: &impl Operation, pipeline: &Pipeline) -> Error {
    let mut sensitive = Sensitive::default();
    operation.sensitive(&mut sensitive);
    if let Some(additions) = &pipeline.options.additions {
        // Short values of a query are flags and numbers.
        let added = additions.query.iter().map(|(_, value)| value.as_str());
        added
            .filter(|value| value.len() >= 4)
            .for_each(|value| sensitive.text(value));
    }
    let headers = pipeline.request.sensitive(&pipeline.client.headers);
    error.scrubbed(&Scrubber::new(sensitive, headers))
}
