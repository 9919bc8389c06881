//! TLS of the transport: whether it is available, and the settings that the clients of a process share.

use crate::{base_url::BaseUrl, error::BuildError};

/// Refuses an https base URL in a program without TLS, because its first call would fail. Refuses a program that has only rustls and no
/// crypto provider, because the HTTP library would panic.
pub(super) fn check(base_url: &BaseUrl) -> Result<(), BuildError> {
    let has_tls = cfg!(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ));
    if !has_tls && !base_url.is_plain_http() {
        return Err(BuildError::NoTls);
    }
    #[cfg(all(
        feature = "rustls-no-provider",
        not(any(feature = "rustls", feature = "native-tls"))
    ))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(BuildError::NoCryptoProvider);
    }
    Ok(())
}

/// Passes the process's root certificates to a builder that has no TLS settings of its own.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
pub(super) fn share(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match config::shared() {
        Ok(config) => builder.tls_backend_preconfigured(config),
        // If there are no root certificates, the HTTP library fails to load them too, and `explain` reports the problem. If there is no
        // crypto provider, native-tls provides TLS, because `check` has refused every program that has neither.
        Err(_) => builder,
    }
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
pub(super) fn share(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

/// Removes the root certificates from a builder for a plain http base URL. Otherwise the HTTP library would load root certificates that
/// are never used, and would fail if there are none, as in a small container.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
pub(super) fn leave_out(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match config::trusting_nobody() {
        Ok(config) => builder.tls_backend_preconfigured(config),
        // No crypto provider is installed. Native-tls provides TLS, because `check` has refused every program that has neither. With
        // native-tls, the HTTP library can build a client without root certificates.
        Err(_) => builder,
    }
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
pub(super) fn leave_out(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

/// Returns the reason why a builder could not be finished.
pub(super) fn explain(error: reqwest::Error) -> BuildError {
    let error = error.without_url();
    #[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
    if let Some(explained) = config::explain(&error) {
        return explained;
    }
    BuildError::Transport(error.into())
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod config {
    use std::{
        error::Error as StdError,
        iter::successors,
        sync::{Arc, OnceLock},
    };

    use rustls::{
        ALL_VERSIONS, ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier,
        client::Resumption, crypto::CryptoProvider,
    };
    use rustls_platform_verifier::Verifier;

    use crate::error::BuildError;

    /// Returns the settings that reqwest would make, with a verifier that all clients of the process share. Each reading of the root
    /// certificates would take milliseconds and half a megabyte.
    pub(super) fn shared() -> Result<ClientConfig, BuildError> {
        static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
        let mut config = match CONFIG.get() {
            Some(config) => config.clone(),
            None => {
                let config = with_the_platforms_roots()?;
                CONFIG.get_or_init(|| config).clone()
            }
        };
        // Each client gets its own cache of TLS sessions. With a shared cache, a server could recognise that connections of different
        // clients belong to one process.
        config.resumption = Resumption::default();
        Ok(config)
    }

    /// Returns settings without root certificates.
    pub(super) fn trusting_nobody() -> Result<ClientConfig, BuildError> {
        Ok(begin(provider()?)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth())
    }

    /// Recognises that a builder failed because there are no root certificates.
    pub(super) fn explain(error: &reqwest::Error) -> Option<BuildError> {
        let first: &(dyn StdError + 'static) = error;
        successors(Some(first), |&cause| cause.source())
            .find(|cause| cause.is::<rustls::Error>())?;
        match shared() {
            Err(explained @ BuildError::NoRootCertificates(_)) => Some(explained),
            _ => None,
        }
    }

    fn with_the_platforms_roots() -> Result<ClientConfig, BuildError> {
        let provider = provider()?;
        let verifier = Verifier::new(Arc::clone(&provider)).map_err(|error| match error {
            // On a platform that keeps its certificates in files, the verifier reports this error only if there are no certificates.
            rustls::Error::General(_) => BuildError::NoRootCertificates(error.into()),
            _ => BuildError::Transport(error.into()),
        })?;
        let mut config = begin(provider)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = if cfg!(feature = "http2") {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        Ok(config)
    }

    fn begin(
        provider: Arc<CryptoProvider>,
    ) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, BuildError> {
        ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(ALL_VERSIONS)
            .map_err(|error| BuildError::Transport(error.into()))
    }

    /// Returns the crypto provider. A provider that the program has installed takes precedence.
    fn provider() -> Result<Arc<CryptoProvider>, BuildError> {
        let installed = CryptoProvider::get_default().cloned();
        #[cfg(feature = "rustls")]
        let installed =
            installed.or_else(|| Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider())));
        installed.ok_or(BuildError::NoCryptoProvider)
    }
}
