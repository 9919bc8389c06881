//! The error when a client is built without the TLS that it needs. `cargo xtask test` runs this with each TLS feature.
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

/// Many programs print only the first line.
#[cfg(feature = "rustls")]
#[test]
fn a_builder_that_can_not_be_finished_says_why_in_the_first_line() {
    let http = || reqwest::Client::builder().user_agent("no\nagent");
    let built = Client::<Shop>::builder(Shop, Anonymous)
        .base_url("https://shop.example")
        .http(http)
        .build();
    let line = built.unwrap_err().to_string();
    assert_eq!(
        line,
        "the HTTP client could not be set up: failed to parse header value"
    );
}

/// On platforms where root certificates are files, there may be none, as in a small container.
#[cfg(all(unix, not(target_vendor = "apple"), feature = "rustls"))]
mod roots {
    use std::{env, process::Command};

    use super::*;

    /// Builds a client with an HTTP library that the caller sets up.
    fn build_with_own(url: &str) -> Result<Client<Shop>, BuildError> {
        Client::builder(Shop, Anonymous)
            .base_url(url)
            .http(reqwest::Client::builder)
            .build()
    }

    /// Runs only this test of the file, in a process that finds no root certificates.
    fn without_root_certificates(test: &str, go: impl FnOnce()) {
        if env::var_os("NO_ROOTS").is_some() {
            return go();
        }
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("roots::{test}")])
            .env("NO_ROOTS", "1")
            .env("SSL_CERT_FILE", "/nowhere/roots.pem")
            .env("SSL_CERT_DIR", "/nowhere")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{told}");
        assert!(told.contains("1 passed"), "{told}");
    }

    #[test]
    fn plain_http_to_loopback_needs_no_root_certificates() {
        without_root_certificates("plain_http_to_loopback_needs_no_root_certificates", || {
            for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
                build(url).unwrap();
                build_with_own(url).unwrap();
            }
        });
    }

    /// If the platform's own library is in the same program, that library has the certificates.
    #[cfg(not(feature = "native-tls"))]
    #[test]
    fn https_says_that_root_certificates_are_missing_and_where_they_come_from() {
        without_root_certificates(
            "https_says_that_root_certificates_are_missing_and_where_they_come_from",
            || {
                let url = "https://shop.example";
                for built in [build(url), build_with_own(url)] {
                    let error = built.unwrap_err();
                    assert!(
                        matches!(error, BuildError::NoRootCertificates(_)),
                        "{error:?}"
                    );
                    let line = error.to_string();
                    for word in [
                        "root certificates",
                        "https",
                        "ca-certificates",
                        "SSL_CERT_FILE",
                    ] {
                        assert!(line.contains(word), "{line}");
                    }
                }
            },
        );
    }
}
