//! TLS with rustls and the platform's root certificates. By default, the clients use the same for their calls.

use std::{io, sync::Arc};

use rustls::{ClientConfig, crypto::aws_lc_rs, pki_types::ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::failure::Failure;

/// Reads the root certificates, which takes milliseconds.
pub(super) async fn connector() -> Result<TlsConnector, Failure> {
    let config = tokio::task::spawn_blocking(config).await;
    // The runtime is being shut down.
    let config = config.map_err(|_| Failure::Lost)?;
    Ok(TlsConnector::from(Arc::new(config.map_err(Failure::Tls)?)))
}

fn config() -> Result<ClientConfig, rustls::Error> {
    // The crypto provider is named explicitly, because a program may contain two providers and no default.
    let provider = Arc::new(aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth())
}

pub(super) async fn encrypt(
    connector: &TlsConnector,
    host: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Failure> {
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|error| Failure::Connect(io::Error::other(error)))?;
    let encrypted = connector.connect(name, stream).await;
    encrypted.map_err(Failure::Connect)
}
