//! Why the sandbox could not do as told.

use std::io;

use crate::description::DescriptionError;

/// Why the sandbox could not do as told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// There is no tokio runtime to run on, or it has ended.
    #[error("the sandbox needs a running tokio runtime")]
    NoRuntime,
    /// The address of a provider can't be listened on.
    #[error("the {provider} server can't listen")]
    Bind {
        /// The provider.
        provider: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A description that comes with the sandbox can't be used.
    #[error("the {provider} description can't be used")]
    Description {
        /// The provider.
        provider: &'static str,
        /// What is wrong with it.
        source: DescriptionError,
    },
    /// The provider has no operation of this name.
    #[error("the sandbox imitates no operation `{operation_id}` of {provider}")]
    UnknownOperation {
        /// The provider.
        provider: &'static str,
        /// The name that was asked for.
        operation_id: String,
    },
}
