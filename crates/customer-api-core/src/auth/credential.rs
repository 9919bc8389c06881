use std::fmt;

use async_trait::async_trait;
use http::{HeaderName, HeaderValue};

use super::{Auth, AuthContext, AuthError};

/// A request header that authenticates the caller. The header's value is never printed.
#[derive(Clone)]
pub struct Credential {
    name: HeaderName,
    value: HeaderValue,
    generation: u64,
}

impl Credential {
    /// Creates a credential from the name and the value of a header. The value can contain a scheme word before the secret.
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

    /// Sets the generation, a number that identifies the credential. A 401 discards only the credential that the request carried. Therefore
    /// a late 401 for an old credential does not discard a new one.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    pub(crate) fn header(&self) -> (&HeaderName, &HeaderValue) {
        (&self.name, &self.value)
    }

    /// Returns the name and the value of the header as bytes, to be sealed for a store.
    #[cfg(feature = "shared-session")]
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.name.as_str().as_bytes(), b"\0", self.value.as_bytes()].concat()
    }

    /// Creates a credential from the bytes that [`to_bytes`](Self::to_bytes) returned.
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
    use http::header::AUTHORIZATION;

    use super::*;

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
}
