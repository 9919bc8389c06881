//! The reasons why the sandbox could not do what the caller asked.

use std::io;

use crate::description::DescriptionError;

/// The reason why the sandbox could not do what the caller asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// There is no tokio runtime, or it has ended.
    #[error("the sandbox needs a running tokio runtime")]
    NoRuntime,
    /// The address of a provider can't be listened on.
    #[error("the {provider} server can't listen: {cause}")]
    Bind {
        /// The provider.
        provider: &'static str,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// A description that comes with the sandbox can't be used.
    #[error("the {provider} description can't be used: {cause}")]
    Description {
        /// The provider.
        provider: &'static str,
        /// The problem with the description.
        cause: DescriptionError,
    },
    /// The sandbox does not imitate an operation of this name.
    #[error(
        "the sandbox does not imitate an operation `{operation_id}` of {provider}; it imitates: {}",
        known.join(", ")
    )]
    UnknownOperation {
        /// The provider.
        provider: &'static str,
        /// The requested name.
        operation_id: String,
        /// The operations that the sandbox imitates.
        known: Vec<String>,
    },
}
