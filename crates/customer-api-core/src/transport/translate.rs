//! Turns the HTTP library's errors into transport errors.

use std::{error::Error as StdError, io};

use tokio::task::JoinError;

use super::{TransportError, TransportErrorKind};
use crate::error::RuntimeError;

/// Turns an error into a transport error. Inspects the causes to find the kind, and removes the URL, which may contain a customer's id.
pub(super) fn translate(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::InvalidRequest
    } else if error.is_connect() {
        if causes(&error).any(is_of_a_runtime_that_ended) {
            let kind = TransportErrorKind::NoRuntime;
            return TransportError::new(kind).with_source(RuntimeError::ShutDown);
        }
        if error.is_timeout() {
            TransportErrorKind::ConnectTimeout
        } else {
            TransportErrorKind::Connect
        }
    } else if causes(&error).any(is_never_written) {
        TransportErrorKind::NotWritten
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if causes(&error).any(is_broken_off) {
        TransportErrorKind::Interrupted
    } else {
        TransportErrorKind::Other
    };
    TransportError::new(kind).with_source(error.without_url())
}

/// Returns whether the connection itself broke during the request. An HTTP/2 stream that the server ends proves nothing about other
/// streams.
pub(super) fn is_broken_connection(error: &reqwest::Error) -> bool {
    #[cfg(feature = "http2")]
    if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<h2::Error>()) {
        return error.is_io();
    }
    let says_otherwise = error.is_builder() || error.is_connect() || error.is_timeout();
    !(says_otherwise || causes(error).any(is_never_written))
}

fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Returns whether the request was never written or never processed.
///
/// hyper cancels a request if the connection is closed before hyper begins to write. A server does not process an HTTP/2 stream that it
/// refuses (RFC 9113, 8.7). A server does not process a stream above the last stream that its GOAWAY names, whatever the GOAWAY's code
/// (6.8). h2 reports the GOAWAY as the error of these streams only.
fn is_never_written(cause: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "http2")]
    if let Some(error) = cause.downcast_ref::<h2::Error>() {
        let is_refused = error.reason() == Some(h2::Reason::REFUSED_STREAM);
        return error.is_remote() && (is_refused || error.is_go_away());
    }
    cause
        .downcast_ref::<hyper::Error>()
        .is_some_and(hyper::Error::is_canceled)
}

/// Returns whether the cause is that the runtime was shut down. Such a runtime refuses new sockets, and cancels the task that looks up a
/// host name.
fn is_of_a_runtime_that_ended(cause: &(dyn StdError + 'static)) -> bool {
    let Some(error) = cause.downcast_ref::<io::Error>() else {
        return false;
    };
    error.get_ref().is_some_and(|inner| {
        inner
            .downcast_ref::<JoinError>()
            .is_some_and(JoinError::is_cancelled)
            || inner
                .to_string()
                .starts_with("A Tokio 1.x context was found, but it is being shutdown")
    })
}

fn is_broken_off(cause: &(dyn StdError + 'static)) -> bool {
    #[cfg(feature = "http2")]
    if cause.is::<h2::Error>() {
        return true;
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return error.is_incomplete_message() || error.is_closed() || error.is_body_write_aborted();
    }
    cause.downcast_ref::<io::Error>().is_some_and(|error| {
        matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        )
    })
}

#[cfg(test)]
mod tests {
    use hyper_util::rt::TokioIo;

    use super::*;

    /// hyper's own error for a request whose connection was gone before the request could be written.
    #[tokio::test]
    async fn a_request_that_was_never_written_is_known_as_such() {
        let (near, far) = tokio::io::duplex(64);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, String>(TokioIo::new(near))
                .await
                .unwrap();
        let request = sender.send_request(http::Request::new(String::new()));
        drop((connection, far));
        let error = request.await.unwrap_err();
        assert!(is_never_written(&error), "{error:?}");
        assert!(!is_broken_off(&io::Error::from(io::ErrorKind::NotFound)));
    }
}
