use std::{fmt, pin::Pin};

use customer_api_core::{
    Call, Error, Idempotency, Operation, OperationInfo,
    bytes::Bytes,
    error::DecodeError,
    operation::Method,
    response::{ResponseBody, Unreadable},
};

/// The result of a call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The error, if the call failed.
    pub error: Option<Error>,
    /// The number of times that the request was sent.
    pub attempts: u32,
    /// The response as `Debug` prints it, if there is one.
    pub printed: String,
}

/// Reads a response as the operation does. Returns the value as `Debug` prints it, or the reason why there is none.
pub type Decode = fn(&[u8]) -> Result<String, DecodeError>;

/// Reads a response as the operation does, strictly or not. Returns the value as `Debug` prints it, and the reports
/// about the response.
pub type Read = fn(&[u8], bool) -> Result<(String, Vec<Unreadable>), DecodeError>;

type Made = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// An operation with a sample value, for a client of its provider.
pub struct Entry<C> {
    /// The operation's properties.
    pub info: &'static OperationInfo,
    /// The value as `Debug` prints it.
    pub printed: String,
    /// Reads the operation's responses.
    pub decode: Decode,
    /// Reads the operation's responses, with the reports about them.
    pub read: Read,
    call: Box<dyn Fn(&C) -> Made + Send + Sync>,
}

impl<C: 'static> Entry<C> {
    /// Makes an entry from an operation and from the function with which a client prepares the call.
    pub fn new<O>(operation: O, prepare: fn(&C, O) -> Call<O>) -> Self
    where
        O: Operation + Clone + fmt::Debug,
        O::Output: fmt::Debug,
    {
        Self {
            info: O::INFO,
            printed: format!("{operation:?} {operation:#?}"),
            decode: |body| {
                let body = ResponseBody::new(Bytes::copy_from_slice(body));
                O::decode(&body).map(|value| format!("{value:?} {value:#?}"))
            },
            read: |body, strict| {
                let body = ResponseBody::new(Bytes::copy_from_slice(body)).strict(strict);
                let value = O::decode(&body)?;
                Ok((format!("{value:?}"), body.unreadable()))
            },
            call: Box::new(move |client| {
                let call = prepare(client, operation.clone());
                Box::pin(async move {
                    match call.response().await {
                        Ok(response) => Outcome {
                            error: None,
                            attempts: response.attempts(),
                            printed: format!("{response:?} {response:#?}"),
                        },
                        Err(error) => Outcome {
                            attempts: error.attempts(),
                            error: Some(error),
                            printed: String::new(),
                        },
                    }
                })
            }),
        }
    }

    /// Returns whether the operation changes something. A scroll is not a write, although repeating its follow-up is
    /// not harmless.
    #[must_use]
    pub fn is_write(&self) -> bool {
        self.info.idempotency == Idempotency::NonIdempotent && self.info.method != Method::Get
    }

    /// Makes the call.
    pub async fn call(&self, client: &C) -> Outcome {
        (self.call)(client).await
    }
}

impl<C> fmt::Debug for Entry<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("operation", &self.info.id)
            .finish_non_exhaustive()
    }
}
