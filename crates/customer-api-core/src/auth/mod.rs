//! The credential that is sent with a request and authenticates the caller.

mod credential;
mod error;
mod key;

use std::{fmt, future::Future, sync::Arc};

use async_trait::async_trait;

pub use credential::{Anonymous, Credential};
pub use error::AuthError;
pub use key::{ApiKey, KeyCredential};

use crate::{Call, Error, Operation, client::Shared, error::BuildError, time::Deadline};
#[cfg(feature = "shared-session")]
use crate::{base_url::BaseUrl, session::SharedSession};

/// Supplies the credential of every attempt.
///
/// [`KeyCredential`] supplies a key, which most providers require. [`Session`](crate::session::Session) supplies a token that is obtained
/// by a login. Implement this trait for any other credential:
///
/// ```
/// use std::sync::RwLock;
///
/// use async_trait::async_trait;
/// use customer_api_core::{
///     Auth,
///     auth::{AuthContext, AuthError, Credential},
/// };
///
/// /// A token that another part of the program replaces now and then.
/// #[derive(Debug)]
/// struct Rotating(RwLock<Credential>);
///
/// #[async_trait]
/// impl Auth for Rotating {
///     async fn authorize(&self, _: &AuthContext<'_>) -> Result<Option<Credential>, AuthError> {
///         let current = self.0.read().map_err(|_| AuthError::new("the token is gone"))?;
///         Ok(Some(current.clone()))
///     }
/// }
/// ```
#[async_trait]
pub trait Auth: fmt::Debug + Send + Sync + 'static {
    /// Returns the credential for the next attempt; `None` for a provider that requires none. An implementation can make a
    /// separate call to obtain the credential. That call must end by the deadline.
    ///
    /// # Errors
    ///
    /// If no credential could be obtained. The attempt is then not sent.
    async fn authorize(&self, context: &AuthContext<'_>) -> Result<Option<Credential>, AuthError>;

    /// Returns the credential if it is available without waiting. The client calls this method first, and calls
    /// [`authorize`](Self::authorize) only if the result is `None`.
    fn try_authorize(&self) -> Option<Credential> {
        None
    }

    /// Reports that the provider responded with 401 to the credential of this generation. Returns whether a new credential
    /// may help.
    ///
    /// On `true`, the client asks for a credential again and resends the request, once per call. A 401 proves that nothing was processed,
    /// so writes are resent too. There is one exception: a 401 that the server may have written before the request arrived, see
    /// [`Error::may_be_unasked`](crate::Error::may_be_unasked). Such a 401 proves nothing, so the client does not resend a non-idempotent
    /// request after it. An implementation whose credential never changes returns `false`.
    fn invalidate(&self, generation: u64) -> bool {
        let _ = generation;
        false
    }

    /// Reports a second 401: the provider also rejected the credential of this generation, which had just replaced another
    /// one.
    ///
    /// A request for a third credential may be useless and may lock the account, like a login that is repeated after a refusal. An
    /// implementation can warn other machines, within the remaining time of the call.
    async fn invalidate_renewed(&self, generation: u64) {
        let _ = generation;
    }

    /// Shares the credential with other machines. Called once, when a client with a shared session is built.
    ///
    /// # Errors
    ///
    /// If the credential is not obtained by a login, or the login has no [identity](crate::session::Login::identity).
    #[cfg(feature = "shared-session")]
    #[cfg_attr(docsrs, doc(cfg(feature = "shared-session")))]
    fn share(&self, shared: SharedSession, base_url: &BaseUrl) -> Result<(), BuildError> {
        let _ = (shared, base_url);
        Err(BuildError::Setting {
            name: "shared_session",
            reason: "the credential is not obtained by a login",
        })
    }

    /// Checks whether the credential can be used at all. Called when the client is built.
    ///
    /// # Errors
    ///
    /// If the credential can't be used. The error contains the reason, and not the credential.
    fn check(&self) -> Result<(), BuildError> {
        Ok(())
    }
}

/// The call that needs a credential, with access to the provider for obtaining one.
#[derive(Clone, Copy)]
pub struct AuthContext<'a> {
    client: &'a Arc<Shared>,
    deadline: &'a Deadline,
}

impl<'a> AuthContext<'a> {
    pub(crate) fn new(client: &'a Arc<Shared>, deadline: &'a Deadline) -> Self {
        Self { client, deadline }
    }

    /// The time by which the call that waits for the credential must be over.
    #[must_use]
    pub fn deadline(&self) -> &'a Deadline {
        self.deadline
    }

    /// Makes a call to the same provider, such as a login. The call uses the client's transport and limits, carries no
    /// credential, and ends by the deadline.
    ///
    /// # Errors
    ///
    /// If the call fails. [`AuthError`] can be converted from the [`Error`].
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.call(operation).send()
    }

    /// Prepares the call that [`send`](Self::send) makes, so that further settings can be added.
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(Arc::clone(self.client), operation)
            .without_credential()
            .timeout(self.deadline.remaining())
    }
}

impl fmt::Debug for AuthContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthContext")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
