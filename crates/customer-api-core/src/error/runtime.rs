use super::{Delivery, ErrorKind, Failure};

/// The reason why a call can't be made where it was awaited. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// There is no tokio runtime.
    #[error(
        "it needs a tokio runtime, such as that of `#[tokio::main]`; in a program without one, use the feature `blocking`"
    )]
    Missing,
    /// The runtime's time driver is not enabled.
    #[error("the tokio runtime has no time driver: build it with `enable_time`, or `enable_all`")]
    NoTime,
    /// The runtime's I/O driver is not enabled. The default transport needs it.
    #[error("the tokio runtime has no I/O driver: build it with `enable_io`, or `enable_all`")]
    NoIo,
    /// The runtime was shut down.
    #[error("the tokio runtime was shut down")]
    ShutDown,
    /// The client was used before this process was forked. The client's connections and its count of the quota belong to the parent
    /// process.
    #[error("the client was used before this process was forked: make a client in this process")]
    Forked,
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::new(ErrorKind::NoRuntime, Delivery::NotSent).with_source(error)
    }
}
