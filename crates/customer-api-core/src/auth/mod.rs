//! Who calls: the credential that goes along with a request.

mod credential;
mod error;

use std::{fmt, future::Future, sync::Arc};

use async_trait::async_trait;

pub use credential::{Anonymous, Credential, StaticCredential};
pub use error::AuthError;

use crate::{Call, Error, Operation, client::Shared, error::BuildError, time::Deadline};
#[cfg(feature = "shared-session")]
use crate::{base_url::BaseUrl, session::SharedSession};

/// Supplies the credential of every attempt.
///
/// Most providers take a key that never changes, a [`StaticCredential`]; some a token that is obtained by logging in, a
/// [`Session`](crate::session::Session). Implement this for one that is looked up or rotated:
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
    /// The credential for the next attempt; `None` for a provider that wants none. May take a call of its own, which must
    /// end by the deadline.
    ///
    /// # Errors
    ///
    /// If it can't be had. The call then fails without being sent.
    async fn authorize(&self, context: &AuthContext<'_>) -> Result<Option<Credential>, AuthError>;

    /// The credential, if it is at hand: asked before [`authorize`](Self::authorize), which may then be spared.
    fn try_authorize(&self) -> Option<Credential> {
        None
    }

    /// Learns that the provider answered 401 to the credential of this generation, and says whether a new one may help.
    ///
    /// `true` makes the pipeline ask again and send the request once more, once a call: a 401 proves that nothing was
    /// processed, so this holds for writes too. A key that never changes says `false`.
    fn invalidate(&self, generation: u64) -> bool {
        let _ = generation;
        false
    }

    /// Learns that the provider answered 401 once more, to the credential of this generation that had just replaced another one.
    ///
    /// Then asking for a third may be as useless as a login that is refused, and as harmful to the account. May tell other
    /// machines, within the time that the call has left.
    async fn invalidate_renewed(&self, generation: u64) {
        let _ = generation;
    }

    /// Shares what is obtained with other machines. Called once, when the client is built with a shared session.
    ///
    /// # Errors
    ///
    /// If the credential is not obtained by a login, or the login does not say whose it is.
    #[cfg(feature = "shared-session")]
    #[cfg_attr(docsrs, doc(cfg(feature = "shared-session")))]
    fn share(&self, shared: SharedSession, base_url: &BaseUrl) -> Result<(), BuildError> {
        let _ = (shared, base_url);
        Err(BuildError::Setting {
            name: "shared_session",
            reason: "the credential is not obtained by a login",
        })
    }

    /// Says whether the credential can be used at all, when the client is built.
    ///
    /// # Errors
    ///
    /// What is wrong with it, without showing it.
    fn check(&self) -> Result<(), BuildError> {
        Ok(())
    }
}

/// The call that wants a credential, and the way to the provider for obtaining one.
#[derive(Clone, Copy)]
pub struct AuthContext<'a> {
    client: &'a Arc<Shared>,
    deadline: &'a Deadline,
}

impl<'a> AuthContext<'a> {
    pub(crate) fn new(client: &'a Arc<Shared>, deadline: &'a Deadline) -> Self {
        Self { client, deadline }
    }

    /// When the call that waits for the credential must be over.
    #[must_use]
    pub fn deadline(&self) -> &'a Deadline {
        self.deadline
    }

    /// Makes a call to the same provider, such as a login: over the same transport, with the same limits, and without a
    /// credential. It ends by the deadline.
    ///
    /// # Errors
    ///
    /// If the call fails. An [`AuthError`] can be made of the [`Error`].
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.call(operation).send()
    }

    /// Prepares such a call with settings of its own.
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
