//! What the transport has of TLS: whether it is there at all, and what the clients of a process share of it.

use crate::{base_url::BaseUrl, error::BuildError};

/// Refuses what would otherwise fail at the first call, or panic inside the HTTP library.
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

/// Hands the process's root certificates to a builder that has no TLS settings of its own.
#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
pub(super) fn share(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match shared::config() {
        Some(config) => builder.tls_backend_preconfigured(config),
        // The library tries for itself, and says what is wrong.
        None => builder,
    }
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
pub(super) fn share(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
mod shared {
    use std::sync::{Arc, OnceLock};

    use rustls::{ALL_VERSIONS, ClientConfig, client::Resumption, crypto::CryptoProvider};
    use rustls_platform_verifier::Verifier;

    /// The settings that reqwest would make, around a verifier that all clients of the process share: to read the root
    /// certificates takes milliseconds, and half a megabyte.
    pub(super) fn config() -> Option<ClientConfig> {
        static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
        let mut config = match CONFIG.get() {
            Some(config) => config.clone(),
            None => {
                let config = make()?;
                CONFIG.get_or_init(|| config).clone()
            }
        };
        // Sessions are each client's own: they tie its connections together.
        config.resumption = Resumption::default();
        Some(config)
    }

    fn make() -> Option<ClientConfig> {
        let provider = provider()?;
        let verifier = Verifier::new(Arc::clone(&provider)).ok()?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(ALL_VERSIONS)
            .ok()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = if cfg!(feature = "http2") {
            vec![b"h2".to_vec(), b"http/1.1".to_vec()]
        } else {
            vec![b"http/1.1".to_vec()]
        };
        Some(config)
    }

    /// The one that the program has installed comes first.
    fn provider() -> Option<Arc<CryptoProvider>> {
        let installed = CryptoProvider::get_default().cloned();
        #[cfg(feature = "rustls")]
        let installed =
            installed.or_else(|| Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider())));
        installed
    }
}
