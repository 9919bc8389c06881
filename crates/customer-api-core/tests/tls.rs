//! What a client without the TLS that it needs says when it is built. `cargo xtask test` runs this with each TLS feature.
#![cfg(test)]

use customer_api_core::{BuildError, Client, Service, auth::Anonymous};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn user_agent(&self) -> &'static str {
        "shop/1.0"
    }
}

fn build(url: &str) -> Result<Client<Shop>, BuildError> {
    Client::builder(Shop, Anonymous).base_url(url).build()
}

#[test]
fn plain_http_to_loopback_needs_no_tls() {
    if cfg!(feature = "rustls") || !cfg!(feature = "rustls-no-provider") {
        assert!(build("http://127.0.0.1:1").is_ok());
    }
}

#[test]
fn https_needs_tls() {
    let built = build("https://shop.example");
    if cfg!(any(feature = "rustls", feature = "native-tls")) {
        assert!(built.is_ok());
    } else if cfg!(feature = "rustls-no-provider") {
        assert!(
            matches!(built, Err(BuildError::NoCryptoProvider)),
            "{built:?}"
        );
    } else {
        assert!(matches!(built, Err(BuildError::NoTls)), "{built:?}");
    }
}
