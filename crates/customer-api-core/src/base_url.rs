use std::{fmt, net::IpAddr, str::FromStr};

use http::uri::{InvalidUriParts, PathAndQuery, Uri};

use crate::error::BuildError;

/// The address of a provider: scheme, host and port, and optionally a path that precedes the provider's paths.
///
/// The scheme is `https`. Plain `http` is accepted only for loopback addresses and `localhost`, so that tests need no certificates.
///
/// ```
/// use customer_api_core::BaseUrl;
///
/// let base: BaseUrl = "https://proxy.example/ravelin/".parse()?;
/// assert_eq!(base.as_str(), "https://proxy.example/ravelin");
/// assert!("http://api.example".parse::<BaseUrl>().is_err());
/// assert!("http://127.0.0.1:8080".parse::<BaseUrl>().is_ok());
/// # Ok::<(), customer_api_core::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Has no slash at its end, because every path template begins with a slash.
    text: String,
    uri: Uri,
}

impl BaseUrl {
    /// Returns the URL, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether requests are unencrypted. Unencrypted requests are allowed only to loopback addresses and `localhost`.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.uri.scheme_str() == Some("http")
    }

    /// Returns the host, as spans show it.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// Returns the stated port, or the scheme's default port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.uri
            .port_u16()
            .unwrap_or(if self.is_plain_http() { 80 } else { 443 })
    }

    /// Returns whether requests stay on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the path that precedes the provider's paths, without a slash at its end.
    pub(crate) fn path(&self) -> &str {
        self.uri.path().trim_end_matches('/')
    }

    /// Returns the URI of a path that begins with [`path`](Self::path).
    pub(crate) fn with_path(&self, path: PathAndQuery) -> Result<Uri, InvalidUriParts> {
        let mut parts = self.uri.clone().into_parts();
        parts.path_and_query = Some(path);
        Uri::from_parts(parts)
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.text
    }
}

impl FromStr for BaseUrl {
    type Err = BuildError;

    /// # Errors
    ///
    /// If the URL is not absolute, is neither `https` nor `http` to a loopback address or `localhost`, or contains user information, a
    /// query or a fragment. The error does not show the URL, which may contain a password.
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let refused = |reason: &'static str| Err(BuildError::BaseUrl(reason.into()));
        let Ok(url) = url::Url::parse(text) else {
            return refused("it is not an absolute URL such as https://api.example");
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return refused("it has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("it contains a user name or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refused("it contains a query or a fragment");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(host) => {}
            "http" => return Err(BuildError::PlainHttp),
            _ => return refused("its scheme is not https"),
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        match text.parse() {
            Ok(uri) => Ok(Self { text, uri }),
            Err(_) => refused("it is not a valid URI"),
        }
    }
}

/// Returns whether a request to the host stays on this machine. This includes `localhost`: RFC 6761 reserves the name, and the default
/// transport does not look it up.
fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BaseUrl, BuildError> {
        text.parse()
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for loopback in [
            "http://127.0.0.1:80",
            "http://127.8.9.1",
            "http://[::1]:9",
            "http://localhost:1/x",
            "http://LOCALHOST",
            "http://local%68ost",
        ] {
            assert!(parse(loopback).is_ok(), "{loopback}");
        }
        for elsewhere in [
            "http://api.example",
            "http://10.0.0.1",
            "http://localhost.example",
            // Only the bare name is pinned to this machine.
            "http://localhost.",
            "http://shop.localhost",
            "http://127.0.0.1.example",
            "http://0.0.0.0",
        ] {
            assert!(
                matches!(parse(elsewhere), Err(BuildError::PlainHttp)),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_base_without_showing_it() {
        for text in [
            "",
            "api.example",
            "ftp://api.example",
            "https://",
            "https://user:hunter2@api.example",
            "https://api.example/?hunter2",
            "https://api.example/#hunter2",
            "mailto:hunter2@api.example",
        ] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, BuildError::BaseUrl(_)), "{text}");
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }
}
