//! Everything that was printed and logged.

use std::{
    error::Error as StdError,
    io,
    sync::{Arc, Mutex},
};

use customer_api_core::Error;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub(crate) struct CapturedLogs(Arc<Mutex<Vec<u8>>>);

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
    pub(crate) fn note(&self, text: &str) {
        let mut bytes = self.0.lock().unwrap();
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
    }

    pub(crate) fn note_error(&self, error: &Error) {
        self.note(&format!("{error} {error:#} {error:?} {error:#?}"));
        let mut source = error.source();
        while let Some(cause) = source {
            self.note(&format!("{cause} {cause:#} {cause:?} {cause:#?}"));
            source = cause.source();
        }
    }

    /// What is on it; then it is blank again.
    pub(crate) fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap()
    }
}
