//! Captures everything that is printed and logged, and checks that planted values are not in it.

use std::{
    error::Error as StdError,
    fmt::{Debug, Display},
    io,
    sync::{Arc, Mutex},
};

use customer_api_core::{Operation, ProviderClient};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

/// Words that prove that the logs were captured. Without this proof, the absence of other values would prove nothing.
const PRESENT: [&str; 6] = [
    "api.call",
    "http.request",
    "url.template",
    "http.response.status_code",
    "hyper_util",
    "[redacted]",
];

/// Captures printed and logged text. Clones write to the same buffer.
#[derive(Clone, Debug, Default)]
pub struct CapturedLogs(Arc<Mutex<Vec<u8>>>);

impl io::Write for CapturedLogs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for CapturedLogs {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

impl CapturedLogs {
    /// Captures everything that this process logs from now on, at all levels, including the records of the `log` crate.
    ///
    /// This works only once per process, so a test that calls it must be a separate program.
    #[must_use]
    pub fn of_the_process() -> Self {
        let logs = Self::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(logs.clone())
            .with_ansi(false)
            .with_span_events(FmtSpan::FULL)
            .init();
        logs
    }

    /// Adds a line.
    pub fn note(&self, text: impl Display) {
        let mut bytes = self.0.lock().unwrap();
        bytes.extend_from_slice(text.to_string().as_bytes());
        bytes.push(b'\n');
    }

    /// Adds an error and its causes, in every way in which they can be printed.
    pub fn note_error(&self, error: &(dyn StdError + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.note(format_args!("{error} {error:#} {error:?} {error:#?}"));
            let call = error.downcast_ref::<customer_api_core::Error>();
            next = match call.and_then(customer_api_core::Error::cause) {
                Some(cause) => Some(cause),
                None => error.source(),
            };
        }
    }

    /// Adds an outcome.
    pub fn note_outcome<T: Debug, E: StdError + 'static>(&self, outcome: &Result<T, E>) {
        match outcome {
            Ok(value) => self.note(format_args!("{value:?} {value:#?}")),
            Err(error) => self.note_error(error),
        }
    }

    /// Makes a call, and adds everything about it that can be printed, including the client before and after the call.
    pub async fn note_call<C, O>(&self, client: &C, operation: O)
    where
        C: ProviderClient + Debug,
        O: Operation<Service = C::Service> + Debug,
        O::Output: Debug,
    {
        self.note(format_args!("{client:?} {operation:?}"));
        let call = client.core().call(operation);
        self.note(format_args!("{call:?}"));
        self.note_outcome(&call.response().await);
        self.note(format_args!("{client:?}"));
    }

    /// Returns the whole text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// Returns the whole text and empties the buffer. Panics if the text is not UTF-8.
    #[must_use]
    pub fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap()
    }

    /// Asserts that the logs of calls were captured and contain every text in `present`. Also asserts that they contain
    /// none of the values in `planted`. The search for these values ignores case.
    pub fn assert_silent_about(&self, planted: &[&str], present: &[&str]) {
        let text = self.text();
        for present in PRESENT.iter().chain(present) {
            assert!(text.contains(present), "{present} is missing");
        }
        let lower = text.to_lowercase();
        for planted in planted {
            let at = lower.find(&planted.to_lowercase());
            let context = at.map(|at| around(&lower, at));
            assert_eq!(context, None, "`{planted}` was printed");
        }
    }
}

/// Returns the text before a position, and a little after it.
fn around(text: &str, at: usize) -> String {
    let bytes = text.as_bytes();
    let end = bytes.len().min(at + 100);
    let bytes = bytes.get(at.saturating_sub(300)..end).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> CapturedLogs {
        let logs = CapturedLogs::default();
        logs.note(PRESENT.join(" "));
        logs.note(text);
        logs
    }

    #[test]
    fn what_is_not_planted_may_be_there() {
        with("createCustomer of somebody").assert_silent_about(&["s3cret"], &["createCustomer"]);
    }

    #[test]
    #[should_panic = "`s3cret` was printed"]
    fn what_is_planted_is_found_at_the_end_and_in_any_case() {
        with("é S3CRET").assert_silent_about(&["s3cret"], &[]);
    }

    #[test]
    #[should_panic = "createCustomer is missing"]
    fn silence_alone_proves_nothing() {
        with("").assert_silent_about(&["s3cret"], &["createCustomer"]);
    }

    #[test]
    fn an_error_is_noted_with_its_causes() {
        let logs = CapturedLogs::default();
        let cause = io::Error::other("the cause");
        let error = io::Error::other(io::Error::other(cause));
        logs.note_outcome::<(), _>(&Err(error));
        assert!(logs.take().contains("the cause"));
        assert_eq!(logs.text(), "");
    }
}
