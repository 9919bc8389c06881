use std::{borrow::Cow, fmt};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use super::{Auth, AuthContext, AuthError};
use crate::error::BuildError;

/// A header that proves who calls. Its value is never printed.
#[derive(Clone)]
pub struct Credential {
    name: HeaderName,
    value: HeaderValue,
    generation: u64,
}

impl Credential {
    /// Creates a credential in a header. The value can contain a scheme word in front of the secret.
    ///
    /// # Errors
    ///
    /// If the value is blank, or contains characters that are not allowed in a header: control characters, and characters
    /// outside ASCII, which servers interpret differently.
    pub fn new(header: HeaderName, value: &str) -> Result<Self, AuthError> {
        if value.trim().is_empty() {
            return Err(AuthError::new("it is blank").in_vain());
        }
        let mut value = HeaderValue::from_str(value)
            .ok()
            .filter(|value| value.to_str().is_ok())
            .ok_or_else(|| {
                AuthError::new("it contains characters that are not allowed in a header").in_vain()
            })?;
        value.set_sensitive(true);
        Ok(Self {
            name: header,
            value,
            generation: 0,
        })
    }

    /// Numbers the credential, so that a late 401 for an old credential does not discard a new one.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    pub(crate) fn header(&self) -> (&HeaderName, &HeaderValue) {
        (&self.name, &self.value)
    }

    /// Returns the header as bytes, for a store that keeps it sealed.
    #[cfg(feature = "shared-session")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.name.as_str().as_bytes(), b"\0", self.value.as_bytes()].concat()
    }

    /// Reads the header from these bytes.
    #[cfg(feature = "shared-session")]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == 0)?;
        let (name, value) = bytes.split_at_checked(end)?;
        let name = HeaderName::from_bytes(name).ok()?;
        Self::new(name, std::str::from_utf8(value.get(1..)?).ok()?).ok()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("header", &self.name)
            .finish_non_exhaustive()
    }
}

/// A key or token that never changes.
///
/// A problem with it is reported when the client is built.
#[derive(Debug)]
pub struct StaticCredential {
    credential: Result<Credential, Cow<'static, str>>,
}

impl StaticCredential {
    /// Creates a key in its own header, such as `apiKey: …`.
    #[must_use]
    pub fn header_key(header: HeaderName, key: impl Into<SecretString>) -> Self {
        Self::new(header, None, &key.into())
    }

    /// Creates a token behind a scheme word, such as `Authorization: token …`.
    #[must_use]
    pub fn scheme(scheme: &str, token: impl Into<SecretString>) -> Self {
        Self::new(AUTHORIZATION, Some(scheme), &token.into())
    }

    /// Creates a bearer token as in RFC 6750: `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(token: impl Into<SecretString>) -> Self {
        Self::scheme("Bearer", token)
    }

    /// Creates a credential that is refused when the client is built, for a reason that only the provider's crate can know.
    #[must_use]
    pub fn refused(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            credential: Err(reason.into()),
        }
    }

    fn new(header: HeaderName, scheme: Option<&str>, secret: &SecretString) -> Self {
        let secret = secret.expose_secret();
        if secret.is_empty() {
            return Self::refused("it is empty");
        }
        // White space would split the header's value. White space at an end comes from a file that was read with its line
        // break.
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Self::refused(
                "it contains white space, control characters or characters outside ASCII",
            );
        }
        let value = match scheme {
            Some(scheme) => format!("{scheme} {secret}"),
            None => secret.to_owned(),
        };
        Self {
            credential: Credential::new(header, &value).map_err(AuthError::into_reason),
        }
    }
}

#[async_trait]
impl Auth for StaticCredential {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        self.credential.clone().map(Some).map_err(AuthError::new)
    }

    fn try_authorize(&self) -> Option<Credential> {
        self.credential.as_ref().ok().cloned()
    }

    fn check(&self) -> Result<(), BuildError> {
        self.credential
            .as_ref()
            .map(drop)
            .map_err(|reason| BuildError::Credential(reason.clone()))
    }
}

/// No credential, for a provider that requires none.
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

#[async_trait]
impl Auth for Anonymous {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_could_split_a_header_is_refused_without_showing_it() {
        for key in [
            "",
            " ",
            "hunter2\n",
            "hunter2\r\nx: y",
            "hunter2 b",
            "hunter2é",
            "\u{7f}hunter2",
        ] {
            let credential = StaticCredential::bearer(key);
            let error = credential.check().unwrap_err();
            assert!(matches!(error, BuildError::Credential(_)));
            assert!(
                !format!("{error} {error:?} {credential:?}").contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_credential_that_servers_would_not_read_as_it_is_is_refused_without_showing_it() {
        for value in [
            "",
            " ",
            "hunter2\r\nx: y",
            "hunter2\n",
            "hunter2\u{e9}",
            "hunter2\0",
        ] {
            let error = Credential::new(AUTHORIZATION, value).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
            assert!(error.is_in_vain() && !error.is_refused(), "{value:?}");
        }
        let credential = Credential::new(AUTHORIZATION, "Bearer hunter2.~+/=").unwrap();
        assert!(!format!("{credential:?}").contains("hunter2"));
        assert!(credential.value.is_sensitive());
    }

    #[test]
    fn a_key_is_never_printed() {
        for credential in [
            StaticCredential::bearer("hunter2"),
            StaticCredential::scheme("token", "hunter2"),
            StaticCredential::header_key(HeaderName::from_static("apikey"), "hunter2"),
        ] {
            credential.check().unwrap();
            assert!(!format!("{credential:?}").contains("hunter2"));
        }
    }
}
