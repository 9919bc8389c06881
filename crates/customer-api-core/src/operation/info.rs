//! The static facts about an operation. All other modules build on these types.

use std::fmt;

/// The static facts about an operation.
///
/// A `const fn` builds it, so that an implementation of [`Operation`](super::Operation) can contain it as a constant.
///
/// ```
/// use customer_api_core::operation::{Idempotency, Method, OperationInfo, Provenance};
///
/// const INFO: OperationInfo = OperationInfo::new("replaceAddress", Method::Put, "/customers/{id}/address")
///     .with_idempotency(Idempotency::NonIdempotent)
///     .with_provenance(Provenance::Documented, "https://shop.example/docs/address");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The operation's id in the provider's description.
    pub id: &'static str,
    /// The request method.
    pub method: Method,
    /// The path, with `{name}` for every parameter.
    pub path: &'static str,
    /// Whether a repeat is harmless.
    pub idempotency: Idempotency,
    /// Whether the request carries the client's credential.
    pub authenticated: bool,
    /// The quota that the call counts against.
    pub rate_class: &'static str,
    /// Whether the call uses a connection that no other call has used.
    pub fresh_connection: bool,
    /// Whether the status alone states that the call succeeded, so that a 2xx is a success even if its body can't be read.
    pub status_decides: bool,
    /// How certain the operation's description is.
    pub provenance: Option<Provenance>,
    /// The page that documents the operation.
    pub docs_url: Option<&'static str>,
    /// The replacement, if the operation is deprecated.
    pub deprecated: Option<&'static str>,
}

impl OperationInfo {
    /// Describes an operation by its id, method and path template.
    ///
    /// The method determines whether the operation may be repeated, as RFC 9110 defines it, unless
    /// [`with_idempotency`](Self::with_idempotency) overrides it.
    #[must_use]
    pub const fn new(id: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            idempotency: method.idempotency(),
            authenticated: true,
            rate_class: "default",
            fresh_connection: false,
            status_decides: false,
            provenance: None,
            docs_url: None,
            deprecated: None,
        }
    }

    /// States whether a repeat is harmless.
    #[must_use]
    pub const fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.idempotency = idempotency;
        self
    }

    /// Sends the request without the client's credential.
    #[must_use]
    pub const fn without_credential(mut self) -> Self {
        self.authenticated = false;
        self
    }

    /// Names the quota that the call counts against.
    #[must_use]
    pub const fn with_rate_class(mut self, class: &'static str) -> Self {
        self.rate_class = class;
        self
    }

    /// Sends the call on a connection that no other call has used, so that another call can't cause its failure. Connecting takes time, so
    /// use this only for rare calls that can't be undone.
    #[must_use]
    pub const fn with_fresh_connection(mut self) -> Self {
        self.fresh_connection = true;
        self
    }

    /// States that a 2xx is a success even if its body can't be read.
    #[must_use]
    pub const fn with_deciding_status(mut self) -> Self {
        self.status_decides = true;
        self
    }

    /// States how certain the operation's description is, and the page that documents the operation.
    #[must_use]
    pub const fn with_provenance(mut self, provenance: Provenance, docs_url: &'static str) -> Self {
        self.provenance = Some(provenance);
        self.docs_url = Some(docs_url);
        self
    }

    /// Marks the operation as deprecated in favour of `replacement`.
    #[must_use]
    pub const fn with_replacement(mut self, replacement: &'static str) -> Self {
        self.deprecated = Some(replacement);
        self
    }
}

/// The operation's id.
impl AsRef<str> for OperationInfo {
    fn as_ref(&self) -> &str {
        self.id
    }
}

/// Whether a call may be repeated, in the terms of RFC 9110, section 9.2.
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 9110 defines three classes, and callers should match them all"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Reads only.
    Safe,
    /// Changes something, but doing it twice has the same effect as doing it once.
    Idempotent,
    /// Every repeat may change something again. The client never repeats such a call automatically, unless nothing was sent or a response
    /// proves that the call was not processed.
    NonIdempotent,
}

/// How certain a statement about a provider's API is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// The provider's own pages contain the statement.
    Documented,
    /// The statement is concluded from other evidence. The provider's pages do not contain it.
    Inferred,
}

/// A request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// Returns the idempotency that RFC 9110 defines for the method.
    #[must_use]
    pub const fn idempotency(self) -> Idempotency {
        match self {
            Self::Get | Self::Head | Self::Options => Idempotency::Safe,
            Self::Put | Self::Delete => Idempotency::Idempotent,
            Self::Post | Self::Patch => Idempotency::NonIdempotent,
        }
    }

    /// Returns the method as it is written in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Options => Self::OPTIONS,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}
