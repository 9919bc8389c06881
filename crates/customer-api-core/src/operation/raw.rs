use std::{fmt, marker::PhantomData};

use serde::Serialize;

use super::{Operation, OperationInfo, info::Method};
use crate::{
    error::{DecodeError, ValidationError},
    request::{Body, Encoder, Sensitive},
    response::ResponseBody,
    service::Service,
};

/// An operation that a provider's crate lacks, described where it is called.
///
/// The call has the same credential, limits, retries and errors as every other call. The idempotency in its description decides whether the
/// call is retried: state [`NonIdempotent`](super::Idempotency::NonIdempotent) for a `PUT` or `DELETE` that must not be repeated.
///
/// The output is the body of the response, whatever it contains. There is one exception: a 2xx with a page of HTML may come from a
/// gateway, so for a write it is an error with [`Unknown`](crate::Delivery::Unknown). The body of the request is of one kind. If several
/// kinds are set, the last one counts.
///
/// Each value of the request counts as personal: none of them is printed.
///
/// ```no_run
/// use customer_api_core::{
///     Client, Error, OperationInfo, Service,
///     operation::{Method, Raw},
/// };
///
/// const POINTS: OperationInfo =
///     OperationInfo::new("loyaltyPoints", Method::Get, "/v2/customers/{id}/points");
///
/// async fn points<S: Service>(client: &Client<S>) -> Result<u64, Box<dyn std::error::Error>> {
///     let body = client.send(Raw::new(&POINTS).path("id", "cust-1")).await?;
///     Ok(body.json()?)
/// }
/// ```
pub struct Raw<S> {
    info: &'static OperationInfo,
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: RawBody,
    service: PhantomData<fn() -> S>,
}

enum RawBody {
    Empty,
    /// The encoded body. It is sent as serde wrote it, with the order of its members and every digit of its numbers.
    Json(Vec<u8>),
    /// A value that has no JSON form was given.
    NoJson,
    Form(Vec<(String, String)>),
    Multipart(Vec<(String, String)>),
}

impl<S> Raw<S> {
    /// Creates an operation with this description and an empty body.
    #[must_use]
    pub fn new(info: &'static OperationInfo) -> Self {
        Self {
            info,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: RawBody::Empty,
            service: PhantomData,
        }
    }

    /// Fills the next `{name}` of the path, percent-encoded. Set the parameters in the order of the path.
    #[must_use]
    pub fn path(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.path.push((name, value.to_string()));
        self
    }

    /// Adds a pair to the query, percent-encoded.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Adds a header. The credential can't be replaced, and headers that frame the message are reserved for the transport. A
    /// `Content-Type`, such as `application/merge-patch+json`, replaces the body's default media type.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets a JSON body, as `serde_json` writes it. A value without a JSON form makes the call fail before it is sent. A float that is
    /// infinite or not a number becomes `null`.
    #[must_use]
    pub fn json(mut self, value: &impl Serialize) -> Self {
        let value = serde_json::to_vec(value);
        self.body = value.map_or(RawBody::NoJson, RawBody::Json);
        self
    }

    /// Adds a pair to an `application/x-www-form-urlencoded` body.
    #[must_use]
    pub fn form(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        let pair = (name.into(), value.to_string());
        match &mut self.body {
            RawBody::Form(pairs) => pairs.push(pair),
            body => *body = RawBody::Form(vec![pair]),
        }
        self
    }

    /// Adds a text part to a `multipart/form-data` body.
    #[must_use]
    pub fn multipart(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        let part = (name.into(), value.to_string());
        match &mut self.body {
            RawBody::Multipart(parts) => parts.push(part),
            body => *body = RawBody::Multipart(vec![part]),
        }
        self
    }
}

impl<S: Service> Operation for Raw<S> {
    type Service = S;
    type Output = ResponseBody;
    /// A placeholder. [`info`](Operation::info) returns the description of the operation.
    const INFO: &'static OperationInfo = &OperationInfo::new("raw", Method::Get, "/");

    fn info(&self) -> &'static OperationInfo {
        self.info
    }

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        for (name, value) in &self.path {
            request.path(name, value)?;
        }
        for (name, value) in &self.query {
            request.query(name, value);
        }
        for (name, value) in &self.headers {
            request.sensitive_header(name, value)?;
        }
        match &self.body {
            RawBody::Empty => {}
            RawBody::Json(json) => request.body(Body::Json(json.clone())),
            RawBody::NoJson => return Err(ValidationError::other("body", "has no JSON form")),
            RawBody::Form(pairs) => pairs
                .iter()
                .for_each(|(name, value)| request.form(name, value)),
            RawBody::Multipart(parts) => {
                parts
                    .iter()
                    .for_each(|(name, value)| request.multipart(name, value));
            }
        }
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<ResponseBody, DecodeError> {
        Ok(body.share())
    }

    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        let path = self.path.iter().map(|(_, value)| value);
        let query = self.query.iter().map(|(_, value)| value);
        let headers = self.headers.iter().map(|(_, value)| value);
        path.chain(query)
            .chain(headers)
            .for_each(|value| values.text(value));
        match &self.body {
            RawBody::Json(json) => values.encoded_json(json),
            RawBody::Form(pairs) | RawBody::Multipart(pairs) => {
                pairs.iter().for_each(|(_, value)| values.text(value));
            }
            RawBody::Empty | RawBody::NoJson => {}
        }
    }
}

/// Shows only the operation's id.
impl<S> fmt::Debug for Raw<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw")
            .field("operation", &self.info.id)
            .finish_non_exhaustive()
    }
}
