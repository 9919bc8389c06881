use std::{
    borrow::Cow,
    fmt,
    hash::{BuildHasher as _, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use async_trait::async_trait;
use http::{HeaderName, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use super::{Auth, AuthContext, AuthError, Credential};
use crate::error::BuildError;

/// The secret that a provider issued: an API key or a token.
///
/// For a key that never changes, convert a text into an `ApiKey`. For a key that is rotated while the program runs, pass a function to
/// [`from_fn`](Self::from_fn). The key is never printed.
///
/// ```
/// use std::sync::{Arc, RwLock};
///
/// use customer_api_core::{auth::ApiKey, secrecy::SecretString};
///
/// let fixed = ApiKey::from("s3cret");
///
/// // Another part of the program replaces the key in here.
/// let current = Arc::new(RwLock::new(SecretString::from("s3cret")));
/// let rotated = ApiKey::from_fn(move || current.read().map(|key| key.clone()).unwrap_or_default());
/// ```
#[derive(Clone)]
pub struct ApiKey {
    source: Source,
    check: fn(&str) -> Result<(), &'static str>,
}

#[derive(Clone)]
enum Source {
    Fixed(SecretString),
    Function(Arc<dyn Fn() -> SecretString + Send + Sync>),
}

impl ApiKey {
    /// Creates a key that a function returns. The function is called once before each attempt, and after a 401. The function must be
    /// fast, because it blocks the task of the call: it should return a key that another part of the program keeps up to date. If the
    /// call's timeout ends before the function returns, the attempt is not sent.
    ///
    /// If the key can't be used, or the function panics, the attempt is not sent, and the call fails with the kind
    /// [`Authentication`](crate::ErrorKind::Authentication). A panic still ends a program that aborts on panics. After a 401, the request
    /// is sent again if the function then returns a different key.
    pub fn from_fn(current: impl Fn() -> SecretString + Send + Sync + 'static) -> Self {
        Self::new(Source::Function(Arc::new(current)))
    }

    fn new(source: Source) -> Self {
        Self {
            source,
            check: |_| Ok(()),
        }
    }

    /// Adds a check by which the provider's crate can refuse a key. The reason that the check returns must not show the key.
    #[must_use]
    pub fn checked(mut self, check: fn(&str) -> Result<(), &'static str>) -> Self {
        self.check = check;
        self
    }

    /// Returns the current key, after the scheme word if there is one.
    fn header_value(&self, scheme: Option<&str>) -> Result<SecretString, AuthError> {
        let refused = |reason| Err(AuthError::new(reason).in_vain());
        let key = match &self.source {
            Source::Fixed(key) => Cow::Borrowed(key),
            // A panic must not replace the outcome of earlier attempts, which the caller needs.
            Source::Function(current) => match catch_unwind(AssertUnwindSafe(|| current())) {
                Ok(key) => Cow::Owned(key),
                Err(_) => return refused("the function that returns it panicked"),
            },
        };
        let key = key.expose_secret();
        if key.is_empty() {
            return refused("it is empty");
        }
        // White space would split the header's value. White space at the end of a key usually is the line break of the file that the key
        // was read from.
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return refused(
                "it contains white space, control characters or characters outside ASCII",
            );
        }
        if let Err(reason) = (self.check)(key) {
            return refused(reason);
        }
        Ok(match scheme {
            Some(scheme) => format!("{scheme} {key}").into(),
            None => key.into(),
        })
    }
}

impl From<SecretString> for ApiKey {
    fn from(key: SecretString) -> Self {
        Self::new(Source::Fixed(key))
    }
}

impl From<String> for ApiKey {
    fn from(key: String) -> Self {
        SecretString::from(key).into()
    }
}

impl From<&str> for ApiKey {
    fn from(key: &str) -> Self {
        SecretString::from(key).into()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").finish_non_exhaustive()
    }
}

/// Sends a key with each request.
///
/// A key that never changes is checked when the client is built.
#[derive(Debug)]
pub struct KeyCredential {
    header: HeaderName,
    scheme: Option<String>,
    key: ApiKey,
    state: State,
}

#[derive(Debug)]
enum State {
    Fixed(Result<Credential, AuthError>),
    /// Hashes each key. The hash distinguishes a 401 for an earlier key from a 401 for the current key. If an earlier key is used again, it
    /// has the same hash as before.
    Rotated(RandomState),
}

impl KeyCredential {
    /// A key in a header of its own, such as `apiKey: …`.
    #[must_use]
    pub fn header(header: HeaderName, key: impl Into<ApiKey>) -> Self {
        Self::new(header, None, key.into())
    }

    /// A key after a scheme word, such as `Authorization: token …`.
    #[must_use]
    pub fn scheme(scheme: &str, key: impl Into<ApiKey>) -> Self {
        Self::new(AUTHORIZATION, Some(scheme.to_owned()), key.into())
    }

    /// A bearer token, as defined by RFC 6750: `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(token: impl Into<ApiKey>) -> Self {
        Self::scheme("Bearer", token)
    }

    fn new(header: HeaderName, scheme: Option<String>, key: ApiKey) -> Self {
        let state = match &key.source {
            Source::Fixed(_) => State::Fixed(
                key.header_value(scheme.as_deref())
                    .and_then(|value| Credential::new(header.clone(), value.expose_secret())),
            ),
            Source::Function(_) => State::Rotated(RandomState::new()),
        };
        Self {
            header,
            scheme,
            key,
            state,
        }
    }

    fn current(&self) -> Result<Credential, AuthError> {
        let hasher = match &self.state {
            State::Fixed(credential) => return credential.clone(),
            State::Rotated(hasher) => hasher,
        };
        let value = self.key.header_value(self.scheme.as_deref())?;
        let credential = Credential::new(self.header.clone(), value.expose_secret())?;
        Ok(credential.with_generation(hasher.hash_one(value.expose_secret())))
    }
}

#[async_trait]
impl Auth for KeyCredential {
    async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
        self.current().map(Some)
    }

    /// Returns only a fixed key. Only [`authorize`](Self::authorize) calls a function: the function may be slow, and the call reads the
    /// clock after `authorize`, but not after `try_authorize`.
    fn try_authorize(&self) -> Option<Credential> {
        match &self.state {
            State::Fixed(credential) => credential.clone().ok(),
            State::Rotated(_) => None,
        }
    }

    fn invalidate(&self, generation: u64) -> bool {
        let is_new = |credential: Credential| credential.generation() != generation;
        matches!(self.state, State::Rotated(_)) && self.current().is_ok_and(is_new)
    }

    fn check(&self) -> Result<(), BuildError> {
        match &self.state {
            State::Fixed(Err(error)) => Err(BuildError::Credential(error.clone().into_reason())),
            State::Fixed(Ok(_)) | State::Rotated(_) => Ok(()),
        }
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
            let credential = KeyCredential::bearer(key);
            let error = credential.check().unwrap_err();
            assert!(matches!(error, BuildError::Credential(_)));
            let rotated = KeyCredential::bearer(ApiKey::from_fn(move || key.into()));
            rotated.check().unwrap();
            assert!(rotated.try_authorize().is_none());
            let late = rotated.current().unwrap_err();
            assert!(late.is_in_vain());
            assert!(
                !format!("{error} {error:?} {credential:?} {late} {rotated:?}").contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        for credential in [
            KeyCredential::bearer("hunter2"),
            KeyCredential::scheme("token", "hunter2"),
            KeyCredential::header(HeaderName::from_static("apikey"), "hunter2"),
            KeyCredential::bearer(ApiKey::from_fn(|| "hunter2".into())),
        ] {
            credential.check().unwrap();
            credential.current().unwrap();
            assert!(!format!("{credential:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_key_that_the_crate_of_the_provider_refuses_is_refused_at_once_or_when_it_is_used() {
        let refuse = |key: &str| match key {
            "pk_1" => Err("it is a publishable key"),
            _ => Ok(()),
        };
        let fixed = KeyCredential::bearer(ApiKey::from("pk_1").checked(refuse));
        assert!(
            fixed
                .check()
                .unwrap_err()
                .to_string()
                .ends_with("it is a publishable key")
        );
        let rotated = ApiKey::from_fn(|| "pk_1".into()).checked(refuse);
        let rotated = KeyCredential::bearer(rotated);
        assert_eq!(
            rotated.current().unwrap_err().to_string(),
            "it is a publishable key"
        );
    }
}
