use std::{borrow::Cow, error::Error as StdError, fmt};

/// The reason why a client could not be built. Never shows a credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The credential can't be used.
    #[error("the credential can't be used: {0}")]
    Credential(Cow<'static, str>),
    /// The provider has no default address, and the caller set none.
    #[error("a base URL is needed, because every account of this provider has a different one")]
    NoBaseUrl,
    /// The base URL can't be used.
    #[error("the base URL can't be used: {0}")]
    BaseUrl(Cow<'static, str>),
    /// The base URL would send the credential and personal data unencrypted.
    #[error(
        "the base URL must be https; plain http is accepted only for loopback addresses and `localhost`"
    )]
    PlainHttp,
    /// A header that the client should send with every request can't be used.
    #[error("the header {name:?} can't be set: {reason}")]
    Header {
        /// The header.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An environment variable that the client needs is missing or can't be used.
    #[error("the environment variable `{name}` {problem}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        problem: VariableProblem,
    },
    /// An environment variable holds a base URL that can't be used.
    #[error("the environment variable `{name}`: {problem}")]
    VariableUrl {
        /// The variable.
        name: &'static str,
        /// What is wrong with the URL: [`BaseUrl`](Self::BaseUrl) or [`PlainHttp`](Self::PlainHttp).
        problem: Box<Self>,
    },
    /// A setting has a value that can't work.
    #[error("the setting `{name}` can't be used: {reason}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The program was built without TLS.
    #[error(
        "an https base URL needs TLS: enable one of the features `rustls`, `rustls-no-provider` or `native-tls`"
    )]
    NoTls,
    /// The program was built with `rustls-no-provider` but installed no crypto provider.
    #[error(
        "rustls has no crypto provider: install one with `CryptoProvider::install_default` before building a client, \
         or enable the feature `rustls`"
    )]
    NoCryptoProvider,
    /// The base URL is https, and the system has no root certificates to verify its server.
    #[error(
        "an https base URL needs root certificates, but none were found: install the system's package `ca-certificates`, \
         or name a file of certificates in the variable `SSL_CERT_FILE`"
    )]
    NoRootCertificates(Box<dyn StdError + Send + Sync>),
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up: {}", innermost(&**.0))]
    Transport(Box<dyn StdError + Send + Sync>),
}

/// Returns the innermost cause. The outer causes only state that something failed.
fn innermost<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    std::iter::successors(Some(error), |&cause| cause.source())
        .last()
        .unwrap_or(error)
}

/// What is wrong with an environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariableProblem {
    /// The variable is not set.
    Missing,
    /// The variable is empty or contains only white space.
    Empty,
    /// The variable's value is not Unicode.
    NotUnicode,
}

impl fmt::Display for VariableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is not set",
            Self::Empty => "is empty",
            Self::NotUnicode => "is not Unicode",
        })
    }
}
