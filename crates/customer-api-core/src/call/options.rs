//! The settings of one call.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use crate::{
    before_send::BeforeSend,
    error::{Problem, ValidationError},
    operation::Idempotency,
    request::{Encoder, Prepared, Sensitive, is_transports},
    retry::{Backoff, RetryPolicy},
};

#[derive(Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    pub(crate) idempotency: Option<Idempotency>,
    /// Set for calls that obtain a credential.
    pub(crate) without_credential: bool,
    /// Rarely set, and boxed to keep every other call small.
    additions: Option<Box<Additions>>,
}

/// The rare settings: additions to the request, replacements in it, and conditions for sending it.
#[derive(Default)]
pub(super) struct Additions {
    pub(super) path: Option<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) raw_query: Option<String>,
    pub(super) latest_start: Option<Duration>,
    pub(super) backoff: Option<Box<dyn Backoff>>,
    pub(super) before_send: Vec<Box<dyn BeforeSend>>,
    headers: HeaderMap,
    problem: Option<ValidationError>,
}

impl CallOptions {
    pub(super) fn additions(&mut self) -> &mut Additions {
        self.additions.get_or_insert_default()
    }

    pub(crate) fn latest_start(&self) -> Option<Duration> {
        self.additions.as_ref()?.latest_start
    }

    pub(crate) fn backoff(&self) -> Option<&dyn Backoff> {
        self.additions.as_ref()?.backoff.as_deref()
    }

    /// Returns the caller's steps, in the order in which they run.
    pub(crate) fn before_send(&self) -> &[Box<dyn BeforeSend>] {
        let additions = self.additions.as_deref();
        additions.map_or(&[], |additions| &additions.before_send)
    }

    /// Adds the caller's additions to the request that the operation has written, and finishes the request.
    pub(crate) fn finish(
        &self,
        mut request: Encoder<'_>,
        wants_content: bool,
    ) -> Result<Prepared, ValidationError> {
        let wants_content = wants_content || !self.before_send().is_empty();
        let Some(additions) = &self.additions else {
            return request.finish(&HeaderMap::new(), wants_content);
        };
        if let Some(problem) = &additions.problem {
            return Err(problem.clone());
        }
        if let Some(path) = &additions.path {
            request.replace_path(path)?;
        }
        for (name, value) in &additions.query {
            request.query(name, value);
        }
        if let Some(query) = &additions.raw_query {
            request.raw_query(query)?;
        }
        request.finish(&additions.headers, wants_content)
    }

    /// Marks the caller's additions as sensitive, because their meaning is unknown. Omits values of less than 4 bytes, because most of them
    /// are flags and numbers.
    pub(crate) fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        let Some(additions) = &self.additions else {
            return;
        };
        let is_telling = |value: &str| value.len() >= 4;
        let query = additions.query.iter().map(|(_, value)| value.as_str());
        query
            .filter(|value| is_telling(value))
            .for_each(|value| values.text(value));
        let raw = additions.raw_query.as_deref().unwrap_or_default();
        let pairs = form_urlencoded::parse(raw.as_bytes()).map(|(_, value)| value);
        // In a path, fixed words and values can't be distinguished.
        let path = additions.path.as_deref().unwrap_or_default().split('/');
        let path = path.map(|segment| percent_decode_str(segment).decode_utf8_lossy());
        pairs
            .chain(path)
            .filter(|value| is_telling(value))
            .for_each(|value| values.owned(value.into_owned()));
    }
}

impl Additions {
    /// Adds a header, or records why it can't be added.
    pub(super) fn header(&mut self, name: &str, value: &str) {
        match (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            (Ok(header), _) if is_transports(&header) => {
                let reason = "is reserved for the transport";
                self.problem = Some(ValidationError::other(name.to_owned(), reason));
            }
            (Ok(header), Ok(mut value)) => {
                // The caller's header can contain anything, so it is not printed.
                value.set_sensitive(true);
                self.headers.insert(header, value);
            }
            _ => self.problem = Some(ValidationError::new(name.to_owned(), Problem::Header)),
        }
    }
}
