use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::HeaderMap;
use pin_project_lite::pin_project;

use super::{Additions, Call, CallOptions};
use crate::{
    Delivery, Error, ErrorKind,
    client::Inner,
    error::ValidationError,
    operation::Operation,
    pipeline::{Course, Pipeline},
    redact::Scrubber,
    request::{Encoder, Prepared, Sensitive},
    response::{Metadata, Response, ResponseBody},
    time::Deadline,
};

pin_project! {
    /// A [`Call`] that is being made: what awaiting it waits for.
    ///
    /// Nothing is sent, and no time runs, before it is polled. Dropping it stops the call: a request that was under way may
    /// have happened.
    #[must_use = "a call is made when it is awaited"]
    pub struct CallFuture<O: Operation, T = <O as Operation>::Output> {
        operation: O,
        wanted: fn(Response<O::Output>) -> T,
        // Until the first poll.
        start: Option<Start>,
        #[pin]
        course: Course,
    }
}

struct Start {
    client: Arc<Inner>,
    options: CallOptions,
}

impl<O: Operation, T> CallFuture<O, T> {
    pub(super) fn new(call: Call<O>, wanted: fn(Response<O::Output>) -> T) -> Self {
        let Call {
            client,
            operation,
            options,
        } = call;
        Self {
            operation,
            wanted,
            start: Some(Start { client, options }),
            course: Course::default(),
        }
    }
}

impl<O: Operation, T> Future for CallFuture<O, T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(Start { client, options }) = this.start.take() {
            let deadline = Deadline::after(options.timeout.unwrap_or(client.timeout));
            let request = prepare(&client, this.operation, &options)?;
            let pipeline = Pipeline::new(client, O::INFO, options, deadline, request);
            this.course.as_mut().begin(pipeline);
        }
        let (pipeline, answer) = ready!(this.course.poll(context));
        Poll::Ready(
            answer
                .and_then(|meta| decode::<O>(&pipeline.client, meta))
                .map(this.wanted)
                .map_err(|error| scrubbed(error, this.operation, pipeline)),
        )
    }
}

impl<O: Operation, T> fmt::Debug for CallFuture<O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture")
            .field("operation", &O::INFO.id)
            .finish_non_exhaustive()
    }
}

/// Validates and encodes. Generic, hence short.
fn prepare<O: Operation>(
    client: &Inner,
    operation: &O,
    options: &CallOptions,
) -> Result<Prepared, Error> {
    let mut encoder = Encoder::new(O::INFO, &client.base_url, client.check_patterns);
    let encoded = operation
        .encode(&mut encoder)
        .and_then(|()| finish(encoder, options.additions.as_deref()));
    encoded.map_err(|error| {
        Error::from(error).with_story(client.service.name(), O::INFO, 0, Duration::ZERO)
    })
}

fn finish(
    mut encoder: Encoder<'_>,
    additions: Option<&Additions>,
) -> Result<Prepared, ValidationError> {
    let Some(additions) = additions else {
        return encoder.finish(&HeaderMap::new());
    };
    if let Some(problem) = &additions.problem {
        return Err(problem.clone());
    }
    if let Some(path) = &additions.path {
        encoder.replace_path(path)?;
    }
    for (name, value) in &additions.query {
        encoder.query(name, value);
    }
    if let Some(query) = &additions.raw_query {
        encoder.raw_query(query)?;
    }
    encoder.finish(&additions.headers)
}

/// Reads the answer. Where the status decides, one that can't be read is a success without a record, unless the provider knows
/// better.
fn decode<O: Operation>(client: &Inner, meta: Metadata) -> Result<Response<O::Output>, Error> {
    let value = match O::decode(&meta.body) {
        Err(_) if O::INFO.status_decides && client.service.accepts_unread(O::INFO, &meta.body) => {
            O::decode(&ResponseBody::empty())
        }
        value => value,
    };
    match value {
        Ok(value) => Ok(Response::new(value, meta)),
        Err(error) => Err(Error::new(ErrorKind::Decode, Delivery::Unknown)
            .with_source(error)
            .with_answer(meta.status, &meta.headers, meta.body.into_bytes())
            .with_story(client.service.name(), O::INFO, meta.attempts, meta.elapsed)),
    }
}

/// Takes everything that is secret or personal in the request out of an error.
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
