use std::{
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use tower_service::Service;

use super::translate::translate;
use crate::transport::{Arrived, TransportError, TransportErrorKind};

/// One request and its answer, polled by hand: a type with a name needs no box.
pub(crate) struct Exchange {
    max_body: usize,
    stage: Stage,
}

enum Stage {
    /// Until the head of the answer arrives. As a service, the HTTP library gives its future a name.
    Sent(<reqwest::Client as Service<reqwest::Request>>::Future),
    /// Until its body is whole.
    Receiving {
        response: reqwest::Response,
        body: Received,
    },
    Over,
}

impl Exchange {
    /// Nothing is sent before it is polled.
    pub(super) fn begin(
        mut client: &reqwest::Client,
        request: reqwest::Request,
        max_body: usize,
    ) -> Self {
        Self {
            max_body,
            stage: Stage::Sent(client.call(request)),
        }
    }

    /// Waits for the head of the answer, and gives a copy.
    pub(super) fn poll_head(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<http::Response<()>, TransportError>> {
        ready!(self.poll_sent(context))?;
        let mut head = http::Response::new(());
        if let Stage::Receiving { response, .. } = &self.stage {
            *head.status_mut() = response.status();
            *head.headers_mut() = response.headers().clone();
        }
        Poll::Ready(Ok(head))
    }

    /// Waits for the answer. Once that was given, there is nothing more to wait for.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Arrived, TransportError>> {
        ready!(self.poll_sent(context))?;
        let body = ready!(self.poll_body(context));
        self.end(body)
            .map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)))
    }

    /// The answer without its body, if its head has arrived. Gives the exchange up.
    pub(crate) fn cut(&mut self, error: TransportError) -> Option<Arrived> {
        self.end(Err(error))
    }

    fn end(&mut self, body: Result<Bytes, TransportError>) -> Option<Arrived> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Receiving { mut response, .. } => Some(Arrived {
                status: response.status(),
                headers: std::mem::take(response.headers_mut()),
                body,
            }),
            Stage::Sent(_) | Stage::Over => None,
        }
    }

    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if let Stage::Sent(sent) = &mut self.stage {
            let outcome = ready!(Pin::new(sent).poll(context));
            self.stage = Stage::Over;
            self.stage = Stage::Receiving {
                response: outcome.map_err(translate)?,
                body: Received::default(),
            };
        }
        Poll::Ready(Ok(()))
    }

    /// Receives the body up to its limit, without trusting the length that the server announces.
    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, TransportError>> {
        let too_large = || Poll::Ready(Err(TransportError::new(TransportErrorKind::TooLarge)));
        let Stage::Receiving { response, body } = &mut self.stage else {
            return Poll::Pending;
        };
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).map_or(true, |announced| announced > self.max_body) {
            return too_large();
        }
        // The library's future keeps nothing from one poll to the next, so a new one goes on where the last one was.
        while let Some(chunk) = ready!(pin!(response.chunk()).poll(context)).map_err(translate)? {
            if chunk.len() > self.max_body - body.len() {
                return too_large();
            }
            body.push(chunk);
        }
        Poll::Ready(Ok(std::mem::take(body).into_bytes()))
    }
}

/// A body so far. Most come in one piece, which is not copied then.
#[derive(Default)]
struct Received {
    first: Bytes,
    /// All of it, once there is more than the first piece.
    whole: BytesMut,
}

impl Received {
    fn len(&self) -> usize {
        self.first.len().max(self.whole.len())
    }

    fn push(&mut self, chunk: Bytes) {
        if self.first.is_empty() {
            self.first = chunk;
            return;
        }
        if self.whole.is_empty() {
            self.whole.extend_from_slice(&self.first);
        }
        self.whole.extend_from_slice(&chunk);
    }

    fn into_bytes(self) -> Bytes {
        if self.whole.is_empty() {
            self.first
        } else {
            self.whole.freeze()
        }
    }
}
